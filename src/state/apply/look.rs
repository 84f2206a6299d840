//! What a layer shows and how it looks: every value within its range, everything that it names there.

use std::ops::RangeInclusive;

use super::{asset, check_range, feed};
use crate::show::Show;
use crate::show::arrange::Arrange;
use crate::show::ids::{AssetId, InputId};
use crate::show::jam::layer::JamLayer;
use crate::show::layer::{Content, Crop, Layer, Shape};
use crate::show::length::Length;
use crate::show::levels::Levels;
use crate::show::light::effect::EffectLayer;
use crate::show::look::{Border, Filter, Mask, Shadow};
use crate::show::usage;
use crate::state::rejection::Rejection;

/// A crawl of several pages still fits.
const MAX_TEXT: usize = 10_000;
/// Eight canvases of the largest kind to each side: enough to move anything in from outside.
const FAR: f64 = 32_768.0;
/// Points of a drawn path.
const MAX_PATH: usize = 10_000;
const MAX_FILTERS: usize = 8;
const MAX_ANIMATIONS: usize = 32;
const MAX_STOPS: usize = 32;

/// Every asset that a layer itself (not what is inside it) uses is there, and can be what it is used as.
fn check_assets(show: &Show, layer: &Layer) -> Result<(), Rejection> {
    for (part, id) in usage::of_layer(layer) {
        match (asset::fits(show, id, part), part) {
            (Some(fits), _) => fits?,
            // The name of a family, or of none that is there, which is no mistake; and an animation is dark without it.
            (None, usage::Part::Font | usage::Part::Animation) => {}
            (None, _) => {
                let id = AssetId::new(id).map_err(|error| Rejection::Invalid { what: "layer", why: error.to_string() })?;
                return Err(Rejection::LayerNeedsAsset(layer.id.clone(), id));
            }
        }
    }
    Ok(())
}

