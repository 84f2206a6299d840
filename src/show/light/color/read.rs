//! Reading a colour as clients send it, so that whatever is wrong with it can be told exactly.

use serde_json::{Map, Value};

use super::presets::preset;
use super::{ColorError, LightColor, Mode};

const DEGREES: &str = "0 to 360";
const PART: &str = "0 to 1";
const BYTE: &str = "a whole number from 0 to 255";

impl LightColor {
    /// An object in one of the modes, which may carry a brightness beside its colour, or `"#rrggbb"`.
    pub fn read(value: &Value) -> Result<(LightColor, Option<u8>), ColorError> {
        const WANTED: &str = "an object with a mode, or \"#rrggbb\"";
        let wrong = ColorError::WrongType { field: "color", wanted: WANTED };
        match value {
            Value::String(text) => {
                let digits = text.strip_prefix('#').and_then(hex);
                digits.map(|rgb| (LightColor::Rgb { rgb }, None)).ok_or(wrong)
            }
            Value::Object(fields) => object(fields),
            _ => Err(wrong),
        }
    }

    /// Whether the fields are in range: one that was read is, one that was put together may not be.
    pub fn check(&self) -> Result<(), ColorError> {
        match self {
            LightColor::Rgb { .. } => Ok(()),
            LightColor::Hsv { hsv: [hue, saturation, value] } => in_range("hsv[0]", *hue, 360.0, DEGREES)
                .and_then(|_| in_range("hsv[1]", *saturation, 1.0, PART))
                .and_then(|_| in_range("hsv[2]", *value, 1.0, PART))
                .map(drop),
            LightColor::Hue { hue } => in_range("hue", *hue, 360.0, DEGREES).map(drop),
            LightColor::Preset { preset: id } => known(id).map(drop),
        }
    }
}

/// Six digits, without anything before them.
pub fn hex(digits: &str) -> Option<[u8; 3]> {
    let plain = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok().filter(|_| plain)?.to_be_bytes();
    Some([red, green, blue])
}

/// What is quoted in an error: as much as helps.
pub fn short(text: &str) -> String {
    text.chars().take(32).collect()
}

fn object(fields: &Map<String, Value>) -> Result<(LightColor, Option<u8>), ColorError> {
    let mode = match fields.get("mode") {
        Some(Value::String(text)) => Mode::parse(text)?,
        Some(_) => return Err(ColorError::WrongType { field: "mode", wanted: "RGB, HSV, HUE or PRESET" }),
        None => return Err(ColorError::MissingField { mode: None, field: "mode" }),
    };
    let belongs = |field: &str| ["mode", "brightness", mode.field()].contains(&field);
    if let Some(field) = fields.keys().find(|field| !belongs(field)) {
        return Err(ColorError::UnknownField { field: short(field) });
    }
    let missing = ColorError::MissingField { mode: Some(mode), field: mode.field() };
    let color = color(mode, fields.get(mode.field()).ok_or(missing)?)?;
    let brightness = fields.get("brightness").filter(|value| !value.is_null());
    Ok((color, brightness.map(|value| byte("brightness", value)).transpose()?))
}

fn color(mode: Mode, value: &Value) -> Result<LightColor, ColorError> {
    match mode {
        Mode::Rgb => {
            let [red, green, blue] = three("rgb", value)?;
            Ok(LightColor::Rgb { rgb: [byte("rgb[0]", red)?, byte("rgb[1]", green)?, byte("rgb[2]", blue)?] })
        }
        Mode::Hsv => {
            let [hue, saturation, value] = three("hsv", value)?;
            let hue = number("hsv[0]", hue, 360.0, DEGREES)?;
            Ok(LightColor::Hsv { hsv: [hue, number("hsv[1]", saturation, 1.0, PART)?, number("hsv[2]", value, 1.0, PART)?] })
        }
        Mode::Hue => Ok(LightColor::Hue { hue: number("hue", value, 360.0, DEGREES)? }),
        Mode::Preset => {
            let id = value.as_str().ok_or(ColorError::WrongType { field: "preset", wanted: "the id of a preset" })?;
            Ok(LightColor::Preset { preset: known(id)?.to_owned() })
        }
    }
}

fn three<'a>(field: &'static str, value: &'a Value) -> Result<[&'a Value; 3], ColorError> {
    match value.as_array().map(Vec::as_slice) {
        Some([first, second, third]) => Ok([first, second, third]),
        _ => Err(ColorError::WrongType { field, wanted: "a list of three numbers" }),
    }
}

fn byte(field: &'static str, value: &Value) -> Result<u8, ColorError> {
    let whole = value.as_f64().filter(|number| number.fract() == 0.0);
    let whole = whole.ok_or(ColorError::WrongType { field, wanted: BYTE })?;
    in_range(field, whole, 255.0, BYTE).map(|number| number as u8)
}

fn number(field: &'static str, value: &Value, most: f64, allowed: &'static str) -> Result<f64, ColorError> {
    let number = value.as_f64().ok_or(ColorError::WrongType { field, wanted: "a number" })?;
    in_range(field, number, most, allowed)
}

fn in_range(field: &'static str, value: f64, most: f64, allowed: &'static str) -> Result<f64, ColorError> {
    if (0.0..=most).contains(&value) { Ok(value) } else { Err(ColorError::OutOfRange { field, value, allowed }) }
}

fn known(id: &str) -> Result<&'static str, ColorError> {
    preset(id).map(|preset| preset.id).ok_or_else(|| ColorError::UnknownPreset { given: short(id) })
}
