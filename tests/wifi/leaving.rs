//! Networks that are left and forgotten, and WiFi that is switched off.

use marquee::devices::wifi::{ChangeKind, Underway};

use super::*;

fn ssid(name: &str) -> Ssid {
    Ssid::of_text(name).unwrap()
}

/// How to confirm it, once it is done.
async fn done(underway: Option<Underway>) -> String {
    let changed = tokio::time::timeout(PATIENCE, underway.unwrap().outcome()).await.unwrap().unwrap();
    changed.confirm.unwrap().0.reveal().to_owned()
}

fn is_left(status: &WifiStatus) -> bool {
    status.state == DeviceState::Disconnected
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_left_and_confirmed_stays_left() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    let token = done(wifi.disconnect(false).await.unwrap()).await;
    let left = until(&wifi, "left", |it| is_left(it) && it.pending_confirmation.is_some()).await;
    assert_eq!((left.ssid, left.ip4), (None, None));
    let pending = left.pending_confirmation.unwrap();
    assert_eq!((pending.ssid.as_str(), pending.change), ("home", ChangeKind::Leave));
    wifi.confirm(&token).await.unwrap();
    let last = wifi.status().await.last_change.unwrap();
    assert_eq!((last.outcome, last.change), (Outcome::Confirmed, ChangeKind::Leave));
    assert!(manager.world().checkpoints.is_empty());
    assert_eq!(manager.world().profiles.len(), 1, "it is still known");
    assert!(is_left(&wifi.status().await));
}

fn hasty(world: &mut World) {
    world.second = Duration::from_millis(10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_left_or_forgotten_is_there_again_if_nobody_confirms() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, hasty).await;
    let wifi = wifi(&bus);
    for kind in [ChangeKind::Leave, ChangeKind::Forget] {
        let underway = match kind {
            ChangeKind::Leave => wifi.disconnect(false).await.unwrap(),
            _ => wifi.forget(&ssid("home"), false).await.unwrap(),
        };
        let token = done(underway).await;
        let is_over = |it: &WifiStatus| it.last_change.as_ref().is_some_and(|last| last.change == kind);
        let status = until(&wifi, "taken back", is_over).await;
        assert_eq!(status.last_change.unwrap().outcome, Outcome::RolledBack);
        is_at_home(&wifi).await;
        assert_eq!(wifi.confirm(&token).await, Err(WifiError::RolledBack));
        assert_eq!(manager.world().passphrases(b"home"), ["home's passphrase"]);
    }
    assert_eq!(manager.world().called("Delete"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_in_use_is_forgotten_when_that_is_confirmed() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    let token = done(wifi.forget(&ssid("home"), false).await.unwrap()).await;
    until(&wifi, "left", is_left).await;
    assert_eq!(manager.world().profiles.len(), 1, "not before");
    manager.world().forbidden = ["Delete"].into();
    assert_eq!(wifi.confirm(&token).await, Err(WifiError::NotPermitted));
    assert_eq!(manager.world().checkpoints.len(), 1, "it can still be taken back");
    manager.world().forbidden.clear();
    wifi.confirm(&token).await.unwrap();
    let world = manager.world();
    assert!(world.profiles.is_empty() && world.checkpoints.is_empty());
    assert_eq!((world.called("DeactivateConnection"), world.called("Disconnect")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_power_that_goes_before_the_confirmation_brings_a_forgotten_network_back() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| world.second = PATIENCE).await;
    let wifi = wifi(&bus);
    done(wifi.forget(&ssid("home"), false).await.unwrap()).await;
    let _manager = manager.power_cycle(&bus).await;
    protection_is_lost(&wifi).await;
    is_at_home(&wifi).await;
}

/// Or else NetworkManager would go to the other one, and that would be gone with the confirmation.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_known_twice_is_left_for_none() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| drop(world.know(b"home", None))).await;
    let wifi = wifi(&bus);
    let token = done(wifi.forget(&ssid("home"), false).await.unwrap()).await;
    wifi.confirm(&token).await.unwrap();
    let world = manager.world();
    assert!(world.profiles.is_empty());
    assert_eq!((world.called("DeactivateConnection"), world.called("Disconnect")), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cuts_nothing_is_done_at_once() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| drop(world.know(b"stage", None))).await;
    let wifi = wifi(&bus);
    assert_eq!(wifi.forget(&ssid("cafe"), false).await.map(drop), Err(WifiError::NotKnown));
    assert!(wifi.forget(&ssid("stage"), false).await.unwrap().is_none());
    assert_eq!(manager.world().profiles.len(), 1);
    assert_eq!(manager.world().called("CheckpointCreate"), 0);
    is_at_home(&wifi).await;
    let token = done(wifi.disconnect(false).await.unwrap()).await;
    wifi.confirm(&token).await.unwrap();
    assert!(wifi.disconnect(false).await.unwrap().is_none());
    assert!(wifi.forget(&ssid("home"), false).await.unwrap().is_none());
    assert!(manager.world().profiles.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_way_back_nothing_is_cut_unless_that_is_fine() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| world.missing.extend(["CheckpointCreate"])).await;
    let wifi = wifi(&bus);
    assert_eq!(wifi.disconnect(false).await.map(drop), Err(WifiError::NoRollback));
    assert_eq!(wifi.forget(&ssid("home"), false).await.map(drop), Err(WifiError::NoRollback));
    is_at_home(&wifi).await;
    let underway = wifi.forget(&ssid("home"), true).await.unwrap().unwrap();
    let changed = tokio::time::timeout(PATIENCE, underway.outcome()).await.unwrap().unwrap();
    assert!(changed.confirm.is_none() && manager.world().profiles.is_empty());
    assert_eq!(wifi.status().await.last_change.unwrap().outcome, Outcome::Unprotected);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_checkpoint_brings_the_switch_back_so_it_is_switched_off_only_if_that_is_fine() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    assert_eq!(wifi.set_enabled(false, false).await, Err(WifiError::NoRollback));
    assert_eq!(manager.world().called("Set"), 0);
    wifi.set_enabled(false, true).await.unwrap();
    until(&wifi, "off", |it| !it.enabled).await;
    wifi.set_enabled(true, false).await.unwrap();
    until(&wifi, "on", |it| it.enabled).await;
}
