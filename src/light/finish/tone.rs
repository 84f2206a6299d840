//! What becomes of one pixel: from mixed colour to how long each of its LEDs is on.

use super::gamma::{Gamma, unit};
use super::white::White;
use crate::show::light::color::kelvin;
use crate::show::light::correction::{ColorOrder, Correction};

/// A correction, worked out so far that little is left to do for each pixel.
pub struct Tone {
    /// Brightness, white and calibration are all linear in the coded values: together they are one matrix.
    matrix: [[f32; 3]; 3],
    gamma: Gamma,
    white: White,
    order: ColorOrder,
    /// Of each channel at full, in the order of the wire.
    full_mw: [f32; 4],
}

impl Tone {
    pub fn new(correction: &Correction) -> Self {
        let gamma = Gamma::new(correction.gamma);
        let mut tone = Self { matrix: [[0.0; 3]; 3], gamma, white: White::Dark, order: ColorOrder::Rgb, full_mw: [0.0; 4] };
        tone.set(correction);
        tone
    }

    pub fn set(&mut self, correction: &Correction) {
        self.matrix = matrix(correction);
        self.gamma.set(correction.gamma);
        self.white = White::new(correction);
        self.order = correction.order;
        let [red, green, blue, white] = correction.power.full_mw().map(|mw| finite(mw).max(0.0) as f32);
        let [first, second, third] = self.order.arrange([red, green, blue]);
        self.full_mw = [first, second, third, white];
    }

    /// The channels of pixels without a white LED, in the order of the wire.
    pub fn threes(&self, pixels: &[[f32; 3]], channels: &mut [[f32; 3]]) {
        let rows = self.order.arrange(self.matrix);
        channels.iter_mut().zip(pixels).for_each(|(channels, pixel)| *channels = through(&rows, *pixel));
        self.gamma.light_each(channels.as_flattened_mut());
    }

    /// The channels of pixels with a white LED, in the order of the wire.
    pub fn fours(&self, pixels: &[[f32; 3]], channels: &mut [[f32; 4]]) {
        channels.iter_mut().zip(pixels).for_each(|(channels, pixel)| *channels = self.four(*pixel));
    }

    fn four(&self, pixel: [f32; 3]) -> [f32; 4] {
        let light = through(&self.matrix, pixel).map(|coded| self.gamma.light(coded));
        let [red, green, blue, white] = self.white.split(light);
        let [first, second, third] = self.order.arrange([red, green, blue]);
        [first, second, third, white]
    }

    pub fn full_mw(&self) -> [f32; 4] {
        self.full_mw
    }
}

#[inline(always)]
fn through(rows: &[[f32; 3]; 3], pixel: [f32; 3]) -> [f32; 3] {
    let [red, green, blue] = pixel.map(unit);
    rows.map(|by| red * by[0] + green * by[1] + blue * by[2])
}

