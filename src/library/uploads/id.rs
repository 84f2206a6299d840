//! The name of an upload: 128 random bits. Whoever knows it may go on with the upload, so it can not be guessed; and it is a path's last
//! part, so nothing but 32 hex digits ever becomes one.

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::UploadError;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadId([u8; 16]);

impl UploadId {
    pub fn random() -> io::Result<UploadId> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(UploadId(bits))
    }
}

impl FromStr for UploadId {
    type Err = UploadError;

    /// What can not be an upload's name is the name of no upload.
    fn from_str(text: &str) -> Result<UploadId, UploadError> {
        hex_of::<16>(text).map(UploadId).ok_or(UploadError::NotFound)
    }
}

impl TryFrom<String> for UploadId {
    type Error = UploadError;

    fn try_from(text: String) -> Result<UploadId, UploadError> {
        text.parse()
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> String {
        id.to_string()
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Exactly as many bytes, in lower-case hex digits: one thing has one name.
pub fn hex_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(of: u8) -> Option<u8> {
    match of {
        b'0'..=b'9' => Some(of - b'0'),
        b'a'..=b'f' => Some(of - b'a' + 10),
        _ => None,
    }
}

/// As `hex_of` reads it.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_as_it_was_and_no_two_are_alike() {
        let (one, other) = (UploadId::random().expect("random"), UploadId::random().expect("random"));
        assert_ne!(one, other);
        assert_eq!(one.to_string().parse::<UploadId>().expect("a name"), one);
        assert_eq!(one.to_string().len(), 32);
    }

    #[test]
    fn nothing_else_becomes_a_path() {
        let long = "0".repeat(33);
        let upper = "A".repeat(32);
        let wide = "ä".repeat(16);
        for bad in
            ["", "..", "../../../../etc/passwd/aaaaaaaaaa", "0", &long, &upper, &wide, "0000000000000000000000000000000/"]
        {
            assert!(matches!(bad.parse::<UploadId>(), Err(UploadError::NotFound)), "{bad}");
        }
    }
}