pub(super) fn check_length(
    field: &'static str,
    length: Length,
    pixels: RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<(), Rejection> {
    match length {
        Length::Pixels(number) => check_range(field, number, pixels, allowed),
        Length::Percent(number) => check_range(field, number, -1_000.0..=1_000.0, "-1000% to 1000%"),
    }
}

pub(super) fn check_place(layer: &Layer) -> Result<(), Rejection> {
    check_length("x", layer.x, -FAR..=FAR, "-32768 to 32768")?;
    check_length("y", layer.y, -FAR..=FAR, "-32768 to 32768")?;
    for (field, side) in [("width", layer.width), ("height", layer.height)] {
        let side = side.unwrap_or(Length::Pixels(1.0));
        check_length(field, side, 1.0..=8192.0, "1 to 8192")?;
        check_range(field, side.number(), f64::MIN_POSITIVE..=f64::MAX, "more than 0")?;
    }
    check_range("rotation", layer.rotation, -36_000.0..=36_000.0, "-36000 to 36000 degrees")?;
    check_crop(&layer.crop)
}

fn check_crop(crop: &Crop) -> Result<(), Rejection> {
    for side in crop.sides() {
        check_length("crop", side, 0.0..=16_384.0, "0 to 16384")?;
        check_range("crop", side.number(), 0.0..=f64::MAX, "0 or more")?;
    }
    Ok(())
}

pub(super) fn check_look(layer: &Layer) -> Result<(), Rejection> {
    check_range("opacity", layer.opacity, 0.0..=1.0, "0 to 1")?;
    check_range("radius", layer.radius, 0.0..=4096.0, "0 to 4096")?;
    if let Some(Border { width, color: _ }) = layer.border {
        check_range("border.width", width, 0.0..=512.0, "0 to 512")?;
    }
    if let Some(Shadow { x, y, blur, color: _ }) = layer.shadow {
        check_range("shadow.x", x, -512.0..=512.0, "-512 to 512")?;
        check_range("shadow.y", y, -512.0..=512.0, "-512 to 512")?;
        check_range("shadow.blur", blur, 0.0..=256.0, "0 to 256")?;
    }
    match &layer.mask {
        Some(Mask::Rectangle { radius, .. }) => check_range("mask.radius", *radius, 0.0..=4096.0, "0 to 4096")?,
        Some(Mask::Path { path, .. }) => check_path("mask.path", path)?,
        Some(Mask::Image { .. } | Mask::Ellipse { .. }) | None => {}
    }
    if layer.filters.len() > MAX_FILTERS {
        return Err(Rejection::TooMany { what: "filters of a layer", limit: MAX_FILTERS });
    }
    if layer.animations.len() > MAX_ANIMATIONS {
        return Err(Rejection::TooMany { what: "animations of a layer", limit: MAX_ANIMATIONS });
    }
    for animation in &layer.animations {
        let invalid = |why| Rejection::Invalid { what: "animation", why };
        animation.check().map_err(|error| invalid(error.to_string()))?;
        if animation.property.is_heard() {
            return Err(invalid(format!("{} is of an input's sound, not of a layer", animation.property)));
        }
    }
    layer.filters.iter().try_for_each(check_filter)
}

fn check_filter(filter: &Filter) -> Result<(), Rejection> {
    let field = "filters.amount";
    match filter {
        Filter::Brightness { amount } => check_range(field, *amount, -1.0..=1.0, "-1 to 1"),
        Filter::Contrast { amount } | Filter::Saturation { amount } => check_range(field, *amount, 0.0..=4.0, "0 to 4"),
        Filter::Hue { amount } => check_range(field, *amount, -360.0..=360.0, "-360 to 360 degrees"),
        Filter::Blur { amount } => check_range(field, *amount, 0.0..=128.0, "0 to 128 pixels"),
        Filter::ChromaKey { color: _, amount, smoothness, spill } => {
            check_range(field, *amount, 0.0..=1.0, "0 to 1")?;
            check_range("filters.smoothness", *smoothness, 0.0..=1.0, "0 to 1")?;
            check_range("filters.spill", *spill, 0.0..=1.0, "0 to 1")
        }
        Filter::LumaKey { amount, high, smoothness } => {
            check_range(field, *amount, 0.0..=1.0, "0 to 1")?;
            check_range("filters.high", *high, 0.0..=1.0, "0 to 1")?;
            check_range("filters.smoothness", *smoothness, 0.0..=1.0, "0 to 1")
        }
        Filter::Lut { asset: _, amount } => check_range(field, *amount, 0.0..=1.0, "0 to 1"),
    }
}

fn check_path(field: &'static str, path: &str) -> Result<(), Rejection> {
    check_range(field, path.len() as f64, 0.0..=MAX_PATH as f64, "at most 10000 characters")
}

/// Of the content alone; layers inside it are checked by themselves.
pub(super) fn check_content(show: &Show, layer: &Layer) -> Result<(), Rejection> {
    check_assets(show, layer)?;
    match &layer.content {
        Content::Color { color: _ }
        | Content::Pattern { beep: _ }
        | Content::Image { asset: _ }
        | Content::Group { layers: _ }
        | Content::Player { part: _, color: _ }
        | Content::Backdrop => Ok(()),
        Content::Gradient { from: _, to: _, shape: _, angle, stops } => {
            if stops.len() > MAX_STOPS {
                return Err(Rejection::TooMany { what: "stops of a gradient", limit: MAX_STOPS });
            }
            stops.iter().try_for_each(|stop| check_range("stops.at", stop.at, 0.0..=1.0, "0 to 1"))?;
            check_range("angle", *angle, -3600.0..=3600.0, "-3600 to 3600")
        }
        Content::Text { text, style } => {
            style.check().map_err(|(field, value, allowed)| Rejection::OutOfRange { field, value, allowed })?;
            let length = text.chars().count() as f64;
            check_range("text's length", length, 0.0..=MAX_TEXT as f64, "at most 10000 characters")
        }
        Content::Shape(Shape { shape: _, fill: _, stroke: _, stroke_width, path }) => {
            check_range("stroke_width", *stroke_width, 0.0..=512.0, "0 to 512")?;
            check_path("path", path)
        }
        Content::Input { input } if show.inputs.contains_key(input) => Ok(()),
        Content::Input { input } => Err(Rejection::LayerNeedsInput(layer.id.clone(), input.clone())),
        Content::Levels(levels) => check_levels(show, layer, levels),
        Content::Effect(effect) => check_effect(show, effect),
        Content::Jam(jam) => check_jam(show, layer, jam),
        Content::Feed { feed } => feed::find(show, feed).map(drop),
        Content::Scene { scene } if show.scenes.contains_key(scene) => Ok(()),
        Content::Scene { scene } => Err(Rejection::LayerNeedsScene(layer.id.clone(), scene.clone())),
        Content::Layout { arrange, layers: _, moved: _ } => check_arrange(arrange),
    }
}

fn check_levels(show: &Show, layer: &Layer, levels: &Levels) -> Result<(), Rejection> {
    let Levels { input, shape: _, grow: _, bands, gap, from: _, to: _, floor_db } = levels;
    check_heard(show, layer, input.as_ref())?;
    check_range("bands", f64::from(*bands), 1.0..=f64::from(Levels::MAX_BANDS), "1 to 64")?;
    check_range("gap", *gap, 0.0..=256.0, "0 to 256")?;
    check_range("floor_db", *floor_db, -96.0..=-12.0, "-96 to -12")
}

fn check_heard(show: &Show, layer: &Layer, input: Option<&InputId>) -> Result<(), Rejection> {
    match input.filter(|input| !show.inputs.contains_key(*input)) {
        Some(input) => Err(Rejection::LayerNeedsInput(layer.id.clone(), input.clone())),
        None => Ok(()),
    }
}

fn check_effect(show: &Show, effect: &EffectLayer) -> Result<(), Rejection> {
    let EffectLayer { animation, parameters, palette, seed: _, columns, rows } = effect;
    animation.check(parameters).map_err(Rejection::Parameter)?;
    if let Some(palette) = palette.as_ref().filter(|palette| show.palette(palette).is_none()) {
        return Err(Rejection::NoPalette(palette.clone()));
    }
    check_matrix(*columns, *rows)
}

fn check_jam(show: &Show, layer: &Layer, jam: &JamLayer) -> Result<(), Rejection> {
    let JamLayer { jam: _, module: _, input, columns, rows } = jam;
    check_heard(show, layer, input.as_ref())?;
    check_matrix(*columns, *rows)
}

fn check_matrix(columns: u16, rows: u16) -> Result<(), Rejection> {
    check_range("columns", f64::from(columns), 1.0..=f64::from(EffectLayer::MAX_COLUMNS), "1 to 320")?;
    check_range("rows", f64::from(rows), 1.0..=f64::from(EffectLayer::MAX_ROWS), "1 to 180")
}

fn check_arrange(arrange: &Arrange) -> Result<(), Rejection> {
    let Arrange { order: _, gap, padding, columns, ratio, corner: _, inset, glide_ms } = arrange;
    check_range("arrange.gap", *gap, 0.0..=1024.0, "0 to 1024")?;
    check_range("arrange.padding", *padding, 0.0..=1024.0, "0 to 1024")?;
    check_range("arrange.columns", f64::from(*columns), 0.0..=64.0, "0 to 64")?;
    check_range("arrange.ratio", *ratio, 0.0..=10.0, "0 to 10")?;
    check_range("arrange.inset", *inset, 0.05..=0.9, "0.05 to 0.9")?;
    check_range("arrange.glide_ms", f64::from(*glide_ms), 0.0..=10_000.0, "0 to 10000")
}
