//! What is known of the WiFi now, for whoever watches.

use serde::Serialize;

use crate::show::time::ShowTime;

use super::error::Unavailable;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WifiStatus {
    pub available: bool,
    /// Why it is not available, for people and for machines.
    pub reason: Option<String>,
    pub reason_code: Option<&'static str>,
    pub enabled: bool,
    /// Switched on where there is a switch at the device itself.
    pub hardware_enabled: bool,
    /// The interface's name.
    pub device: Option<String>,
    pub state: DeviceState,
    pub ssid: Option<String>,
    pub ssid_hex: Option<String>,
    pub strength: Option<u8>,
    pub ip4: Option<String>,
    /// The network that is being joined right now.
    pub joining: Option<String>,
    pub pending_confirmation: Option<Pending>,
    /// What became of the last change that was asked for here.
    pub last_change: Option<LastChange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Join,
    Leave,
    Forget,
}

/// Unless it is confirmed by then, NetworkManager takes the change back by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pending {
    pub ssid: String,
    pub change: ChangeKind,
    pub until: ShowTime,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastChange {
    pub ssid: String,
    pub change: ChangeKind,
    pub outcome: Outcome,
    /// The error's code, if it failed.
    pub code: Option<&'static str>,
    pub at: ShowTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Confirmed,
    /// Nobody confirmed it, so it was taken back.
    RolledBack,
    /// It did not work, and what was before is there again.
    Failed,
    /// It did not work, and what was before could not be brought back.
    FailedAndNotRestored,
    /// It worked, and nothing would have taken it back.
    Unprotected,
    /// NetworkManager was started anew before it was confirmed: it stays until the machine is, and nothing takes it back.
    ProtectionLost,
}

/// NetworkManager's `NMDeviceState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    #[default]
    Unknown,
    Unmanaged,
    Unavailable,
    Disconnected,
    /// From the first step to the last but one.
    Connecting,
    NeedPassphrase,
    Connected,
    Disconnecting,
    Failed,
}

impl DeviceState {
    pub fn of(number: u32) -> Self {
        match number {
            10 => DeviceState::Unmanaged,
            20 => DeviceState::Unavailable,
            30 => DeviceState::Disconnected,
            60 => DeviceState::NeedPassphrase,
            40..=99 => DeviceState::Connecting,
            100 => DeviceState::Connected,
            110 => DeviceState::Disconnecting,
            120 => DeviceState::Failed,
            _ => DeviceState::Unknown,
        }
    }
}

impl WifiStatus {
    pub fn unavailable(why: &Unavailable) -> Self {
        Self {
            available: false,
            reason: Some(why.to_string()),
            reason_code: Some(why.code()),
            enabled: false,
            hardware_enabled: false,
            device: None,
            state: DeviceState::Unknown,
            ssid: None,
            ssid_hex: None,
            strength: None,
            ip4: None,
            joining: None,
            pending_confirmation: None,
            last_change: None,
        }
    }

    /// With what was asked for here as `old` knows it, because only the rest was measured anew.
    pub fn measured_after(self, old: &WifiStatus) -> Self {
        Self {
            joining: old.joining.clone(),
            pending_confirmation: old.pending_confirmation.clone(),
            last_change: old.last_change.clone(),
            ..self
        }
    }
}
