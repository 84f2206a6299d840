//! Shares light between the colours of a pixel and its white LED.

use super::gamma::unit;
use crate::show::light::color::kelvin;
use crate::show::light::correction::{Correction, WhiteChannel};
use crate::show::light::oklab::linear;

/// How the white channel is won, ready for every pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum White {
    Dark,
    Common,
    /// The LED's own colour, as the light of red, green and blue that looks the same; its most is 1.
    Tinted([f32; 3]),
    Brightest,
}

impl White {
    pub fn new(correction: &Correction) -> Self {
        match correction.white_channel {
            WhiteChannel::None => White::Dark,
            WhiteChannel::Min => White::Common,
            WhiteChannel::Accurate => White::Tinted(tint(correction.white_kelvin)),
            WhiteChannel::Warm => White::Tinted(tint(2_700)),
            WhiteChannel::Neutral => White::Tinted(tint(4_000)),
            WhiteChannel::Cold => White::Tinted(tint(6_500)),
            WhiteChannel::Max => White::Brightest,
        }
    }

    /// What is left of the colours, and white; from light that lies within 0 to 1.
    pub fn split(self, light: [f32; 3]) -> [f32; 4] {
        let [red, green, blue] = light;
        let common = red.min(green).min(blue);
        match self {
            White::Dark => [red, green, blue, 0.0],
            White::Common => [red - common, green - common, blue - common, common],
            White::Brightest => [red - common, green - common, blue - common, red.max(green).max(blue)],
            White::Tinted(tint) => tinted(light, tint),
        }
    }
}

/// White may take from each colour what is there, and no more.
fn tinted(light: [f32; 3], tint: [f32; 3]) -> [f32; 4] {
    let [red, green, blue] = light;
    let [in_red, in_green, in_blue] = tint;
    let most = |light: f32, share: f32, white: f32| if light < share * white { light / share } else { white };
    let white = most(blue, in_blue, most(green, in_green, most(red, in_red, 1.0)));
    [unit(red - white * in_red), unit(green - white * in_green), unit(blue - white * in_blue), white]
}

fn tint(temperature: u16) -> [f32; 3] {
    let light = kelvin(temperature).map(|value| linear(f64::from(value) / 255.0));
    let most = light.iter().fold(f64::MIN_POSITIVE, |most, light| most.max(*light));
    light.map(|light| (light / most) as f32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WAYS: [WhiteChannel; 7] = [
        WhiteChannel::None,
        WhiteChannel::Min,
        WhiteChannel::Accurate,
        WhiteChannel::Warm,
        WhiteChannel::Neutral,
        WhiteChannel::Cold,
        WhiteChannel::Max,
    ];

    fn white(white_channel: WhiteChannel, white_kelvin: u16) -> White {
        White::new(&Correction { white_channel, white_kelvin, ..Correction::default() })
    }

    /// What the white LED and the colours give together; `tint` is the colour of the LED.
    fn together([red, green, blue, white]: [f32; 4], [in_red, in_green, in_blue]: [f32; 3]) -> [f32; 3] {
        [red + white * in_red, green + white * in_green, blue + white * in_blue]
    }

    #[track_caller]
    fn check(channel: WhiteChannel, light: [f32; 3], shared: [f32; 4]) {
        assert_eq!(white(channel, 6_500).split(light), shared);
    }

    #[test]
    fn the_white_led_takes_what_it_is_told_to() {
        check(WhiteChannel::None, [1.0, 0.5, 0.25], [1.0, 0.5, 0.25, 0.0]);
        check(WhiteChannel::Min, [1.0, 0.5, 0.25], [0.75, 0.25, 0.0, 0.25]);
        check(WhiteChannel::Min, [1.0, 0.5, 0.0], [1.0, 0.5, 0.0, 0.0]);
        check(WhiteChannel::Max, [1.0, 0.5, 0.25], [0.75, 0.25, 0.0, 1.0]);
        check(WhiteChannel::Accurate, [1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_warm_white_led_is_helped_by_blue_to_become_white() {
        let [red, green, blue, white] = white(WhiteChannel::Warm, 6_500).split([0.5; 3]);
        assert_eq!((red, white), (0.0, 0.5), "its red is all the red there is");
        assert!(0.0 < green && green < blue && blue < 0.5, "{green} {blue}");
    }

    #[test]
    fn light_of_the_white_leds_own_colour_comes_from_it_alone() {
        for temperature in [1_500, 1_900, 2_700, 4_000, 12_000] {
            let shared = white(WhiteChannel::Accurate, temperature).split(tint(temperature));
            assert_eq!(shared, [0.0, 0.0, 0.0, 1.0], "{temperature}");
        }
    }

    proptest! {
        #[test]
        fn no_channel_leaves_its_range(light in prop::array::uniform3(0.0_f32..=1.0), temperature in any::<u16>()) {
            for way in WAYS {
                let shared = white(way, temperature).split(light);
                prop_assert!(shared.iter().all(|value| (0.0..=1.0).contains(value)), "{way:?} {shared:?}");
            }
        }

        #[test]
        fn the_light_of_a_grey_is_kept(grey in 0.0_f32..=1.0, temperature in any::<u16>()) {
            for way in WAYS {
                let white = white(way, temperature);
                let tint = if let White::Tinted(tint) = white { tint } else { [1.0; 3] };
                let given = together(white.split([grey; 3]), tint);
                prop_assert!(given.iter().all(|light| (light - grey).abs() < 1e-6), "{way:?} {given:?}");
            }
        }

        #[test]
        fn whoever_knows_the_white_leds_colour_changes_none(light in prop::array::uniform3(0.0_f32..=1.0), temperature in any::<u16>()) {
            let given = together(white(WhiteChannel::Accurate, temperature).split(light), tint(temperature));
            prop_assert!(given.iter().zip(light).all(|(given, light)| (given - light).abs() < 1e-6), "{given:?}");
        }
    }
}
