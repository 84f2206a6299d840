//! What a frame shows, as flat lists: a pure and total function of the show, the instant and the pictures that are ready.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::contents::text::crawl;
use super::filtered::Steps;
use super::ground::{each_inner, frame};
use super::job::turned_bounds;
use super::levels;
use super::list::{CANVAS, DisplayList, Item, List, MaskAt, MixPlan, Source, SurfaceKey};
use super::need::{self, LayerKey, Need, Part, View};
use super::pattern;
use super::pictures::{Found, Pictures};
use super::place::{self, Frame, Ground, pixel};
use super::pose::Pose;
use super::prepared::Parity;
use super::seen::Seen;
use super::yuv::Yuv;
use crate::frame::video::{Films, VideoFrame};
use crate::show::Show;
use crate::show::asset::AssetKind;
use crate::show::color::Color;
use crate::show::geometry::{Canvas, Rect};
use crate::show::ids::SceneId;
use crate::show::layer::{Content, Layer};
use crate::show::levels::Levels;
use crate::show::lit::Lit;
use crate::show::look::{Blend, Filter, Shadow};
use crate::show::program::Mixed;
use crate::show::text::Crawl;
use crate::show::time::ShowTime;
use crate::show::transition::{Kind, Transition};

/// Scenes within each other end here; deciding refuses deeper ones.
const DEEPEST: usize = 16;

/// Fills `list` with what the program shows at `at`.
pub fn plan(show: &Show, at: ShowTime, pictures: &Pictures, films: &dyn Films, list: &mut DisplayList) {
    plan_on(show, show.config.canvas(), at, pictures, films, list);
}

/// The same on a sheet of another size: everything is laid out and drawn larger or smaller, not scaled afterwards.
pub fn plan_on(show: &Show, sheet: Canvas, at: ShowTime, pictures: &Pictures, films: &dyn Films, list: &mut DisplayList) {
    list.begin(sheet);
    let ground = Ground::on_sheet(show.config.canvas(), sheet);
    let mut planning = Planning { show, pictures, films, list, ground, depth: 0 };
    match &show.program {
        Some(program) => match program.mixed_at(at) {
            Some(mixed) => planning.mix(&mixed, at),
            None => planning.scene(&program.scene, at, program.since, CANVAS),
        },
        None => planning.black(CANVAS),
    }
    list.finish();
}

/// Fills `list` with one scene, whatever is on air, laid out on a sheet of this size.
pub fn plan_scene(
    show: &Show,
    (scene, sheet): (&SceneId, Canvas),
    (at, taken): (ShowTime, ShowTime),
    pictures: &Pictures,
    films: &dyn Films,
    list: &mut DisplayList,
) {
    list.begin(sheet);
    let mut planning = Planning { show, pictures, films, list, ground: Ground::of_canvas(sheet), depth: 0 };
    planning.scene(scene, at, taken, CANVAS);
    list.finish();
}

struct Planning<'a> {
    show: &'a Show,
    pictures: &'a Pictures,
    films: &'a dyn Films,
    list: &'a mut DisplayList,
    /// What scenes are laid out on.
    ground: Ground,
    depth: usize,
}

/// Where the items of a layer go, what of them is seen there, and how.
#[derive(Clone, Copy)]
struct Onto {
    list: usize,
    clip: Rect,
    opacity: u8,
    blend: Blend,
}

impl Onto {
    /// All of a list.
    fn whole(list: usize, clip: Rect) -> Onto {
        Onto { list, clip, opacity: 255, blend: Blend::Normal }
    }

    /// Whether what is laid there hides what is below it, if it is opaque itself.
    fn hides(&self) -> bool {
        self.opacity == 255 && self.blend == Blend::Normal
    }

    fn item(&self, source: Source, rect: Rect) -> Item {
        let Onto { clip, opacity, blend, .. } = *self;
        Item { source, rect, clip, opacity, blend, mask: None, solid: Rect::default() }
    }

    /// A fill that may be translucent.
    fn tinted(&self, color: Color, rect: Rect) -> Item {
        let opacity = (u16::from(color.alpha) * u16::from(self.opacity) + 127) / 255;
        Onto { opacity: opacity as u8, ..*self }.fill(Yuv::of(color), rect)
    }

    fn fill(&self, color: Yuv, rect: Rect) -> Item {
        let solid = if self.hides() { rect } else { Rect::default() };
        Item { solid, ..self.item(Source::Fill(color), rect) }
    }
}

