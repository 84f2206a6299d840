//! What a source shows: colours, pictures and slide shows here; text and what plays in files of their own.

use std::sync::Arc;

use super::data::Data;
use super::files::{base_name, find};
use super::place::Natural;
use super::report::About;
use super::scene::{Conversion, Place};
use super::{input, text};
use crate::show::asset::{Asset, AssetKind};
use crate::show::easing::Easing;
use crate::show::ids::LayerId;
use crate::show::layer::{Content, Layer};
use crate::show::length::Length;
use crate::show::look::{Fit, Shadow};
use crate::show::motion::{After, Animation, Keyframe, Property, Start};

/// Of a slide show: each is decoded, and stays in memory.
const MOST_SLIDES: usize = 32;

pub struct Shown {
    pub content: Content,
    pub natural: Natural,
    pub shadow: Option<Shadow>,
}

impl Shown {
    pub fn new(content: Content, natural: Natural) -> Self {
        Self { content, natural, shadow: None }
    }
}

/// As the collection orders them, and those that it forgets to.
pub fn scenes_in_order<'a>(sources: &[Data<'a>], file: Data<'a>) -> Vec<Data<'a>> {
    let mut scenes: Vec<Data<'a>> = sources.iter().copied().filter(|source| source.kind() == "scene").collect();
    let order: Vec<&str> = file.list("scene_order").map(|scene| scene.text("name")).collect();
    let place = |scene: &Data<'a>| order.iter().position(|name| *name == scene.text("name")).unwrap_or(usize::MAX);
    scenes.sort_by_key(place);
    scenes
}

pub fn content<'a>(
    source: Data<'a>,
    type_scale: f64,
    about: About<'_>,
    conversion: &mut Conversion<'a>,
    place: &mut Place<'a>,
) -> Option<Shown> {
    let settings = source.child("settings");
    match source.kind() {
        "color_source" => Some(color(source, settings)),
        "image_source" => Some(image(settings.text("file"), about, conversion)),
        "slideshow" => slides(settings, about, conversion, place),
        "text_gdiplus" | "text_ft2_source" => Some(text::convert(source, type_scale, about, conversion)),
        _ => input::content(source, about, conversion),
    }
}

fn color(source: Data<'_>, settings: Data<'_>) -> Shown {
    // The first version was a white square, later ones a grey canvas.
    let is_first = !source.text("versioned_id").contains("_v") && !source.text("id").contains("_v");
    let (color, width, height) = if is_first { (0xffff_ffff, 400.0, 400.0) } else { (0xffd1_d1d1, 1_920.0, 1_080.0) };
    let natural = Natural::Known(settings.number_or("width", width).max(1.0), settings.number_or("height", height).max(1.0));
    Shown::new(Content::Color { color: settings.color("color", color) }, natural)
}

/// A place that is kept for what is missing: nothing is seen of it.
pub fn nothing() -> Shown {
    Shown::new(Content::Group { layers: Vec::new() }, Natural::Unknown)
}

fn image(path: &str, about: About<'_>, conversion: &mut Conversion<'_>) -> Shown {
    match find(conversion.known, path, |kind| kind == AssetKind::Image) {
        Some(asset) => Shown::new(Content::Image { asset: asset.id.clone() }, size_of(asset)),
        None => {
            missing(path, about, conversion);
            nothing()
        }
    }
}

pub fn missing(path: &str, about: About<'_>, conversion: &mut Conversion<'_>) {
    if base_name(path).is_empty() {
        conversion.report.skipped(about, "no_file", "it names no file");
    } else {
        conversion.report.missing(base_name(path), path, about.item);
    }
}

pub fn size_of(asset: &Asset) -> Natural {
    match (asset.width, asset.height) {
        (0, _) | (_, 0) => Natural::Unknown,
        (width, height) => Natural::Known(f64::from(width), f64::from(height)),
    }
}

/// Pictures that come and go in turn.
fn slides<'a>(
    settings: Data<'a>,
    about: About<'_>,
    conversion: &mut Conversion<'a>,
    place: &mut Place<'a>,
) -> Option<Shown> {
    let paths: Vec<&str> = settings.list("files").map(|file| file.text("value")).filter(|path| !path.is_empty()).collect();
    if paths.len() > MOST_SLIDES {
        conversion.report.approximated(about, "too_many_slides", "only the first 32 pictures are shown");
    }
    if settings.flag_or("randomize", false) {
        conversion.report.approximated(about, "slide_order", "its pictures come in their order, not at random");
    }
    let mut found = Vec::new();
    for path in paths.into_iter().take(MOST_SLIDES) {
        match find(conversion.known, path, |kind| kind == AssetKind::Image) {
            Some(asset) => found.push(asset),
            None => missing(path, about, conversion),
        }
    }
    if found.is_empty() {
        return Some(nothing());
    }
    let turn_ms = settings.number_or("slide_time", 8_000.0).clamp(500.0, 600_000.0) as u32;
    let fade_ms = settings.number_or("transition_speed", 700.0).clamp(0.0, f64::from(turn_ms) - 100.0) as u32;
    let count = found.len();
    let natural = size_of(found[0]);
    let layers = found.into_iter().enumerate().filter_map(|(index, asset)| {
        let id = LayerId::new(&place.ids.unique(base_name(&asset.name), "slide")).ok()?;
        let content = Content::Image { asset: asset.id.clone() };
        let whole = Some(Length::Percent(100.0));
        let mut layer = Layer { width: whole, height: whole, fit: Fit::Contain, ..Layer::plain(id, content) };
        if count > 1 {
            layer.opacity = 0.0;
            layer.animations = vec![turn(index as u32, count as u32, turn_ms, fade_ms)];
        }
        Some(Arc::new(layer))
    });
    let layers = layers.collect();
    Some(Shown::new(Content::Group { layers }, natural))
}

/// One of many is seen for its time, and then waits for the others.
fn turn(index: u32, count: u32, turn_ms: u32, fade_ms: u32) -> Animation {
    let fade_ms = fade_ms.max(1);
    let keyframe = |at_ms: u32, value: f64| Keyframe { at_ms, value, easing: Easing::Linear };
    let start = index * turn_ms;
    let keyframes = vec![
        keyframe(start, 0.0),
        keyframe(start + fade_ms, 1.0),
        keyframe(start + turn_ms, 1.0),
        keyframe(start + turn_ms + fade_ms, 0.0),
        keyframe(start + count * turn_ms, 0.0),
    ];
    let (start, after) = (Start::Taken, After::Hold);
    Animation { property: Property::Opacity, keyframes, start, repeat: 0, alternate: false, after }
}
