//! The parameters of animations: their kinds and ranges, what is given for them, and whether that can be meant.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::Animation;
use crate::show::light::color::LightColor;

/// One of an animation's parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: ParameterKind,
}

/// Written as clients know it: `{"type": "float", "min": 0.1, "max": 10.0, "default": 1.0}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ParameterKind {
    Float {
        min: f64,
        max: f64,
        default: f64,
    },
    Int {
        min: i64,
        max: i64,
        default: i64,
    },
    Bool {
        default: bool,
    },
    Color {
        #[serde(serialize_with = "as_light_color")]
        #[schemars(with = "LightColor")]
        default: [u8; 3],
    },
    Text {
        default: &'static str,
        /// In characters.
        max_length: usize,
    },
    Choice {
        options: &'static [&'static str],
        default: &'static str,
    },
}

/// What is given for a parameter. Text stands before colours: `#ff0000` may be meant as either, and the parameter knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ParameterValue {
    Bool(bool),
    Number(f64),
    Text(String),
    Color(LightColor),
}

/// Only what was given; what is missing has its default.
pub type Parameters = BTreeMap<String, ParameterValue>;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParameterError {
    #[error("there is no parameter {name:?}: known are {}", known.join(", "))]
    Unknown { name: String, known: Vec<&'static str> },
    #[error("{name} must be {wanted}")]
    WrongType { name: &'static str, wanted: &'static str },
    #[error("{name} must be {min} to {max}, not {value}")]
    OutOfRange { name: &'static str, value: f64, min: f64, max: f64 },
    #[error("{name} must be one of {}", options.join(", "))]
    NotAChoice { name: &'static str, options: &'static [&'static str] },
    #[error("{name} must have at most {max_length} characters")]
    TooLong { name: &'static str, max_length: usize },
}

fn as_light_color<S: Serializer>(default: &[u8; 3], serializer: S) -> Result<S::Ok, S::Error> {
    LightColor::Rgb { rgb: *default }.serialize(serializer)
}

impl ParameterValue {
    /// Floats have no hash of their own; equal ones of these have equal bits.
    pub fn hash_into(&self, hasher: &mut impl Hasher) {
        match self {
            ParameterValue::Bool(flag) => flag.hash(hasher),
            ParameterValue::Number(number) => number.to_bits().hash(hasher),
            ParameterValue::Text(text) => text.hash(hasher),
            ParameterValue::Color(color) => color.rgb().hash(hasher),
        }
    }
}

impl ParameterKind {
    pub fn default(self) -> ParameterValue {
        match self {
            ParameterKind::Float { default, .. } => ParameterValue::Number(default),
            ParameterKind::Int { default, .. } => ParameterValue::Number(default as f64),
            ParameterKind::Bool { default } => ParameterValue::Bool(default),
            ParameterKind::Color { default } => ParameterValue::Color(LightColor::Rgb { rgb: default }),
            ParameterKind::Text { default, .. } | ParameterKind::Choice { default, .. } => {
                ParameterValue::Text(default.to_owned())
            }
        }
    }

    pub fn wanted(self) -> &'static str {
        match self {
            ParameterKind::Float { .. } => "a number",
            ParameterKind::Int { .. } => "a whole number",
            ParameterKind::Bool { .. } => "true or false",
            ParameterKind::Color { .. } => "a colour",
            ParameterKind::Text { .. } | ParameterKind::Choice { .. } => "a text",
        }
    }
}

impl Parameter {
    /// The value as it is to be stored: choices in their own spelling, `#rrggbb` as a colour.
    fn check(&self, value: &ParameterValue) -> Result<ParameterValue, ParameterError> {
        let name = self.name;
        match (self.kind, value) {
            (ParameterKind::Float { min, max, .. }, ParameterValue::Number(number)) => self.within(*number, min, max),
            (ParameterKind::Int { min, max, .. }, ParameterValue::Number(number)) if number.fract() == 0.0 => {
                self.within(*number, min as f64, max as f64)
            }
            (ParameterKind::Bool { .. }, ParameterValue::Bool(_))
            | (ParameterKind::Color { .. }, ParameterValue::Color(_)) => Ok(value.clone()),
            (ParameterKind::Color { .. }, ParameterValue::Text(text)) => match hexadecimal(text) {
                Some(rgb) => Ok(ParameterValue::Color(LightColor::Rgb { rgb })),
                None => Err(ParameterError::WrongType { name, wanted: self.kind.wanted() }),
            },
            (ParameterKind::Text { max_length, .. }, ParameterValue::Text(text)) => {
                if text.chars().count() > max_length {
                    return Err(ParameterError::TooLong { name, max_length });
                }
                Ok(value.clone())
            }
            (ParameterKind::Choice { options, .. }, ParameterValue::Text(text)) => {
                let option = options.iter().find(|option| option.eq_ignore_ascii_case(text));
                let option = option.ok_or(ParameterError::NotAChoice { name, options })?;
                Ok(ParameterValue::Text((*option).to_owned()))
            }
            _ => Err(ParameterError::WrongType { name, wanted: self.kind.wanted() }),
        }
    }

    fn within(&self, value: f64, min: f64, max: f64) -> Result<ParameterValue, ParameterError> {
        if (min..=max).contains(&value) {
            return Ok(ParameterValue::Number(value));
        }
        Err(ParameterError::OutOfRange { name: self.name, value, min, max })
    }
}

/// `#rrggbb`.
fn hexadecimal(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && !digits.starts_with('+'))?;
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([red, green, blue])
}

impl Animation {
    /// What was given, normalised; nothing is filled in. Effects take any values, so this is for telling people.
    pub fn check(self, given: &Parameters) -> Result<Parameters, ParameterError> {
        let known = || self.parameters().iter().map(|parameter| parameter.name).collect();
        let checked = given.iter().map(|(name, value)| {
            let parameter = self.parameter(name);
            let parameter = parameter.ok_or_else(|| ParameterError::Unknown { name: name.clone(), known: known() })?;
            Ok((name.clone(), parameter.check(value)?))
        });
        checked.collect()
    }
}

/// The words that the catalogue is written in.
pub(super) mod schema {
    use super::{Parameter, ParameterKind};

    pub const SPEED: Parameter = float("speed", 0.1, 10.0, 1.0);
    pub const BLACK: [u8; 3] = [0, 0, 0];
    pub const WHITE: [u8; 3] = [255, 255, 255];
    /// How the line of a one-dimensional effect lies on the lights.
    pub const MAPPING: Parameter = choice("mapping", &["auto", "along", "across", "up", "radial", "angle"], "auto");
    /// From its end to its beginning.
    pub const REVERSE: Parameter = switch("reverse", false);
    /// From both ends to the middle.
    pub const MIRROR: Parameter = switch("mirror", false);
    pub const PALETTE: Parameter = switch("use_palette", true);
    pub const NO_PALETTE: Parameter = switch("use_palette", false);

    pub const fn float(name: &'static str, min: f64, max: f64, default: f64) -> Parameter {
        Parameter { name, kind: ParameterKind::Float { min, max, default } }
    }

    /// A float from 0 to 1.
    pub const fn part(name: &'static str, default: f64) -> Parameter {
        float(name, 0.0, 1.0, default)
    }

    pub const fn int(name: &'static str, min: i64, max: i64, default: i64) -> Parameter {
        Parameter { name, kind: ParameterKind::Int { min, max, default } }
    }

    pub const fn switch(name: &'static str, default: bool) -> Parameter {
        Parameter { name, kind: ParameterKind::Bool { default } }
    }

    pub const fn color(name: &'static str, default: [u8; 3]) -> Parameter {
        Parameter { name, kind: ParameterKind::Color { default } }
    }

    pub const fn primary(default: [u8; 3]) -> Parameter {
        color("color_primary", default)
    }

    pub const fn secondary(default: [u8; 3]) -> Parameter {
        color("color_secondary", default)
    }

    pub const fn text(name: &'static str, max_length: usize, default: &'static str) -> Parameter {
        Parameter { name, kind: ParameterKind::Text { default, max_length } }
    }

    pub const fn choice(name: &'static str, options: &'static [&'static str], default: &'static str) -> Parameter {
        Parameter { name, kind: ParameterKind::Choice { options, default } }
    }
}