impl<'a> Planning<'a> {
    /// From the top, so that what is hidden is known; turned round at the end. The parts of one layer never overlap.
    fn scene(&mut self, id: &SceneId, at: ShowTime, taken: ShowTime, list: usize) {
        if let Some(scene) = self.show.scenes.get(id) {
            let view = View::of_scene(self.ground, id, (at, taken));
            let onto = Onto::whole(list, self.list.canvas().bounds());
            scene.layers.iter().rev().for_each(|layer| self.layer(layer, view.of(layer), onto));
        }
        self.black(list);
    }

    fn black(&mut self, list: usize) {
        let bounds = self.list.canvas().bounds();
        self.list.list_mut(list).push(Onto::whole(list, bounds).fill(Yuv::BLACK, bounds));
    }

    fn mix(&mut self, mixed: &Mixed<'_>, at: ShowTime) {
        let picture = need::of_transition(self.show, mixed.transition, self.list.canvas());
        let picture = picture.and_then(|need| self.find(&need)).map(|found| found.key);
        let (from, to) = (self.canvas(mixed.from, at, mixed.from_taken), self.canvas(mixed.to, at, mixed.to_taken));
        let (transition, progress) = (mixed.transition.clone(), mixed.progress);
        let clip = self.clip(&transition, at);
        self.list.show_mix(MixPlan { key: 0, from, to, transition, progress, picture, clip });
    }

    /// What a stinger's clip shows, stretched over the canvas.
    fn clip(&mut self, transition: &Transition, at: ShowTime) -> Option<SurfaceKey> {
        let Kind::Stinger { asset, .. } = &transition.kind else { return None };
        self.show.assets.get(asset).filter(|asset| asset.kind == AssetKind::Video)?;
        let film = self.films.stinger(asset, at)?;
        let (width, height) = (f64::from(film.width), f64::from(film.height));
        let bounds = self.list.canvas().bounds();
        let mut hasher = DefaultHasher::new();
        "stinger".hash(&mut hasher);
        let from = Frame { x: 0.0, y: 0.0, width, height };
        Some(self.list.film_aside(film, (from, bounds), bounds, hasher.finish()))
    }

    /// A scene, painted aside.
    fn canvas(&mut self, scene: &SceneId, at: ShowTime, taken: ShowTime) -> SurfaceKey {
        let aside = self.list.begin_aside(self.list.canvas().bounds());
        self.scene(scene, at, taken, aside);
        let mut hasher = DefaultHasher::new();
        LayerKey::of_scene(scene).hash(&mut hasher);
        self.list.finish_canvas_aside(aside, hasher.finish())
    }

    fn push(&mut self, onto: Onto, item: Item) {
        let list = self.list.list_mut(onto.list);
        list.push(item);
        list.hide_below(item.solid.intersection(item.clip));
    }

    fn layer(&mut self, layer: &'a Layer, view: View, onto: Onto) {
        let opacity = place::weight(view.pose.opacity);
        // What leaves a layout is hidden already, and still on its way out.
        if opacity == 0 || self.depth > DEEPEST || !(layer.visible || view.ground.is_slot) {
            return;
        }
        let onto = Onto { opacity, blend: layer.blend, ..onto };
        match frame(self.show, layer, view) {
            Some(frame) if view.pose.rotation != 0.0 => self.turned(layer, view, frame, onto),
            Some(frame) => self.living(layer, view, frame, onto),
            None => self.still(layer, view, onto),
        }
    }

    /// What is painted from a finished picture, or plainly.
    fn still(&mut self, layer: &'a Layer, view: View, onto: Onto) {
        match &layer.content {
            Content::Color { color } if need::is_plain(layer, &view.pose) => {
                let rect = view.ground.frame(&view.pose).snapped();
                self.push(onto, onto.tinted(*color, rect));
            }
            Content::Pattern { .. } => self.pattern(view, onto),
            _ => {
                if let Some((crawl, place)) = need::crawl_box(layer, view) {
                    self.crawl(layer, crawl, place, view, onto);
                } else if let Some(need) = need::need(self.show, layer, view) {
                    self.picture(&need, view.position(), onto);
                }
            }
        }
    }

