//! NetworkManager as python-dbusmock has it.

use super::*;
use crate::support::dbusmock::networks;

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
