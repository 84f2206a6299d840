//! Who plays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Millis;
use super::numeral::numeral;

/// Small, because it is part of nearly every message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ParticipantId(
    #[serde(deserialize_with = "numeral")]
    #[schemars(with = "u16")]
    pub u16,
);

pub const LONGEST_NAME: usize = 48;

/// Names are the seed's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    pub id: ParticipantId,
    pub name: String,
    pub is_host: bool,
    /// Milliseconds of Unix time.
    pub joined_at: Millis,
    /// `#rrggbb`.
    pub color: Color,
    /// Has a connection at the moment.
    pub present: bool,
    /// Lights that it brings.
    #[serde(default, skip_serializing_if = "is_none")]
    pub outputs: u16,
}

fn is_none(outputs: &u16) -> bool {
    *outputs == 0
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(pub [u8; 3]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is #rrggbb")]
pub struct InvalidColor;

impl TryFrom<String> for Color {
    type Error = InvalidColor;

    fn try_from(text: String) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(InvalidColor)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(InvalidColor);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| InvalidColor)?;
        Ok(Self([(number >> 16) as u8, (number >> 8) as u8, number as u8]))
    }
}

impl From<Color> for String {
    fn from(Color([red, green, blue]): Color) -> String {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

impl JsonSchema for Color {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JamColor".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^#[0-9a-fA-F]{6}$" })
    }
}

/// Who did not say: one after the other, easy to tell apart.
pub fn usual_color(id: ParticipantId) -> Color {
    const COLORS: [[u8; 3]; 8] = [
        [0xff, 0x5d, 0x5d],
        [0x4d, 0xa3, 0xff],
        [0x5b, 0xd1, 0x7a],
        [0xff, 0xc1, 0x45],
        [0xb1, 0x7d, 0xff],
        [0xff, 0x8a, 0x3d],
        [0x37, 0xd0, 0xd6],
        [0xff, 0x7a, 0xc6],
    ];
    Color(COLORS[usize::from(id.0) % COLORS.len()])
}

/// A name as it is kept: no line breaks or the like, not longer than fits; None if nothing is left of it.
pub fn plain_name(name: &str) -> Option<String> {
    let kept: String = name.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    let kept = kept.trim().to_owned();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_six_digits() {
        assert_eq!(Color::try_from("#0aF1ff".to_owned()), Ok(Color([10, 241, 255])));
        for bad in ["", "#fff", "0af1ff", "#0af1fg", "#+af1ff", "#é1ff1"] {
            assert_eq!(Color::try_from(bad.to_owned()), Err(InvalidColor), "{bad}");
        }
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(plain_name(" Ada\n\u{7} Lovelace ").as_deref(), Some("Ada Lovelace"));
        assert_eq!(plain_name("\u{0}\t "), None);
        assert_eq!(plain_name(&"ä".repeat(100)).map(|name| name.chars().count()), Some(LONGEST_NAME));
    }
}
