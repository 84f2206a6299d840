//! The code of a room: what people tell each other to play together.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

const LENGTH: usize = 6;

/// Six of A–Z and 0–9. Small letters mean the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JamCode([u8; LENGTH]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a room's code is six of A-Z and 0-9")]
pub struct InvalidCode;

impl JamCode {
    /// One of two thousand million, made of numbers that somebody threw dice for. What looks alike is left out.
    pub fn of(dice: u64) -> Self {
        const PLAIN: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        Self(std::array::from_fn(|place| PLAIN[(dice >> (5 * place) & 31) as usize]))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for JamCode {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let code: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| InvalidCode)?;
        let code = code.map(|letter| letter.to_ascii_uppercase());
        let is_plain = |letter: &u8| letter.is_ascii_uppercase() || letter.is_ascii_digit();
        code.iter().all(is_plain).then_some(Self(code)).ok_or(InvalidCode)
    }
}

impl TryFrom<String> for JamCode {
    type Error = InvalidCode;

    fn try_from(text: String) -> Result<Self, InvalidCode> {
        text.parse()
    }
}

impl From<JamCode> for String {
    fn from(code: JamCode) -> String {
        code.as_str().to_owned()
    }
}

impl fmt::Display for JamCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for JamCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl JsonSchema for JamCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JamCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Six of A-Z and 0-9.", "type": "string", "pattern": "^[A-Za-z0-9]{6}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_letters_or_digits_and_nothing_else() {
        assert_eq!("ab12cd".parse::<JamCode>().unwrap().as_str(), "AB12CD");
        for bad in ["", "AB12C", "AB12CDE", "AB 2CD", "../../", "AB12C\0", "ÄB12C", "AB-2CD", "AB12C%"] {
            assert_eq!(bad.parse::<JamCode>(), Err(InvalidCode), "{bad:?}");
        }
    }

    #[test]
    fn codes_that_are_made_can_be_read_back() {
        for dice in [0, 1, u64::MAX, 0x1234_5678_9abc_def0] {
            let code = JamCode::of(dice);
            assert_eq!(code.to_string().parse(), Ok(code));
        }
        assert_ne!(JamCode::of(1), JamCode::of(2));
    }
}
