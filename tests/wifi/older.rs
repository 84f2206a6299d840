//! NetworkManagers that are older, or that polkit keeps from something.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_old_network_manager_changes_nothing_unless_it_may_do_so_unprotected() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        let old = ["CheckpointCreate", "CheckpointAdjustRollbackTimeout", "AddAndActivateConnection2"];
        world.missing.extend(old);
        world.objects.hidden.extend(["Checkpoints", "LastScan", "ActiveAccessPoint"]);
    })
    .await;
    let wifi = wifi(&bus);
    assert_eq!(wifi.status().await.ssid.as_deref(), Some("home"));
    assert_eq!(refused(&wifi, STAGE).await, WifiError::NoRollback);
    assert_eq!(manager.world().profiles.len(), 1);
    let wrong = r#"{"ssid":"stage","passphrase":"wrong for the stage","unprotected":true}"#;
    assert_eq!(refused(&wifi, wrong).await, WifiError::Failed { failure: Failure::WrongPassword, restored: true });
    is_at_home(&wifi).await;
    assert_eq!(manager.world().profiles.len(), 1);
    let right = r#"{"ssid":"stage","passphrase":"right for the stage","unprotected":true}"#;
    assert!(joined(&wifi, right).await.confirm.is_none());
    let status = until(&wifi, "the stage", |it| it.ssid.as_deref() == Some("stage")).await;
    assert_eq!(status.last_change.unwrap().outcome, Outcome::Unprotected);
    assert_eq!(manager.world().saved().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_own_timer_the_whole_time_counts() {
    let bus = PrivateBus::start();
    let missing = ["CheckpointAdjustRollbackTimeout"];
    let _manager = NetworkManager::start_with(&bus, |world| world.missing.extend(missing)).await;
    let wifi = wifi(&bus);
    let (token, until) = joined(&wifi, STAGE).await.confirm.unwrap();
    assert_eq!(until, ShowTime(NOON.0 + 150_000_000));
    wifi.confirm(token.reveal()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_adds_no_network_in_memory_has_it_on_the_disk_at_once() {
    let bus = PrivateBus::start();
    let missing = ["AddAndActivateConnection2"];
    let manager = NetworkManager::start_with(&bus, |world| world.missing.extend(missing)).await;
    let wifi = wifi(&bus);
    joined(&wifi, STAGE).await;
    let manager = manager.power_cycle(&bus).await;
    until(&wifi, "the stage", |it| it.ssid.as_deref() == Some("stage") && it.last_change.is_some()).await;
    assert_eq!(manager.world().passphrases(b"stage"), ["right for the stage"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_a_way_back_is_kept_at_once() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        world.know(b"stage", Some("out of date"));
        world.missing.extend(["CheckpointCreate"]);
    })
    .await;
    let wifi = wifi(&bus);
    let right = r#"{"ssid":"stage","passphrase":"right for the stage","unprotected":true}"#;
    assert!(joined(&wifi, right).await.confirm.is_none());
    let manager = manager.power_cycle(&bus).await;
    until(&wifi, "the stage", |it| it.ssid.as_deref() == Some("stage")).await;
    assert_eq!(manager.world().passphrases(b"stage"), ["right for the stage"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_polkit_forbids_is_said_so() {
    let bus = PrivateBus::start();
    let forbidden = ["CheckpointCreate", "Delete"];
    let manager = NetworkManager::start_with(&bus, |world| world.forbidden.extend(forbidden)).await;
    let wifi = wifi(&bus);
    assert_eq!(refused(&wifi, STAGE).await, WifiError::NotPermitted);
    assert_eq!(wifi.forget(&Ssid::of_text("home").unwrap(), false).await.map(drop), Err(WifiError::NotPermitted));
    // A change that may be made and may not be kept can still be kept when that is allowed.
    manager.world().forbidden = ["CheckpointDestroy", "Save"].into();
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    assert_eq!(wifi.confirm(token.reveal()).await, Err(WifiError::NotPermitted));
    assert!(wifi.status().await.pending_confirmation.is_some());
    manager.world().forbidden = ["CheckpointDestroy"].into();
    assert_eq!(wifi.confirm(token.reveal()).await, Err(WifiError::NotPermitted));
    manager.world().forbidden.clear();
    wifi.confirm(token.reveal()).await.unwrap();
}
