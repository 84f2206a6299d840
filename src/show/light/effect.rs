//! An animation of lights as a layer of a picture.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::animation::Animation;
use super::animation::parameter::Parameters;
use crate::show::ids::PaletteId;
use crate::show::time::ShowTime;

/// It runs by the clock: whoever shows it, it looks the same at the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectLayer {
    pub animation: Animation,
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub parameters: Parameters,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub palette: Option<PaletteId>,
    #[serde(default)]
    pub seed: u32,
    /// It is computed as for a matrix of so many lights, and stretched over the layer's box.
    #[serde(default = "columns")]
    #[schemars(range(min = 1, max = 320))]
    pub columns: u16,
    #[serde(default = "rows")]
    #[schemars(range(min = 1, max = 180))]
    pub rows: u16,
}

impl EffectLayer {
    pub const MAX_COLUMNS: u16 = 320;
    pub const MAX_ROWS: u16 = 180;

    /// Seconds of its own time: faster animations have longer ones.
    pub fn seconds_at(&self, at: ShowTime) -> f64 {
        let speed = if self.animation.moves() { self.animation.number(&self.parameters, "speed") } else { 1.0 };
        at.micros() as f64 / 1e6 * speed
    }
}

fn columns() -> u16 {
    96
}

fn rows() -> u16 {
    54
}
