//! What can be wrong with asking for a network. No text repeats a passphrase or a token.

use super::failure::Failure;

/// Why there is no WiFi here at all.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unavailable {
    #[error("nobody has looked for WiFi yet")]
    NotLooked,
    #[error("this build has no WiFi: build with the feature \"wifi\"")]
    NotInThisBuild,
    #[error("the system's message bus can not be reached: {0}")]
    NoBus(String),
    #[error("NetworkManager does not run: install and start it to change the WiFi from here")]
    NoNetworkManager,
    #[error("NetworkManager does not answer: {0}")]
    NotAnswering(String),
    #[error("the system does not let this program ask NetworkManager: allow it in polkit, or in the bus's rules")]
    NotPermitted,
    #[error("there is no WiFi device that NetworkManager looks after")]
    NoDevice,
}

impl Unavailable {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Unavailable::NotLooked => "not_looked",
            Unavailable::NotInThisBuild => "not_in_this_build",
            Unavailable::NoBus(_) => "no_bus",
            Unavailable::NoNetworkManager => "no_network_manager",
            Unavailable::NotAnswering(_) => "network_manager_silent",
            Unavailable::NotPermitted => "network_manager_forbidden",
            Unavailable::NoDevice => "no_wifi_device",
        }
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WifiError {
    #[error("there is no WiFi: {0}")]
    Unavailable(#[from] Unavailable),
    #[error("a network's name has 1 to 32 bytes: give it as text in ssid, or as hexadecimal digits in ssid_hex")]
    InvalidSsid,
    #[error("a passphrase has 8 to 63 printable ASCII characters, or is a key of 64 hexadecimal digits")]
    InvalidPassphrase,
    #[error("this network is open, though a passphrase was given: it may not be the one that is meant")]
    SecurityMismatch,
    #[error("networks with WEP, or with users of their own, can not be joined from here: use NetworkManager's own tools")]
    UnsupportedSecurity,
    #[error("the network is being changed already: wait until that is done")]
    Busy,
    #[error("the last change of the network is not confirmed yet: confirm it, or wait until it is taken back")]
    ChangePending,
    #[error(
        "NetworkManager can not take this back by itself: ask again with \"unprotected\": true, if you could still \
         reach this machine should it fail"
    )]
    NoRollback,
    #[error("whoever asked for it was gone before anything was changed: ask again")]
    AskerGone,
    #[error("the system does not let this program change the network: allow it in polkit")]
    NotPermitted,
    /// `restored`: what was before is there again.
    #[error("{failure}{}", if *.restored { "" } else { "; what was before could not be brought back" })]
    Failed { failure: Failure, restored: bool },
    #[error("NetworkManager refused: {0}")]
    Refused(String),
    #[error("this is not the token of the last change")]
    WrongToken,
    #[error("the network is still being changed: confirm as soon as it is")]
    NotYet,
    #[error("there is nothing to confirm")]
    NothingToConfirm,
    #[error("the confirmation came too late: the network is as it was before the change")]
    RolledBack,
    #[error("there is no network of this name that is known")]
    NotKnown,
}

impl WifiError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            WifiError::Unavailable(_) => "wifi_unavailable",
            WifiError::InvalidSsid => "invalid_ssid",
            WifiError::InvalidPassphrase => "invalid_passphrase",
            WifiError::SecurityMismatch => "security_mismatch",
            WifiError::UnsupportedSecurity => "unsupported_security",
            WifiError::Busy => "wifi_busy",
            WifiError::ChangePending => "wifi_change_pending",
            WifiError::NoRollback => "no_rollback",
            WifiError::AskerGone => "asker_gone",
            WifiError::NotPermitted => "wifi_not_permitted",
            WifiError::Failed { failure, .. } => failure.code(),
            WifiError::Refused(_) => "wifi_refused",
            WifiError::WrongToken => "wrong_token",
            WifiError::NotYet => "not_yet",
            WifiError::NothingToConfirm => "nothing_to_confirm",
            WifiError::RolledBack => "rolled_back",
            WifiError::NotKnown => "network_not_known",
        }
    }
}

impl From<Failure> for WifiError {
    /// Before anything was changed.
    fn from(failure: Failure) -> Self {
        WifiError::Failed { failure, restored: true }
    }
}
