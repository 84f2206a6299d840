//! How the LEDs of a zone lie.

mod check;
mod matrix;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::GeometryError;
pub use matrix::{Corner, Matrix, Panel, Wiring};

/// More than a show has: 65,536 LEDs at 60 frames a second are 94 Mbit/s.
pub const MAX_PIXELS: u32 = 65_536;

/// Unknown fields are refused, so a mistyped one is not silently ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Geometry {
    /// LEDs in a line, which fills its region.
    Strip {
        #[schemars(range(min = 1, max = 65_536))]
        pixels: u32,
        /// The wire comes in at the far end.
        #[serde(default, skip_serializing_if = "is_default")]
        reversed: bool,
        /// Where it leads, in its region.
        #[serde(default)]
        direction: Direction,
    },
    /// LEDs on the largest ellipse in their region.
    Ring {
        #[schemars(range(min = 1, max = 65_536))]
        pixels: u32,
        /// Where the first one is, clockwise from the top.
        #[serde(default)]
        #[schemars(range(min = -360, max = 360))]
        start_degrees: f64,
        #[serde(default = "yes")]
        clockwise: bool,
    },
    /// LEDs in rows and columns.
    Matrix(Matrix),
    /// LEDs anywhere, in the order of the wire.
    Points {
        #[schemars(length(min = 1, max = 65_536))]
        points: Vec<LightPoint>,
    },
}

/// Where a strip leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    Right,
    Left,
    Down,
    Up,
}

/// One LED: its place in the region, and how much of it it sees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LightPoint {
    #[schemars(range(min = 0, max = 1))]
    pub x: f64,
    #[schemars(range(min = 0, max = 1))]
    pub y: f64,
    /// Absent: as far as it is to the nearest other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub width: Option<f64>,
    /// Absent: as far as it is to the nearest other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub height: Option<f64>,
}

fn yes() -> bool {
    true
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Geometry {
    /// LEDs in a row.
    pub fn strip(pixels: u32) -> Self {
        Geometry::Strip { pixels, reversed: false, direction: Direction::default() }
    }

    /// The same with so many LEDs; a strip where their number does not say how they lie.
    pub fn with_pixels(&self, count: u32) -> Self {
        match self.clone() {
            Geometry::Strip { pixels: _, reversed, direction } => Geometry::Strip { pixels: count, reversed, direction },
            Geometry::Ring { pixels: _, start_degrees, clockwise } => {
                Geometry::Ring { pixels: count, start_degrees, clockwise }
            }
            same if same.pixel_count() == count => same,
            Geometry::Matrix(_) | Geometry::Points { .. } => Geometry::strip(count),
        }
    }

    /// How many LEDs are on the wire. Of a geometry that passes its check this is exact.
    pub fn pixel_count(&self) -> u32 {
        match self {
            Geometry::Strip { pixels, .. } | Geometry::Ring { pixels, .. } => *pixels,
            Geometry::Matrix(matrix) => u32::try_from(matrix.pixel_count()).unwrap_or(u32::MAX),
            Geometry::Points { points } => u32::try_from(points.len()).unwrap_or(u32::MAX),
        }
    }
}
