//! Joining a network: what becomes of it, and what is refused before anything changes.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_joined_and_confirmed_stays() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    let joined = joined(&wifi, STAGE).await;
    let (token, until_when) = joined.confirm.unwrap();
    assert_eq!(until_when, ShowTime(NOON.0 + 60_000_000));
    let status = until(&wifi, "the stage", |it| it.ssid.as_deref() == Some("stage")).await;
    let pending = status.pending_confirmation.unwrap();
    assert_eq!((pending.ssid.as_str(), pending.until), ("stage", until_when));
    assert_eq!(wifi.confirm("0123456789abcdef0123456789abcdef").await, Err(WifiError::WrongToken));
    assert_eq!(refused(&wifi, STAGE).await, WifiError::ChangePending);
    wifi.confirm(token.reveal()).await.unwrap();
    wifi.confirm(token.reveal()).await.unwrap();
    let status = wifi.status().await;
    assert_eq!((status.pending_confirmation, status.last_change.unwrap().outcome), (None, Outcome::Confirmed));
    let world = manager.world();
    assert_eq!((world.called("CheckpointCreate"), world.called("CheckpointDestroy")), (1, 1));
    assert!(world.checkpoints.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_nobody_confirms_is_taken_back() {
    let bus = PrivateBus::start();
    let hasty = |world: &mut World| world.second = Duration::from_millis(10);
    let manager = NetworkManager::start_with(&bus, hasty).await;
    let wifi = wifi(&bus);
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    let status = until(&wifi, "taken back", |it| it.last_change.is_some()).await;
    assert_eq!(status.last_change.unwrap().outcome, Outcome::RolledBack);
    is_at_home(&wifi).await;
    assert_eq!(manager.world().profiles.len(), 1, "the network that was added is forgotten");
    assert_eq!(wifi.confirm(token.reveal()).await, Err(WifiError::RolledBack));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_is_told_and_taken_back_at_once() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    let error = refused(&wifi, STAGE_WRONG).await;
    assert_eq!(error, WifiError::Failed { failure: Failure::WrongPassword, restored: true });
    is_at_home(&wifi).await;
    let world = manager.world();
    assert_eq!(world.called("CheckpointRollback"), 1);
    assert!(world.checkpoints.is_empty() && world.profiles.len() == 1);
    let status = wifi.changes().borrow().clone();
    let last = status.last_change.unwrap();
    assert_eq!((last.outcome, last.code), (Outcome::Failed, Some("wrong_password")));
}

#[track_caller]
fn fails(fate: Fate, json: &str, expected: Failure) -> impl Future<Output = ()> {
    let json = json.to_owned();
    async move {
        let bus = PrivateBus::start();
        let change = |world: &mut World| {
            world.fates.insert(b"stage".to_vec(), fate);
        };
        let _manager = NetworkManager::start_with(&bus, change).await;
        let mut settings = settings(&bus);
        settings.patience.joining = Duration::from_secs(5);
        settings.patience.scanning = Duration::from_secs(5);
        let wifi = Wifi::connect(settings, clock());
        assert_eq!(refused(&wifi, &json).await, WifiError::Failed { failure: expected, restored: true });
        is_at_home(&wifi).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_gives_no_address_is_told_and_taken_back() {
    fails(Fate::Fails(5), STAGE, Failure::DhcpFailed).await;
    fails(Fate::Fails(17), STAGE, Failure::DhcpFailed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_goes_away_is_told_and_taken_back() {
    fails(Fate::Vanishes, STAGE, Failure::NetworkNotFound).await;
    fails(Fate::Fails(53), STAGE, Failure::NetworkNotFound).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_never_answers_is_given_up_and_taken_back() {
    fails(Fate::Hangs, STAGE, Failure::Timeout).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_joined_changes_nothing() {
    fails(Fate::Hangs, r#"{"ssid":"nowhere","passphrase":"12345678"}"#, Failure::NetworkNotFound).await;
    fails(Fate::Hangs, r#"{"ssid":"stage"}"#, Failure::PassphraseNeeded).await;
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    assert_eq!(refused(&wifi, r#"{"ssid":"cafe","passphrase":"12345678"}"#).await, WifiError::SecurityMismatch);
    assert_eq!(refused(&wifi, r#"{"ssid":"stage","passphrase":"1234567"}"#).await, WifiError::InvalidPassphrase);
    assert_eq!(manager.world().called("CheckpointCreate"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_hidden_and_nameless_networks_are_joined_too() {
    for json in [
        r#"{"ssid":"cafe"}"#,
        r#"{"ssid_hex":"fffe78","passphrase":"right for bytes"}"#,
        r#"{"ssid":"backstage","passphrase":"right for hidden","hidden":true}"#,
    ] {
        let bus = PrivateBus::start();
        let manager = NetworkManager::start_with(&bus, |world| {
            world.fates.insert(b"backstage".to_vec(), Fate::Joins(Some("right for hidden")));
        })
        .await;
        let wifi = wifi(&bus);
        let (token, _) = joined(&wifi, json).await.confirm.unwrap();
        wifi.confirm(token.reveal()).await.unwrap();
        assert_eq!(manager.world().profiles.len(), 2, "{json}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_that_come_late_and_properties_that_are_missing_change_no_outcome() {
    let bus = PrivateBus::start();
    let _manager = NetworkManager::start_with(&bus, |world| {
        world.late = Duration::from_millis(900);
        world.objects.hidden.extend(["Frequency", "Flags", "WirelessHardwareEnabled", "AddressData", "Managed", "LastScan"]);
    })
    .await;
    let wifi = wifi(&bus);
    let status = wifi.status().await;
    assert_eq!((status.ssid.as_deref(), status.ip4, status.hardware_enabled), (Some("home"), None, true));
    assert_eq!(refused(&wifi, STAGE_WRONG).await.code(), "wrong_password");
    // The steps of the first try still come while the second one begins.
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    wifi.confirm(token.reveal()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_network_with_a_known_name_gets_no_passphrase() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        let weak = world.objects.point_of(b"stage");
        world.objects.remove(&weak);
        world.network(b"stage", 99, OPEN, Fate::Joins(Some("right for the stage")));
    })
    .await;
    let wifi = wifi(&bus);
    assert_eq!(refused(&wifi, STAGE).await, WifiError::SecurityMismatch);
    assert!(manager.world().secrets.is_empty());
    manager.world().network(b"stage", 10, WPA2, Fate::Joins(Some("right for the stage")));
    joined(&wifi, STAGE).await;
    assert_eq!(manager.world().secrets.len(), 1);
}
