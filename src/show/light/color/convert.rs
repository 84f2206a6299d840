//! The same colour said in another mode, and whether it is still quite the same.

use super::presets::{Preset, presets};
use super::{LightColor, Mode, rgb_to_hsv};
use crate::show::light::oklab::Oklab;

/// What became of a colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    pub color: LightColor,
    /// Whether nothing was lost: a hue has no saturation, presets are few, and RGB has 256 steps.
    pub exact: bool,
}

/// Says `from` in another mode, or in the nearest way that the mode has.
pub fn convert(from: &LightColor, to: Mode) -> Conversion {
    if from.mode() == to {
        return Conversion { color: from.clone(), exact: true };
    }
    match to {
        Mode::Rgb => Conversion { color: LightColor::Rgb { rgb: from.rgb() }, exact: is_whole(from) },
        Mode::Hsv => Conversion { color: LightColor::Hsv { hsv: hsv(from) }, exact: true },
        Mode::Hue => {
            let [hue, saturation, value] = hsv(from);
            Conversion { color: LightColor::Hue { hue }, exact: saturation >= 1.0 && value >= 1.0 }
        }
        Mode::Preset => {
            let preset = nearest(from);
            let color = LightColor::Preset { preset: preset.id.to_owned() };
            Conversion { color, exact: preset.rgb == from.rgb() && is_whole(from) }
        }
    }
}

/// A hue is kept even where it can not be seen, in black and in grey.
fn hsv(from: &LightColor) -> [f64; 3] {
    match from {
        LightColor::Hsv { hsv } => *hsv,
        LightColor::Hue { hue } => [*hue, 1.0, 1.0],
        _ => rgb_to_hsv(from.precise()),
    }
}

/// Whether 256 steps say it, but for what floating-point numbers leave behind.
fn is_whole(color: &LightColor) -> bool {
    color.precise().iter().all(|value| (value * 255.0 - (value * 255.0).round()).abs() < 1e-9)
}

fn nearest(color: &LightColor) -> &'static Preset {
    let wanted = Oklab::from_coded(color.precise());
    let distance = |preset: &Preset| Oklab::from_bytes(preset.rgb).distance(wanted);
    let [first, others @ ..] = presets();
    let nearer = |(best, far), (other, near)| if near < far { (other, near) } else { (best, far) };
    others.iter().map(|other| (other, distance(other))).fold((first, distance(first)), nearer).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(rgb: [u8; 3]) -> LightColor {
        LightColor::Rgb { rgb }
    }

    fn named(id: &str) -> LightColor {
        LightColor::Preset { preset: id.to_owned() }
    }

    #[track_caller]
    fn check(from: LightColor, to: Mode, wanted: LightColor, exact: bool) {
        assert_eq!(convert(&from, to), Conversion { color: wanted, exact });
    }

    #[test]
    fn a_colour_is_said_in_every_mode() {
        let hue = |hue| LightColor::Hue { hue };
        let hsv = |hsv| LightColor::Hsv { hsv };
        check(hue(240.0), Mode::Rgb, rgb([0, 0, 255]), true);
        check(hue(240.0), Mode::Hsv, hsv([240.0, 1.0, 1.0]), true);
        check(hue(240.0), Mode::Preset, named("BLUE"), true);
        check(named("RED"), Mode::Hue, hue(0.0), true);
        check(named("RED"), Mode::Hsv, hsv([0.0, 1.0, 1.0]), true);
        check(named("RED"), Mode::Rgb, rgb([255, 0, 0]), true);
        check(rgb([102, 102, 102]), Mode::Hsv, hsv([0.0, 0.0, 0.4]), true);
        check(hsv([90.0, 0.0, 0.5]), Mode::Hsv, hsv([90.0, 0.0, 0.5]), true);
    }

    #[test]
    fn what_a_mode_can_not_say_is_admitted() {
        check(LightColor::Hsv { hsv: [90.0, 0.25, 1.0] }, Mode::Hue, LightColor::Hue { hue: 90.0 }, false);
        check(rgb([128, 0, 0]), Mode::Hue, LightColor::Hue { hue: 0.0 }, false);
        check(LightColor::Hue { hue: 30.0 }, Mode::Rgb, rgb([255, 128, 0]), false);
        check(rgb([254, 1, 2]), Mode::Preset, named("RED"), false);
        check(rgb([0, 2, 0]), Mode::Preset, named("BLACK"), false);
    }

    #[test]
    fn every_preset_is_its_own_nearest() {
        for preset in presets() {
            check(rgb(preset.rgb), Mode::Preset, named(preset.id), true);
        }
    }
}
