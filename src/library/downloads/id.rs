//! What a job is called: also the name of its folder, so it is nothing that a path could be made of.

use std::fmt;
use std::str::FromStr;

const LONGEST: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id of a download has 1 to {LONGEST} letters (a-z, A-Z), digits, - or _, and begins with a letter or a digit")]
pub struct InvalidJobId;

impl InvalidJobId {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        "invalid_download_id"
    }
}

impl JobId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for JobId {
    type Err = InvalidJobId;

    fn from_str(text: &str) -> Result<JobId, InvalidJobId> {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let is_good = text.len() <= LONGEST
            && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && text.bytes().all(is_usual);
        if is_good { Ok(JobId(text.to_owned())) } else { Err(InvalidJobId) }
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_is_an_id() {
        for bad in ["", ".", "..", "a/b", "-a", "_a", "a b", "ä", "a\n", &"a".repeat(65)] {
            assert_eq!(bad.parse::<JobId>(), Err(InvalidJobId), "{bad}");
        }
        for good in ["a", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "7f1c-4b_x", &"a".repeat(64)] {
            assert_eq!(good.parse::<JobId>().map(|id| id.to_string()), Ok(good.to_owned()));
        }
    }
}
