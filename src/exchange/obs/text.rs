//! Text sources: GDI+ on Windows, FreeType elsewhere.

use super::data::Data;
use super::place::Natural;
use super::report::About;
use super::scene::Conversion;
use super::source::Shown;
use crate::show::color::Color;
use crate::show::layer::Content;
use crate::show::look::Shadow;
use crate::show::text::{Align, Background, Outline, TextStyle, VerticalAlign};

const BOLD: u32 = 1;
const ITALIC: u32 = 2;
const LONGEST: usize = 10_000;
const LONGEST_FAMILY: usize = 128;

pub fn convert(source: Data<'_>, scale: f64, about: About<'_>, conversion: &mut Conversion<'_>) -> Shown {
    let settings = source.child("settings");
    let is_windows = source.kind() == "text_gdiplus";
    if settings.flag_or(if is_windows { "read_from_file" } else { "from_file" }, false) {
        conversion.report.approximated(
            about,
            "text_file",
            "its text comes from a file in OBS; here it is what the collection has",
        );
    }
    if settings.flag_or("gradient", false) {
        conversion.report.approximated(about, "text_gradient", "its letters have one colour, the first");
    }
    let text: String = settings.text("text").chars().take(LONGEST).collect();
    let mut style = type_of(settings.child("font"), scale);
    let (natural, shadow) =
        if is_windows { windows(&mut style, settings, scale) } else { elsewhere(&mut style, settings, scale) };
    Shown { content: Content::Text { text, style: Box::new(style) }, natural, shadow }
}

fn type_of(font: Data<'_>, scale: f64) -> TextStyle {
    let flags = font.whole("flags").unwrap_or(0);
    let face: String = font.text("face").chars().take(LONGEST_FAMILY).collect();
    TextStyle {
        size: (font.number_or("size", 256.0) * scale).clamp(4.0, 1_024.0),
        font: Some(face).filter(|face| !face.is_empty()),
        weight: if flags & BOLD != 0 { 700 } else { 400 },
        italic: flags & ITALIC != 0,
        ..TextStyle::default()
    }
}

fn windows(style: &mut TextStyle, settings: Data<'_>, scale: f64) -> (Natural, Option<Shadow>) {
    style.color = settings.color_with("color", 0x00ff_ffff, "opacity");
    style.align = match settings.text("align") {
        "center" => Align::Center,
        "right" => Align::Right,
        _ => Align::Left,
    };
    style.vertical_align = match settings.text("valign") {
        "center" => VerticalAlign::Middle,
        "bottom" => VerticalAlign::Bottom,
        _ => VerticalAlign::Top,
    };
    if settings.flag_or("outline", false) {
        let width = (settings.number_or("outline_size", 2.0) * scale).clamp(0.0, 64.0);
        style.outline = Some(Outline { width, color: settings.color_with("outline_color", 0x00ff_ffff, "outline_opacity") });
    }
    // It is there, and can not be seen, unless its opacity says so.
    if settings.number_or("bk_opacity", 0.0) > 0.0 {
        let color = settings.color_with("bk_color", 0, "bk_opacity");
        style.background = Some(Background { color, padding: 0.0, radius: 0.0 });
    }
    if !settings.flag_or("extents", false) {
        return (Natural::Text, None);
    }
    style.wrap = Some(settings.flag_or("extents_wrap", true));
    let side = |name: &str| settings.number_or(name, 100.0).max(1.0);
    (Natural::Known(side("extents_cx"), side("extents_cy")), None)
}

fn elsewhere(style: &mut TextStyle, settings: Data<'_>, scale: f64) -> (Natural, Option<Shadow>) {
    style.color = settings.color("color1", 0xffff_ffff);
    if settings.flag_or("outline", false) {
        style.outline = Some(Outline { width: (2.0 * scale).clamp(0.0, 64.0), color: Color::BLACK });
    }
    let drop = (4.0 * scale).clamp(-512.0, 512.0);
    let shadow = Shadow { x: drop, y: drop, blur: 0.0, color: Color::BLACK };
    let shadow = settings.flag_or("drop_shadow", false).then_some(shadow);
    // A width of its own breaks lines only if that is asked for; its height follows from them.
    style.wrap = Some(settings.flag_or("word_wrap", false) && settings.number_or("custom_width", 0.0) > 0.0);
    (Natural::Text, shadow)
}
