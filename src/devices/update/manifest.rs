//! What tells of a newer version, and whether it may be believed and installed.

use minisign_verify::{Error, PublicKey, Signature};
use serde::Deserialize;

use super::address::Address;
use super::error::UpdateError;
use super::version::Version;

pub const LONGEST_MANIFEST: u64 = 64 * 1_024;
pub const LONGEST_SIGNATURE: u64 = 4 * 1_024;
/// A release has some ten megabytes.
const LARGEST_RELEASE: u64 = 1 << 30;
const LONGEST_NOTES: usize = 8 * 1_024;
/// In the signature's trusted comment, so that one signature is of one version only.
const VERSION_MARK: &str = "version:";

#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    pub version: Version,
    pub url: Address,
    pub sha256: [u8; 32],
    pub size: u64,
    /// The oldest version that it can be installed over.
    pub min_from: Version,
    pub notes: Option<String>,
}

#[derive(Deserialize)]
struct Text {
    version: Version,
    url: String,
    sha256: String,
    size: u64,
    min_from: Version,
    notes: Option<String>,
}

impl Manifest {
    pub fn parse(bytes: &[u8]) -> Result<Self, UpdateError> {
        let invalid = UpdateError::InvalidManifest;
        let unreadable = |_| invalid("it is no JSON object with version, url, sha256, size and min_from");
        let text: Text = serde_json::from_slice(bytes).map_err(unreadable)?;
        let url = Address::parse(&text.url).ok_or(invalid("its url is not https"))?;
        let sha256 = hash(&text.sha256).ok_or(invalid("its sha256 is not 64 hexadecimal digits"))?;
        if !(1..=LARGEST_RELEASE).contains(&text.size) {
            return Err(invalid("its size is not between 1 byte and 1 GiB"));
        }
        let notes = text.notes.map(|notes| notes[..notes.floor_char_boundary(LONGEST_NOTES)].to_owned());
        Ok(Self { version: text.version, url, sha256, size: text.size, min_from: text.min_from, notes })
    }

    /// None: it is what runs here.
    pub fn newer_than(self, current: Version) -> Result<Option<Self>, UpdateError> {
        let offered = self.version;
        if offered < current {
            Err(UpdateError::Downgrade { offered, current })
        } else if offered == current {
            Ok(None)
        } else if current < self.min_from {
            Err(UpdateError::TooFar { offered, current, min_from: self.min_from })
        } else {
            Ok(Some(self))
        }
    }
}

fn hash(text: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> =
        text.chars().take(65).map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits: [u8; 64] = digits?.try_into().ok()?;
    Some(std::array::from_fn(|at| digits[2 * at] << 4 | digits[2 * at + 1]))
}

/// A manifest that one of the keys has signed, for the very version that it tells of.
pub fn believed(manifest: &[u8], signature: &[u8], keys: &[PublicKey]) -> Result<Manifest, UpdateError> {
    let text = std::str::from_utf8(signature).map_err(|_| UpdateError::InvalidSignature)?;
    let signature = Signature::decode(text).map_err(|_| UpdateError::InvalidSignature)?;
    // Before anything of the manifest is looked at. The old way of signing, without a hash, is not accepted.
    let by = |key: &PublicKey| key.verify(manifest, &signature, false);
    let is_by_one = keys.iter().map(by).try_fold(false, |found, tried| match tried {
        Ok(()) => Ok(true),
        Err(Error::UnexpectedKeyId | Error::InvalidSignature) => Ok(found),
        Err(_) => Err(UpdateError::InvalidSignature),
    })?;
    if !is_by_one {
        return Err(UpdateError::WrongSignature);
    }
    let manifest = Manifest::parse(manifest)?;
    let mut words = signature.trusted_comment().split_ascii_whitespace();
    let signed = words.find_map(|word| word.strip_prefix(VERSION_MARK)).unwrap_or("none").to_owned();
    if signed == manifest.version.to_string() {
        Ok(manifest)
    } else {
        Err(UpdateError::OtherVersion { signed: crate::base::quote::quoted(&signed), told: manifest.version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"version":"1.3.0","url":"https://example.org/m.tar","sha256":"aB","size":5,"min_from":"1.0.0"}"#;

    fn good() -> String {
        GOOD.replace("aB", &"aB".repeat(32))
    }

    fn parse(text: &str) -> Result<Manifest, UpdateError> {
        Manifest::parse(text.as_bytes())
    }

    #[test]
    fn a_manifest_that_lacks_something_is_refused() {
        let manifest = parse(&good()).unwrap();
        assert_eq!((manifest.sha256, manifest.size), ([0xab; 32], 5));
        let changed =
            [("1.3.0", "new"), ("https", "http"), ("aB\"", "aBc\""), ("aB\"", "xx\""), (":5", ":0"), (":5", ":9999999999")];
        for (from, to) in changed.into_iter().chain([("min_from", "from"), ("1.0.0", "any"), ("}", "")]) {
            assert!(parse(&good().replace(from, to)).is_err(), "{from} → {to}");
        }
    }

    #[test]
    fn only_a_newer_version_that_can_be_reached_is_taken() {
        let newer = |current: &str| parse(&good()).unwrap().newer_than(current.parse().unwrap());
        assert!(newer("1.2.9").unwrap().is_some());
        assert_eq!(newer("1.3.0").unwrap(), None);
        assert_eq!(newer("1.3.1").unwrap_err().code(), "update_downgrade");
        assert_eq!(newer("0.9.0").unwrap_err().code(), "update_too_far");
    }
}
