//! Colours that go well with one: its hue turned, or the same hue lighter and darker.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::{hex, hsv_to_rgb, preset, rgb_to_hsv};
use super::oklab::{Oklab, Oklch};

/// By what rule colours are found to a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Harmony {
    /// The opposite.
    Complementary,
    /// The neighbours, 30° to either side.
    Analogous,
    /// Three, evenly apart.
    Triadic,
    /// Four, evenly apart.
    Tetradic,
    /// The neighbours of the opposite.
    SplitComplementary,
    /// One hue, lighter twice and darker twice.
    Monochromatic,
}

/// The wheel that hues are turned on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// The one that people know: cyan lies opposite of red.
    #[default]
    Hsv,
    /// Colours look equally light all the way round; what can not be shown is paler.
    Oklch,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a colour: give ff0000, #ff0000, the id of a preset, a hue such as 240 or hue:240, or 255,0,0")]
pub struct InvalidBase(String);

/// How much lighter, or darker if below 0, the shades of a colour are.
const SHADES: [f64; 5] = [0.0, 1.0 / 3.0, 2.0 / 3.0, -1.0 / 3.0, -2.0 / 3.0];

impl Harmony {
    pub const ALL: [Harmony; 6] = [
        Harmony::Complementary,
        Harmony::Analogous,
        Harmony::Triadic,
        Harmony::Tetradic,
        Harmony::SplitComplementary,
        Harmony::Monochromatic,
    ];

    /// The colours, `base` first. A grey has no hue to turn: it stays as it is.
    pub fn colors(self, base: [u8; 3], space: Space) -> Vec<[u8; 3]> {
        let turned = |degrees: &[f64]| degrees.iter().map(|degrees| turn(base, *degrees, space)).collect();
        match self {
            Harmony::Complementary => turned(&[0.0, 180.0]),
            Harmony::Analogous => turned(&[0.0, 330.0, 30.0]),
            Harmony::Triadic => turned(&[0.0, 120.0, 240.0]),
            Harmony::Tetradic => turned(&[0.0, 90.0, 180.0, 270.0]),
            Harmony::SplitComplementary => turned(&[0.0, 150.0, 210.0]),
            Harmony::Monochromatic => SHADES.iter().map(|amount| shade(base, *amount, space)).collect(),
        }
    }
}

/// All harmonies of a colour.
pub fn harmonies(base: [u8; 3], space: Space) -> Vec<(Harmony, Vec<[u8; 3]>)> {
    Harmony::ALL.into_iter().map(|harmony| (harmony, harmony.colors(base, space))).collect()
}

/// A colour as it stands in a path: `ff0000`, `#ff0000`, `RED`, `240`, `hue:240` or `255,0,0`.
pub fn parse_base(text: &str) -> Result<[u8; 3], InvalidBase> {
    let named = || preset(text).map(|preset| preset.rgb);
    // Six digits are never a hue: that has three before its point.
    let found = hex(text.strip_prefix('#').unwrap_or(text)).or_else(named).or_else(|| hue(text)).or_else(|| bytes(text));
    found.ok_or_else(|| InvalidBase(text.chars().take(32).collect()))
}

fn hue(text: &str) -> Option<[u8; 3]> {
    let number = text.strip_prefix("hue:").unwrap_or(text);
    let degrees = number.parse().ok().filter(|degrees| (0.0..=360.0).contains(degrees))?;
    Some(rounded(hsv_to_rgb([degrees, 1.0, 1.0])))
}

fn bytes(text: &str) -> Option<[u8; 3]> {
    let mut parts = text.split(',').map(|part| part.trim().parse().ok());
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(red), Some(green), Some(blue), None] => Some([red?, green?, blue?]),
        _ => None,
    }
}

fn turn(base: [u8; 3], degrees: f64, space: Space) -> [u8; 3] {
    match space {
        Space::Hsv => {
            let [hue, saturation, value] = wheel(base);
            rounded(hsv_to_rgb([hue + degrees, saturation, value]))
        }
        Space::Oklch => {
            let base = Oklch::from(Oklab::from_bytes(base));
            Oklab::from(Oklch { hue: base.hue + degrees, ..base }).bytes()
        }
    }
}

