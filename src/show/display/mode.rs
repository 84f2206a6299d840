//! Modes of screens as people write them: `1920x1080` or `1920x1080@60`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `1920x1080`, or with the pictures in a second `1920x1080@60`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}(@[1-9][0-9]{0,2})?$"))]
pub struct Mode {
    pub width: u16,
    pub height: u16,
    /// Absent: as fast as it goes.
    pub hz: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mode: write \"1920x1080\" or \"1920x1080@60\"")]
pub struct InvalidMode(String);

/// Digits only, as `parse` would take a sign, too.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let plain = digits.contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

fn read(text: &str) -> Option<Mode> {
    let (size, hz) = text.split_once('@').map_or((text, None), |(size, hz)| (size, Some(hz)));
    let (width, height) = size.split_once('x')?;
    let hz = match hz {
        Some(hz) => Some(number(hz, 1..=3)?),
        None => None,
    };
    Some(Mode { width: number(width, 2..=5)?, height: number(height, 2..=5)?, hz })
}

impl TryFrom<String> for Mode {
    type Error = InvalidMode;

    fn try_from(text: String) -> Result<Self, InvalidMode> {
        read(&text).ok_or_else(|| InvalidMode(text.chars().take(32).collect()))
    }
}

impl From<Mode> for String {
    fn from(mode: Mode) -> String {
        mode.to_string()
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)?;
        self.hz.map_or(Ok(()), |hz| write!(f, "@{hz}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_back_as_written() {
        for text in ["1920x1080", "1920x1080@60", "64x64@1", "4096x2160@144"] {
            assert_eq!(Mode::try_from(text.to_owned()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_mode_is_refused() {
        for bad in ["", "x", "1080p", "1920x", "1920x1080@", "+20x1080", "0x0", "1920x1080@0", "99999x10", "1920x1080@59.94"]
        {
            assert!(Mode::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
