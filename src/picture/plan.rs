//! What a frame shows, as flat lists: a pure and total function of the show, the instant and the pictures that are ready.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::contents::text::crawl;
use super::ground::{each_inner, frame};
use super::list::{CANVAS, DisplayList, Item, MaskAt, Source};
use super::need::{self, LayerKey, Need, Part, View};
use super::pattern;
use super::pictures::{Found, Pictures};
use super::place::{self, Frame, Ground, pixel};
use super::prepared::Parity;
use super::yuv::Yuv;
use crate::show::Show;
use crate::show::geometry::Rect;
use crate::show::layer::{Content, Layer};
use crate::show::look::Blend;
use crate::show::text::Crawl;
use crate::show::time::ShowTime;

/// Scenes within each other end here; deciding refuses deeper ones.
const DEEPEST: usize = 16;

/// Fills `list` with what the program shows at `at`.
pub fn plan(show: &Show, at: ShowTime, pictures: &Pictures, list: &mut DisplayList) {
    let canvas = show.config.canvas();
    list.begin(canvas);
    // From the top, so that what is hidden is known; turned round at the end. The parts of one layer never overlap.
    if let Some(scene) = show.program_scene() {
        let view = View { ground: Ground::of_canvas(canvas), within: LayerKey::of_scene(&scene.id), at };
        let mut planning = Planning { show, pictures, list, depth: 0 };
        let onto = Onto { list: CANVAS, clip: canvas.bounds() };
        scene.layers.iter().rev().for_each(|layer| planning.layer(layer, view, onto));
    }
    list.list_mut(CANVAS).push(fill(Yuv::BLACK, canvas.bounds(), canvas.bounds(), 255));
    list.finish();
}

struct Planning<'a> {
    show: &'a Show,
    pictures: &'a Pictures,
    list: &'a mut DisplayList,
    depth: usize,
}

/// Where items go, and what of them is seen there.
#[derive(Clone, Copy)]
struct Onto {
    list: usize,
    clip: Rect,
}

fn fill(color: Yuv, rect: Rect, clip: Rect, opacity: u8) -> Item {
    let solid = if opacity == 255 { rect } else { Rect::default() };
    Item { source: Source::Fill(color), rect, clip, opacity, blend: Blend::Normal, mask: None, solid }
}

impl<'a> Planning<'a> {
    fn push(&mut self, onto: Onto, item: Item) {
        let list = self.list.list_mut(onto.list);
        list.push(item);
        list.hide_below(item.solid.intersection(item.clip));
    }

    fn layer(&mut self, layer: &'a Layer, view: View, onto: Onto) {
        let opacity = place::weight(layer.opacity);
        // What leaves a layout is hidden already, and still on its way out.
        if opacity == 0 || self.depth > DEEPEST || !(layer.visible || view.ground.is_slot) {
            return;
        }
        match &layer.content {
            Content::Color { color } if need::is_plain(layer) && layer.blend == Blend::Normal => {
                let alpha = (u16::from(color.alpha) * u16::from(opacity) + 127) / 255;
                let rect = view.ground.frame(layer).snapped();
                self.push(onto, fill(Yuv::of(*color), rect, onto.clip, alpha as u8));
            }
            Content::Pattern { .. } => self.pattern(layer, view, onto, opacity),
            Content::Group { .. } | Content::Layout { .. } | Content::Scene { .. } => {
                if let Some(frame) = frame(self.show, layer, view.ground) {
                    self.inner(layer, view, frame, onto, opacity);
                }
            }
            Content::Input { .. } | Content::Backdrop => {}
            Content::Color { .. }
            | Content::Gradient { .. }
            | Content::Image { .. }
            | Content::Shape(_)
            | Content::Text { .. } => {
                if let Some((crawl, place)) = need::crawl_box(layer, view.ground) {
                    self.crawl(layer, crawl, place, view, onto, opacity);
                } else if let Some(need) = need::need(self.show, layer, view) {
                    self.picture(layer, &need, view.ground.position(layer), onto, opacity);
                }
            }
        }
    }

    fn pattern(&mut self, layer: &Layer, view: View, onto: Onto, opacity: u8) {
        let rect = view.ground.frame(layer).snapped();
        let frame = self.show.config.fps.frame_at(view.at);
        let list = self.list.list_mut(onto.list);
        pattern::parts(rect, view.at, frame, |part, color| list.push(fill(color, part, onto.clip, opacity)));
        if opacity == 255 {
            list.hide_below(rect.intersection(onto.clip));
        }
    }

