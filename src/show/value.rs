//! Values by name: scores, names, whatever is set from outside and shown by the live fields of texts.

use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// More than stand on any scoreboard; all of them are told to every new client.
pub const MAX_VALUES: usize = 512;
/// A ticker's worth of text.
pub const MAX_TEXT: usize = 1_024;
/// Beyond it a floating-point number has no ones any more, and would be written with hundreds of digits.
pub const MAX_NUMBER: f64 = 1e15;
const MAX_NAME: usize = 64;

/// What a field calls a value: `{score}` or `{value:score}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"))]
pub struct ValueName(Arc<str>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a name of a value: use 1 to 64 of a-z A-Z 0-9 _ - . and begin with a letter, a digit or _")]
pub struct InvalidValueName(String);

impl ValueName {
    pub fn new(text: &str) -> Result<Self, InvalidValueName> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        // A name may be a part of a path, where "." and ".." would be taken away.
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric() || first == b'_');
        let fits = begins && text.len() <= MAX_NAME && text.bytes().all(plain);
        if fits { Ok(Self(text.into())) } else { Err(InvalidValueName(text.chars().take(MAX_NAME).collect())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ValueName {
    type Error = InvalidValueName;
    fn try_from(text: String) -> Result<Self, InvalidValueName> {
        Self::new(&text)
    }
}

impl From<ValueName> for String {
    fn from(name: ValueName) -> String {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for ValueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for ValueName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A text, a number, or yes and no.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(String),
}

impl Scalar {
    /// What is wrong with it, if anything: its size, and what is allowed.
    pub fn check(&self) -> Result<(), (String, &'static str)> {
        const NUMBERS: &str = "a number from -1e15 to 1e15";
        let in_range = |number: f64| (-MAX_NUMBER..=MAX_NUMBER).contains(&number);
        match self {
            Scalar::Whole(number) if !in_range(*number as f64) => Err((number.to_string(), NUMBERS)),
            Scalar::Number(number) if !in_range(*number) => Err((number.to_string(), NUMBERS)),
            Scalar::Text(text) if text.chars().count() > MAX_TEXT => {
                Err((format!("{} characters", text.chars().count()), "at most 1024 characters"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Flag(flag) => write!(f, "{flag}"),
            Scalar::Whole(number) => write!(f, "{number}"),
            Scalar::Number(number) => write!(f, "{number}"),
            Scalar::Text(text) => f.write_str(text),
        }
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, a number, or yes and no.",
            "anyOf": [
                { "type": "string", "maxLength": MAX_TEXT },
                { "type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER },
                { "type": "boolean" },
            ],
        })
    }
}

/// A value, and how it is written: it is asked for in every frame, and written once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Scalar", into = "Scalar")]
pub struct Value {
    scalar: Scalar,
    text: Arc<str>,
}

impl Value {
    pub fn scalar(&self) -> &Scalar {
        &self.scalar
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl From<Scalar> for Value {
    fn from(scalar: Scalar) -> Value {
        Value { text: scalar.to_string().into(), scalar }
    }
}

impl From<Value> for Scalar {
    fn from(value: Value) -> Scalar {
        value.scalar
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(BTreeMap<ValueName, Value>);

impl Values {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// What a field shows.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(Value::text)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ValueName, &Value)> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn set(&mut self, name: ValueName, value: Value) {
        self.0.insert(name, value);
    }

    pub fn remove(&mut self, name: &ValueName) {
        self.0.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_people_write_them() {
        for (json, text) in
            [("3", "3"), ("2.50", "2.5"), ("-0.25", "-0.25"), ("true", "true"), ("\"3:2\"", "3:2"), ("\"\"", "")]
        {
            let value: Value = serde_json::from_str(json).expect("a value");
            assert_eq!(value.text(), text, "{json}");
            let again: Value = serde_json::from_str(&serde_json::to_string(&value).expect("JSON")).expect("a value");
            assert_eq!(again, value);
        }
        for bad in ["null", "[]", "{}"] {
            assert!(serde_json::from_str::<Value>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn values_have_bounds() {
        for good in [Scalar::Number(-1e15), Scalar::Whole(1_000_000_000_000_000), Scalar::Text("é".repeat(1_024))] {
            assert_eq!(good.check(), Ok(()), "{good}");
        }
        for bad in
            [Scalar::Number(1.1e15), Scalar::Number(f64::NAN), Scalar::Whole(i64::MIN), Scalar::Text("x".repeat(1_025))]
        {
            assert!(bad.check().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_hold_to_their_alphabet() {
        for good in ["score", "player.title", "2nd", "_", &"x".repeat(64)] {
            assert!(ValueName::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "-a", "a b", "a/b", "a:b", "ä", &"x".repeat(65)] {
            assert!(ValueName::new(bad).is_err(), "{bad}");
        }
    }
}
