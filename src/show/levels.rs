//! What a layer that shows sound is set to: whose sound, and as what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::ids::InputId;

/// Sound that is seen, as it is at the time of the frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// Whose sound, after its gain and pan, heard or not; absent: the program's, as it leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputId>,
    #[serde(default)]
    pub shape: LevelsShape,
    /// Where it grows to. What stands beside each other goes from left to right, or from top to bottom.
    #[serde(default, skip_serializing_if = "is_default")]
    pub grow: Growth,
    /// How many bars share 40 Hz to 16 kHz in equal steps of pitch, or how many columns a wave has. A meter has one for each side.
    #[serde(default = "bands")]
    #[schemars(range(min = 1, max = 64))]
    pub bands: u8,
    /// Pixels between them.
    #[serde(default = "gap")]
    #[schemars(range(min = 0, max = 256))]
    pub gap: f64,
    /// Of the lowest pitch; of a meter, where it is quiet.
    #[serde(default = "from")]
    pub from: Color,
    /// Of the highest pitch; of a meter, where it is loud.
    #[serde(default = "to")]
    pub to: Color,
    /// How loud the foot of a bar or meter is, in dBFS; its top is 0. A wave has no such scale.
    #[serde(default = "floor_db")]
    #[schemars(range(min = -96, max = -12))]
    pub floor_db: f64,
}

/// What sound is shown as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelsShape {
    /// How loud each range of pitch is.
    #[default]
    Bars,
    /// How loud left and right are over 300 ms, with a mark that holds the peak for a second.
    Meter,
    /// The movement of the air over the last 43 ms.
    Wave,
}

/// Where something grows to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Growth {
    #[default]
    Up,
    Right,
    Down,
    Left,
}

impl Levels {
    pub const MAX_BANDS: u8 = 64;
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn bands() -> u8 {
    24
}

fn gap() -> f64 {
    4.0
}

fn from() -> Color {
    Color::opaque(0x2f, 0xd6, 0xa8)
}

fn to() -> Color {
    Color::opaque(0xff, 0x7a, 0x45)
}

fn floor_db() -> f64 {
    -60.0
}
