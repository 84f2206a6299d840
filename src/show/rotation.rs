//! Quarter turns, clockwise: of a picture on a display, of a panel of LEDs on a wall.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schemars(extend("enum" = [0, 90, 180, 270]))]
pub enum Rotation {
    #[default]
    Upright,
    Quarter,
    Half,
    ThreeQuarters,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rotation must be 0, 90, 180 or 270, not {0}")]
pub struct InvalidRotation(u16);

impl Rotation {
    pub const ALL: [Rotation; 4] = [Rotation::Upright, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters];

    /// Whether what was wide is high.
    pub fn is_sideways(self) -> bool {
        matches!(self, Rotation::Quarter | Rotation::ThreeQuarters)
    }
}

impl TryFrom<u16> for Rotation {
    type Error = InvalidRotation;

    fn try_from(degrees: u16) -> Result<Self, InvalidRotation> {
        match degrees {
            0 => Ok(Rotation::Upright),
            90 => Ok(Rotation::Quarter),
            180 => Ok(Rotation::Half),
            270 => Ok(Rotation::ThreeQuarters),
            other => Err(InvalidRotation(other)),
        }
    }
}

impl From<Rotation> for u16 {
    fn from(rotation: Rotation) -> u16 {
        match rotation {
            Rotation::Upright => 0,
            Rotation::Quarter => 90,
            Rotation::Half => 180,
            Rotation::ThreeQuarters => 270,
        }
    }
}
