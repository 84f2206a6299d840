//! Fuzz target: names, passphrases and requests of networks, as anyone may make them up.

use super::error::WifiError;
use super::request::{JoinRequest, named};
use super::secret::{Passphrase, Secret};
use super::security::Security;
use super::ssid::Ssid;

pub fn wifi_request(bytes: &[u8]) {
    if let Some(ssid) = Ssid::of_bytes(bytes) {
        assert!((1..=32).contains(&ssid.bytes().len()) && !ssid.shown().contains(char::is_control));
        assert_eq!(Ssid::of_hex(&ssid.hex()).as_ref(), Ok(&ssid), "by its digits it is found again");
        assert_eq!(named(Some(&ssid.shown()), Some(&ssid.hex())).as_ref(), Ok(&ssid), "as it is told it is understood");
    }
    let numbers: Vec<u32> = bytes.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
    if let [flags, wpa, rsn, ..] = numbers[..] {
        let security = Security::announced(flags, wpa, rsn);
        assert!(!security.wants_passphrase() || security.key_management().is_some());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(ssid) = Ssid::of_hex(text) {
        assert!(ssid.hex().eq_ignore_ascii_case(text));
    }
    check_passphrase(text);
    check_request(text);
}

fn check_passphrase(text: &str) {
    match Passphrase::check(Secret::new(text.to_owned())) {
        Ok(passphrase) => {
            assert_eq!(passphrase.reveal(), text);
            assert!((8..=64).contains(&text.len()) && !text.contains(char::is_control));
            assert!(!format!("{passphrase:?}").contains(text));
        }
        Err(error) => assert_eq!(error, WifiError::InvalidPassphrase),
    }
}

/// Whatever is wrong with a request, nothing that may be a passphrase is repeated.
fn check_request(text: &str) {
    let told = match serde_json::from_str::<JoinRequest>(text) {
        Ok(request) => format!("{:?}", request.passphrase) + &format!("{:?}", request.check().map(|wish| wish.passphrase)),
        Err(error) => error.to_string(),
    };
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    let secret = value.ok().and_then(|value| Some(value.get("passphrase")?.to_string()));
    if let Some(secret) = secret.map(|text| text.trim_matches('"').to_owned()).filter(|secret| secret.len() > 12) {
        assert!(!told.contains(&secret), "{secret} is in {told}");
    }
}
