//! How long something is: pixels, or a percentage of what it lies in.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A number of pixels, or `"12.5%"` of the side that it is measured along.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LengthText", into = "LengthText")]
pub enum Length {
    Pixels(f64),
    Percent(f64),
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0:?} is not a length: give a number of pixels, or a percentage such as \"50%\"")]
pub struct InvalidLength(String);

impl Length {
    pub const ZERO: Length = Length::Pixels(0.0);

    /// In pixels, along a side that is `whole` long.
    pub fn of(self, whole: f64) -> f64 {
        match self {
            Length::Pixels(pixels) => pixels,
            Length::Percent(percent) => whole * percent / 100.0,
        }
    }

    pub fn is_zero(&self) -> bool {
        self.number() == 0.0
    }

    /// Without its unit.
    pub fn number(&self) -> f64 {
        match self {
            Length::Pixels(number) | Length::Percent(number) => *number,
        }
    }
}

impl Default for Length {
    fn default() -> Self {
        Length::ZERO
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Length::Pixels(pixels) => write!(f, "{pixels}"),
            Length::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum LengthText {
    Pixels(f64),
    Text(String),
}

impl TryFrom<LengthText> for Length {
    type Error = InvalidLength;

    fn try_from(text: LengthText) -> Result<Self, InvalidLength> {
        match text {
            LengthText::Pixels(pixels) => Ok(Length::Pixels(pixels)),
            LengthText::Text(text) => {
                let number = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
                match number.filter(|number| number.is_finite()) {
                    Some(percent) => Ok(Length::Percent(percent)),
                    None => Err(InvalidLength(text.chars().take(32).collect())),
                }
            }
        }
    }
}

impl From<Length> for LengthText {
    fn from(length: Length) -> Self {
        match length {
            Length::Pixels(pixels) => LengthText::Pixels(pixels),
            Length::Percent(_) => LengthText::Text(length.to_string()),
        }
    }
}

impl JsonSchema for Length {
    fn schema_name() -> Cow<'static, str> {
        "Length".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Pixels, or a percentage of the side that it is measured along.",
            "anyOf": [
                { "type": "number", "minimum": -32_768, "maximum": 32_768 },
                { "type": "string", "pattern": "^-?[0-9]{1,4}(\\.[0-9]{1,6})?%$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_percentages_are_read_back_as_written() {
        let read = |json: &str| serde_json::from_str::<Length>(json);
        for json in ["7.0", "-3.5", "\"50%\"", "\"-12.5%\""] {
            assert_eq!(serde_json::to_string(&read(json).expect("a length")).expect("JSON"), json);
        }
        for bad in ["\"50\"", "\"%\"", "\"a%\"", "\"inf%\"", "null", "true", "{}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(read("\"25%\"").expect("a length").of(200.0), 50.0);
    }
}