    /// What has a box, and something within it that is not a finished picture.
    fn living(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto) {
        match &layer.content {
            Content::Group { .. } | Content::Layout { .. } | Content::Scene { .. } => self.inner(layer, view, frame, onto),
            Content::Input { input } => match self.films.film(input, view.at) {
                Some(film) => {
                    self.dressed(layer, view, frame, onto, |planning| planning.film(layer, film, view, frame, onto))
                }
                None => self.dressed(layer, view, frame, onto, |planning| {
                    if let Some(need) = need::fallback(planning.show, layer, input, view, frame) {
                        planning.picture(&need, view.position(), onto);
                    }
                }),
            },
            Content::Image { asset } => match self.films.moving(asset, view.at) {
                Some(film) => {
                    self.dressed(layer, view, frame, onto, |planning| planning.film(layer, film, view, frame, onto))
                }
                None => self.still(layer, view, onto),
            },
            Content::Levels(levels) => self.levels(layer, levels, view, frame, onto),
            Content::Effect(_) | Content::Jam(_) | Content::Feed { .. } => {
                // An effect's first frame comes within a few. While there is nothing, what is below is seen.
                if let Some(film) = self.made(&layer.content, view) {
                    self.dressed(layer, view, frame, onto, |planning| planning.film(layer, film, view, frame, onto));
                }
            }
            Content::Backdrop => {
                self.dressed(layer, view, frame, onto, |planning| planning.backdrop(layer, view, frame, onto));
            }
            _ => {}
        }
    }

    fn made(&self, content: &Content, view: View) -> Option<Arc<VideoFrame>> {
        match content {
            Content::Feed { feed } => self.films.feed(feed, view.at),
            _ => self.films.lit(Lit::of(content)?, self.show.config.fps, view.at),
        }
    }

    /// Border and shadow around what moves by itself.
    fn dressed(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto, content: impl FnOnce(&mut Self)) {
        self.around(layer, view, frame, onto, Part::Border);
        content(self);
        self.around(layer, view, frame, onto, Part::Shadow);
    }

    /// What moves by itself is painted upright, with all that is around it, and then turned as a whole.
    fn turned(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto) {
        // What is turned back from what is looked at: nothing else can be seen.
        let sight = turned_bounds(onto.clip, -view.pose.rotation, view.position()).grown(2).even();
        let reach =
            |shadow: Shadow| place::side((shadow.x.abs() + shadow.y.abs() + 3.0 * shadow.blur) * view.ground.measure());
        let margin = view.pose.shadow.map_or(0, reach) + self.steps(layer, view).margin();
        // Layers may stand outside of their group.
        let is_open = matches!(layer.content, Content::Group { .. } | Content::Layout { .. });
        let bounds = if is_open { sight } else { frame.snapped().grown(margin + 2).even().intersection(sight) };
        let bounds = bounds.intersection(FARTHEST);
        let aside = self.list.begin_aside(bounds);
        let upright = View { pose: Pose { rotation: 0.0, ..view.pose }, ..view };
        self.living(layer, upright, frame, Onto::whole(aside, bounds));
        let place = place_of(layer, view, "turned");
        let Some(found) = self.list.finish_aside(aside, 0, place) else { return };
        let (key, rect) = self.list.turned(found, view.pose.rotation, view.position(), (onto.list, place));
        self.push(onto, onto.item(Source::Surface(key), rect));
    }

    fn pattern(&mut self, view: View, onto: Onto) {
        let rect = view.ground.frame(&view.pose).snapped();
        let frame = self.show.config.fps.frame_at(view.at);
        let list = self.list.list_mut(onto.list);
        pattern::parts(rect, view.at, frame, |part, color| {
            list.push(onto.fill(color, part));
        });
        if onto.hides() {
            list.hide_below(rect.intersection(onto.clip));
        }
    }