fn shade(base: [u8; 3], amount: f64, space: Space) -> [u8; 3] {
    let toward = |from: f64| if amount > 0.0 { from + (1.0 - from) * amount } else { from * (1.0 + amount) };
    match space {
        Space::Hsv => {
            let [hue, saturation, value] = wheel(base);
            rounded(hsv_to_rgb([hue, saturation * (1.0 - amount.max(0.0)), toward(value)]))
        }
        Space::Oklch => {
            let base = Oklch::from(Oklab::from_bytes(base));
            let shaded = Oklch { lightness: toward(base.lightness), chroma: base.chroma * (1.0 - amount.abs()), ..base };
            Oklab::from(shaded).bytes()
        }
    }
}

fn wheel(rgb: [u8; 3]) -> [f64; 3] {
    rgb_to_hsv(rgb.map(|value| f64::from(value) / 255.0))
}

fn rounded(rgb: [f64; 3]) -> [u8; 3] {
    rgb.map(|value| (value * 255.0).round() as u8)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const RED: [u8; 3] = [255, 0, 0];
    const CYAN: [u8; 3] = [0, 255, 255];

    #[test]
    fn on_the_wheel_that_people_know_cyan_lies_opposite_of_red() {
        use Harmony::*;
        #[track_caller]
        fn check(harmony: Harmony, colors: &[[u8; 3]]) {
            assert_eq!(harmony.colors(RED, Space::Hsv), colors, "{harmony:?}");
        }
        check(Complementary, &[RED, CYAN]);
        check(Analogous, &[RED, [255, 0, 128], [255, 128, 0]]);
        check(Triadic, &[RED, [0, 255, 0], [0, 0, 255]]);
        check(Tetradic, &[RED, [128, 255, 0], CYAN, [128, 0, 255]]);
        check(SplitComplementary, &[RED, [0, 255, 128], [0, 128, 255]]);
        check(Monochromatic, &[RED, [255, 85, 85], [255, 170, 170], [170, 0, 0], [85, 0, 0]]);
    }

    #[test]
    fn every_harmony_begins_with_its_colour_and_has_no_colour_twice() {
        for space in [Space::Hsv, Space::Oklch] {
            let all = harmonies([200, 90, 30], space);
            assert_eq!(all.len(), Harmony::ALL.len());
            for (harmony, colors) in all {
                assert_eq!(colors.first(), Some(&[200, 90, 30]), "{harmony:?}");
                assert_eq!(colors.iter().collect::<BTreeSet<_>>().len(), colors.len(), "{harmony:?} {colors:?}");
            }
        }
    }

    #[test]
    fn in_oklch_the_colours_of_a_harmony_look_equally_light() {
        for rgb in Harmony::Tetradic.colors([180, 90, 60], Space::Oklch) {
            let lightness = Oklab::from_bytes(rgb).lightness;
            assert!((lightness - Oklab::from_bytes([180, 90, 60]).lightness).abs() < 0.01, "{rgb:?}");
        }
    }

    #[test]
    fn a_grey_has_no_hue_to_turn() {
        for space in [Space::Hsv, Space::Oklch] {
            assert_eq!(Harmony::Triadic.colors([90; 3], space), [[90; 3]; 3]);
            assert_eq!(Harmony::Complementary.colors([0; 3], space), [[0; 3]; 2]);
        }
    }

    #[test]
    fn a_base_is_said_as_it_comes() {
        for (text, rgb) in [
            ("ff0000", RED),
            ("#FF0000", RED),
            ("RED", RED),
            ("red", RED),
            ("0", RED),
            ("360", RED),
            ("240", [0, 0, 255]),
            ("hue:240", [0, 0, 255]),
            ("hue:7.5", [255, 32, 0]),
            ("255,0,0", RED),
            ("1, 2, 3", [1, 2, 3]),
            ("000240", [0, 2, 64]),
        ] {
            assert_eq!(parse_base(text), Ok(rgb), "{text}");
        }
    }

    #[test]
    fn what_is_no_colour_is_no_base() {
        let odd = ["", "#", "mud", "361", "-1", "hue:", "hue:x", "nan", "inf", "1,2", "1,2,3,4", "256,0,0", "1,,2", "#red"];
        for text in odd.into_iter().chain(["12345", "#12345", "ff00000", "ä,ö,ü", "1.5,0,0"]) {
            assert_eq!(parse_base(text), Err(InvalidBase(text.to_owned())), "{text}");
        }
        assert!(parse_base(&"x".repeat(99)).unwrap_err().to_string().len() < 200);
    }
}
