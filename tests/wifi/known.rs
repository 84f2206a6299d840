//! Networks that were joined before, and their passphrases.

use zbus::Variant;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_known_network_needs_no_passphrase_and_takes_a_new_one() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| drop(world.know(b"stage", Some("out of date")))).await;
    let wifi = wifi(&bus);
    let error = refused(&wifi, r#"{"ssid":"stage"}"#).await;
    assert_eq!(error, WifiError::Failed { failure: Failure::WrongPassword, restored: true });
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    assert!(manager.world().passphrases(b"stage").contains(&"out of date"), "it can still be taken back");
    wifi.confirm(token.reveal()).await.unwrap();
    let world = manager.world();
    assert_eq!(world.passphrases(b"stage"), ["right for the stage"]);
    assert_eq!((world.called("Update2"), world.called("GetSecrets"), world.profiles.len()), (0, 0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_passphrase_changes_nothing_else_that_was_said_of_a_network() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        let used = world.know(b"stage", Some("out of date"));
        world.set_in(&used, "ipv4", "method", Variant::from("manual"));
        let other = world.know(b"stage", Some("of another device"));
        world.set_in(&other, "connection", "interface-name", Variant::from("wlan1"));
    })
    .await;
    let wifi = wifi(&bus);
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    wifi.confirm(token.reveal()).await.unwrap();
    let world = manager.world();
    let mut passphrases = world.passphrases(b"stage");
    passphrases.sort_unstable();
    assert_eq!(passphrases, ["of another device", "right for the stage"]);
    let new = &world.profiles[world.in_use.as_deref().unwrap()];
    assert_eq!(<&str>::try_from(&*new.settings["ipv4"]["method"]), Ok("manual"));
}

/// As the checkpoint itself sees to it when nobody asks for anything any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_before_the_confirmation_leaves_what_was_before() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| drop(world.know(b"stage", Some("out of date")))).await;
    let first = wifi(&bus);
    joined(&first, STAGE).await;
    drop(first);
    manager.take_back().await;
    let wifi = wifi(&bus);
    is_at_home(&wifi).await;
    assert_eq!(manager.world().passphrases(b"stage"), ["out of date"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_for_a_known_network_leaves_its_own_alone() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| drop(world.know(b"stage", Some("right for the stage")))).await;
    let wifi = wifi(&bus);
    let error = refused(&wifi, STAGE_WRONG).await;
    assert_eq!(error, WifiError::Failed { failure: Failure::WrongPassword, restored: true });
    is_at_home(&wifi).await;
    assert_eq!(manager.world().passphrases(b"stage"), ["right for the stage"]);
    let (token, _) = joined(&wifi, r#"{"ssid":"stage"}"#).await.confirm.unwrap();
    wifi.confirm(token.reveal()).await.unwrap();
    assert_eq!(manager.world().passphrases(b"stage"), ["right for the stage"]);
    assert_eq!(manager.world().called("Save"), 0, "it is on the disk");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_network_that_nobody_confirms_has_its_own_passphrase_again() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        world.know(b"stage", Some("of another evening"));
        world.second = Duration::from_millis(10);
    })
    .await;
    let wifi = wifi(&bus);
    joined(&wifi, STAGE).await;
    until(&wifi, "taken back", |it| it.last_change.is_some()).await;
    is_at_home(&wifi).await;
    assert_eq!(manager.world().passphrases(b"stage"), ["of another evening"]);
}
