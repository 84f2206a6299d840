//! What a tag is called: its UID, and nothing else of it.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Longest UID that is taken. The standards know 4, 7 and 10 bytes; some old cards have 8.
pub const LONGEST_UID: usize = 16;

/// The UID of a tag. As text it is upper-case hexadecimal, two digits for each byte.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TagId {
    /// Behind the UID there are only zeros, so that comparing all of it is right.
    bytes: [u8; LONGEST_UID],
    length: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tag's id is its UID in hexadecimal: 1 to {LONGEST_UID} bytes, such as 04A1B2C3D4E5F6")]
pub struct InvalidTagId;

impl InvalidTagId {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        "invalid_tag_id"
    }
}

impl TagId {
    pub fn from_uid(uid: &[u8]) -> Result<Self, InvalidTagId> {
        let mut bytes = [0; LONGEST_UID];
        let room = bytes.get_mut(..uid.len()).filter(|room| !room.is_empty()).ok_or(InvalidTagId)?;
        room.copy_from_slice(uid);
        let length = u8::try_from(uid.len()).map_err(|_| InvalidTagId)?;
        Ok(Self { bytes, length })
    }

    pub fn uid(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Phones, and cards that guard their owner, make up another UID for each tap: four bytes that begin with 08. Nothing can be
    /// tied to such a tag.
    pub fn is_random(&self) -> bool {
        matches!(self.uid(), [0x08, _, _, _])
    }
}

impl fmt::Display for TagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uid().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for TagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TagId({self})")
    }
}

impl FromStr for TagId {
    type Err = InvalidTagId;

    /// Other programs print UIDs in lower case, or with a sign between the bytes: that is the same tag.
    fn from_str(text: &str) -> Result<Self, InvalidTagId> {
        // with a sign behind each byte
        if text.len() > 3 * LONGEST_UID {
            return Err(InvalidTagId);
        }
        let digits: Vec<_> = text.chars().filter(|letter| !matches!(letter, ':' | '-' | ' ')).map(digit).collect();
        let byte = |pair: &[Option<u8>]| match pair {
            [Some(high), Some(low)] => Ok(high << 4 | low),
            _ => Err(InvalidTagId),
        };
        Self::from_uid(&digits.chunks(2).map(byte).collect::<Result<Vec<_>, _>>()?)
    }
}

fn digit(letter: char) -> Option<u8> {
    letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl TryFrom<String> for TagId {
    type Error = InvalidTagId;

    fn try_from(text: String) -> Result<Self, InvalidTagId> {
        text.parse()
    }
}

impl From<TagId> for String {
    fn from(tag: TagId) -> Self {
        tag.to_string()
    }
}

impl JsonSchema for TagId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TagId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The UID of a tag, in upper-case hexadecimal.",
            "type": "string",
            "pattern": "^([0-9A-F]{2}){1,16}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_told_in_upper_case_hexadecimal_and_read_again() {
        for (uid, text) in [
            (&[0x04, 0xa1, 0xb2, 0xc3][..], "04A1B2C3"),
            (&[0x04, 1, 2, 3, 4, 5, 6], "04010203040506"),
            (&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "00010203040506070809"),
            (&[0], "00"),
        ] {
            let tag = TagId::from_uid(uid).unwrap();
            assert_eq!(tag.to_string(), text);
            assert_eq!(tag.uid(), uid);
            assert_eq!(text.parse(), Ok(tag));
            assert_eq!(serde_json::from_str::<TagId>(&format!("{text:?}")).unwrap(), tag);
        }
    }

    #[test]
    fn the_same_tag_is_the_same_however_it_was_written() {
        let tag: TagId = "04A1B2C3".parse().unwrap();
        for text in ["04a1b2c3", "04:A1:B2:C3", "04-a1-b2-c3", "04 A1 B2 C3"] {
            assert_eq!(text.parse(), Ok(tag), "{text}");
        }
    }

    #[test]
    fn zeros_at_the_end_belong_to_a_uid() {
        assert_ne!("04".parse::<TagId>().unwrap(), "0400".parse().unwrap());
    }

    #[test]
    fn what_is_no_uid_is_refused() {
        let too_long = "00".repeat(17);
        for bad in ["", "0", "04A", "04G1", "é", "::", " ", too_long.as_str(), "+4", &":".repeat(10_000)] {
            assert_eq!(bad.parse::<TagId>(), Err(InvalidTagId), "{bad}");
        }
        assert!(TagId::from_uid(&[0; 16]).is_ok());
        assert!(TagId::from_uid(&[0; 17]).is_err());
        assert!(TagId::from_uid(&[0; 300]).is_err());
    }

    #[test]
    fn only_four_bytes_that_begin_with_08_are_made_up() {
        let is_random = |text: &str| text.parse::<TagId>().unwrap().is_random();
        assert!(is_random("08A1B2C3"));
        assert!(!is_random("04A1B2C3"));
        assert!(!is_random("08A1B2C3D4E5F6"));
        assert!(!is_random("08"));
    }
}
