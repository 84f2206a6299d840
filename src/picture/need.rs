//! What a layer needs prepared at an instant, and a name for exactly that picture.
//!
//! The name is a hash of all that the picture depends on, so equal names mean equal pixels, and it is made without an
//! allocation: the tick thread does so for every layer of every frame.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::contents::text::TextBox;
use super::layout;
use super::prepared::Parity;
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::color::Color;
use crate::show::field;
use crate::show::geometry::Canvas;
use crate::show::ids::AssetId;
use crate::show::layer::{Content, Layer};
use crate::show::scene::Scene;
use crate::show::text::TextStyle;
use crate::show::time::ShowTime;

/// Names a picture by what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureKey(u64);

/// Names a layer of a scene, whatever it shows at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerKey(u64);

pub struct Need<'a> {
    pub key: PictureKey,
    pub layer: LayerKey,
    pub parity: Parity,
    pub work: Work<'a>,
}

pub enum Work<'a> {
    Gradient { from: Color, to: Color, angle: f64, size: (i32, i32) },
    Image { id: &'a AssetId, asset: Option<&'a Asset>, size: (i32, i32) },
    Text { text: &'a str, style: &'a TextStyle, text_box: TextBox, fields: field::Context<'a> },
}

impl Need<'_> {
    /// Memory that the picture will take, roughly; the same before and after it is made.
    pub fn estimated_bytes(&self) -> usize {
        let pixels = |(width, height): (i32, i32)| width.max(0) as usize * height.max(0) as usize;
        let pixels = match &self.work {
            Work::Gradient { size, .. } | Work::Image { size, .. } => pixels(*size),
            // A glyph is about half as wide as it is high.
            Work::Text { text, style, text_box, .. } => {
                pixels((text_box.width, text_box.height)).min((text.len() as f64 * style.size * style.size) as usize)
            }
        };
        // Luma and its alpha, and three planes of a quarter each; spans come to less than the rest of 3.
        3 * pixels
    }
}

/// Longest side of a picture. A layer that is larger shows this much of itself: it costs 50 MB then.
const LONGEST_SIDE: i32 = Canvas::MAX as i32;

/// Shown in place of an image that the show does not know.
const UNKNOWN_SIZE: (u32, u32) = (320, 180);

/// None if the layer is painted without a picture.
pub fn need<'a>(show: &'a Show, scene: &Scene, layer: &'a Layer, at: ShowTime) -> Option<Need<'a>> {
    let work = work(show, layer, at)?;
    let (x, y) = layout::corner(layer);
    let parity = Parity::of(x, y);
    let mut hasher = DefaultHasher::new();
    parity.hash(&mut hasher);
    hash(&work, &mut hasher);
    let key = PictureKey(hasher.finish());
    let mut hasher = DefaultHasher::new();
    (&scene.id, &layer.id).hash(&mut hasher);
    Some(Need { key, layer: LayerKey(hasher.finish()), parity, work })
}

fn work<'a>(show: &'a Show, layer: &'a Layer, at: ShowTime) -> Option<Work<'a>> {
    let canvas = show.config.canvas();
    let bounded = |(width, height): (i32, i32)| (width.min(LONGEST_SIDE), height.min(LONGEST_SIDE));
    match &layer.content {
        Content::Color { .. } | Content::Pattern { .. } => None,
        Content::Gradient { from, to, angle } => {
            let size = bounded(layout::size_on(layer, canvas));
            Some(Work::Gradient { from: *from, to: *to, angle: *angle, size })
        }
        Content::Image { asset: id } => {
            let asset = show.assets.get(id).map(AsRef::as_ref);
            let natural = asset.map_or(UNKNOWN_SIZE, |asset| (asset.width, asset.height));
            Some(Work::Image { id, asset, size: bounded(layout::size_of_image(layer, natural)) })
        }
        Content::Text { text, style } => {
            // A size that is given cuts the text off; it is never larger than the canvas.
            let (width, height) = layout::size_on(layer, canvas);
            let text_box = TextBox {
                width: width.min(canvas.width as i32),
                height: height.min(canvas.height as i32),
                width_given: layer.width.is_some(),
                height_given: layer.height.is_some(),
            };
            let since = show.program.as_ref().map(|program| program.since);
            let fields = field::Context { at, since, timezone: style.timezone, values: &|_| None };
            Some(Work::Text { text, style, text_box, fields })
        }
    }
}

fn hash(work: &Work<'_>, hasher: &mut DefaultHasher) {
    match work {
        Work::Gradient { from, to, angle, size } => (0_u8, from, to, angle.to_bits(), size).hash(hasher),
        // An asset's id is made of its content; whether it is known decides about the placeholder.
        Work::Image { id, asset, size } => (1_u8, id, asset.is_some(), size).hash(hasher),
        Work::Text { text, style, text_box, fields } => {
            (2_u8, text_box).hash(hasher);
            style.hash(hasher);
            field::hash(text, fields, hasher);
        }
    }
}
