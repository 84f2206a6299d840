//! The machine that the server runs on: readers of tags, its WiFi, its newer versions, and what it says of itself.

#[cfg(feature = "wifi")]
pub mod bus;
mod command;
pub mod confirm;
pub mod nfc;
pub mod system;
pub mod update;
pub mod wifi;

use std::sync::Arc;

use nfc::NfcHandle;
use system::{LogRing, Power, Restart, SystemInfoSource};
use update::Update;
use wifi::Wifi;

/// Where the system's message bus is. Knowing it opens nothing, so it is there in every build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bus {
    /// `DBUS_SYSTEM_BUS_ADDRESS`, or the usual place.
    #[default]
    System,
    /// For example `unix:path=/run/dbus/system_bus_socket`.
    At(String),
}

/// All of it, for the doors.
#[derive(Clone)]
pub struct Machine {
    pub readers: Arc<NfcHandle>,
    pub wifi: Wifi,
    pub update: Update,
    pub info: Arc<SystemInfoSource>,
    pub log: LogRing,
    pub restart: Restart,
    pub power: Power,
}
