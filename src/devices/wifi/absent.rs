//! WiFi in a build that has none: the same questions, one answer.

use tokio::sync::watch;

use crate::base::clock::Clock;

use super::{Changed, JoinRequest, Network, Ssid, Unavailable, Underway, WifiError, WifiSettings, WifiStatus};

#[derive(Clone)]
pub struct Wifi {
    status: watch::Sender<WifiStatus>,
}

const NONE: WifiError = WifiError::Unavailable(Unavailable::NotInThisBuild);

impl Wifi {
    pub fn connect(_settings: WifiSettings, _clock: Clock) -> Self {
        Self { status: watch::Sender::new(WifiStatus::unavailable(&Unavailable::NotInThisBuild)) }
    }

    pub async fn status(&self) -> WifiStatus {
        self.status.borrow().clone()
    }

    pub fn changes(&self) -> watch::Receiver<WifiStatus> {
        self.status.subscribe()
    }

    pub async fn scan(&self) -> Result<Vec<Network>, WifiError> {
        Err(NONE)
    }

    pub async fn networks(&self) -> Result<Vec<Network>, WifiError> {
        Err(NONE)
    }

    pub async fn start(&self, _request: JoinRequest) -> Result<Underway, WifiError> {
        Err(NONE)
    }

    pub async fn join(&self, _request: JoinRequest) -> Result<Changed, WifiError> {
        Err(NONE)
    }

    pub async fn confirm(&self, _token: &str) -> Result<(), WifiError> {
        Err(NONE)
    }

    pub async fn forget(&self, _ssid: &Ssid, _unprotected: bool) -> Result<Option<Underway>, WifiError> {
        Err(NONE)
    }

    pub async fn set_enabled(&self, _enabled: bool, _unprotected: bool) -> Result<(), WifiError> {
        Err(NONE)
    }

    pub async fn disconnect(&self, _unprotected: bool) -> Result<Option<Underway>, WifiError> {
        Err(NONE)
    }
}
