//! A palette, ready to be read: 256 colours.

use super::chance;
use super::curve::{unit, wrap};
use super::shade::{self, BLACK};
use crate::show::light::Rgb;

#[derive(Clone, Debug, PartialEq)]
pub struct Ramp(pub [Rgb; 256]);

impl Ramp {
    pub fn solid(color: Rgb) -> Ramp {
        Ramp([color; 256])
    }

    pub fn gradient(from: Rgb, to: Rgb) -> Ramp {
        Ramp::drawn(|place| shade::mix(from, to, place))
    }

    /// Between stops that are given with their places, which rise.
    pub fn through(stops: &[(f32, Rgb)]) -> Ramp {
        Ramp::drawn(|place| {
            let after = stops.iter().find(|stop| stop.0 >= place).or(stops.last());
            let before = stops.iter().rev().find(|stop| stop.0 <= place).or(stops.first());
            match (before, after) {
                (Some(before), Some(after)) if after.0 > before.0 => {
                    shade::mix(before.1, after.1, (place - before.0) / (after.0 - before.0))
                }
                (Some(stop), _) => stop.1,
                _ => BLACK,
            }
        })
    }

    /// All hues, once around.
    pub fn spectrum(saturation: f32) -> Ramp {
        let mut colors = [BLACK; 256];
        for (index, color) in colors.iter_mut().enumerate() {
            *color = shade::hue(index as f32 / 256.0, saturation);
        }
        Ramp(colors)
    }

    fn drawn(color: impl Fn(f32) -> Rgb) -> Ramp {
        let mut colors = [BLACK; 256];
        for (index, entry) in colors.iter_mut().enumerate() {
            *entry = color(index as f32 / 255.0);
        }
        Ramp(colors)
    }

    /// As a circle: 1 is 0 again, and the last colour goes over into the first.
    pub fn at(&self, x: f32) -> Rgb {
        self.between(wrap(x) * 256.0)
    }

    /// As a line: 0 is the first colour, 1 the last.
    pub fn along(&self, x: f32) -> Rgb {
        self.between(unit(x) * 255.0)
    }

    /// One of a row of colours in which neighbours differ well, and which does not repeat itself soon.
    pub fn nth(&self, number: u32) -> Rgb {
        // Steps of the golden ratio fall into the widest gap that the ones before have left.
        self.at(chance::part(number.wrapping_mul(0x9e37_79b9)))
    }

    fn between(&self, place: f32) -> Rgb {
        let index = place as usize;
        shade::mix(self.0[index & 255], self.0[(index + 1) & 255], place - index as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_a_circle_and_as_a_line() {
        let ramp = Ramp::gradient([0.0, 0.0, 0.0], [1.0, 0.5, 0.0]);
        assert_eq!(ramp.along(0.0), [0.0; 3]);
        assert_eq!(ramp.along(1.0), [1.0, 0.5, 0.0]);
        assert_eq!(ramp.along(7.0), [1.0, 0.5, 0.0]);
        assert!((ramp.along(0.5)[0] - 0.5).abs() < 1e-5);
        assert_eq!(ramp.at(0.25), ramp.at(3.25));
        assert_eq!(ramp.at(0.25), ramp.at(-0.75));
        assert_eq!(ramp.at(255.5 / 256.0)[0], 0.5, "from the last into the first");
    }

    #[test]
    fn a_spectrum_has_every_hue_at_its_place() {
        let ramp = Ramp::spectrum(1.0);
        assert_eq!((ramp.at(0.0), ramp.at(0.5)), ([1.0, 0.0, 0.0], [0.0, 1.0, 1.0]));
        assert_eq!(Ramp::spectrum(0.0).at(0.3), [1.0; 3]);
    }

    #[test]
    fn stops_are_met() {
        let ramp = Ramp::through(&[(0.2, [1.0, 0.0, 0.0]), (0.6, [0.0, 1.0, 0.0])]);
        assert_eq!((ramp.along(0.0), ramp.along(0.2), ramp.along(1.0)), ([1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]));
        assert!((ramp.along(0.4)[1] - 0.5).abs() < 1e-3);
        assert_eq!(Ramp::through(&[]), Ramp::solid(BLACK));
    }
}
