//! Which part of the canvas a zone shows, in parts of its width and height.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    #[schemars(range(min = 0, max = 1))]
    pub x: f64,
    #[schemars(range(min = 0, max = 1))]
    pub y: f64,
    #[schemars(range(min = 0, max = 1))]
    pub width: f64,
    #[schemars(range(min = 0, max = 1))]
    pub height: f64,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidRegion {
    #[error("{field} must be 0 to 1, not {value}")]
    Part { field: &'static str, value: f64 },
    #[error("a region must have a width and a height")]
    Empty,
    #[error("a region must end within the canvas: {start} + {length} is more than 1")]
    Beyond { start: f64, length: f64 },
}

/// Thirds and the like do not add up to 1 to the last bit.
const ROUNDING: f64 = 1e-9;

impl Region {
    pub const WHOLE: Region = Region { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };

    pub fn check(&self) -> Result<(), InvalidRegion> {
        for (field, value) in [("x", self.x), ("y", self.y), ("width", self.width), ("height", self.height)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(InvalidRegion::Part { field, value });
            }
        }
        if self.width == 0.0 || self.height == 0.0 {
            return Err(InvalidRegion::Empty);
        }
        for (start, length) in [(self.x, self.width), (self.y, self.height)] {
            if start + length > 1.0 + ROUNDING {
                return Err(InvalidRegion::Beyond { start, length });
            }
        }
        Ok(())
    }
}

impl Default for Region {
    fn default() -> Self {
        Self::WHOLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check([x, y, width, height]: [f64; 4], right: bool) {
        let region = Region { x, y, width, height };
        assert_eq!(region.check().is_ok(), right, "{region:?}: {:?}", region.check());
    }

    #[test]
    fn a_region_lies_within_the_canvas_and_is_not_empty() {
        check([0.0, 0.0, 1.0, 1.0], true);
        check([0.9, 0.0, 0.1, 1e-6], true);
        check([1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 1.0 / 3.0], true);
        check([0.5, 0.0, 0.6, 1.0], false);
        check([0.0, 0.5, 1.0, 0.501], false);
        check([0.0, 0.0, 0.0, 1.0], false);
        check([0.0, 0.0, 1.0, 0.0], false);
        check([-0.1, 0.0, 1.0, 1.0], false);
        check([0.0, 0.0, 1.1, 1.0], false);
        check([f64::NAN, 0.0, 1.0, 1.0], false);
        check([0.0, 0.0, 1.0, f64::INFINITY], false);
    }

    #[test]
    fn mistyped_fields_are_refused() {
        assert!(serde_json::from_str::<Region>(r#"{"x":0,"y":0,"width":1,"height":1}"#).is_ok());
        assert!(serde_json::from_str::<Region>(r#"{"x":0,"y":0,"width":1,"hight":1}"#).is_err());
    }
}
