//! Arithmetic of colours as they are written.

use super::curve::{unit, wrap};
use crate::show::light::Rgb;

pub const BLACK: Rgb = [0.0; 3];

pub fn mix([r, g, b]: Rgb, to: Rgb, part: f32) -> Rgb {
    [r + (to[0] - r) * part, g + (to[1] - g) * part, b + (to[2] - b) * part]
}

pub fn dim([r, g, b]: Rgb, level: f32) -> Rgb {
    [r * level, g * level, b * level]
}

/// Of each part the larger: two lights at one place that do not add up to more than either.
pub fn lighten([r, g, b]: Rgb, other: Rgb) -> Rgb {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    [larger(r, other[0]), larger(g, other[1]), larger(b, other[2])]
}

/// A bright colour by its hue in turns: 0 red, a third green.
pub fn hue(turns: f32, saturation: f32) -> Rgb {
    let sixths = wrap(turns) * 6.0;
    // Where red, green and blue are full.
    [0.0, 2.0, 4.0].map(|crest| {
        let apart = (sixths - crest).abs();
        let from_crest = if apart > 3.0 { 6.0 - apart } else { apart };
        1.0 - saturation + saturation * unit(2.0 - from_crest)
    })
}

pub fn from_bytes(rgb: [u8; 3]) -> Rgb {
    rgb.map(|part| f32::from(part) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hues_are_where_they_are_expected() {
        for (sixth, color) in [
            (0.0, [1.0, 0.0, 0.0]),
            (1.0, [1.0, 1.0, 0.0]),
            (2.0, [0.0, 1.0, 0.0]),
            (3.0, [0.0, 1.0, 1.0]),
            (4.0, [0.0, 0.0, 1.0]),
            (5.0, [1.0, 0.0, 1.0]),
        ] {
            let found = hue(sixth / 6.0, 1.0);
            assert!(found.iter().zip(color).all(|(found, color)| (found - color).abs() < 1e-5), "{sixth}: {found:?}");
        }
    }
}
