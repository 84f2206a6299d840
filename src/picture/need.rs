//! What a layer needs prepared at an instant, and a name for exactly that picture.
//!
//! The name is a hash of all that the picture depends on, so equal names mean equal pixels, and it is made without an
//! allocation: the tick thread does so for every layer of every frame.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::contents::text::TextBox;
use super::place::{self, Fitted, Frame, Ground, pixel, side};
use super::pose::Pose;
use super::prepared::Parity;
use crate::show::Show;
use crate::show::asset::{Asset, AssetKind};
use crate::show::color::Color;
use crate::show::field;
use crate::show::geometry::{Canvas, Rect};
use crate::show::ids::{AssetId, InputId, LayerId, SceneId};
use crate::show::layer::{Content, GradientShape, Layer, Shape, Stop};
use crate::show::look::{Border, Channel, Filter, Fit, Mask, Shadow};
use crate::show::motion::MAX_FILTERS;
use crate::show::text::{Crawl, TextStyle};
use crate::show::time::ShowTime;
use crate::show::transition::{Kind, Transition};

/// Names a picture by what it shows, and by where the pixel that it stands at lies among the samples of chroma.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureKey {
    pub content: u64,
    pub parity: Parity,
}

/// Names a layer of a scene, or of a scene within it, whatever it shows at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerKey(u64);

impl LayerKey {
    pub fn of_scene(scene: &SceneId) -> LayerKey {
        LayerKey(hashed(|hasher| scene.hash(hasher)))
    }

    pub fn inside(self, layer: &LayerId) -> LayerKey {
        LayerKey(hashed(|hasher| (self.0, layer).hash(hasher)))
    }
}

fn hashed(hash: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut hasher = DefaultHasher::new();
    hash(&mut hasher);
    hasher.finish()
}

pub struct Need<'a> {
    pub key: PictureKey,
    pub layer: LayerKey,
    pub work: Work<'a>,
    pub finish: Finish<'a>,
}

/// What is drawn, before it is finished.
pub enum Work<'a> {
    Paper {
        color: Color,
    },
    Gradient {
        from: Color,
        to: Color,
        shape: GradientShape,
        angle: f64,
        stops: &'a [Stop],
    },
    Image {
        id: &'a AssetId,
        asset: Option<&'a Asset>,
        fitted: Fitted,
    },
    Text {
        text: &'a str,
        style: &'a TextStyle,
        scale: f64,
        text_box: TextBox,
        fields: field::Context<'a>,
        /// Among them the fonts that it may be set in.
        assets: &'a BTreeMap<AssetId, Arc<Asset>>,
    },
    /// What is behind a text that crawls, and stays.
    Panel {
        style: &'a TextStyle,
        scale: f64,
        text_box: TextBox,
    },
    Shape {
        shape: &'a Shape,
        scale: f64,
    },
    /// White where the picture is bright.
    Luma {
        id: &'a AssetId,
        asset: Option<&'a Asset>,
    },
}

/// Which part of a finished layer is wanted. What moves brings its own content: only what is around it is prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Whole,
    /// White where the layer is seen.
    Cover,
    /// What lies below the content, and what lies above it.
    Shadow,
    Border,
}

/// What is done to the drawing.
pub struct Finish<'a> {
    pub part: Part,
    /// The layer's box; None if it is as large as the drawing.
    pub size: Option<(i32, i32)>,
    /// From the anchor's pixel to the box; None if the anchor's place within the drawing says it.
    pub corner: Option<(i32, i32)>,
    pub anchor: (f64, f64),
    pub radius: f64,
    pub border: Option<Border>,
    pub shadow: Option<Shadow>,
    pub mask: Option<(&'a Mask, Option<&'a Asset>)>,
    pub filters: &'a [Filter],
    /// Of the filters, at this instant.
    pub amounts: [f64; MAX_FILTERS as usize],
    pub rotation: f64,
}

