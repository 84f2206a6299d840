//! Leaving and forgetting the network over REST, and switching WiFi off.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn networks_are_left_forgotten_and_switched_off() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let server = bus.server(&[]);
    let forget = |ssid: &str| server.http.send("DELETE", &format!("/api/wifi/networks/{ssid}"), None, vec![]);
    forget("63616665").refused(404, "network_not_known");
    forget("home").refused(400, "invalid_ssid");
    for begin in [
        |server: &Server| server.http.post("/api/wifi/disconnect", &json!({})),
        |server: &Server| server.http.send("DELETE", "/api/wifi/networks/686f6d65", None, vec![]),
    ] {
        let begun = begin(&server);
        assert_eq!(begun.status, 202, "{}", begun.text());
        let left = until(&server, "left", |it| it["state"] == "disconnected" && !it["pending_confirmation"].is_null());
        assert_eq!((&left["ssid"], &left["pending_confirmation"]["ssid"]), (&Value::Null, &json!("home")));
        assert_eq!(manager.world().profiles.len(), 1);
        // As after a minute in which nobody could.
        manager.take_back().await;
        is_at_home(&server);
        let confirm = json!({"token": begun.json()["token"]});
        server.http.post("/api/wifi/confirm", &confirm).refused(410, "rolled_back");
    }
    let begun = forget("686f6d65");
    until(&server, "left", |it| it["pending_confirmation"]["change"] == "forget");
    server.http.post("/api/wifi/confirm", &json!({"token": begun.json()["token"]})).ok();
    assert!(manager.world().profiles.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wifi_is_switched_off_only_if_it_is_fine_that_nothing_takes_it_back() {
    let bus = PrivateBus::start();
    let _manager = NetworkManager::start(&bus).await;
    let server = bus.server(&[]);
    server.http.post("/api/wifi/enabled", &json!({"enabled": false})).refused(409, "no_rollback");
    for wanted in [json!({"enabled": false, "unprotected": true}), json!({"enabled": true})] {
        server.http.post("/api/wifi/enabled", &wanted).ok();
        until(&server, "switched", |it| it["enabled"] == wanted["enabled"]);
    }
}