fn matrix(correction: &Correction) -> [[f32; 3]; 3] {
    let by_temperature = || correction.kelvin.map(|temperature| kelvin(temperature).map(|gain| f64::from(gain) / 255.0));
    let white = correction.white.or_else(by_temperature).unwrap_or([1.0; 3]).map(|gain| finite(gain).max(0.0));
    let calibration = correction.matrix.unwrap_or([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    let brightness = finite(correction.brightness).clamp(0.0, 1.0);
    let [from_red, from_green, from_blue] = white.map(|gain| gain.min(2.0) * brightness);
    calibration.map(|row| {
        let [red, green, blue] = row.map(|part| finite(part).clamp(-4.0, 4.0));
        [(red * from_red) as f32, (green * from_green) as f32, (blue * from_blue) as f32]
    })
}

/// What is no number, or endless, is 0.
pub fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::show::light::correction::{PixelPower, WhiteChannel};

    fn plain() -> Correction {
        Correction { gamma: 1.0, ..Correction::default() }
    }

    impl Tone {
        fn three(&self, pixel: [f32; 3]) -> [f32; 3] {
            let mut channels = [[0.0; 3]];
            self.threes(&[pixel], &mut channels);
            channels[0]
        }
    }

    #[track_caller]
    fn check(correction: Correction, pixel: [f32; 3], wanted: [f32; 3]) {
        let channels = Tone::new(&correction).three(pixel);
        assert!(channels.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-5), "{channels:?}");
    }

    #[test]
    fn every_correction_does_its_part() {
        check(plain(), [0.1, 0.5, 0.9], [0.1, 0.5, 0.9]);
        check(Correction { brightness: 0.5, ..plain() }, [1.0, 0.5, 0.0], [0.5, 0.25, 0.0]);
        check(Correction { white: Some([1.0, 0.5, 2.0]), ..plain() }, [0.4; 3], [0.4, 0.2, 0.8]);
        check(Correction { kelvin: Some(2_700), ..plain() }, [1.0; 3], [1.0, 167.0 / 255.0, 87.0 / 255.0]);
        let crossed = [[0.0, 0.0, 1.0], [0.5, 0.5, 0.0], [1.0, -1.0, 0.0]];
        check(Correction { matrix: Some(crossed), ..plain() }, [0.8, 0.2, 0.4], [0.4, 0.5, 0.6]);
        check(Correction { order: ColorOrder::Grb, ..plain() }, [0.1, 0.2, 0.3], [0.2, 0.1, 0.3]);
        check(Correction { gamma: 2.0, ..plain() }, [1.0, 0.5, 0.1], [1.0, 0.25, 0.01]);
    }

    #[test]
    fn brightness_then_white_then_calibration_then_gamma() {
        let matrix = Some([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]);
        let all = Correction { brightness: 0.5, white: Some([1.0, 0.2, 1.0]), matrix, gamma: 2.0, ..plain() };
        check(all, [1.0; 3], [0.25, (0.5_f32 * 0.5 + 0.5 * 0.1).powi(2), 0.25]);
    }

    #[test]
    fn a_gain_before_the_curve_is_a_gain_of_the_light_behind_it() {
        let gain = |gain: f64| Correction { white: Some([1.0, gain, 1.0]), gamma: 2.2, ..plain() };
        let [_, light, _] = Tone::new(&gain(0.8)).three([0.6; 3]);
        let [_, without, _] = Tone::new(&gain(1.0)).three([0.6; 3]);
        assert!((light / without - 0.8_f32.powf(2.2)).abs() < 1e-4, "{light} {without}");
    }

    #[test]
    fn white_is_won_from_light_and_stays_last() {
        let correction = Correction { gamma: 2.0, order: ColorOrder::Bgr, white_channel: WhiteChannel::Min, ..plain() };
        let channels = Tone::new(&correction).four([0.5, 1.0, 0.1]);
        assert!(channels.iter().zip([0.0, 0.99, 0.24, 0.01]).all(|(got, wanted)| (got - wanted).abs() < 1e-5));
    }

    #[test]
    fn power_goes_with_the_channels_over_the_wire() {
        let power = PixelPower { volts: 2.0, full_ma: [1.0, 2.0, 3.0, 4.0], idle_ma: 0.0 };
        assert_eq!(Tone::new(&Correction { order: ColorOrder::Gbr, power, ..plain() }).full_mw(), [4.0, 6.0, 2.0, 8.0]);
    }

    #[test]
    fn what_is_set_later_is_as_if_it_had_been_there_from_the_beginning() {
        let later = Correction { brightness: 0.3, gamma: 2.8, order: ColorOrder::Brg, kelvin: Some(3_000), ..plain() };
        let mut tone = Tone::new(&plain());
        tone.set(&later);
        assert_eq!(tone.four([0.9, 0.6, 0.3]), Tone::new(&later).four([0.9, 0.6, 0.3]));
    }

    proptest! {
        #[test]
        fn no_number_leads_out_of_range(
            numbers in prop::array::uniform10(prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY)]),
            pixel in prop::array::uniform3(prop_oneof![any::<f32>(), Just(f32::NAN), Just(f32::INFINITY), 0.0_f32..1.0]),
        ) {
            let [a, b, c, d, e, f, g, h, i, j] = numbers;
            let power = PixelPower { volts: j, full_ma: [a, b, c, d], idle_ma: e };
            let matrix = Some([[a, b, c], [d, e, f], [g, h, i]]);
            let tone = Tone::new(&Correction { brightness: a, white: Some([b, c, d]), matrix, gamma: j, power, ..plain() });
            prop_assert!(tone.four(pixel).iter().all(|value| (0.0..=1.0).contains(value)));
            prop_assert!(tone.full_mw().iter().all(|mw| *mw >= 0.0));
        }
    }
}