impl Need<'_> {
    /// The same picture for another place.
    pub fn at_parity(mut self, parity: Parity) -> Self {
        self.key.parity = parity;
        self
    }

    /// Memory that the picture will take, roughly; the same before and after it is made.
    pub fn estimated_bytes(&self) -> usize {
        let pixels = |(width, height): (i32, i32)| width.max(0) as usize * height.max(0) as usize;
        let drawn = match (&self.work, self.finish.size) {
            (_, Some(size)) => pixels(size),
            // A glyph is about half as wide as it is high.
            (Work::Text { text, style, scale, text_box, .. }, None) => {
                let size = style.size * scale;
                pixels((text_box.width, text_box.height)).min((text.len() as f64 * size * size) as usize)
            }
            (_, None) => 0,
        };
        let around = self.finish.shadow.map_or(0.0, |shadow| 6.0 * shadow.blur);
        let drawn = drawn + (drawn as f64).sqrt() as usize * around as usize;
        // Turned by 45 degrees, a square needs twice its pixels.
        let drawn = if self.finish.rotation == 0.0 { drawn } else { 2 * drawn };
        // Luma and its alpha, and three planes of a quarter each; spans come to less than the rest of 3.
        3 * drawn
    }
}

/// Longest side of a picture. A layer that is larger shows this much of itself: it costs 50 MB then.
const LONGEST_SIDE: i32 = Canvas::MAX as i32;

/// Shown in place of an image that the show does not know.
const UNKNOWN_SIZE: (f64, f64) = (320.0, 180.0);

/// Where a layer is looked at: on which ground, by which name, and when.
#[derive(Clone, Copy)]
pub struct View {
    pub ground: Ground,
    pub within: LayerKey,
    pub at: ShowTime,
    /// When the scene came on air.
    pub taken: ShowTime,
    /// Of the layer that is looked at.
    pub pose: Pose,
}

impl View {
    /// On this ground, which is the canvas for what is on air.
    pub fn of_scene(ground: Ground, scene: &SceneId, (at, taken): (ShowTime, ShowTime)) -> View {
        let within = LayerKey::of_scene(scene);
        View { ground, within, at, taken, pose: Pose::default() }
    }

    /// The same view of a layer.
    pub fn of(self, layer: &Layer) -> View {
        View { pose: Pose::of(layer, self.at, self.taken), ..self }
    }

    pub fn position(&self) -> (f64, f64) {
        self.ground.position(&self.pose)
    }

    pub fn roams(&self) -> bool {
        self.ground.roams || self.pose.roams
    }
}

/// None if the layer is painted without a picture, or shows what moves.
pub fn need<'a>(show: &'a Show, layer: &'a Layer, view: View) -> Option<Need<'a>> {
    let View { ground, at, .. } = view;
    let scale = ground.measure();
    let (work, frame) = match &layer.content {
        Content::Color { color } if is_plain(layer, &view.pose) && color.alpha > 0 => return None,
        Content::Color { color } => (Work::Paper { color: *color }, Some(ground.frame(&view.pose))),
        Content::Gradient { from, to, shape, angle: _, stops } => {
            let work = Work::Gradient { from: *from, to: *to, shape: *shape, angle: view.pose.angle, stops };
            (work, Some(ground.frame(&view.pose)))
        }
        Content::Shape(shape) => (Work::Shape { shape, scale }, Some(ground.frame(&view.pose))),
        Content::Image { asset: id } => {
            let (work, frame) = image(show, layer, id, view);
            (work, Some(frame))
        }
        Content::Text { text, style } => {
            let frame = ground.frame(&view.pose);
            // It is never larger than the canvas, or what the canvas has grown to.
            let (most_wide, most_high) = ground.most(show.config.canvas());
            let text_box = TextBox {
                width: side(frame.width).min(most_wide),
                height: side(frame.height).min(most_high),
                width_given: layer.width.is_some() || ground.is_slot,
                height_given: layer.height.is_some() || ground.is_slot,
            };
            let fields = field::Context { at, since: Some(view.taken), timezone: style.timezone, values: &show.values };
            // A size that moves is a scale of the one that was set.
            let scale = scale * view.pose.size / style.size;
            (Work::Text { text, style, scale, text_box, fields, assets: &show.assets }, None)
        }
        Content::Pattern { .. }
        | Content::Input { .. }
        | Content::Scene { .. }
        | Content::Group { .. }
        | Content::Layout { .. }
        | Content::Levels(_)
        | Content::Effect(_)
        | Content::Jam(_)
        | Content::Feed { .. }
        | Content::Player { .. }
        | Content::Backdrop => return None,
    };
    let mut finish = finish(show, layer, view, frame, Part::Whole);
    if crawl_box(layer, view).is_some() {
        // It has no fixed place: whoever paints it puts its corner where it is due.
        (finish.corner, finish.rotation) = (Some((0, 0)), 0.0);
    }
    Some(named(work, finish, layer, view))
}

