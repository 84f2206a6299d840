//! What happens in the middle of a change: to the one who asked, to NetworkManager, to the power.

use zbus::Variant;

use super::*;

fn stage_hangs(world: &mut World) {
    world.fates.insert(b"stage".to_vec(), Fate::Hangs);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_there_before_the_way_changes_and_counts_when_the_network_is_joined() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, stage_hangs).await;
    let wifi = wifi(&bus);
    let joining = wifi.start(request(STAGE)).await.unwrap();
    assert_eq!(until(&wifi, "joining", |it| it.joining.is_some()).await.joining.as_deref(), Some("stage"));
    assert_eq!(wifi.confirm(joining.token.reveal()).await, Err(WifiError::NotYet));
    assert_eq!(wifi.start(request(STAGE)).await.map(drop), Err(WifiError::Busy));
    assert_eq!(wifi.disconnect(false).await.map(drop), Err(WifiError::Busy));
    drop(manager);
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_goes_on_when_whoever_asked_is_gone() {
    let bus = PrivateBus::start();
    let _manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    let token = wifi.start(request(STAGE)).await.unwrap().token;
    until(&wifi, "joined", |it| it.pending_confirmation.is_some()).await;
    wifi.confirm(token.reveal()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_manager_that_ends_in_the_middle_is_told() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, stage_hangs).await;
    let wifi = wifi(&bus);
    let joining = wifi.start(request(STAGE)).await.unwrap();
    tokio::time::timeout(PATIENCE, async {
        while manager.world().called("AddAndActivateConnection2") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    manager.stop().await;
    let error = tokio::time::timeout(PATIENCE, joining.outcome()).await.unwrap().unwrap_err();
    assert_eq!(error, WifiError::Failed { failure: Failure::NetworkManagerLost, restored: false });
    let gone = until(&wifi, "gone", |it| !it.available).await;
    assert_eq!(gone.reason_code, Some("no_network_manager"));
    let _again = NetworkManager::start(&bus).await;
    let back = until(&wifi, "back", |it| it.available).await;
    assert_eq!(back.ssid.as_deref(), Some("home"));
    let last = back.last_change.unwrap();
    assert_eq!((last.outcome, last.code), (Outcome::FailedAndNotRestored, Some("network_manager_lost")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_manager_that_ends_between_two_questions_is_told_as_well() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, stage_hangs).await;
    let wifi = wifi(&bus);
    let joining = wifi.start(request(STAGE)).await.unwrap();
    until(&wifi, "it is at it", |it| it.state == DeviceState::Connecting).await;
    {
        let mut world = manager.world();
        // As after the steps with which it left the network before.
        let reason = Variant::from((30_u32, 60_u32));
        world.objects.set(DEVICE, "org.freedesktop.NetworkManager.Device", "StateReason", reason);
        world.ends_at = Some("org.freedesktop.NetworkManager.Connection.Active");
    }
    let error = tokio::time::timeout(PATIENCE, joining.outcome()).await.unwrap().unwrap_err();
    assert_eq!(error, WifiError::Failed { failure: Failure::NetworkManagerLost, restored: false });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_manager_that_is_started_anew_takes_nothing_back() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| world.second = PATIENCE).await;
    let wifi = wifi(&bus);
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    manager.stop().await;
    let _again = NetworkManager::start(&bus).await;
    protection_is_lost(&wifi).await;
    assert_eq!(wifi.confirm(token.reveal()).await, Err(WifiError::NothingToConfirm));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_power_that_goes_before_the_confirmation_takes_the_network_back() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| world.second = PATIENCE).await;
    let wifi = wifi(&bus);
    joined(&wifi, STAGE).await;
    let manager = manager.power_cycle(&bus).await;
    protection_is_lost(&wifi).await;
    is_at_home(&wifi).await;
    assert_eq!(manager.world().passphrases(b"stage"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_confirmed_outlasts_the_power() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    wifi.confirm(token.reveal()).await.unwrap();
    let manager = manager.power_cycle(&bus).await;
    until(&wifi, "the stage", |it| it.ssid.as_deref() == Some("stage")).await;
    assert_eq!(manager.world().passphrases(b"stage"), ["right for the stage"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_if_nobody_waits_for_the_token() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| world.is_looking = true).await;
    let wifi = wifi(&bus);
    let asker = tokio::spawn({
        let wifi = wifi.clone();
        async move { wifi.start(request(r#"{"ssid":"late","passphrase":"right for the stage"}"#)).await.map(drop) }
    });
    // Whoever joins it waits for what is found.
    until(&wifi, "joining", |it| it.joining.is_some()).await;
    asker.abort();
    assert!(asker.await.unwrap_err().is_cancelled());
    {
        let mut world = manager.world();
        world.network(b"late", 50, WPA2, Fate::Joins(Some("right for the stage")));
        world.is_looking = false;
    }
    let status = until(&wifi, "given up", |it| it.last_change.is_some()).await;
    assert_eq!(status.last_change.unwrap().outcome, Outcome::Failed);
    is_at_home(&wifi).await;
    let world = manager.world();
    assert_eq!((world.checkpoints.len(), world.profiles.len()), (0, 1));
    assert_eq!(world.calls.iter().filter(|call| call.contains("Activate")).count(), 0, "{:?}", world.calls);
}
