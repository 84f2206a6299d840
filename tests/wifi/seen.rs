//! What is told of the WiFi, and of there being none.

use super::*;

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