/// The box of a text that crawls.
pub fn crawl_box(layer: &Layer, view: View) -> Option<(&Crawl, Rect)> {
    match &layer.content {
        Content::Text { style, .. } => Some((style.crawl.as_ref()?, view.ground.frame(&view.pose).snapped())),
        _ => None,
    }
}

/// What stays behind a text that crawls.
pub fn panel<'a>(show: &'a Show, layer: &'a Layer, view: View) -> Option<Need<'a>> {
    let Content::Text { style, .. } = &layer.content else { return None };
    if style.crawl.is_none() || style.background.is_none() {
        return None;
    }
    let frame = view.ground.frame(&view.pose);
    let (width, height) = bounded(frame.snapped());
    let work = Work::Panel { style, scale: view.ground.measure(), text_box: TextBox::exactly(width, height) };
    let finish = Finish { filters: &[], ..finish(show, layer, view, Some(frame), Part::Cover) };
    Some(named(work, finish, layer, view))
}

/// What a transition can not be shown without: its mask, or the picture that hides the cut.
pub fn of_transition<'a>(show: &'a Show, transition: &'a Transition, sheet: Canvas) -> Option<Need<'a>> {
    let size = (sheet.width as i32, sheet.height as i32);
    let whole = Frame::of(sheet.bounds());
    let (work, id) = match &transition.kind {
        Kind::LumaWipe { asset: id, .. } => (Work::Luma { id, asset: show.assets.get(id).map(AsRef::as_ref) }, id),
        Kind::Stinger { asset: id, .. } => {
            // A clip is decoded while it runs.
            let asset = show.assets.get(id).map(AsRef::as_ref).filter(|asset| asset.kind == AssetKind::Image)?;
            let from = Frame { width: asset.width.into(), height: asset.height.into(), ..Frame::default() };
            (Work::Image { id, asset: Some(asset), fitted: Fitted { from, to: whole } }, id)
        }
        _ => return None,
    };
    let finish = Finish {
        part: Part::Whole,
        size: Some(size),
        corner: Some((0, 0)),
        anchor: (0.0, 0.0),
        radius: 0.0,
        border: None,
        shadow: None,
        mask: None,
        filters: &[],
        amounts: [0.0; MAX_FILTERS as usize],
        rotation: 0.0,
    };
    let content = hashed(|hasher| {
        hash_work(&work, hasher);
        hash_finish(&finish, hasher);
    });
    let layer = LayerKey(hashed(|hasher| id.hash(hasher)));
    Some(Need { key: PictureKey { content, parity: Parity::default() }, layer, work, finish })
}

/// The picture that stands in for an input that is lost.
pub fn fallback<'a>(show: &'a Show, layer: &'a Layer, input: &InputId, view: View, frame: Frame) -> Option<Need<'a>> {
    let id = show.inputs.get(input)?.fallback.as_ref()?;
    let asset = show.assets.get(id).map(AsRef::as_ref)?;
    let (width, height) = bounded(frame.snapped());
    let content = Frame { width: asset.width.into(), height: asset.height.into(), ..Frame::default() };
    let fitted = place::fitted(Fit::Contain, content, (width.into(), height.into()), view.ground.scale);
    let finish = Finish { border: None, shadow: None, ..finish(show, layer, view, Some(frame), Part::Whole) };
    Some(named(Work::Image { id, asset: Some(asset), fitted }, finish, layer, view))
}

/// What is prepared around moving content.
pub fn parts(layer: &Layer, pose: &Pose) -> impl Iterator<Item = Part> {
    let cover = (pose.radius > 0.0 || layer.mask.is_some()).then_some(Part::Cover);
    let shadow = pose.shadow.is_some().then_some(Part::Shadow);
    let border = pose.border.is_some().then_some(Part::Border);
    [shadow, cover, border].into_iter().flatten()
}

