//! The passphrase of a network: shown to nobody, and gone from memory when it is not needed any more.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny};
use zeroize::Zeroizing;

use super::error::WifiError;

pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// serde quotes what it did not expect, so whatever it is, it is taken.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Text(String),
    Other(IgnoredAny),
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Given::deserialize(deserializer) {
            Ok(Given::Text(text)) => Ok(Secret::new(text)),
            Ok(Given::Other(_)) | Err(_) => Err(D::Error::custom("a passphrase is a text in quotes")),
        }
    }
}

/// One that WPA allows: 8 to 63 printable ASCII characters, or the key itself as 64 hexadecimal digits.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    pub fn check(secret: Secret) -> Result<Self, WifiError> {
        let text = secret.0;
        let is_phrase = (8..=63).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let is_key = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_phrase || is_key { Ok(Self(text)) } else { Err(WifiError::InvalidPassphrase) }
    }

    /// For NetworkManager alone.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(text: &str) -> bool {
        Passphrase::check(Secret::new(text.to_owned())).is_ok()
    }

    #[test]
    fn only_what_wpa_allows_is_a_passphrase() {
        for good in ["12345678", "correct horse ~ !", &"x".repeat(63), &"aB".repeat(32)] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in ["", "1234567", &"x".repeat(64), &"a".repeat(65), "tab\tinside", "nicht ä ascii", "line\nbreak"] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn whatever_is_given_instead_of_a_text_is_not_repeated() {
        for json in ["12345678", "[\"12345678\"]", "{\"12345678\":1}", "12345678.5", "\"12345678"] {
            let error = serde_json::from_str::<Secret>(json).unwrap_err().to_string();
            assert!(!error.contains("12345678"), "{error}");
        }
        let secret: Secret = serde_json::from_str("\"12345678\"").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(format!("{:?}", Passphrase::check(secret)), "Ok(Passphrase(…))");
    }
}
