//! How far a place's clocks are from UTC.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Difference from UTC in minutes, written `+02:00`, `-03:30` or `Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^(Z|[+-][0-9]{2}:[0-9]{2})$"))]
pub struct UtcOffset(i16);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a difference from UTC: write \"+02:00\", up to 18 hours")]
pub struct InvalidOffset(String);

impl UtcOffset {
    /// No place on Earth is further from UTC than 14 hours; ISO 8601 software stops at 18.
    const MOST: i16 = 18 * 60;

    pub fn minutes(self) -> i64 {
        i64::from(self.0)
    }
}

impl TryFrom<String> for UtcOffset {
    type Error = InvalidOffset;

    fn try_from(text: String) -> Result<Self, InvalidOffset> {
        let digits = |from: usize| match text.as_bytes() {
            bytes if bytes.len() == 6 => {
                let pair = &bytes[from..from + 2];
                pair.iter().all(u8::is_ascii_digit).then(|| i16::from(pair[0] - b'0') * 10 + i16::from(pair[1] - b'0'))
            }
            _ => None,
        };
        let size = match (digits(1), digits(4)) {
            (Some(hours), Some(minutes)) if minutes < 60 => hours * 60 + minutes,
            _ if text == "Z" => return Ok(Self(0)),
            _ => return Err(InvalidOffset(text.chars().take(32).collect())),
        };
        let separated = text.as_bytes()[3] == b':';
        match text.as_bytes()[0] {
            b'+' if separated && size <= Self::MOST => Ok(Self(size)),
            b'-' if separated && size <= Self::MOST => Ok(Self(-size)),
            _ => Err(InvalidOffset(text)),
        }
    }
}

impl From<UtcOffset> for String {
    fn from(offset: UtcOffset) -> String {
        offset.to_string()
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", self.0.abs() / 60, self.0.abs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_back_as_written() {
        for (text, minutes) in [("+00:00", 0), ("+02:00", 120), ("-03:30", -210), ("+18:00", 1080), ("-18:00", -1080)] {
            let offset = UtcOffset::try_from(text.to_owned()).expect("an offset");
            assert_eq!((offset.minutes(), offset.to_string().as_str()), (minutes, text));
        }
        assert_eq!(UtcOffset::try_from("Z".to_owned()).expect("an offset"), UtcOffset::default());
        for bad in ["", "z", "02:00", "+2:00", "+02:60", "+18:01", "+99:00", "*02:00", "+02-00", "+0200", "+ääää", "+0ä:0"]
        {
            assert!(UtcOffset::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