    fn find(&mut self, need: &Need<'_>) -> Option<Found<'a>> {
        let found = self.pictures.find(need);
        self.list.missing |= found.as_ref().is_none_or(|found| found.key != need.key);
        found
    }

    /// The text again and again along its way, over its panel.
    fn crawl(&mut self, layer: &'a Layer, crawl: &Crawl, place: Rect, view: View, onto: Onto, opacity: u8) {
        let Some(need) = need::need(self.show, layer, view) else { return };
        let Some(found) = self.find(&need) else { return };
        let (width, height) = (found.picture.width, found.picture.height);
        let sideways = crawl.direction.is_sideways();
        let (extent, length) = if sideways { (width, place.width) } else { (height, place.height) };
        let scaled = Crawl { speed: crawl.speed * view.ground.measure(), gap: crawl.gap * view.ground.measure(), ..*crawl };
        let since = self.show.program.as_ref().map_or(0, |program| program.since.micros());
        let inside = Onto { clip: onto.clip.intersection(place), ..onto };
        for offset in crawl::copies(&scaled, extent, length, view.at.micros(), since) {
            let (x, y) = if sideways { (place.x + offset, place.y) } else { (place.x, place.y + offset) };
            let Some(need) = need::need(self.show, layer, view) else { return };
            let need = need.at_parity(Parity::of(x, y));
            self.picture(layer, &need, (x.into(), y.into()), inside, opacity);
        }
        if let Some(panel) = need::panel(self.show, layer, view) {
            self.picture(layer, &panel, view.ground.position(layer), onto, opacity);
        }
    }

    fn picture(&mut self, layer: &Layer, need: &Need<'_>, anchor: (f64, f64), onto: Onto, opacity: u8) {
        let Some(found) = self.find(need) else { return };
        let rect = rect_of(&found, anchor);
        let is_solid = found.is_opaque && opacity == 255 && layer.blend == Blend::Normal;
        let item = Item {
            source: Source::Picture(found.key),
            rect,
            clip: onto.clip,
            opacity,
            blend: layer.blend,
            mask: None,
            solid: if is_solid { rect } else { Rect::default() },
        };
        self.push(onto, item);
    }

    /// Layers within a layer: painted straight where they belong if nothing is done to them as a whole, else aside first.
    fn inner(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto, opacity: u8) {
        let is_scene = matches!(layer.content, Content::Scene { .. });
        let clip = if is_scene { onto.clip.intersection(frame.snapped()) } else { onto.clip };
        self.depth += 1;
        if opacity == 255 && layer.blend == Blend::Normal && need::is_plain(layer) {
            self.each_inner(layer, view, frame, Onto { clip, ..onto });
        } else {
            self.around(layer, view, frame, onto, opacity, Part::Border);
            let aside = self.list.begin_aside();
            self.each_inner(layer, view, frame, Onto { list: aside, clip });
            self.aside(layer, view, frame, aside, onto, opacity);
            self.around(layer, view, frame, onto, opacity, Part::Shadow);
        }
        self.depth -= 1;
    }

    fn each_inner(&mut self, layer: &'a Layer, view: View, frame: Frame, onto: Onto) {
        each_inner(self.show, layer, view, frame, &mut |inner, view| self.layer(inner, view, onto));
    }

    /// The finished list of what is inside a layer, as one item.
    fn aside(&mut self, layer: &Layer, view: View, frame: Frame, aside: usize, onto: Onto, opacity: u8) {
        let mask = match self.mask(layer, view, frame) {
            Ok(mask) => mask,
            Err(NotReady) => return,
        };
        let mut hasher = DefaultHasher::new();
        view.within.inside(&layer.id).hash(&mut hasher);
        let Some((key, rect)) = self.list.finish_aside(aside, hasher.finish()) else { return };
        let source = Source::Surface(key);
        let item = Item { source, rect, clip: onto.clip, opacity, blend: layer.blend, mask, solid: Rect::default() };
        self.push(onto, item);
    }

    fn mask(&mut self, layer: &Layer, view: View, frame: Frame) -> Result<Option<MaskAt>, NotReady> {
        if layer.radius <= 0.0 && layer.mask.is_none() {
            return Ok(None);
        }
        let need = need::part(self.show, layer, view, frame, Part::Cover);
        let found = self.find(&need).ok_or(NotReady)?;
        let rect = rect_of(&found, view.ground.position(layer));
        Ok(Some(MaskAt { key: found.key, x: rect.x, y: rect.y }))
    }

    /// Border and shadow of a layer whose content moves by itself.
    fn around(&mut self, layer: &Layer, view: View, frame: Frame, onto: Onto, opacity: u8, part: Part) {
        let is_there = match part {
            Part::Border => layer.border.is_some(),
            Part::Shadow => layer.shadow.is_some(),
            Part::Whole | Part::Cover => false,
        };
        if is_there {
            let need = need::part(self.show, layer, view, frame, part);
            let Some(found) = self.find(&need) else { return };
            let rect = rect_of(&found, view.ground.position(layer));
            let source = Source::Picture(found.key);
            let (blend, mask, solid) = (Blend::Normal, None, Rect::default());
            self.push(onto, Item { source, rect, clip: onto.clip, opacity, blend, mask, solid });
        }
    }
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
