//! Versions: three numbers, of which the greater is the newer.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::UpdateError;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version([u32; 3]);

impl FromStr for Version {
    type Err = UpdateError;

    fn from_str(text: &str) -> Result<Self, UpdateError> {
        let mut parts = text.split('.').map(|part| {
            let is_plain = !part.is_empty() && part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
            let has_one_form = part == "0" || !part.starts_with('0');
            if is_plain && has_one_form { part.parse().ok() } else { None }
        });
        let mut next = || parts.next().flatten().ok_or(UpdateError::InvalidManifest("a version is three numbers"));
        let version = [next()?, next()?, next()?];
        if parts.next().is_some() {
            Err(UpdateError::InvalidManifest("a version is three numbers"))
        } else {
            Ok(Self(version))
        }
    }
}

impl TryFrom<String> for Version {
    type Error = UpdateError;

    fn try_from(text: String) -> Result<Self, UpdateError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_numbers_are_a_version_and_nothing_else_is() {
        for good in ["0.1.0", "10.20.30", "999999999.0.0"] {
            assert_eq!(good.parse::<Version>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.x",
            "1.2.3-beta",
            "01.2.3",
            "1..3",
            "+1.2.3",
            "1.2.9999999999",
            "../..",
            " 1.2.3",
        ] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
        assert!("1.10.0".parse::<Version>().unwrap() > "1.9.9".parse::<Version>().unwrap());
    }
}
