//! Colours in a row, and what lies between them.

mod builtin;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::{ColorError, LightColor};
use super::oklab::Oklab;
use crate::show::ids::PaletteId;

pub use builtin::builtin;

/// What effects take their colours from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Palette {
    pub id: PaletteId,
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// In the order of their places; between two at the same place there is an edge.
    #[schemars(length(min = 2, max = 32))]
    pub stops: Vec<PaletteStop>,
    #[serde(default)]
    pub interpolation: Interpolation,
    /// Whether it comes back to the first stop after the last. A last stop at 1 leaves no room for that: there it jumps.
    #[serde(default = "wrap")]
    pub wrap: bool,
}

/// A colour and its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaletteStop {
    #[schemars(range(min = 0, max = 1))]
    pub at: f64,
    pub color: LightColor,
}

/// Where the way from one stop to the next leads along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// In steps that look equal.
    #[default]
    Oklab,
    /// In steps of the coded values, as most controllers of LEDs do it.
    Rgb,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PaletteError {
    #[error("a palette has a name of 1 to 64 characters")]
    Name,
    #[error("a palette has 2 to 32 stops, not {given}")]
    StopCount { given: usize },
    #[error("stop {index} is at {at}, but may be at 0 to 1")]
    OutOfRange { index: usize, at: f64 },
    #[error("stop {index} is at {at}, before the one that it follows")]
    Falling { index: usize, at: f64 },
    #[error("the colour of stop {index}: {error}")]
    Color { index: usize, error: ColorError },
}

/// Colours over the whole of a palette, from its place 0 to its place 1, as a screen would be told them.
pub type Ramp = [[f32; 3]; 256];

impl Palette {
    pub const MIN_STOPS: usize = 2;
    pub const MAX_STOPS: usize = 32;
    const MAX_NAME: usize = 64;

    pub fn check(&self) -> Result<(), PaletteError> {
        if !(1..=Self::MAX_NAME).contains(&self.name.chars().count()) {
            return Err(PaletteError::Name);
        }
        if !(Self::MIN_STOPS..=Self::MAX_STOPS).contains(&self.stops.len()) {
            return Err(PaletteError::StopCount { given: self.stops.len() });
        }
        let mut least = 0.0;
        for (index, PaletteStop { at, color }) in self.stops.iter().enumerate() {
            if !(0.0..=1.0).contains(at) {
                return Err(PaletteError::OutOfRange { index, at: *at });
            }
            if *at < least {
                return Err(PaletteError::Falling { index, at: *at });
            }
            color.check().map_err(|error| PaletteError::Color { index, error })?;
            least = *at;
        }
        Ok(())
    }

    /// 256 colours; those of stops at 0 and at 1 are the stops' own, to the last bit.
    pub fn ramp(&self) -> Ramp {
        let stops: Vec<Stop> = self.stops.iter().map(Stop::new).collect();
        std::array::from_fn(|step| self.between(&stops, step as f64 / 255.0))
    }

    /// The colour at a place from 0 to 1.
    pub fn at(&self, place: f64) -> [f32; 3] {
        let stops: Vec<Stop> = self.stops.iter().map(Stop::new).collect();
        self.between(&stops, if place > 0.0 { place.min(1.0) } else { 0.0 })
    }

    fn between(&self, stops: &[Stop], place: f64) -> [f32; 3] {
        let passed = stops.partition_point(|stop| stop.at <= place);
        let (before, after) = stops.split_at_checked(passed).unwrap_or((stops, &[]));
        let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return [0.0; 3] };
        match (before.last(), after.first()) {
            (Some(left), Some(right)) => self.mix(left, right, (place - left.at) / (right.at - left.at)),
            _ if self.wrap => {
                let gone = if place < last.at { place + 1.0 - last.at } else { place - last.at };
                self.mix(last, first, gone / (first.at + 1.0 - last.at))
            }
            (Some(end), None) | (None, Some(end)) => end.coded,
            (None, None) => [0.0; 3],
        }
    }

    fn mix(&self, left: &Stop, right: &Stop, progress: f64) -> [f32; 3] {
        // Without a way between them there is no progress either.
        if progress.is_nan() || progress <= 0.0 {
            return left.coded;
        }
        if progress >= 1.0 {
            return right.coded;
        }
        match self.interpolation {
            Interpolation::Oklab => left.lab.mix(right.lab, progress).coded().map(|value| value as f32),
            Interpolation::Rgb => {
                let channels = left.coded.into_iter().zip(right.coded);
                let mut mixed = [0.0; 3];
                for (mixed, (from, to)) in mixed.iter_mut().zip(channels) {
                    *mixed = from + (to - from) * progress as f32;
                }
                mixed
            }
        }
    }
}

/// A stop whose colour has been worked out.
struct Stop {
    at: f64,
    coded: [f32; 3],
    lab: Oklab,
}

impl Stop {
    fn new(stop: &PaletteStop) -> Self {
        let coded = stop.color.coded();
        Self { at: stop.at, coded, lab: Oklab::from_coded(coded.map(f64::from)) }
    }
}

fn wrap() -> bool {
    true
}

#[cfg(test)]
mod tests;
