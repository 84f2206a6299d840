//! The WiFi of this machine, through NetworkManager. A change that fails, or that nobody confirms over the new network, is taken
//! back by NetworkManager itself, so that a mistyped name locks nobody out.
//!
//! A task keeps the way to NetworkManager open (`keeper`) and looks again whenever something stirs (`ear`); everyone else uses
//! the newest `Link` and sees the newest `WifiStatus`. Without the feature "wifi" everything answers that there is none.

#![cfg_attr(
    not(any(feature = "wifi", test)),
    expect(dead_code, reason = "without NetworkManager there is nobody to tell what was asked for")
)]

#[cfg(feature = "wifi")]
mod change;
mod error;
mod failure;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod network;
mod request;
mod secret;
mod security;
mod ssid;
mod status;

#[cfg(not(feature = "wifi"))]
mod absent;
#[cfg(feature = "wifi")]
mod attempt;
#[cfg(feature = "wifi")]
mod confirm;
#[cfg(feature = "wifi")]
mod ear;
#[cfg(feature = "wifi")]
mod handle;
#[cfg(feature = "wifi")]
mod join;
#[cfg(feature = "wifi")]
mod keep;
#[cfg(feature = "wifi")]
mod keeper;
#[cfg(feature = "wifi")]
mod leave;
#[cfg(feature = "wifi")]
mod link;
#[cfg(feature = "wifi")]
mod plan;
#[cfg(feature = "wifi")]
mod profile;
#[cfg(feature = "wifi")]
mod properties;
#[cfg(feature = "wifi")]
mod protect;
#[cfg(feature = "wifi")]
mod proxies;
#[cfg(feature = "wifi")]
mod scan;
#[cfg(feature = "wifi")]
mod settle;
#[cfg(feature = "wifi")]
mod shared;
#[cfg(feature = "wifi")]
mod using;

use std::time::Duration;

use super::Bus;

#[cfg(not(feature = "wifi"))]
pub use absent::Wifi;
pub use error::{Unavailable, WifiError};
pub use failure::Failure;
#[cfg(feature = "wifi")]
pub use handle::Wifi;
pub use network::Network;
pub use request::{Changed, JoinRequest, Underway, named};
pub use secret::Secret;
pub use security::Security;
pub use ssid::Ssid;
pub use status::{ChangeKind, DeviceState, LastChange, Outcome, Pending, WifiStatus};

#[derive(Clone, Debug, Default)]
pub struct WifiSettings {
    pub bus: Bus,
    /// The interface's name, where there are several. None: the first.
    pub interface: Option<String>,
    pub patience: Patience,
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For an answer to be on its way before the network over which it goes is another one.
    pub answering: Duration,
    /// NetworkManager itself gives up after 25 s for the network and 45 s for an address, and its reason is worth waiting for.
    pub joining: Duration,
    /// From joining to the confirmation.
    pub confirming: Duration,
    pub scanning: Duration,
    /// Who asks more often where there is no WiFi gets the last answer again.
    pub looking_again: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answering: Duration::from_millis(500),
            joining: Duration::from_secs(90),
            confirming: Duration::from_secs(60),
            scanning: Duration::from_secs(10),
            looking_again: Duration::from_secs(2),
        }
    }
}
