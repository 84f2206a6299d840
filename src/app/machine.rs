//! What the configuration says of the machine that the server runs on, and whether a new version of it proves itself.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::mpsc::Receiver;

use super::tags;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::devices::nfc::event::NfcEvent;
use crate::devices::system::{LogRing, Power, PowerSettings, Restart, SystemInfoSource};
use crate::devices::update::{Deadline, Update, UpdateSettings, UpdateState};
use crate::devices::wifi::{Patience, Wifi, WifiSettings};
use crate::devices::{Bus, Machine};

pub fn updates(config: &Config) -> anyhow::Result<Update> {
    let version = env!("CARGO_PKG_VERSION");
    let update = Update::open(&UpdateSettings {
        address: config.update_url.clone(),
        keys: config.update_keys.clone(),
        root: None,
        version: version.parse().context("this program's own version can not be read")?,
    });
    if let UpdateState::RolledBack { version, to, reason } = update.status().state {
        tracing::error!(%version, %to, %reason, "a newer version was given up: {reason}");
    }
    Ok(update)
}

pub fn machine(
    config: &Config,
    update: Update,
    log: LogRing,
    clock: &Clock,
) -> anyhow::Result<(Machine, Receiver<NfcEvent>)> {
    let (readers, taps) = tags::start(config, clock)?;
    let wifi = WifiSettings { bus: Bus::System, interface: config.wifi_interface.clone(), patience: Patience::default() };
    let power = PowerSettings { enabled: config.power, bus: Bus::System };
    let machine = Machine {
        readers,
        wifi: Wifi::connect(wifi, clock.clone()),
        update,
        info: Arc::new(SystemInfoSource::new(env!("CARGO_PKG_VERSION"), config.data_dir.clone())),
        log,
        restart: Restart::new(config.restart, |name| std::env::var(name).ok()),
        power: Power::new(power, clock.clone()),
    };
    Ok((machine, taps))
}

/// A version on trial has to be well for a while; one that is not is started again, and given up after some tries.
pub async fn prove(machine: Machine, deadline: Deadline, is_well: impl Fn() -> bool) {
    let Some(trial) = machine.update.trial() else { return };
    tokio::time::sleep(trial).await;
    deadline.is_met();
    if is_well() {
        tracing::info!("the new version works");
        if let Err(error) = machine.update.healthy() {
            tracing::error!(%error, code = error.code(), "that the new version works could not be noted down");
        }
        return;
    }
    tracing::error!("the new version does not come up: it is started again");
    if let Err(refused) = machine.restart.ask() {
        tracing::error!(%refused, "the new version can not be started again");
    }
}
