//! Asking for a network, and what is answered.

use serde::Deserialize;
use tokio::sync::oneshot;

use crate::devices::confirm::ConfirmToken;
use crate::show::time::ShowTime;

use super::error::WifiError;
use super::failure::Failure;
use super::secret::{Passphrase, Secret};
use super::ssid::Ssid;

/// As it comes from outside.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    #[serde(default)]
    pub ssid: Option<String>,
    #[serde(default)]
    pub ssid_hex: Option<String>,
    /// None: the one that NetworkManager keeps, or an open network.
    #[serde(default)]
    pub passphrase: Option<Secret>,
    /// It does not tell its name, so it can not be looked for first.
    #[serde(default)]
    pub hidden: bool,
    /// Go on even if nothing would take the change back.
    #[serde(default)]
    pub unprotected: bool,
}

/// As it may be acted on.
#[derive(Debug)]
pub struct Wish {
    pub ssid: Ssid,
    pub passphrase: Option<Passphrase>,
    pub hidden: bool,
    pub unprotected: bool,
}

impl JoinRequest {
    /// Everything that can be known before NetworkManager is asked.
    pub fn check(self) -> Result<Wish, WifiError> {
        let ssid = named(self.ssid.as_deref(), self.ssid_hex.as_deref())?;
        let passphrase = self.passphrase.map(Passphrase::check).transpose()?;
        Ok(Wish { ssid, passphrase, hidden: self.hidden, unprotected: self.unprotected })
    }
}

/// By text or by hexadecimal digits; if by both, they must agree.
pub fn named(text: Option<&str>, hex: Option<&str>) -> Result<Ssid, WifiError> {
    match (text, hex) {
        (Some(text), None) => Ssid::of_text(text),
        (None, Some(hex)) => Ssid::of_hex(hex),
        (Some(text), Some(hex)) => {
            let ssid = Ssid::of_hex(hex)?;
            if ssid.shown() == text || ssid.bytes() == text.as_bytes() { Ok(ssid) } else { Err(WifiError::InvalidSsid) }
        }
        (None, None) => Err(WifiError::InvalidSsid),
    }
}

/// A network that is being joined, or left. The token is here before the way over which it was asked may be gone.
#[derive(Debug)]
pub struct Underway {
    pub token: ConfirmToken,
    pub(super) outcome: oneshot::Receiver<Result<Changed, WifiError>>,
}

impl Underway {
    /// It goes on whether or not anyone waits.
    pub async fn outcome(self) -> Result<Changed, WifiError> {
        let lost = WifiError::Failed { failure: Failure::Interrupted, restored: false };
        self.outcome.await.unwrap_or(Err(lost))
    }

    /// Why it was given up before anything changed.
    #[cfg(feature = "wifi")]
    pub(super) async fn failed(self) -> WifiError {
        let nobody_knows = WifiError::Failed { failure: Failure::Interrupted, restored: true };
        self.outcome.await.map_or(None, Result::err).unwrap_or(nobody_knows)
    }
}

#[derive(Clone, Debug)]
pub struct Changed {
    /// The network's, for people.
    pub name: String,
    /// To be confirmed with, until then. None: nothing takes the change back.
    pub confirm: Option<(ConfirmToken, ShowTime)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<Wish, WifiError> {
        serde_json::from_str::<JoinRequest>(json).unwrap().check()
    }

    #[test]
    fn a_network_is_named_by_text_or_by_bytes() {
        assert_eq!(check(r#"{"ssid":"home"}"#).unwrap().ssid.bytes(), b"home");
        assert_eq!(check(r#"{"ssid_hex":"686f6d65"}"#).unwrap().ssid.bytes(), b"home");
        assert_eq!(check(r#"{"ssid":"home","ssid_hex":"686f6d65"}"#).unwrap().ssid.bytes(), b"home");
        assert_eq!(check(r#"{"ssid":"other","ssid_hex":"686f6d65"}"#).unwrap_err(), WifiError::InvalidSsid);
        assert_eq!(check("{}").unwrap_err(), WifiError::InvalidSsid);
    }

    #[test]
    fn a_passphrase_is_checked_before_anyone_is_asked_and_never_printed() {
        assert_eq!(check(r#"{"ssid":"home","passphrase":"short"}"#).unwrap_err(), WifiError::InvalidPassphrase);
        let request: JoinRequest = serde_json::from_str(r#"{"ssid":"home","passphrase":"hunter2hunter2"}"#).unwrap();
        assert!(!format!("{request:?}").contains("hunter2"));
        assert!(!format!("{:?}", request.check().unwrap()).contains("hunter2"));
    }
}
