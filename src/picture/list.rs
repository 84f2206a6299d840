//! What is to be painted, as flat lists: one for the canvas, and one for everything that is painted aside first.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::filtered::Steps;
use super::job::turned_bounds;
pub use super::job::{Job, SurfaceKey, Work};
use super::need::PictureKey;
use super::place::Frame;
use super::yuv::Yuv;
use crate::frame::video::VideoFrame;
use crate::show::geometry::{Canvas, Rect};
use crate::show::look::Blend;
use crate::show::transition::{Kind, Transition};

/// One thing to paint. Equal items are equal pixels, so lists can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    pub source: Source,
    /// Where, on the canvas. It may reach beyond it.
    pub rect: Rect,
    /// What of it is seen.
    pub clip: Rect,
    pub opacity: u8,
    pub blend: Blend,
    pub mask: Option<MaskAt>,
    /// Within this nothing below can be seen; empty if there is no such place.
    pub solid: Rect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    Fill(Yuv),
    Picture(PictureKey),
    /// What was painted aside, by the name of its `Job`.
    Surface(SurfaceKey),
    /// A decoded picture in its own size, by the name of the list's film.
    Film(SurfaceKey),
    /// Two scenes, on the way from one to the other: the list's `mix`, under this name.
    Mix(u64),
}

/// Two scenes that are painted aside, and how the one becomes the other.
pub struct MixPlan {
    pub key: u64,
    pub from: SurfaceKey,
    pub to: SurfaceKey,
    pub transition: Transition,
    pub progress: f64,
    /// Of the canvas' size: the mask of a luma wipe, or what a stinger shows.
    pub picture: Option<PictureKey>,
    /// The same for a stinger that is a clip.
    pub clip: Option<SurfaceKey>,
}

/// A picture whose coverage says what is seen, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MaskAt {
    pub key: PictureKey,
    pub x: i32,
    pub y: i32,
}

pub struct Film {
    key: SurfaceKey,
    pub film: Arc<VideoFrame>,
    pub x: usize,
    pub y: usize,
}

/// Items that are painted over each other, lowest first.
#[derive(Default)]
pub struct List {
    items: Vec<Item>,
    bounds: Rect,
    /// What it surely covers, whatever its items do: so its surface keeps its size.
    extent: Rect,
    /// What opaque items hide, while planning from the top.
    covers: Vec<Rect>,
    /// Items that show what is below them, known when the list is complete.
    glasses: Vec<Glass>,
}

/// An item that shows what is below it, as filters make it.
struct Glass {
    /// Its number, counted from the top.
    item: usize,
    /// What of the canvas its filters look at; even.
    bounds: Rect,
    steps: Steps,
    is_opaque: bool,
    place: u64,
}

/// Room from the start, so that the common list never grows. A pattern alone has 45 items.
const USUAL_ITEMS: usize = 256;

/// More large opaque layers than these are not looked at; painting is right without.
const MOST_COVERS: usize = 8;

impl List {
    fn begin(&mut self, bounds: Rect) {
        self.items.clear();
        self.covers.clear();
        self.glasses.clear();
        (self.bounds, self.extent) = (bounds, Rect::default());
    }

    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    /// From the top: what is hidden by what is there already is left out. Says whether it is seen.
    pub fn push(&mut self, item: Item) -> bool {
        let seen = item.clip.intersection(item.rect).intersection(self.bounds);
        let is_hidden = self.covers.iter().any(|cover| cover.contains(seen));
        if seen.is_empty() || item.opacity == 0 || is_hidden {
            return false;
        }
        // A fill is the same inside the bounds whether it is cut off or not; cut off, more lists are equal.
        let rect = if matches!(item.source, Source::Fill(_)) { seen } else { item.rect };
        self.items.push(Item { rect, clip: seen, solid: item.solid.intersection(seen), ..item });
        true
    }

    /// Whether anything of this would be seen, if it were pushed now.
    pub fn shows(&self, rect: Rect) -> bool {
        let seen = rect.intersection(self.bounds);
        !seen.is_empty() && !self.covers.iter().any(|cover| cover.contains(seen))
    }

    pub fn hide_below(&mut self, rect: Rect) {
        if self.covers.len() < MOST_COVERS && !rect.is_empty() {
            self.covers.push(rect.intersection(self.bounds));
        }
    }

    fn push_glass(&mut self, item: Item, glass: Glass) {
        if self.push(item) {
            self.glasses.push(Glass { item: self.items.len() - 1, ..glass });
            // What is hidden on the canvas may still be seen through the glass, beside what hides it.
            self.covers.clear();
        }
    }

    /// However little its items show: what changes its size is painted anew as a whole.
    pub fn keep_extent(&mut self, rect: Rect) {
        self.extent = rect.intersection(self.bounds);
    }

