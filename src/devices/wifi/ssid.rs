//! The name of a wireless network: up to 32 bytes of anything, which are mostly, but not always, text.

use std::fmt;

use crate::base::quote::quoted;

use super::error::WifiError;

/// What the standard allows.
const LONGEST: usize = 32;

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ssid(Vec<u8>);

impl Ssid {
    /// None: a hidden network tells no name, or zeros.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let is_name = (1..=LONGEST).contains(&bytes.len()) && bytes.iter().any(|byte| *byte != 0);
        is_name.then(|| Self(bytes.to_vec()))
    }

    pub fn of_text(text: &str) -> Result<Self, WifiError> {
        Self::of_bytes(text.as_bytes()).ok_or(WifiError::InvalidSsid)
    }

    /// Two digits for each byte: the only way to name a network whose name is no text.
    pub fn of_hex(hex: &str) -> Result<Self, WifiError> {
        let digits: Option<Vec<u8>> =
            hex.chars().take(2 * LONGEST + 1).map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
        let digits = digits.filter(|digits| digits.len().is_multiple_of(2)).ok_or(WifiError::InvalidSsid)?;
        let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        Self::of_bytes(&bytes).ok_or(WifiError::InvalidSsid)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// For people. Two different names may look the same here.
    pub fn shown(&self) -> String {
        quoted(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ssid({:?})", self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_thirty_two_bytes() {
        assert!(Ssid::of_text("").is_err() && Ssid::of_text(&"a".repeat(33)).is_err());
        assert!(Ssid::of_text(&"a".repeat(32)).is_ok());
        assert_eq!(Ssid::of_bytes(&[0, 0, 0]), None, "that is how a hidden network tells that it tells nothing");
        for bad in ["", "0", "zz", "00", &"61".repeat(33), "6é"] {
            assert!(Ssid::of_hex(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_that_is_no_text_is_named_by_its_bytes() {
        let ssid = Ssid::of_hex("fF00c3281b").unwrap();
        assert_eq!(ssid.bytes(), [0xff, 0, 0xc3, 0x28, 0x1b]);
        assert_eq!(ssid.hex(), "ff00c3281b");
        assert!(!ssid.shown().contains(char::is_control), "{:?}", ssid.shown());
        assert_eq!(Ssid::of_text("Café").unwrap().shown(), "Café");
    }
}
