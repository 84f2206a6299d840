//! How a layer looks beyond what it shows: blend mode, corners, border, shadow, mask and filters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::ids::AssetId;

/// The point of a layer that its position names, and about which it turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    #[default]
    TopLeft,
    Top,
    TopRight,
    Left,
    Center,
    Right,
    BottomLeft,
    Bottom,
    BottomRight,
}

impl Anchor {
    /// Its place within a box whose sides are 1.
    pub fn place(self) -> (f64, f64) {
        let across = match self {
            Anchor::TopLeft | Anchor::Left | Anchor::BottomLeft => 0.0,
            Anchor::Top | Anchor::Center | Anchor::Bottom => 0.5,
            Anchor::TopRight | Anchor::Right | Anchor::BottomRight => 1.0,
        };
        let down = match self {
            Anchor::TopLeft | Anchor::Top | Anchor::TopRight => 0.0,
            Anchor::Left | Anchor::Center | Anchor::Right => 0.5,
            Anchor::BottomLeft | Anchor::Bottom | Anchor::BottomRight => 1.0,
        };
        (across, down)
    }
}

/// How content with a size of its own is brought into a box of another shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Pictures are stretched, inputs and scenes keep their shape.
    #[default]
    Auto,
    /// Stretched.
    Fill,
    /// As large as it can be seen as a whole.
    Contain,
    /// As small as it fills the box; what stands over is cut off.
    Cover,
    /// In its own size, in the middle; what stands over is cut off.
    None,
}

/// How a layer's colours meet those below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blend {
    #[default]
    Normal,
    Multiply,
    Screen,
    Add,
    Overlay,
    Darken,
    Lighten,
    Difference,
}

/// A line along the inside of the edge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Border {
    #[schemars(range(min = 0, max = 512))]
    pub width: f64,
    #[serde(default = "white")]
    pub color: Color,
}

/// What the layer's outline throws on what is below.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shadow {
    #[serde(default)]
    #[schemars(range(min = -512, max = 512))]
    pub x: f64,
    #[serde(default = "shadow_drop")]
    #[schemars(range(min = -512, max = 512))]
    pub y: f64,
    /// Radius of its soft edge.
    #[serde(default = "shadow_blur")]
    #[schemars(range(min = 0, max = 256))]
    pub blur: f64,
    #[serde(default = "shadow_color")]
    pub color: Color,
}

/// What of a layer is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mask {
    /// A picture, stretched over the layer: where it is solid (or, by `channel`, bright) the layer is seen.
    Image {
        asset: AssetId,
        #[serde(default, skip_serializing_if = "is_default")]
        channel: Channel,
        #[serde(default, skip_serializing_if = "is_default")]
        invert: bool,
    },
    Ellipse {
        #[serde(default, skip_serializing_if = "is_default")]
        invert: bool,
    },
    Rectangle {
        #[serde(default, skip_serializing_if = "is_default")]
        #[schemars(range(min = 0, max = 4096))]
        radius: f64,
        #[serde(default, skip_serializing_if = "is_default")]
        invert: bool,
    },
    /// An SVG path (`M 0 0 L 100 0 …`) in a square of 100 × 100, stretched over the layer.
    Path {
        #[schemars(length(max = 10_000))]
        path: String,
        #[serde(default, skip_serializing_if = "is_default")]
        invert: bool,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    #[default]
    Alpha,
    Luma,
}

/// What is done to a layer's colours, one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Filter {
    /// Added to all colours: -1 is black, 1 is white.
    Brightness {
        #[schemars(range(min = -1, max = 1))]
        amount: f64,
    },
    /// 1 leaves it, 0 is grey, 2 is twice as much.
    Contrast {
        #[schemars(range(min = 0, max = 4))]
        amount: f64,
    },
    /// 1 leaves it, 0 takes all colour away.
    Saturation {
        #[schemars(range(min = 0, max = 4))]
        amount: f64,
    },
    /// Turned by so many degrees.
    Hue {
        #[schemars(range(min = -360, max = 360))]
        amount: f64,
    },
    /// A radius in pixels.
    Blur {
        #[schemars(range(min = 0, max = 128))]
        amount: f64,
    },
    /// Takes away what has this colour.
    ChromaKey {
        #[serde(default = "green")]
        color: Color,
        /// How far a colour may be from it and still be gone.
        #[serde(default = "similarity")]
        #[schemars(range(min = 0, max = 1))]
        amount: f64,
        /// Width of the edge between gone and kept.
        #[serde(default = "smoothness")]
        #[schemars(range(min = 0, max = 1))]
        smoothness: f64,
        /// How much of the colour's reflection is taken off what is kept.
        #[serde(default = "spill")]
        #[schemars(range(min = 0, max = 1))]
        spill: f64,
    },
    /// Takes away what is darker than `amount` or brighter than `high`.
    LumaKey {
        #[serde(default)]
        #[schemars(range(min = 0, max = 1))]
        amount: f64,
        #[serde(default = "one")]
        #[schemars(range(min = 0, max = 1))]
        high: f64,
        #[serde(default = "smoothness")]
        #[schemars(range(min = 0, max = 1))]
        smoothness: f64,
    },
    /// A colour table (`.cube`), mixed in by `amount`.
    Lut {
        asset: AssetId,
        #[serde(default = "one")]
        #[schemars(range(min = 0, max = 1))]
        amount: f64,
    },
}

impl Filter {
    pub fn amount(&self) -> f64 {
        match self {
            Filter::Brightness { amount }
            | Filter::Contrast { amount }
            | Filter::Saturation { amount }
            | Filter::Hue { amount }
            | Filter::Blur { amount }
            | Filter::ChromaKey { amount, .. }
            | Filter::LumaKey { amount, .. }
            | Filter::Lut { amount, .. } => *amount,
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one() -> f64 {
    1.0
}

fn white() -> Color {
    Color::WHITE
}

fn shadow_drop() -> f64 {
    4.0
}

fn shadow_blur() -> f64 {
    8.0
}

fn shadow_color() -> Color {
    Color { alpha: 160, ..Color::BLACK }
}

fn green() -> Color {
    Color::opaque(0, 255, 0)
}

fn similarity() -> f64 {
    0.3
}

fn smoothness() -> f64 {
    0.1
}

fn spill() -> f64 {
    0.5
}