    fn find(&mut self, need: &Need<'_>) -> Option<Found<'a>> {
        let found = self.pictures.find(need);
        self.list.missing |= found.as_ref().is_none_or(|found| found.key != need.key);
        found
    }

    /// The text again and again along its way, over its panel.
    fn crawl(&mut self, layer: &'a Layer, crawl: &Crawl, place: Rect, view: View, onto: Onto) {
        let Some(need) = need::need(self.show, layer, view) else { return };
        let Some(found) = self.find(&need) else { return };
        let (width, height) = (found.picture.width, found.picture.height);
        let sideways = crawl.direction.is_sideways();
        let (extent, length) = if sideways { (width, place.width) } else { (height, place.height) };
        let scaled = Crawl { speed: crawl.speed * view.ground.measure(), gap: crawl.gap * view.ground.measure(), ..*crawl };
        let since = view.taken.micros();
        let inside = Onto { clip: onto.clip.intersection(place), ..onto };
        for offset in crawl::copies(&scaled, extent, length, view.at.micros(), since) {
            let (x, y) = if sideways { (place.x + offset, place.y) } else { (place.x, place.y + offset) };
            let Some(need) = need::need(self.show, layer, view) else { return };
            let need = need.at_parity(Parity::of(x, y));
            self.picture(&need, (x.into(), y.into()), inside);
        }
        if let Some(panel) = need::panel(self.show, layer, view) {
            self.picture(&panel, view.position(), onto);
        }
    }

    fn picture(&mut self, need: &Need<'_>, anchor: (f64, f64), onto: Onto) {
        let Some(found) = self.find(need) else { return };
        let rect = rect_of(&found, anchor);
        let solid = if found.is_opaque && onto.hides() { rect } else { Rect::default() };
        self.push(onto, Item { solid, ..onto.item(Source::Picture(found.key), rect) });
    }

    /// Layers within a layer: painted straight where they belong if nothing is done to them as a whole, else aside first.
    fn inner(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto) {
        let is_scene = matches!(layer.content, Content::Scene { .. });
        let clip = if is_scene { onto.clip.intersection(frame.snapped()) } else { onto.clip };
        self.depth += 1;
        if onto.hides() && need::is_plain(layer, &view.pose) {
            self.each_inner(layer, view, frame, Onto { clip, ..onto });
        } else {
            self.dressed(layer, view, frame, onto, |planning| {
                let aside = planning.list.begin_aside(onto.clip);
                planning.each_inner(layer, view, frame, Onto::whole(aside, clip));
                planning.aside(layer, view, frame, aside, onto);
            });
        }
        self.depth -= 1;
    }

    /// What sound looks like: plain rectangles, painted straight where they belong if nothing is done to them as a whole.
    fn levels(&mut self, layer: &'a Layer, levels: &'a Levels, view: View, frame: Frame, onto: Onto) {
        let sight = self.films.sight(levels.input.as_ref(), view.at);
        let parts = |list: &mut List, onto: Onto| {
            let onto = Onto { clip: onto.clip.intersection(frame.snapped()), ..onto };
            levels::parts(levels, frame.snapped(), view.ground.measure(), sight.as_deref(), |part, color| {
                list.push(onto.tinted(color, part));
            });
        };
        if need::is_plain(layer, &view.pose) {
            return parts(self.list.list_mut(onto.list), onto);
        }
        self.dressed(layer, view, frame, onto, |planning| {
            let aside = planning.list.begin_aside(onto.clip);
            let list = planning.list.list_mut(aside);
            list.keep_extent(frame.snapped());
            parts(list, Onto::whole(aside, onto.clip));
            planning.aside(layer, view, frame, aside, onto);
        });
    }

    fn each_inner(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto) {
        each_inner(self.show, layer, view, frame, &mut |inner, view| self.layer(inner, view, onto));
    }

    fn film(&mut self, layer: &'a Layer, film: Arc<VideoFrame>, view: View, frame: Frame, onto: Onto) {
        let Ok(mask) = self.mask(layer, view, frame) else { return };
        let seen = Seen::of(&film, layer, frame, view);
        if !self.list.list(onto.list).shows(seen.rect.intersection(onto.clip)) {
            return;
        }
        let steps = self.steps(layer, view);
        let is_opaque = film.alpha().is_none();
        let (rect, source) = match seen.exact(&film) {
            Some(corner) if is_opaque && mask.is_none() && steps.is_empty() => {
                (seen.rect, Source::Film(self.list.film(film, corner)))
            }
            _ => {
                let (whole, place) = (seen.rect.even(), place_of(layer, view, "film"));
                // Of what is larger than the canvas, only what is looked at.
                let bounds = whole.intersection(onto.clip.grown(steps.margin())).even().intersection(whole);
                let key = self.list.film_aside(film, (seen.from, whole), bounds, place);
                let is_opaque = is_opaque && steps.keep_opaque();
                (bounds, Source::Surface(self.list.filtered(key, steps.clone(), is_opaque, bounds, place)))
            }
        };
        let is_solid = is_opaque && steps.keep_opaque() && onto.hides() && layer.mask.is_none();
        let solid = if is_solid { seen.solid(view.pose.radius * view.ground.measure()) } else { Rect::default() };
        let solid = mask.as_ref().map_or(solid, |mask| solid.intersection(mask.sure));
        let mask = mask.map(|mask| mask.at);
        let onto = Onto { clip: onto.clip.intersection(seen.rect), ..onto };
        self.push(onto, Item { mask, solid, ..onto.item(source, rect) });
    }

    /// The finished list of what is inside a layer, as one item.
    fn aside(&mut self, layer: &'a Layer, view: View, frame: Frame, aside: usize, onto: Onto) {
        let Ok(mask) = self.mask(layer, view, frame) else { return };
        let mask = mask.map(|mask| mask.at);
        let (steps, place) = (self.steps(layer, view), place_of(layer, view, "group"));
        let Some((key, rect)) = self.list.finish_aside(aside, steps.margin(), place) else { return };
        let key = self.list.filtered(key, steps, false, rect, place);
        self.push(onto, Item { mask, ..onto.item(Source::Surface(key), rect) });
    }

    /// What is below, seen through filters.
    fn backdrop(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto) {
        let Ok(mask) = self.mask(layer, view, frame) else { return };
        let mask = mask.map(|mask| mask.at);
        let steps = self.steps(layer, view);
        let rect = frame.snapped();
        let bounds = rect.intersection(onto.clip).grown(steps.margin()).even();
        let onto = Onto { clip: onto.clip.intersection(rect), ..onto };
        // Its surface is known when what is below it is.
        let item = Item { mask, ..onto.item(Source::Surface(SurfaceKey::default()), bounds) };
        let (is_opaque, place) = (steps.keep_opaque(), place_of(layer, view, "backdrop"));
        self.list.push_glass(onto.list, item, bounds, steps, is_opaque, place);
    }

    /// The filters of a layer that moves by itself.
    fn steps(&self, layer: &'a Layer, view: View) -> Steps {
        let is_cheap = |filter: &Filter| !matches!(filter, Filter::Blur { .. } | Filter::Lut { .. });
        let is_hurried = self.list.is_hurried();
        let filters = layer.filters.iter().zip(view.pose.amounts).filter(|(filter, _)| !is_hurried || is_cheap(filter));
        Steps::of(filters, view.ground.measure(), |filter| match filter {
            Filter::Lut { asset, .. } => self.pictures.table(asset),
            _ => None,
        })
    }

    fn mask(&mut self, layer: &Layer, view: View, frame: Frame) -> Result<Option<Mask>, NotReady> {
        if view.pose.radius <= 0.0 && layer.mask.is_none() {
            return Ok(None);
        }
        let need = need::part(self.show, layer, view, frame, Part::Cover);
        let found = self.find(&need).ok_or(NotReady)?;
        let rect = rect_of(&found, view.position());
        let sure = if found.key == need.key { rect } else { Rect::default() };
        Ok(Some(Mask { at: MaskAt { key: found.key, x: rect.x, y: rect.y }, sure }))
    }

    /// Border and shadow of a layer whose content moves by itself.
    fn around(&mut self, layer: &Layer, view: View, frame: Frame, onto: Onto, part: Part) {
        let is_there = match part {
            Part::Border => view.pose.border.is_some(),
            Part::Shadow => view.pose.shadow.is_some(),
            Part::Whole | Part::Cover => false,
        };
        if is_there {
            let need = need::part(self.show, layer, view, frame, part);
            let Some(found) = self.find(&need) else { return };
            let onto = Onto { blend: Blend::Normal, ..onto };
            self.push(onto, onto.item(Source::Picture(found.key), rect_of(&found, view.position())));
        }
    }
}

/// Names what is painted aside for a layer, whatever it shows.
fn place_of(layer: &Layer, view: View, stage: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (view.within.inside(&layer.id), stage).hash(&mut hasher);
    hasher.finish()
}

/// Nothing that is farther from the canvas is painted aside.
const FARTHEST: Rect = Rect { x: -4096, y: -4096, width: 16_384, height: 16_384 };

struct Mask {
    at: MaskAt,
    /// What it surely says something of: nothing, while another one stands in for it.
    sure: Rect,
}

/// What a layer can not be painted without is not ready yet.
struct NotReady;

/// Where a picture lies whose anchor is here.
fn rect_of(found: &Found<'_>, (x, y): (f64, f64)) -> Rect {
    let picture = found.picture;
    let (x, y) = (pixel(x) + picture.offset.0, pixel(y) + picture.offset.1);
    // A picture stands in for another one at most a pixel away, because its chroma fits one parity only.
    let Parity { x: odd_x, y: odd_y } = picture.parity;
    Rect { x: (x & !1) | odd_x, y: (y & !1) | odd_y, width: picture.width, height: picture.height }
}
