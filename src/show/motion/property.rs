//! What of a layer can be moved, by name.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A number of a layer, written as the path to it: `x`, `shadow.blur`, `filters.0.amount`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Property {
    X,
    Y,
    Width,
    Height,
    Opacity,
    Rotation,
    CropLeft,
    CropTop,
    CropRight,
    CropBottom,
    /// Of rounded corners.
    Radius,
    BorderWidth,
    ShadowX,
    ShadowY,
    ShadowBlur,
    /// Of a gradient.
    Angle,
    /// Of text.
    Size,
    /// Of an input's sound.
    GainDb,
    Pan,
    /// A factor beside its gain.
    Volume,
    /// How strong the filter of that number is, counted from 0.
    FilterAmount(u8),
}

/// Filters that a layer can have.
pub const MAX_FILTERS: u8 = 8;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a property that can be animated")]
pub struct InvalidProperty(String);

const NAMES: [(&str, Property); 20] = [
    ("x", Property::X),
    ("y", Property::Y),
    ("width", Property::Width),
    ("height", Property::Height),
    ("opacity", Property::Opacity),
    ("rotation", Property::Rotation),
    ("crop.left", Property::CropLeft),
    ("crop.top", Property::CropTop),
    ("crop.right", Property::CropRight),
    ("crop.bottom", Property::CropBottom),
    ("radius", Property::Radius),
    ("border.width", Property::BorderWidth),
    ("shadow.x", Property::ShadowX),
    ("shadow.y", Property::ShadowY),
    ("shadow.blur", Property::ShadowBlur),
    ("angle", Property::Angle),
    ("size", Property::Size),
    ("gain_db", Property::GainDb),
    ("pan", Property::Pan),
    ("volume", Property::Volume),
];

impl Property {
    /// Of an input's sound, not of a layer.
    pub fn is_heard(self) -> bool {
        matches!(self, Property::GainDb | Property::Pan | Property::Volume)
    }

    /// Least and greatest value of a keyframe. On the way a curve may go beyond: who uses the value cuts it off.
    pub fn range(self) -> (f64, f64) {
        match self {
            Property::X | Property::Y | Property::ShadowX | Property::ShadowY => (-32_768.0, 32_768.0),
            Property::Width | Property::Height => (1.0, 8_192.0),
            Property::Opacity => (0.0, 1.0),
            Property::Rotation | Property::Angle => (-36_000.0, 36_000.0),
            Property::CropLeft | Property::CropTop | Property::CropRight | Property::CropBottom => (0.0, 32_768.0),
            Property::Radius | Property::BorderWidth | Property::ShadowBlur => (0.0, 4_096.0),
            Property::Size => (4.0, 1_024.0),
            Property::GainDb => (-60.0, 20.0),
            Property::Pan => (-1.0, 1.0),
            Property::Volume => (0.0, 10.0),
            Property::FilterAmount(_) => (-36_000.0, 36_000.0),
        }
    }
}

impl FromStr for Property {
    type Err = InvalidProperty;

    fn from_str(text: &str) -> Result<Self, InvalidProperty> {
        if let Some((_, property)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(*property);
        }
        let number = text.strip_prefix("filters.").and_then(|rest| rest.strip_suffix(".amount"));
        // One digit: `+1` and `01` are no paths.
        match number.map(str::as_bytes) {
            Some([digit @ b'0'..=b'7']) => Ok(Property::FilterAmount(digit - b'0')),
            _ => Err(InvalidProperty(text.chars().take(64).collect())),
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, NAMES.iter().find(|(_, property)| property == self)) {
            (_, Some((name, _))) => f.write_str(name),
            (Property::FilterAmount(number), None) => write!(f, "filters.{number}.amount"),
            (_, None) => write!(f, "{self:?}"),
        }
    }
}

impl TryFrom<String> for Property {
    type Error = InvalidProperty;

    fn try_from(text: String) -> Result<Self, InvalidProperty> {
        text.parse()
    }
}

impl From<Property> for String {
    fn from(property: Property) -> String {
        property.to_string()
    }
}

impl JsonSchema for Property {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Property".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = NAMES.map(|(name, _)| name);
        json_schema!({
            "description": "A number of a layer, written as the path to it; of an input's sound: `gain_db`, `pan`, `volume`.",
            "anyOf": [
                { "type": "string", "enum": names },
                { "type": "string", "pattern": "^filters\\.[0-7]\\.amount$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_read_back_as_written() {
        let filters = (0..MAX_FILTERS).map(Property::FilterAmount);
        for property in NAMES.iter().map(|(_, property)| *property).chain(filters) {
            assert_eq!(property.to_string().parse(), Ok(property));
            let json = serde_json::to_string(&property).expect("a property is text");
            assert_eq!(serde_json::from_str::<Property>(&json).expect("it is read"), property);
        }
        for bad in ["", "X", "crop", "filters.8.amount", "filters.00.amount", "filters.+1.amount", "filters..amount", "z"] {
            assert!(bad.parse::<Property>().is_err(), "{bad}");
        }
    }
}