    /// The smallest even rectangle around all items.
    fn extent(&self) -> Rect {
        self.items.iter().fold(self.extent, |extent, item| extent.union(item.clip)).even().intersection(self.bounds)
    }

    fn hash(&self) -> u64 {
        hashed(&self.items)
    }

    /// Names what the first items show within these bounds.
    fn hash_below(&self, items: usize, bounds: Rect) -> u64 {
        let mut hasher = DefaultHasher::new();
        let seen = self.items[..items].iter().filter(|item| !item.clip.intersection(bounds).is_empty());
        seen.for_each(|item| item.hash(&mut hasher));
        hasher.finish()
    }
}

fn hashed(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Names all that is set of a transition.
fn way(transition: &Transition) -> u64 {
    let mut hasher = DefaultHasher::new();
    (transition.duration_ms, std::mem::discriminant(&transition.kind)).hash(&mut hasher);
    match &transition.kind {
        Kind::Cut {} | Kind::Fade {} | Kind::Zoom {} => {}
        Kind::Dip { color } => color.hash(&mut hasher),
        Kind::Slide { direction } | Kind::Push { direction } => (*direction as u8).hash(&mut hasher),
        Kind::Wipe { direction, softness } => (*direction as u8, softness.to_bits()).hash(&mut hasher),
        Kind::Iris { softness, x, y } => [softness, x, y].map(|value| value.to_bits()).hash(&mut hasher),
        Kind::Stinger { cut_ms, asset: _ } => cut_ms.hash(&mut hasher),
        Kind::LumaWipe { softness, invert, asset: _ } => (softness.to_bits(), invert).hash(&mut hasher),
    }
    hasher.finish()
}

/// Made once and filled again for every frame.
pub struct DisplayList {
    canvas: Canvas,
    /// The canvas' own comes first; the others follow in the order that they were begun.
    lists: Vec<List>,
    used: usize,
    jobs: Vec<Job>,
    /// Decoded pictures that are painted straight from where the decoder left them.
    films: Vec<Film>,
    mix: Option<MixPlan>,
    pub missing: bool,
    /// Blurs and colour tables on what moves are left out.
    is_hurried: bool,
}

impl Default for DisplayList {
    fn default() -> Self {
        let canvas = List { items: Vec::with_capacity(USUAL_ITEMS), ..List::default() };
        Self {
            canvas: Canvas { width: 0, height: 0 },
            lists: vec![canvas],
            used: 1,
            jobs: Vec::new(),
            films: Vec::new(),
            mix: None,
            missing: false,
            is_hurried: false,
        }
    }
}

/// The list of the canvas.
pub const CANVAS: usize = 0;

impl DisplayList {
    pub fn begin(&mut self, canvas: Canvas) {
        self.canvas = canvas;
        self.used = 1;
        self.jobs.clear();
        self.films.clear();
        self.mix = None;
        self.missing = false;
        self.lists[CANVAS].begin(canvas.bounds());
    }

    /// For the frames from now on.
    pub fn leave_out_filters(&mut self, is_hurried: bool) {
        self.is_hurried = is_hurried;
    }

    pub fn is_hurried(&self) -> bool {
        self.is_hurried
    }

    /// Of the canvas.
    pub fn items(&self) -> &[Item] {
        self.lists[CANVAS].items()
    }

    pub fn list(&self, index: usize) -> &List {
        &self.lists[index]
    }

    pub fn list_mut(&mut self, index: usize) -> &mut List {
        &mut self.lists[index]
    }

    /// What is painted aside, each after what it shows itself.
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    pub fn canvas(&self) -> Canvas {
        self.canvas
    }

    /// Room that the canvas' list has come to have.
    pub fn capacity(&self) -> usize {
        self.lists[CANVAS].items.capacity()
    }

    /// Whether a picture was not ready: the list shows an older one, or leaves it out.
    pub fn is_missing_pictures(&self) -> bool {
        self.missing
    }

    /// An empty list for something that is painted aside, within these bounds.
    pub fn begin_aside(&mut self, bounds: Rect) -> usize {
        if self.used == self.lists.len() {
            self.lists.push(List::default());
        }
        let index = self.used;
        self.used += 1;
        self.lists[index].begin(bounds);
        index
    }

    /// The list is complete; its surface reaches `margin` beyond what it shows. Gives the name and the extent of what will be
    /// painted; None if that is nothing.
    pub fn finish_aside(&mut self, index: usize, margin: i32, place: u64) -> Option<(SurfaceKey, Rect)> {
        self.complete(index, false);
        let list = &mut self.lists[index];
        let extent = list.extent();
        if extent.is_empty() {
            return None;
        }
        let bounds = extent.grown(margin).even();
        list.bounds = bounds;
        let key = SurfaceKey(hashed((list.hash(), place, bounds)));
        let work = Work::List { list: index, items: list.items.len(), is_canvas: false };
        self.jobs.push(Job { key, place, work, bounds });
        Some((key, bounds))
    }

    /// The same for a list that covers the whole canvas.
    pub fn finish_canvas_aside(&mut self, index: usize, place: u64) -> SurfaceKey {
        self.complete(index, true);
        let list = &self.lists[index];
        let key = SurfaceKey(hashed((list.hash(), place, list.bounds)));
        let work = Work::List { list: index, items: list.items.len(), is_canvas: true };
        self.jobs.push(Job { key, place, work, bounds: list.bounds });
        key
    }

    /// Turns a list round, and finds out what is below its glasses: from the lowest up, since one may be seen through another.
    fn complete(&mut self, index: usize, is_canvas: bool) {
        self.lists[index].items.reverse();
        for number in (0..self.lists[index].glasses.len()).rev() {
            let list = &self.lists[index];
            let Glass { item, bounds, steps, is_opaque, place } = &list.glasses[number];
            let items = list.items.len() - 1 - item;
            let (bounds, place, is_opaque, steps) = (*bounds, *place, *is_opaque && is_canvas, steps.clone());
            let key = SurfaceKey(hashed((list.hash_below(items, bounds), place, bounds)));
            self.jobs.push(Job { key, place, work: Work::List { list: index, items, is_canvas }, bounds });
            let shown = self.filtered(key, steps, is_opaque, bounds, place);
            self.lists[index].items[items].source = Source::Surface(shown);
        }
    }

    /// An item that shows what is below it. `bounds` is what its filters look at.
    pub fn push_glass(&mut self, list: usize, item: Item, bounds: Rect, steps: Steps, is_opaque: bool, place: u64) {
        let bounds = bounds.intersection(self.lists[list].bounds).even();
        self.lists[list].push_glass(item, Glass { item: 0, bounds, steps, is_opaque, place });
    }

    /// A surface as filters make it; itself if there are none.
    pub fn filtered(&mut self, from: SurfaceKey, steps: Steps, is_opaque: bool, bounds: Rect, place: u64) -> SurfaceKey {
        if steps.is_empty() {
            return from;
        }
        let place = hashed((place, "filtered"));
        let key = SurfaceKey(hashed((from, steps.hash(), bounds)));
        self.jobs.push(Job { key, place, work: Work::Filtered { from, steps, is_opaque }, bounds });
        key
    }

    /// A surface turned about a point of the canvas, and where it lies.
    pub fn turned(
        &mut self,
        (from, bounds): (SurfaceKey, Rect),
        degrees: f64,
        about: (f64, f64),
        (list, place): (usize, u64),
    ) -> (SurfaceKey, Rect) {
        let bounds = turned_bounds(bounds, degrees, about).intersection(self.lists[list].bounds).even();
        let place = hashed((place, "turned"));
        let key = SurfaceKey(hashed((from, degrees.to_bits(), about.0.to_bits(), about.1.to_bits(), bounds)));
        self.jobs.push(Job { key, place, work: Work::Turned { from, degrees, about }, bounds });
        (key, bounds)
    }

    /// A decoded picture in its own size: its pixel (x, y) lies at the item's corner. Both are even.
    pub fn film(&mut self, film: Arc<VideoFrame>, (x, y): (usize, usize)) -> SurfaceKey {
        let key = SurfaceKey(hashed((film.id, x, y)));
        self.films.push(Film { key, film, x, y });
        key
    }

    pub fn film_of(&self, key: SurfaceKey) -> Option<&Film> {
        self.films.iter().find(|film| film.key == key)
    }

    /// Part of a decoded picture, to be stretched over `whole`, of which `bounds` are looked at; both are even.
    pub fn film_aside(
        &mut self,
        film: Arc<VideoFrame>,
        (from, whole): (Frame, Rect),
        bounds: Rect,
        place: u64,
    ) -> SurfaceKey {
        let part = [from.x, from.y, from.width, from.height].map(f64::to_bits);
        let key = SurfaceKey(hashed((film.id, part, whole, bounds)));
        self.jobs.push(Job { key, place, work: Work::Film { film, from, whole }, bounds });
        key
    }

    /// Shows two canvases on the way from one to the other, and nothing else.
    pub fn show_mix(&mut self, mut mix: MixPlan) {
        mix.key = hashed((mix.from, mix.to, mix.progress.to_bits(), mix.picture, mix.clip, way(&mix.transition)));
        let bounds = self.canvas.bounds();
        let (blend, mask) = (Blend::Normal, None);
        let source = Source::Mix(mix.key);
        self.lists[CANVAS].push(Item { source, rect: bounds, clip: bounds, opacity: 255, blend, mask, solid: bounds });
        self.mix = Some(mix);
    }

    pub fn mix(&self, key: u64) -> Option<&MixPlan> {
        self.mix.as_ref().filter(|mix| mix.key == key)
    }

    pub fn finish(&mut self) {
        self.complete(CANVAS, true);
    }
}