/// What is around the moving content of a layer whose box is `frame`.
pub fn part<'a>(show: &'a Show, layer: &'a Layer, view: View, frame: Frame, part: Part) -> Need<'a> {
    let finish = Finish { filters: &[], rotation: 0.0, ..finish(show, layer, view, Some(frame), part) };
    named(Work::Paper { color: Color::WHITE }, finish, layer, view)
}

/// Nothing but a rectangle of one colour.
pub fn is_plain(layer: &Layer, pose: &Pose) -> bool {
    pose.is_plain() && layer.mask.is_none() && layer.filters.is_empty()
}

fn image<'a>(show: &'a Show, layer: &'a Layer, id: &'a AssetId, view: View) -> (Work<'a>, Frame) {
    let asset = show.assets.get(id).map(AsRef::as_ref);
    let natural = asset.map_or(UNKNOWN_SIZE, |asset| (f64::from(asset.width), f64::from(asset.height)));
    let content = place::cropped(&view.pose.crop, natural);
    let ground = view.ground;
    let frame = ground.frame_of_natural(&view.pose, (content.width, content.height));
    let size = bounded(frame.snapped());
    let size = (f64::from(size.0), f64::from(size.1));
    (Work::Image { id, asset, fitted: place::fitted(layer.fit, content, size, ground.scale) }, frame)
}

/// The uploaded fonts that a style may mean: the one of that id, or else all that have a family of that name.
pub fn fonts_of<'a>(style: &'a TextStyle, assets: &'a BTreeMap<AssetId, Arc<Asset>>) -> impl Iterator<Item = &'a Asset> {
    let name = style.font.as_deref().unwrap_or_default();
    let is_font = |asset: &&Asset| asset.kind == AssetKind::Font;
    let by_id = assets.get(name).map(AsRef::as_ref).filter(is_font);
    // Nearly all texts name none: then nothing is searched.
    let searched = if by_id.is_some() || name.is_empty() { None } else { Some(assets.values().map(AsRef::as_ref)) };
    let has_family = move |asset: &&Asset| asset.families.iter().any(|family| family.eq_ignore_ascii_case(name));
    by_id.into_iter().chain(searched.into_iter().flatten().filter(is_font).filter(has_family))
}

fn bounded(rect: Rect) -> (i32, i32) {
    (rect.width.min(LONGEST_SIDE), rect.height.min(LONGEST_SIDE))
}

fn finish<'a>(show: &'a Show, layer: &'a Layer, view: View, frame: Option<Frame>, part: Part) -> Finish<'a> {
    let scale = view.ground.measure();
    let (x, y) = view.ground.position(&view.pose);
    let (size, corner) = match frame {
        None => (None, None),
        // What moves keeps its size, wherever between two pixels it is.
        Some(frame) if view.roams() => {
            let (across, down) = view.pose.anchor.place();
            let size = (place::side(frame.width).min(LONGEST_SIDE), place::side(frame.height).min(LONGEST_SIDE));
            (Some(size), Some((pixel(-frame.width * across), pixel(-frame.height * down))))
        }
        Some(frame) => {
            let rect = frame.snapped();
            (Some(bounded(rect)), Some((rect.x - pixel(x), rect.y - pixel(y))))
        }
    };
    let pose = &view.pose;
    let asset = |mask: &Mask| match mask {
        Mask::Image { asset, .. } => show.assets.get(asset).map(AsRef::as_ref),
        _ => None,
    };
    Finish {
        part,
        size,
        corner,
        anchor: pose.anchor.place(),
        radius: pose.radius * scale,
        border: pose.border.map(|border| Border { width: border.width * scale, ..border }),
        shadow: pose.shadow.map(|shadow| Shadow {
            x: shadow.x * scale,
            y: shadow.y * scale,
            blur: shadow.blur * scale,
            ..shadow
        }),
        mask: layer.mask.as_ref().map(|mask| (mask, asset(mask))),
        filters: &layer.filters,
        amounts: pose.amounts,
        rotation: pose.rotation,
    }
}

