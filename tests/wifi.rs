//! The WiFi, with a NetworkManager of the test's own and with python-dbusmock's.

mod dbusmock;
mod joining;
mod known;
mod leaving;
mod meanwhile;
mod older;
mod secrets;
mod seen;

use std::time::Duration;

use marquee::base::clock::Clock;
use marquee::devices::wifi::{
    Changed, DeviceState, Failure, JoinRequest, Outcome, Patience, Security, Ssid, Unavailable, Wifi, WifiError,
    WifiSettings, WifiStatus,
};
use marquee::show::time::ShowTime;

use super::support::PATIENCE;
use super::support::bus::PrivateBus;
use super::support::network_manager::{DEVICE, Fate, NetworkManager, OPEN, WPA2, World};

const NOON: ShowTime = ShowTime(1_700_000_000_000_000);

fn clock() -> Clock {
    Clock::manual(NOON)
}

fn settings(bus: &PrivateBus) -> WifiSettings {
    // Nobody waits before asking again in a test, or for answers on their way, and its clock stands still.
    let patience = Patience { looking_again: Duration::ZERO, answering: Duration::ZERO, ..Patience::default() };
    WifiSettings { bus: bus.at(), interface: None, patience }
}

fn wifi(bus: &PrivateBus) -> Wifi {
    Wifi::connect(settings(bus), clock())
}

fn request(json: &str) -> JoinRequest {
    serde_json::from_str(json).unwrap()
}

const STAGE: &str = r#"{"ssid":"stage","passphrase":"right for the stage"}"#;
const STAGE_WRONG: &str = r#"{"ssid":"stage","passphrase":"wrong for the stage"}"#;

async fn until(wifi: &Wifi, what: &str, is_so: impl Fn(&WifiStatus) -> bool) -> WifiStatus {
    let mut changes = wifi.changes();
    let seen = tokio::time::timeout(PATIENCE, changes.wait_for(|status| is_so(status))).await;
    match seen {
        Ok(status) => status.unwrap().clone(),
        Err(_) => panic!("{what}: {:?}", wifi.status().await),
    }
}

async fn joined(wifi: &Wifi, json: &str) -> Changed {
    tokio::time::timeout(PATIENCE, wifi.join(request(json))).await.unwrap().unwrap()
}

async fn refused(wifi: &Wifi, json: &str) -> WifiError {
    tokio::time::timeout(PATIENCE, wifi.join(request(json))).await.unwrap().unwrap_err()
}

/// Asserts that the home network is in use, as it was before anything was tried.
async fn is_at_home(wifi: &Wifi) {
    let is_home = |it: &WifiStatus| it.ssid.as_deref() == Some("home") && it.state == DeviceState::Connected;
    let status = until(wifi, "home again", |it| is_home(it) && it.joining.is_none()).await;
    assert_eq!(status.pending_confirmation, None);
}

/// Until it is seen that there is another NetworkManager, which knows nothing of the change.
async fn protection_is_lost(wifi: &Wifi) {
    let status = until(wifi, "the protection is lost", |it| it.last_change.is_some() && it.available).await;
    assert_eq!((status.last_change.unwrap().outcome, status.pending_confirmation), (Outcome::ProtectionLost, None));
}
