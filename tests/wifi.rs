//! The WiFi, with a NetworkManager of the test's own and with python-dbusmock's.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use marquee::base::clock::Clock;
use marquee::devices::wifi::{
    DeviceState, Failure, JoinRequest, Joined, Outcome, Patience, Security, Ssid, Unavailable, Wifi, WifiError,
    WifiSettings, WifiStatus,
};
use marquee::show::time::ShowTime;
use zbus::Variant;

use super::support::PATIENCE;
use super::support::bus::PrivateBus;
use super::support::dbusmock::networks;
use super::support::network_manager::{DEVICE, Fate, NetworkManager, OPEN, WPA2, World};

const NOON: ShowTime = ShowTime(1_700_000_000_000_000);

fn clock() -> Clock {
    Clock::manual(NOON)
}

fn settings(bus: &PrivateBus) -> WifiSettings {
    // Nobody waits before asking again in a test, and its clock stands still.
    let patience = Patience { looking_again: Duration::ZERO, ..Patience::default() };
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

async fn joined(wifi: &Wifi, json: &str) -> Joined {
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

#[tokio::test(flavor = "multi_thread")]
async fn the_status_is_what_network_manager_says() {
    let bus = PrivateBus::start();
    let _manager = NetworkManager::start(&bus).await;
    let status = wifi(&bus).status().await;
    assert_eq!((status.available, status.enabled, status.state), (true, true, DeviceState::Connected));
    assert_eq!(status.device.as_deref(), Some("wlan0"));
    assert_eq!((status.ssid.as_deref(), status.strength), (Some("home"), Some(70)));
    assert_eq!((status.ssid_hex.as_deref(), status.ip4.as_deref()), (Some("686f6d65"), Some("192.168.7.20")));
}

#[tokio::test(flavor = "multi_thread")]
async fn networks_are_listed_once_each_with_what_they_ask_for() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    let networks = wifi.scan().await.unwrap();
    let told: Vec<_> = networks.iter().map(|it| (it.ssid_hex.as_str(), it.strength, it.security)).collect();
    let expected = [
        ("686f6d65", 70, Security::WpaPsk),
        ("7374616765", 80, Security::WpaPsk),
        ("63616665", 40, Security::Open),
        ("fffe78", 20, Security::Wpa3Sae),
    ];
    assert_eq!(told, expected);
    assert_eq!(networks[0].access_points, 2);
    let flags: Vec<_> = networks.iter().map(|it| (it.known, it.in_use)).collect();
    assert_eq!(flags, [(true, true), (false, false), (false, false), (false, false)]);
    assert_eq!(manager.world().called("RequestScan"), 1);
    assert_eq!(manager.world().called("GetSecrets"), 0);
}

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
async fn a_known_network_needs_no_passphrase_and_takes_a_new_one() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| drop(world.know(b"stage", Some("out of date")))).await;
    let wifi = wifi(&bus);
    let error = refused(&wifi, r#"{"ssid":"stage"}"#).await;
    assert_eq!(error, WifiError::Failed { failure: Failure::WrongPassword, restored: true });
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    wifi.confirm(token.reveal()).await.unwrap();
    let world = manager.world();
    assert_eq!(world.secrets, [("Update2".to_owned(), "right for the stage".to_owned())]);
    assert_eq!((world.called("AddAndActivateConnection"), world.profiles.len()), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_network_gets_its_old_passphrase_back_when_the_new_one_is_wrong() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| drop(world.know(b"stage", Some("right for the stage")))).await;
    let wifi = wifi(&bus);
    let error = refused(&wifi, STAGE_WRONG).await;
    assert_eq!(error.code(), "wrong_password");
    let kept: Vec<_> = manager.world().profiles.values().filter_map(|kept| kept.psk.clone()).collect();
    assert!(kept.contains(&"right for the stage".to_owned()) && !kept.contains(&"wrong for the stage".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_network_manager_changes_nothing_unless_it_may_do_so_unprotected() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        let old = ["CheckpointCreate", "CheckpointAdjustRollbackTimeout", "Update2"];
        world.missing.extend(old);
        world.objects.hidden.extend(["Checkpoints", "LastScan", "ActiveAccessPoint"]);
    })
    .await;
    let wifi = wifi(&bus);
    assert_eq!(wifi.status().await.ssid.as_deref(), Some("home"));
    assert_eq!(refused(&wifi, STAGE).await, WifiError::NoRollback);
    assert_eq!(manager.world().called("AddAndActivateConnection"), 0);
    let wrong = r#"{"ssid":"stage","passphrase":"wrong for the stage","unprotected":true}"#;
    assert_eq!(refused(&wifi, wrong).await, WifiError::Failed { failure: Failure::WrongPassword, restored: true });
    is_at_home(&wifi).await;
    assert_eq!(manager.world().profiles.len(), 1);
    let right = r#"{"ssid":"stage","passphrase":"right for the stage","unprotected":true}"#;
    assert!(joined(&wifi, right).await.confirm.is_none());
    let status = until(&wifi, "the stage", |it| it.ssid.as_deref() == Some("stage")).await;
    assert_eq!(status.last_change.unwrap().outcome, Outcome::Unprotected);
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
async fn what_polkit_forbids_is_said_so() {
    let bus = PrivateBus::start();
    let forbidden = ["CheckpointCreate", "Delete"];
    let manager = NetworkManager::start_with(&bus, |world| world.forbidden.extend(forbidden)).await;
    let wifi = wifi(&bus);
    assert_eq!(refused(&wifi, STAGE).await, WifiError::NotPermitted);
    assert_eq!(wifi.forget(&Ssid::of_text("home").unwrap()).await, Err(WifiError::NotPermitted));
    // A change that may be made and may not be kept can still be kept when that is allowed.
    manager.world().forbidden = ["CheckpointDestroy"].into();
    let (token, _) = joined(&wifi, STAGE).await.confirm.unwrap();
    assert_eq!(wifi.confirm(token.reveal()).await, Err(WifiError::NotPermitted));
    assert!(wifi.status().await.pending_confirmation.is_some());
    manager.world().forbidden.clear();
    wifi.confirm(token.reveal()).await.unwrap();
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
    assert_eq!(wifi.disconnect().await, Err(WifiError::Busy));
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
        while manager.world().called("AddAndActivateConnection") == 0 {
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
    let status = until(&wifi, "the protection is lost", |it| it.last_change.is_some() && it.available).await;
    assert_eq!((status.last_change.unwrap().outcome, status.pending_confirmation), (Outcome::ProtectionLost, None));
    assert_eq!(wifi.confirm(token.reveal()).await, Err(WifiError::NothingToConfirm));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_missing_is_said_and_looked_for_again() {
    let mut bus = PrivateBus::start();
    let wifi = wifi(&bus);
    assert_eq!(wifi.status().await.reason_code, Some("no_network_manager"));
    assert_eq!(wifi.networks().await, Err(WifiError::Unavailable(Unavailable::NoNetworkManager)));
    let manager = NetworkManager::start_with(&bus, |world| world.objects.remove(DEVICE)).await;
    until(&wifi, "no device", |it| it.reason_code == Some("no_wifi_device")).await;
    manager.stop().await;
    until(&wifi, "no NetworkManager", |it| it.reason_code == Some("no_network_manager")).await;
    bus.stop();
    until(&wifi, "no bus", |it| it.reason_code == Some("no_bus")).await;
    assert_eq!(wifi.scan().await.unwrap_err().code(), "wifi_unavailable");
    bus.go();
    let _manager = NetworkManager::start(&bus).await;
    assert!(wifi.status().await.available, "asking is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_gets_the_last_answer_again() {
    let mut bus = PrivateBus::start();
    bus.stop();
    let clock = clock();
    let mut settings = settings(&bus);
    settings.patience.looking_again = Duration::from_secs(2);
    let wifi = Wifi::connect(settings, clock.clone());
    assert_eq!(wifi.status().await.reason_code, Some("no_bus"));
    bus.go();
    let _manager = NetworkManager::start(&bus).await;
    assert_eq!(wifi.status().await.reason_code, Some("no_bus"), "it was looked for just now");
    clock.set(ShowTime(NOON.0 + 2_000_000));
    assert!(wifi.status().await.available);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_another_name_can_be_chosen() {
    let bus = PrivateBus::start();
    let _manager = NetworkManager::start(&bus).await;
    let named = |name: &str| WifiSettings { interface: Some(name.to_owned()), ..settings(&bus) };
    assert!(Wifi::connect(named("wlan0"), clock()).status().await.available);
    let status = Wifi::connect(named("wlan1"), clock()).status().await;
    assert_eq!(status.reason_code, Some("no_wifi_device"));
}

#[tokio::test(flavor = "multi_thread")]
async fn networks_are_forgotten_left_and_switched_off() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let wifi = wifi(&bus);
    assert_eq!(wifi.forget(&Ssid::of_text("cafe").unwrap()).await, Err(WifiError::NotKnown));
    wifi.disconnect().await.unwrap();
    let left = until(&wifi, "left", |it| it.state == DeviceState::Disconnected).await;
    assert_eq!((left.ssid, left.ip4), (None, None));
    wifi.forget(&Ssid::of_text("home").unwrap()).await.unwrap();
    assert!(manager.world().profiles.is_empty());
    wifi.set_enabled(false).await.unwrap();
    until(&wifi, "off", |it| !it.enabled).await;
    wifi.set_enabled(true).await.unwrap();
    until(&wifi, "on", |it| it.enabled).await;
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

/// Everything that is logged by anyone in this process, at every level.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged() -> Logged {
    static LOGGED: OnceLock<Logged> = OnceLock::new();
    let start = || {
        let logged = Logged::default();
        let writer = logged.clone();
        let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
        all.try_init().ok();
        logged
    };
    LOGGED.get_or_init(start).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_passphrase_arrives_and_is_nowhere_else() {
    let logged = logged();
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        world.fates.insert(b"secret stage".to_vec(), Fate::Joins(Some("zebra zebra zebra")));
        world.network(b"secret stage", 50, WPA2, Fate::Joins(Some("zebra zebra zebra")));
    })
    .await;
    let wifi = wifi(&bus);
    let mut seen = String::new();
    for passphrase in ["zebra zebra wrong", "zebra zebra zebra"] {
        let asked = request(&format!(r#"{{"ssid":"secret stage","passphrase":"{passphrase}"}}"#));
        seen += &format!("{asked:?}");
        let result = wifi.join(asked).await;
        seen += &format!("{result:?} {:?}", result.as_ref().map_err(ToString::to_string));
        seen += &serde_json::to_string(&wifi.status().await).unwrap();
        if let Ok(Joined { confirm: Some((token, _)), .. }) = result {
            wifi.confirm(token.reveal()).await.unwrap();
            assert!(!seen.contains(token.reveal()));
        }
    }
    seen += &serde_json::to_string(&wifi.networks().await.unwrap()).unwrap();
    let arrived: Vec<_> = manager.world().secrets.clone();
    let add = "AddAndActivateConnection".to_owned();
    assert_eq!(arrived, [(add.clone(), "zebra zebra wrong".to_owned()), (add, "zebra zebra zebra".to_owned())]);
    assert_eq!(manager.world().called("GetSecrets"), 0);
    seen += &String::from_utf8_lossy(&logged.0.lock().unwrap());
    assert!(seen.contains("secret stage"), "it was logged that the network is joined");
    assert!(!seen.contains("zebra"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dbusmocks_network_manager_is_understood() {
    let bus = PrivateBus::start();
    let _mock = networks(&bus).await;
    let wifi = wifi(&bus);
    let status = wifi.status().await;
    assert_eq!((status.available, status.device.as_deref()), (true, Some("wlan0")));
    let told: Vec<_> =
        wifi.scan().await.unwrap().into_iter().map(|it| (it.ssid, it.strength, it.security, it.known)).collect();
    let expected =
        [("HomeNet".to_owned(), 82, Security::WpaPsk, true), ("StageNet".to_owned(), 55, Security::WpaPsk, false)];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn dbusmocks_network_manager_is_told_to_join() {
    let bus = PrivateBus::start();
    let mock = networks(&bus).await;
    let wifi = wifi(&bus);
    let protected = r#"{"ssid":"StageNet","passphrase":"right for the stage"}"#;
    assert_eq!(refused(&wifi, protected).await, WifiError::NoRollback, "it knows no checkpoints");
    joined(&wifi, r#"{"ssid":"StageNet","passphrase":"right for the stage","unprotected":true}"#).await;
    let log = mock.heard("AddAndActivateConnection");
    assert!(log.contains("right for the stage") && log.contains("wpa-psk"), "{log}");
    let status = until(&wifi, "StageNet", |it| it.ssid.as_deref() == Some("StageNet")).await;
    assert_eq!(status.state, DeviceState::Connected);
    // A network that it knows, whose passphrase it keeps.
    joined(&wifi, r#"{"ssid":"HomeNet","unprotected":true}"#).await;
    mock.heard("ActivateConnection");
    until(&wifi, "HomeNet", |it| it.ssid.as_deref() == Some("HomeNet")).await;
}
