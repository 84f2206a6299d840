//! One colour of light as clients say it: in one of four modes, or as `#rrggbb`.

mod convert;
mod hsv;
mod kelvin;
pub mod presets;
mod read;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use convert::{Conversion, convert};
pub use hsv::{hsv_to_rgb, rgb_to_hsv};
pub use kelvin::kelvin;
pub use presets::{Preset, preset, presets};
pub(super) use read::hex;

/// Fields are as clients send them; `check` says whether they are in range, and what was read always is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "mode", try_from = "Value")]
pub enum LightColor {
    #[serde(rename = "RGB")]
    Rgb { rgb: [u8; 3] },
    /// Degrees from 0 to 360, then saturation and value from 0 to 1.
    #[serde(rename = "HSV")]
    Hsv { hsv: [f64; 3] },
    /// Degrees from 0 to 360, at full saturation and value.
    #[serde(rename = "HUE")]
    Hue { hue: f64 },
    #[serde(rename = "PRESET")]
    Preset { preset: String },
}

/// How a colour is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", rename_all = "UPPERCASE")]
#[schemars(!try_from)]
pub enum Mode {
    Rgb,
    Hsv,
    Hue,
    Preset,
}

/// What is wrong with a colour. Fields are named as they are written, so that a door can say where to look.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ColorError {
    #[error("colour mode {given:?} is not supported: use RGB, HSV, HUE or PRESET")]
    UnknownMode { given: String },
    /// Without a mode it is the mode itself that is missing.
    #[error("a colour{} needs the field {field:?}", mode.map(|mode| format!(" in mode {}", mode.name())).unwrap_or_default())]
    MissingField { mode: Option<Mode>, field: &'static str },
    #[error("a colour has no field {field:?} here")]
    UnknownField { field: String },
    #[error("{field} is {value}, but may be {allowed}")]
    OutOfRange { field: &'static str, value: f64, allowed: &'static str },
    #[error("there is no colour called {given:?}")]
    UnknownPreset { given: String },
    #[error("{field} must be {wanted}")]
    WrongType { field: &'static str, wanted: &'static str },
}

impl Mode {
    pub const ALL: [Mode; 4] = [Mode::Rgb, Mode::Hsv, Mode::Hue, Mode::Preset];
    pub const SUPPORTED: [&str; 4] = [Mode::Rgb.name(), Mode::Hsv.name(), Mode::Hue.name(), Mode::Preset.name()];

    pub const fn name(self) -> &'static str {
        match self {
            Mode::Rgb => "RGB",
            Mode::Hsv => "HSV",
            Mode::Hue => "HUE",
            Mode::Preset => "PRESET",
        }
    }

    /// In upper or lower case.
    pub fn parse(text: &str) -> Result<Mode, ColorError> {
        let is_meant = |mode: &Mode| mode.name().eq_ignore_ascii_case(text);
        Mode::ALL.into_iter().find(is_meant).ok_or_else(|| ColorError::UnknownMode { given: read::short(text) })
    }

    /// The one field that a colour of this mode has beside it.
    const fn field(self) -> &'static str {
        match self {
            Mode::Rgb => "rgb",
            Mode::Hsv => "hsv",
            Mode::Hue => "hue",
            Mode::Preset => "preset",
        }
    }
}

impl LightColor {
    pub fn mode(&self) -> Mode {
        match self {
            LightColor::Rgb { .. } => Mode::Rgb,
            LightColor::Hsv { .. } => Mode::Hsv,
            LightColor::Hue { .. } => Mode::Hue,
            LightColor::Preset { .. } => Mode::Preset,
        }
    }

    /// As a screen would be told it, to the nearest of 256 steps.
    pub fn rgb(&self) -> [u8; 3] {
        self.precise().map(|value| (value * 255.0).round() as u8)
    }

    /// As a screen would be told it, from 0 to 1 and not rounded to 256 steps.
    pub fn coded(&self) -> [f32; 3] {
        self.precise().map(|value| value as f32)
    }

    /// A preset that nobody knows is dark: `check` has something to say about it.
    fn precise(&self) -> [f64; 3] {
        match self {
            LightColor::Rgb { rgb } => rgb.map(|value| f64::from(value) / 255.0),
            LightColor::Hsv { hsv } => hsv_to_rgb(*hsv),
            LightColor::Hue { hue } => hsv_to_rgb([*hue, 1.0, 1.0]),
            LightColor::Preset { preset: id } => {
                preset(id).map_or([0.0; 3], |preset| preset.rgb.map(|value| f64::from(value) / 255.0))
            }
        }
    }
}

impl TryFrom<Value> for LightColor {
    type Error = ColorError;

    /// Where only a colour is kept: a brightness would be lost, so it is not taken.
    fn try_from(value: Value) -> Result<Self, ColorError> {
        match LightColor::read(&value)? {
            (color, None) => Ok(color),
            (_, Some(_)) => Err(ColorError::UnknownField { field: "brightness".into() }),
        }
    }
}

impl TryFrom<String> for Mode {
    type Error = ColorError;

    fn try_from(text: String) -> Result<Self, ColorError> {
        Mode::parse(&text)
    }
}

impl JsonSchema for LightColor {
    fn schema_name() -> Cow<'static, str> {
        "LightColor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let hue = json_schema!({ "type": "number", "minimum": 0, "maximum": 360 });
        let part = json_schema!({ "type": "number", "minimum": 0, "maximum": 1 });
        let byte = json_schema!({ "type": "integer", "minimum": 0, "maximum": 255 });
        let names: Vec<_> = presets().iter().map(|preset| preset.id).collect();
        let in_mode = |mode: Mode, value: Schema| {
            json_schema!({
                "type": "object",
                "properties": { "mode": { "const": mode.name() }, mode.field(): value },
                "required": ["mode", mode.field()],
                "additionalProperties": false,
            })
        };
        json_schema!({
            "description": "A colour of light, in one of four modes, or as #rrggbb.",
            "oneOf": [
                in_mode(Mode::Rgb, json_schema!({ "type": "array", "items": byte, "minItems": 3, "maxItems": 3 })),
                in_mode(
                    Mode::Hsv,
                    json_schema!({ "type": "array", "prefixItems": [hue, part, part], "minItems": 3, "maxItems": 3 }),
                ),
                in_mode(Mode::Hue, hue),
                in_mode(Mode::Preset, json_schema!({ "type": "string", "enum": names })),
                { "type": "string", "pattern": "^#[0-9a-fA-F]{6}$" },
            ],
        })
    }
}
