//! Keeps the way to NetworkManager open and the status true, whatever comes and goes: the bus, NetworkManager, the device.

use std::sync::Arc;
use std::time::Duration;

use zbus::{Connection, ObjectPath};

use crate::devices::bus::told;
use crate::show::time::ShowTime;

use super::change::Seen;
use super::ear::{self, Ear};
use super::error::Unavailable;
use super::link::{DEVICE, Link, MANAGER, ROOT, WIRELESS, find_device, properties, silent};
use super::properties::Properties;
use super::shared::Shared;
use super::status::{DeviceState, WifiStatus};

/// NetworkManager tells of everything; this is for what gets lost.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A change that is not confirmed must be known to be over when it is.
const LOOK_AT_A_CHANGE_EVERY: Duration = Duration::from_secs(1);
/// Signals come in bursts, and the last of them counts.
const BURST: Duration = Duration::from_millis(50);

pub async fn keep(shared: Arc<Shared>) {
    loop {
        let why = match shared.settings.bus.open().await {
            Ok(connection) => attend(&shared, &connection).await,
            Err(error) => Unavailable::NoBus(told(&error)),
        };
        tracing::debug!(%why, "there is no WiFi: {why}");
        let stamp = shared.change().stamp();
        judge(&shared, None, None, stamp);
        shared.looked(Err(why));
        tokio::select! {
            () = shared.asked.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// As long as the bus is there.
async fn attend(shared: &Shared, connection: &Connection) -> Unavailable {
    let ear = match Ear::listen(connection).await {
        Ok(ear) => ear,
        Err(error) => return Unavailable::NoBus(told(&error)),
    };
    loop {
        let found = look(shared, connection, &ear).await;
        if connection.is_closed() {
            return gone();
        }
        shared.looked(found);
        let is_waiting = shared.change().is_waiting();
        tokio::select! {
            () = connection.closed() => return gone(),
            () = ear.stirred.notified() => tokio::time::sleep(BURST).await,
            () = shared.asked.notified() => {}
            () = tokio::time::sleep(if is_waiting { LOOK_AT_A_CHANGE_EVERY } else { LOOK_EVERY }) => {}
        }
    }
}

fn gone() -> Unavailable {
    Unavailable::NoBus("it has gone away".to_owned())
}

async fn look(shared: &Shared, connection: &Connection, ear: &Ear) -> Result<Link, Unavailable> {
    let stamp = shared.change().stamp();
    let owner = ear::owner(connection).await.map_err(|error| silent(&error))?;
    let Some(owner) = owner else {
        judge(shared, None, None, stamp);
        return Err(Unavailable::NoNetworkManager);
    };
    let root = ObjectPath::from_static_str(ROOT).map_err(|error| silent(&error))?;
    let manager = properties(connection, &owner, &root, MANAGER).await.map_err(|error| silent(&error))?;
    let checkpoints = manager.paths("Checkpoints").map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>());
    judge(shared, Some(owner.as_str()), checkpoints.as_deref(), stamp);
    let (device, interface) = find_device(connection, &owner, shared.settings.interface.as_deref()).await?;
    let link = Link { connection: connection.clone(), owner, device, interface, heard: ear.steps.clone() };
    shared.measured(measure(&link, &manager).await.map_err(|error| silent(&error))?);
    Ok(link)
}

fn judge(shared: &Shared, owner: Option<&str>, checkpoints: Option<&[String]>, stamp: u64) {
    let now: ShowTime = shared.clock.now();
    shared.judge(&Seen { stamp, owner, checkpoints, now });
}

async fn measure(link: &Link, manager: &Properties) -> zbus::Result<WifiStatus> {
    let device = link.properties(&link.device, DEVICE).await?;
    let wireless = link.properties(&link.device, WIRELESS).await.unwrap_or_default();
    let state = DeviceState::of(device.u32("State").unwrap_or(0));
    let point = link.access_point_in_use(&device, &wireless).await;
    let point = point.filter(|_| !matches!(state, DeviceState::Disconnected | DeviceState::Unavailable));
    let ip4 = if state == DeviceState::Connected { link.ip4(&device).await } else { None };
    Ok(WifiStatus {
        available: true,
        reason: None,
        reason_code: None,
        enabled: manager.bool("WirelessEnabled").unwrap_or(true),
        hardware_enabled: manager.bool("WirelessHardwareEnabled").unwrap_or(true),
        device: Some(link.interface.clone()),
        state,
        ssid: point.as_ref().map(|point| point.ssid.shown()),
        ssid_hex: point.as_ref().map(|point| point.ssid.hex()),
        strength: point.as_ref().map(|point| point.strength),
        ip4,
        joining: None,
        pending_confirmation: None,
        last_change: None,
    })
}
