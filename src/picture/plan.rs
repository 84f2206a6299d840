//! What a frame shows, as flat lists: a pure and total function of the show, the instant and the pictures that are ready.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::contents::text::crawl;
use super::ground::{each_inner, frame, kept};
use super::list::{CANVAS, DisplayList, Item, MaskAt, MixPlan, Source, SurfaceKey};
use super::need::{self, LayerKey, Need, Part, View};
use super::pattern;
use super::pictures::{Found, Pictures};
use super::place::{self, Frame, pixel};
use super::prepared::Parity;
use super::yuv::Yuv;
use crate::frame::video::{Films, VideoFrame};
use crate::show::Show;
use crate::show::geometry::Rect;
use crate::show::ids::{InputId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::look::Blend;
use crate::show::program::Mixed;
use crate::show::text::Crawl;
use crate::show::time::ShowTime;

/// Scenes within each other end here; deciding refuses deeper ones.
const DEEPEST: usize = 16;

/// Fills `list` with what the program shows at `at`.
pub fn plan(show: &Show, at: ShowTime, pictures: &Pictures, films: &dyn Films, list: &mut DisplayList) {
    list.begin(show.config.canvas());
    let mut planning = Planning { show, pictures, films, list, depth: 0 };
    match &show.program {
        Some(program) => match program.mixed_at(at) {
            Some(mixed) => planning.mix(&mixed, at),
            None => planning.scene(&program.scene, at, program.since, CANVAS),
        },
        None => planning.black(CANVAS),
    }
    list.finish();
}

struct Planning<'a> {
    show: &'a Show,
    pictures: &'a Pictures,
    films: &'a dyn Films,
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
    /// From the top, so that what is hidden is known; turned round at the end. The parts of one layer never overlap.
    fn scene(&mut self, id: &SceneId, at: ShowTime, taken: ShowTime, list: usize) {
        if let Some(scene) = self.show.scenes.get(id) {
            let view = View::of_scene(self.show, id, at, taken);
            let onto = Onto { list, clip: self.list.canvas().bounds() };
            scene.layers.iter().rev().for_each(|layer| self.layer(layer, view.of(layer), onto));
        }
        self.black(list);
    }

    fn black(&mut self, list: usize) {
        let bounds = self.list.canvas().bounds();
        self.list.list_mut(list).push(fill(Yuv::BLACK, bounds, bounds, 255));
    }

    fn mix(&mut self, mixed: &Mixed<'_>, at: ShowTime) {
        let picture = need::of_transition(self.show, mixed.transition);
        let picture = picture.and_then(|need| self.find(&need)).map(|found| found.key);
        let (from, to) = (self.canvas(mixed.from, at, mixed.from_taken), self.canvas(mixed.to, at, mixed.to_taken));
        let (transition, progress) = (mixed.transition.clone(), mixed.progress);
        self.list.show_mix(MixPlan { key: 0, from, to, transition, progress, picture });
    }

    /// A scene, painted aside.
    fn canvas(&mut self, scene: &SceneId, at: ShowTime, taken: ShowTime) -> SurfaceKey {
        let aside = self.list.begin_aside();
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
        match &layer.content {
            Content::Color { color } if need::is_plain(layer, &view.pose) && layer.blend == Blend::Normal => {
                let alpha = (u16::from(color.alpha) * u16::from(opacity) + 127) / 255;
                let rect = view.ground.frame(&view.pose).snapped();
                self.push(onto, fill(Yuv::of(*color), rect, onto.clip, alpha as u8));
            }
            Content::Pattern { .. } => self.pattern(view, onto, opacity),
            Content::Group { .. } | Content::Layout { .. } | Content::Scene { .. } => {
                if let Some(frame) = frame(self.show, layer, view) {
                    self.inner(layer, view, frame, onto, opacity);
                }
            }
            Content::Input { input } => {
                if let Some(frame) = frame(self.show, layer, view) {
                    self.input(layer, input, view, frame, onto, opacity);
                }
            }
            Content::Image { asset }
                if let Some(frame) = frame(self.show, layer, view)
                    && let Some(film) = self.films.moving(asset, view.at) =>
            {
                self.around(layer, view, frame, onto, opacity, Part::Border);
                self.film(layer, film, view, frame, onto, opacity);
                self.around(layer, view, frame, onto, opacity, Part::Shadow);
            }
            Content::Backdrop => {}
            Content::Color { .. }
            | Content::Gradient { .. }
            | Content::Image { .. }
            | Content::Shape(_)
            | Content::Text { .. } => {
                if let Some((crawl, place)) = need::crawl_box(layer, view) {
                    self.crawl(layer, crawl, place, view, onto, opacity);
                } else if let Some(need) = need::need(self.show, layer, view) {
                    self.picture(layer, &need, view.position(), onto, opacity);
                }
            }
        }
    }

    fn pattern(&mut self, view: View, onto: Onto, opacity: u8) {
        let rect = view.ground.frame(&view.pose).snapped();
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
        let since = view.taken.micros();
        let inside = Onto { clip: onto.clip.intersection(place), ..onto };
        for offset in crawl::copies(&scaled, extent, length, view.at.micros(), since) {
            let (x, y) = if sideways { (place.x + offset, place.y) } else { (place.x, place.y + offset) };
            let Some(need) = need::need(self.show, layer, view) else { return };
            let need = need.at_parity(Parity::of(x, y));
            self.picture(layer, &need, (x.into(), y.into()), inside, opacity);
        }
        if let Some(panel) = need::panel(self.show, layer, view) {
            self.picture(layer, &panel, view.position(), onto, opacity);
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
        if opacity == 255 && layer.blend == Blend::Normal && need::is_plain(layer, &view.pose) {
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

    fn input(&mut self, layer: &'a Layer, id: &'a InputId, view: View, frame: Frame, onto: Onto, opacity: u8) {
        self.around(layer, view, frame, onto, opacity, Part::Border);
        match self.films.film(id, view.at) {
            Some(film) => self.film(layer, film, view, frame, onto, opacity),
            None => {
                if let Some(need) = need::fallback(self.show, layer, id, view, frame) {
                    self.picture(layer, &need, view.position(), onto, opacity);
                }
            }
        }
        self.around(layer, view, frame, onto, opacity, Part::Shadow);
    }

    fn film(&mut self, layer: &Layer, film: Arc<VideoFrame>, view: View, frame: Frame, onto: Onto, opacity: u8) {
        let Ok(mask) = self.mask(layer, view, frame) else { return };
        let seen = Seen::of(&film, layer, frame, view);
        let is_opaque = film.alpha().is_none();
        let (rect, source) = match seen.exact(&film) {
            Some(corner) if is_opaque && mask.is_none() => (seen.rect, Source::Film(self.list.film(film, corner))),
            _ => {
                let mut hasher = DefaultHasher::new();
                view.within.inside(&layer.id).hash(&mut hasher);
                let bounds = seen.rect.even();
                let key = self.list.film_aside(film, seen.from, bounds, hasher.finish());
                (bounds, Source::Surface(key))
            }
        };
        let is_solid = is_opaque && opacity == 255 && layer.blend == Blend::Normal && layer.mask.is_none();
        let solid = if is_solid { seen.solid(view.pose.radius * view.ground.measure()) } else { Rect::default() };
        let clip = onto.clip.intersection(seen.rect);
        self.push(onto, Item { source, rect, clip, opacity, blend: layer.blend, mask, solid });
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
        if view.pose.radius <= 0.0 && layer.mask.is_none() {
            return Ok(None);
        }
        let need = need::part(self.show, layer, view, frame, Part::Cover);
        let found = self.find(&need).ok_or(NotReady)?;
        let rect = rect_of(&found, view.position());
        Ok(Some(MaskAt { key: found.key, x: rect.x, y: rect.y }))
    }

    /// Border and shadow of a layer whose content moves by itself.
    fn around(&mut self, layer: &Layer, view: View, frame: Frame, onto: Onto, opacity: u8, part: Part) {
        let is_there = match part {
            Part::Border => view.pose.border.is_some(),
            Part::Shadow => view.pose.shadow.is_some(),
            Part::Whole | Part::Cover => false,
        };
        if is_there {
            let need = need::part(self.show, layer, view, frame, part);
            let Some(found) = self.find(&need) else { return };
            let rect = rect_of(&found, view.position());
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

/// What of a decoded picture is seen, and where.
struct Seen {
    /// In its pixels.
    from: Frame,
    /// On the canvas.
    rect: Rect,
}

impl Seen {
    fn of(film: &VideoFrame, layer: &Layer, frame: Frame, view: View) -> Seen {
        let (width, height) = film.shown_size();
        let content = place::cropped(&view.pose.crop, (f64::from(width), f64::from(height)));
        // A picture that moves is fitted as one that does not.
        let is_image = matches!(layer.content, Content::Image { .. });
        let fit = if is_image { layer.fit } else { kept(layer.fit) };
        let fitted = place::fitted(fit, content, (frame.width, frame.height), view.ground.scale);
        let stored = f64::from(film.width) / f64::from(width.max(1));
        let from = Frame { x: fitted.from.x * stored, width: fitted.from.width * stored, ..fitted.from };
        let to = Frame { x: frame.x + fitted.to.x, y: frame.y + fitted.to.y, ..fitted.to };
        Seen { from, rect: to.snapped() }
    }

    /// The pixel at the corner, if pixels are shown one for one and chroma fits without being moved.
    fn exact(&self, film: &VideoFrame) -> Option<(usize, usize)> {
        let Rect { x, y, width, height } = self.rect;
        let from = self.from.snapped();
        let is_same = (from.width, from.height) == (width, height);
        let is_even = [x, y, from.x, from.y].iter().all(|place| place & 1 == 0);
        let is_inside = from.right() <= film.width as i32 && from.bottom() <= film.height as i32;
        (is_same && is_even && is_inside).then_some((from.x.max(0) as usize, from.y.max(0) as usize))
    }

    /// Where nothing can be seen through it: between its round corners.
    fn solid(&self, radius: f64) -> Rect {
        let radius = place::side(radius.ceil());
        Rect { y: self.rect.y + radius, height: (self.rect.height - 2 * radius).max(0), ..self.rect }
    }
}