fn named<'a>(work: Work<'a>, finish: Finish<'a>, layer: &Layer, view: View) -> Need<'a> {
    let content = hashed(|hasher| {
        hash_work(&work, hasher);
        hash_finish(&finish, hasher);
    });
    let (x, y) = view.ground.position(&view.pose);
    let key = PictureKey { content, parity: Parity::of(pixel(x), pixel(y)) };
    // Its parts are different pictures, and none stands in for another.
    let layer = LayerKey(hashed(|hasher| (view.within.inside(&layer.id), finish.part).hash(hasher)));
    Need { key, layer, work, finish }
}

fn hash_work(work: &Work<'_>, hasher: &mut DefaultHasher) {
    match work {
        Work::Paper { color } => (0_u8, color).hash(hasher),
        Work::Gradient { from, to, shape, angle, stops } => {
            (1_u8, from, to, shape, angle.to_bits()).hash(hasher);
            stops.iter().for_each(|stop| (stop.at.to_bits(), stop.color).hash(hasher));
        }
        // An asset's id is made of its content; whether it is known decides about the placeholder.
        Work::Image { id, asset, fitted } => {
            (2_u8, id, asset.is_some()).hash(hasher);
            hash_frame(fitted.from, hasher);
            hash_frame(fitted.to, hasher);
        }
        Work::Text { text, style, scale, text_box, fields, assets } => {
            (3_u8, scale.to_bits(), text_box).hash(hasher);
            style.hash(hasher);
            field::hash(text, fields, hasher);
            fonts_of(style, assets).for_each(|font| font.id.hash(hasher));
        }
        Work::Luma { id, asset } => (6_u8, id, asset.is_some()).hash(hasher),
        Work::Panel { style, scale, text_box } => {
            (5_u8, scale.to_bits(), text_box).hash(hasher);
            style.hash(hasher);
        }
        Work::Shape { shape, scale } => {
            let Shape { shape, fill, stroke, stroke_width, path } = shape;
            (4_u8, shape, fill, stroke, (stroke_width * scale).to_bits(), path).hash(hasher);
        }
    }
}

fn hash_frame(frame: Frame, hasher: &mut DefaultHasher) {
    [frame.x, frame.y, frame.width, frame.height].map(f64::to_bits).hash(hasher);
}

fn hash_finish(finish: &Finish<'_>, hasher: &mut DefaultHasher) {
    let Finish { part, size, corner, anchor, radius, border, shadow, mask, filters, amounts, rotation } = finish;
    (part, size, corner, anchor.0.to_bits(), anchor.1.to_bits(), radius.to_bits(), rotation.to_bits()).hash(hasher);
    if let Some(Border { width, color }) = border {
        (1_u8, width.to_bits(), color).hash(hasher);
    }
    if let Some(Shadow { x, y, blur, color }) = shadow {
        (2_u8, x.to_bits(), y.to_bits(), blur.to_bits(), color).hash(hasher);
    }
    if let Some((mask, asset)) = mask {
        (3_u8, asset.is_some()).hash(hasher);
        hash_mask(mask, hasher);
    }
    filters.iter().zip(amounts).for_each(|(filter, amount)| {
        amount.to_bits().hash(hasher);
        hash_filter(filter, hasher);
    });
}

fn hash_mask(mask: &Mask, hasher: &mut DefaultHasher) {
    match mask {
        Mask::Image { asset, channel, invert } => (0_u8, asset, *channel == Channel::Alpha, invert).hash(hasher),
        Mask::Ellipse { invert } => (1_u8, invert).hash(hasher),
        Mask::Rectangle { radius, invert } => (2_u8, radius.to_bits(), invert).hash(hasher),
        Mask::Path { path, invert } => (3_u8, path, invert).hash(hasher),
    }
}

fn hash_filter(filter: &Filter, hasher: &mut DefaultHasher) {
    std::mem::discriminant(filter).hash(hasher);
    match filter {
        Filter::ChromaKey { color, amount: _, smoothness, spill } => {
            (color, smoothness.to_bits(), spill.to_bits()).hash(hasher);
        }
        Filter::LumaKey { amount: _, high, smoothness } => (high.to_bits(), smoothness.to_bits()).hash(hasher),
        Filter::Lut { asset, amount: _ } => asset.hash(hasher),
        Filter::Brightness { .. }
        | Filter::Contrast { .. }
        | Filter::Saturation { .. }
        | Filter::Hue { .. }
        | Filter::Blur { .. } => {}
    }
}
