//! What a frame shows, as a flat list: a pure and total function of the show, the instant and the pictures that are ready.

use super::need::{self, PictureKey};
use super::pattern;
use super::pictures::Pictures;
use super::yuv::Yuv;
use super::{layout, prepared::Parity};
use crate::show::Show;
use crate::show::geometry::{Canvas, Rect};
use crate::show::layer::{Content, Layer};
use crate::show::scene::Scene;
use crate::show::time::ShowTime;

/// One thing to paint. Equal items are equal pixels, so lists can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub source: Source,
    /// Where, on the canvas. A picture may reach beyond it.
    pub rect: Rect,
    pub opacity: u8,
    /// Nothing below it can be seen.
    pub is_opaque: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Fill(Yuv),
    Picture(PictureKey),
}

/// Lowest first. Made once and filled again for every frame.
pub struct DisplayList {
    canvas: Canvas,
    items: Vec<Item>,
    /// What opaque layers hide, while planning from the top.
    covers: Vec<Rect>,
    missing: bool,
}

/// Room from the start, so that the common list never grows. A pattern alone has 45 items.
const USUAL_ITEMS: usize = 256;

/// More large opaque layers than these are not looked at; painting is right without.
const MOST_COVERS: usize = 8;

impl Default for DisplayList {
    fn default() -> Self {
        Self {
            canvas: Canvas { width: 0, height: 0 },
            items: Vec::with_capacity(USUAL_ITEMS),
            covers: Vec::with_capacity(MOST_COVERS),
            missing: false,
        }
    }
}

impl DisplayList {
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub fn canvas(&self) -> Canvas {
        self.canvas
    }

    /// Room that it has come to have.
    pub fn capacity(&self) -> usize {
        self.items.capacity()
    }

    /// Whether a picture was not ready: the list shows an older one, or leaves it out.
    pub fn is_missing_pictures(&self) -> bool {
        self.missing
    }

    fn push(&mut self, item: Item) {
        let seen = item.rect.intersection(self.canvas.bounds());
        let hidden = self.covers.iter().any(|cover| cover.contains(seen));
        if seen.is_empty() || item.opacity == 0 || hidden {
            return;
        }
        // A fill is the same inside the canvas whether it is cut off or not; cut off, more lists are equal.
        let rect = if matches!(item.source, Source::Fill(_)) { seen } else { item.rect };
        self.items.push(Item { rect, ..item });
    }

    fn hide_below(&mut self, rect: Rect) {
        if self.covers.len() < MOST_COVERS {
            self.covers.push(rect.intersection(self.canvas.bounds()));
        }
    }
}

fn fill(color: Yuv, rect: Rect, opacity: u8) -> Item {
    Item { source: Source::Fill(color), rect, opacity, is_opaque: opacity == 255 }
}

/// Fills `list` with what the program shows at `at`.
pub fn plan(show: &Show, at: ShowTime, pictures: &Pictures, list: &mut DisplayList) {
    list.canvas = show.config.canvas();
    list.items.clear();
    list.covers.clear();
    list.missing = false;
    // From the top, so that what is hidden is known; turned round at the end. The parts of one layer never overlap.
    if let Some(scene) = show.program_scene() {
        for layer in scene.layers.iter().rev().filter(|layer| layer.visible) {
            plan_layer(show, scene, layer, at, pictures, list);
        }
    }
    list.push(fill(Yuv::BLACK, list.canvas.bounds(), 255));
    list.items.reverse();
}

fn plan_layer(show: &Show, scene: &Scene, layer: &Layer, at: ShowTime, pictures: &Pictures, list: &mut DisplayList) {
    let opacity = layout::weight(layer.opacity);
    if opacity == 0 {
        return;
    }
    let rect = layout::rect_on(layer, list.canvas);
    match &layer.content {
        Content::Color { color } => {
            let alpha = (u16::from(color.alpha) * u16::from(opacity) + 127) / 255;
            let item = fill(Yuv::of(*color), rect, alpha as u8);
            list.push(item);
            if item.is_opaque {
                list.hide_below(rect);
            }
        }
        Content::Pattern { .. } => {
            let frame = show.config.fps.frame_at(at);
            pattern::parts(rect, at, frame, |part, color| list.push(fill(color, part, opacity)));
            if opacity == 255 {
                list.hide_below(rect);
            }
        }
        Content::Gradient { .. } | Content::Image { .. } | Content::Text { .. } => {
            plan_picture(show, scene, layer, at, pictures, list, opacity);
        }
    }
}

fn plan_picture(
    show: &Show,
    scene: &Scene,
    layer: &Layer,
    at: ShowTime,
    pictures: &Pictures,
    list: &mut DisplayList,
    opacity: u8,
) {
    let Some(need) = need::need(show, scene, layer, at) else {
        return;
    };
    let found = pictures.find(&need);
    list.missing |= found.as_ref().is_none_or(|found| found.key != need.key);
    let Some(found) = found else {
        return;
    };
    let (x, y) = layout::corner(layer);
    // A picture stands in for another one at most a pixel away, because its chroma fits one parity only.
    let Parity { x: odd_x, y: odd_y } = found.picture.parity;
    let (x, y) = ((x & !1) | odd_x, (y & !1) | odd_y);
    let rect = Rect { x, y, width: found.picture.width, height: found.picture.height };
    let is_opaque = found.is_opaque && opacity == 255;
    list.push(Item { source: Source::Picture(found.key), rect, opacity, is_opaque });
    if is_opaque {
        list.hide_below(rect);
    }
}
