//! One thing in a scene: what it shows, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::ids::{AssetId, LayerId};

/// A layer, as it is stored and as every door shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Layer {
    pub id: LayerId,
    /// Top left corner, in canvas pixels.
    #[serde(default)]
    #[schemars(range(min = -32_768, max = 32_768))]
    pub x: f64,
    #[serde(default)]
    #[schemars(range(min = -32_768, max = 32_768))]
    pub y: f64,
    /// Absent: the content's own width (image, text), or the canvas' width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 8192))]
    pub width: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 8192))]
    pub height: Option<f64>,
    /// 0 is invisible, 1 is solid.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 1))]
    pub opacity: f64,
    #[serde(default = "yes")]
    pub visible: bool,
    /// What is shown; its fields stand beside the ones above, `kind` tells which they are.
    #[serde(flatten)]
    pub content: Content,
}

/// The kinds of layer. Unknown fields are refused, so a mistyped one is not silently ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    Color {
        color: Color,
    },
    Gradient {
        from: Color,
        to: Color,
        /// Direction in degrees: 0 runs left to right, 90 top to bottom.
        #[serde(default)]
        #[schemars(range(min = -3600, max = 3600))]
        angle: f64,
    },
    Image {
        asset: AssetId,
    },
    /// Colour bars with a moving part, a frame counter that machines can read, and each second a flash with a beep.
    Pattern {
        #[serde(default = "yes")]
        beep: bool,
    },
    /// Text; `{clock}` in it is the time of day (UTC) as `12:34:56`, `{date}` the day as `2026-01-31`.
    Text {
        #[schemars(length(max = 2000))]
        text: String,
        #[serde(default = "text_size")]
        #[schemars(range(min = 4, max = 1024))]
        size: f64,
        #[serde(default = "white")]
        color: Color,
    },
}

fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

fn text_size() -> f64 {
    48.0
}

fn white() -> Color {
    Color::WHITE
}
