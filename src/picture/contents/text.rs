//! Text, set in DejaVu Sans: kerning, line breaks, no wrapping. A character that the font lacks becomes its box.

use std::borrow::Cow;
use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, Glyph, PxScaleFont, ScaleFont};
use time::OffsetDateTime;

use super::Raster;
use crate::show::color::Color;
use crate::show::time::ShowTime;

static FONT_FILE: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");

/// Sizes of type, in pixels per em. A glyph larger than the largest canvas would only cost memory.
const SMALLEST: f64 = 1.0;
const LARGEST: f64 = 2_160.0;

fn font() -> &'static FontRef<'static> {
    static FONT: OnceLock<FontRef<'static>> = OnceLock::new();
    FONT.get_or_init(|| FontRef::try_from_slice(FONT_FILE).expect("the font is part of the program, and a test reads it"))
}

/// Whether the text changes each second, each day.
pub fn has_clock(text: &str) -> bool {
    text.contains("{clock}")
}

pub fn has_date(text: &str) -> bool {
    text.contains("{date}")
}

/// The text with the time of day and the date filled in (UTC).
pub fn filled_in(text: &str, at: ShowTime) -> Cow<'_, str> {
    if !has_clock(text) && !has_date(text) {
        return Cow::Borrowed(text);
    }
    let seconds = at.micros().div_euclid(1_000_000);
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let date = format!("{:04}-{:02}-{:02}", time.year(), u8::from(time.month()), time.day());
    Cow::Owned(text.replace("{clock}", &clock).replace("{date}", &date))
}

/// `text` in `color`, no larger than `bounds`; what does not fit is cut off.
pub fn raster(text: &str, size: f64, color: Color, bounds: (i32, i32)) -> Raster {
    let size = if size.is_finite() { size.clamp(SMALLEST, LARGEST) } else { SMALLEST };
    // ab_glyph counts from ascender to descender, people count the em.
    let units = f64::from(font().units_per_em().unwrap_or(1_000.0));
    let font = font().as_scaled((size * f64::from(font().height_unscaled()) / units) as f32);
    let (glyphs, (width, height)) = set(text, &font, bounds);
    let mut raster = Raster::transparent(width.min(bounds.0), height.min(bounds.1));
    for glyph in glyphs {
        draw(&font, glyph, color, &mut raster);
    }
    raster
}

/// Places the glyphs; says how much room they take.
fn set(text: &str, font: &PxScaleFont<&FontRef<'_>>, bounds: (i32, i32)) -> (Vec<Glyph>, (i32, i32)) {
    let line_height = font.height() + font.line_gap();
    let mut glyphs = Vec::new();
    let (mut widest, mut height) = (0.0_f32, 0.0);
    for line in text.split('\n') {
        if height >= bounds.1 as f32 {
            break;
        }
        widest = widest.max(set_line(line, font, height + font.ascent(), bounds.0 as f32, &mut glyphs));
        height += line_height;
    }
    (glyphs, (widest.ceil() as i32, height.ceil() as i32))
}

/// Says where the line ends.
fn set_line(line: &str, font: &PxScaleFont<&FontRef<'_>>, baseline: f32, limit: f32, glyphs: &mut Vec<Glyph>) -> f32 {
    let mut pen = 0.0;
    let mut previous = None;
    for character in line.chars().filter(|character| *character != '\r') {
        let mut glyph = font.scaled_glyph(if character == '\t' { ' ' } else { character });
        match previous {
            Some(previous) => pen += font.kern(previous, glyph.id),
            // A letter that reaches to the left of its place is moved in.
            None => pen -= font.h_side_bearing(glyph.id).min(0.0),
        }
        if pen >= limit {
            break;
        }
        glyph.position = ab_glyph::point(pen, baseline);
        pen += font.h_advance(glyph.id);
        previous = Some(glyph.id);
        glyphs.push(glyph);
    }
    pen
}

fn draw(font: &PxScaleFont<&FontRef<'_>>, glyph: Glyph, color: Color, raster: &mut Raster) {
    let Some(outline) = font.outline_glyph(glyph) else {
        return;
    };
    let corner = outline.px_bounds().min;
    outline.draw(|x, y, coverage| {
        let (x, y) = (corner.x as i32 + x as i32, corner.y as i32 + y as i32);
        if x < 0 || y < 0 || x >= raster.width || y >= raster.height {
            return;
        }
        let alpha = (coverage.clamp(0.0, 1.0) * f32::from(color.alpha)).round() as u8;
        let pixel = &mut raster.rgba[4 * (y * raster.width + x) as usize..][..4];
        // Where two glyphs touch, the one that covers more counts.
        let alpha = alpha.max(pixel[3]);
        pixel.copy_from_slice(&[color.red, color.green, color.blue, alpha]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: (i32, i32) = (1920, 1080);

    fn ink(raster: &Raster) -> usize {
        raster.rgba.as_chunks::<4>().0.iter().filter(|pixel| pixel[3] > 127).count()
    }

    #[test]
    fn clock_and_date_are_filled_in() {
        let at = ShowTime(1_769_861_096_999_999);
        assert_eq!(filled_in("{date} {clock} {other}", at), "2026-01-31 12:04:56 {other}");
        assert_eq!(filled_in("{clock}", ShowTime(-1)), "23:59:59");
        assert!(filled_in("{date}", ShowTime(i64::MAX)).len() >= 10);
    }

    #[test]
    fn any_text_at_any_size_becomes_a_picture_within_its_bounds() {
        for text in
            ["", "\n\n", "Hello", "jQ\tx\r\n", "\u{0}\u{7}\u{10ffff}漢字 🎬 ﷽", &"W".repeat(9_999), &"\n".repeat(9_999)]
        {
            for size in [f64::NAN, -1.0, 0.0, 12.5, 48.0, 1e300] {
                let raster = raster(text, size, Color::WHITE, (200, 100));
                assert!(raster.width <= 200 && raster.height <= 100);
            }
        }
    }

    #[test]
    fn a_missing_glyph_is_a_box_and_a_space_is_not() {
        assert!(ink(&raster("\u{10fffd}", 48.0, Color::WHITE, BOUNDS)) > 20);
        assert_eq!(ink(&raster(" ", 48.0, Color::WHITE, BOUNDS)), 0);
    }

    #[test]
    fn lines_stand_below_each_other() {
        let one = raster("Hxg", 40.0, Color::WHITE, BOUNDS);
        let two = raster("Hxg\nHxg", 40.0, Color::WHITE, BOUNDS);
        assert_eq!(one.width, two.width);
        assert!((two.height - 2 * one.height).abs() <= 1);
        assert!(ink(&two).abs_diff(2 * ink(&one)) < ink(&one) / 10);
    }
}
