//! The WiFi over REST and the WebSocket: a real server, and a NetworkManager of the test's own or python-dbusmock's on a private bus.

mod leaving;

use std::time::Duration;

use serde_json::{Value, json};

use super::support::bus::PrivateBus;
use super::support::dbusmock::networks;
use super::support::network_manager::{Fate, NetworkManager, World};
use super::support::server::Server;
use super::support::ws::Ws;
use super::support::{PATIENCE, eventually};

fn status(server: &Server) -> Value {
    server.http.get("/api/wifi/status").ok().json()
}

#[track_caller]
fn until(server: &Server, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, PATIENCE, || Some(status(server)).filter(|status| is_so(status)))
}

fn stage(passphrase: &str) -> Value {
    json!({"ssid": "stage", "passphrase": passphrase})
}

/// Asks to join; how to confirm it.
#[track_caller]
fn joining(server: &Server, request: &Value) -> Value {
    let answer = server.http.post("/api/wifi/connect", request);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let told = answer.json();
    assert!(told["status"]["available"] == true, "{told}");
    json!({ "token": told["token"] })
}

#[track_caller]
fn is_at_home(server: &Server) -> Value {
    until(server, "home again", |it| it["ssid"] == "home" && it["state"] == "connected" && it["joining"].is_null())
}

/// A client that is told of the WiFi, from the first status on.
async fn follower(server: &Server) -> Ws {
    let mut ws = Ws::open(&server.ws).await;
    ws.send(r#"{"type":"subscribe","room":"wifi"}"#).await;
    ws
}

/// What it is told, up to and with what is waited for.
async fn told(ws: &mut Ws, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let message = ws.next_json().await.unwrap();
        if message["type"] == "wifi_status" {
            let status = message["data"].clone();
            let is_last = is_it(&status);
            all.push(status);
            if is_last {
                return all;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_joined_and_confirmed_stays() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let server = bus.server(&[]);
    let mut ws = follower(&server).await;
    assert_eq!(told(&mut ws, |it| it["available"] == true).await.pop().unwrap()["ssid"], "home");
    let known = server.http.get("/api/wifi/networks").ok().json();
    let scanned = server.http.post("/api/wifi/scan", &json!({})).ok().json();
    assert_eq!(known, scanned);
    let names: Vec<_> = scanned["networks"].as_array().unwrap().iter().map(|it| it["ssid_hex"].as_str().unwrap()).collect();
    assert_eq!(names, ["686f6d65", "7374616765", "63616665", "fffe78"]);
    assert_eq!(manager.world().called("RequestScan"), 1);

    server.http.post("/api/wifi/confirm", &json!({"token": "of nothing"})).refused(409, "nothing_to_confirm");
    let confirm = joining(&server, &stage("right for the stage"));
    let seen = told(&mut ws, |it| !it["pending_confirmation"].is_null()).await;
    assert!(seen.iter().any(|it| it["joining"] == "stage"), "{seen:?}");
    until(&server, "the stage", |it| it["ssid"] == "stage" && it["state"] == "connected");
    server.http.post("/api/wifi/confirm", &json!({"token": "of another"})).refused(403, "wrong_token");
    server.http.post("/api/wifi/connect", &stage("right for the stage")).refused(409, "wifi_change_pending");
    server.http.post("/api/wifi/disconnect", &json!({})).refused(409, "wifi_change_pending");
    // The answer to the first one may be lost with the network.
    for _ in 0..2 {
        let confirmed = server.http.post("/api/wifi/confirm", &confirm).ok().json();
        assert_eq!((&confirmed["last_change"]["outcome"], &confirmed["ssid"]), (&json!("confirmed"), &json!("stage")));
    }
    let last = told(&mut ws, |it| it["last_change"]["outcome"] == "confirmed").await.pop().unwrap();
    assert!(last["pending_confirmation"].is_null(), "{last}");
    assert!(manager.world().checkpoints.is_empty(), "nothing takes it back any more");
    assert_eq!(server.http.get("/api/dashboard").ok().json()["wifi"]["ssid"], "stage");
}

/// A second of NetworkManager's is over in no time.
fn hasty(world: &mut World) {
    world.second = Duration::from_millis(50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_nobody_confirms_is_taken_back() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, hasty).await;
    let server = bus.server(&[]);
    let mut ws = follower(&server).await;
    let confirm = joining(&server, &stage("right for the stage"));
    let last = told(&mut ws, |it| it["last_change"]["outcome"] == "rolled_back").await.pop().unwrap();
    assert_eq!((&last["last_change"]["ssid"], &last["pending_confirmation"]), (&json!("stage"), &Value::Null));
    is_at_home(&server);
    server.http.post("/api/wifi/confirm", &confirm).refused(410, "rolled_back");
    assert_eq!(manager.world().profiles.len(), 1, "the network that was added is forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_is_told_and_taken_back_at_once() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let server = bus.server(&[]);
    let mut ws = follower(&server).await;
    joining(&server, &stage("wrong for the stage"));
    let last = told(&mut ws, |it| !it["last_change"].is_null()).await.pop().unwrap();
    assert_eq!(
        (&last["last_change"]["outcome"], &last["last_change"]["code"]),
        (&json!("failed"), &json!("wrong_password"))
    );
    is_at_home(&server);
    let world = manager.world();
    assert!(world.checkpoints.is_empty() && world.profiles.len() == 1, "{:?}", world.calls);
    assert_eq!(world.called("CheckpointRollback"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_before_anything_changes_is_the_answer() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start(&bus).await;
    let server = bus.server(&[]);
    for (request, status, code) in [
        (json!({"ssid": "nowhere", "passphrase": "12345678"}), 404, "network_not_found"),
        (json!({"ssid": "stage"}), 422, "passphrase_needed"),
        (json!({"ssid": "cafe", "passphrase": "12345678"}), 422, "security_mismatch"),
        (json!({"ssid": "stage", "passphrase": "1234567"}), 400, "invalid_passphrase"),
        (json!({"ssid": ""}), 400, "invalid_ssid"),
        (json!({"ssid_hex": "no digits"}), 400, "invalid_ssid"),
        (json!({}), 400, "invalid_ssid"),
    ] {
        server.http.post("/api/wifi/connect", &request).refused(status, code);
    }
    manager.world().forbidden.insert("CheckpointCreate");
    server.http.post("/api/wifi/connect", &stage("right for the stage")).refused(403, "wifi_not_permitted");
    manager.world().missing.insert("CheckpointCreate");
    server.http.post("/api/wifi/connect", &stage("right for the stage")).refused(409, "no_rollback");
    assert_eq!(manager.world().profiles.len(), 1);
    is_at_home(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_is_in_no_answer_and_no_log() {
    let bus = PrivateBus::start();
    let manager = NetworkManager::start_with(&bus, |world| {
        world.fates.insert(b"stage".to_vec(), Fate::Joins(Some("zebra zebra right")));
    })
    .await;
    let server = bus.server(&["--log", "trace"]);
    let mut ws = follower(&server).await;
    let mut seen = String::new();
    // What is wrong with them is said without repeating them.
    for body in [
        r#"{"ssid":"stage","passphrase":"zebra"}"#,
        r#"{"ssid":"stage","passphrase":["zebra zebra"]}"#,
        r#"{"ssid":"stage","passphrase":{"zebra zebra":1}}"#,
        r#"{"ssid":"stage","passphrase":"zebra \u0007 zebra"}"#,
        r#"{"ssid":"stage","passphrase":"zebra zebra right","also":"zebra"}"#,
        r#"{"ssid":"cafe","passphrase":"zebra zebra right"}"#,
        r#"{"ssid":"stage","passphrase":"zebra zebra right""#,
    ] {
        let answer = server.http.send("POST", "/api/wifi/connect", Some("application/json"), body.into());
        assert!(answer.status >= 400, "{body}");
        seen += &answer.text();
    }
    let answer = server.http.post("/api/wifi/connect", &stage("zebra zebra wrong"));
    seen += &answer.ok().text();
    seen += &json!(told(&mut ws, |it| it["last_change"]["code"] == "wrong_password").await).to_string();
    let confirm = joining(&server, &stage("zebra zebra right"));
    seen += &json!(told(&mut ws, |it| !it["pending_confirmation"].is_null()).await).to_string();
    seen += &server.http.post("/api/wifi/confirm", &confirm).ok().text();
    let arrived: Vec<_> = manager.world().secrets.iter().map(|(_, secret)| secret.clone()).collect();
    assert_eq!(arrived, ["zebra zebra wrong", "zebra zebra right"]);
    for path in
        ["/api/wifi/status", "/api/wifi/networks", "/api/dashboard", "/api/system/logs?lines=1000&level=trace", "/metrics"]
    {
        seen += &server.http.get(path).ok().text();
    }
    seen += &server.log();
    assert!(seen.contains("joining the network"), "it was logged that the network is joined");
    let at = seen.find("zebra");
    assert!(at.is_none(), "{:?}", at.map(|at| &seen[at.saturating_sub(200)..at + 50]));
    let token = confirm["token"].as_str().unwrap();
    assert!(!server.log().contains(token), "who has the token could confirm");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_wifi_the_reason_is_said_until_there_is() {
    let mut bus = PrivateBus::start();
    let server = bus.server(&[]);
    let unavailable = |reason: &str| {
        let status = until(&server, reason, |it| it["reason_code"] == reason);
        assert!(status["available"] == false && status["reason"].is_string(), "{status}");
        for path in ["scan", "disconnect"] {
            let refused = server.http.post(&format!("/api/wifi/{path}"), &json!({})).refused(503, "wifi_unavailable");
            assert_eq!(refused.json()["details"]["reason_code"], reason);
        }
        server.http.get("/api/wifi/networks").refused(503, "wifi_unavailable");
        server.http.post("/api/wifi/connect", &stage("right for the stage")).refused(503, "wifi_unavailable");
        server.http.post("/api/wifi/enabled", &json!({"enabled": true})).refused(503, "wifi_unavailable");
        server.http.send("DELETE", "/api/wifi/networks/686f6d65", None, vec![]).refused(503, "wifi_unavailable");
    };
    unavailable("no_network_manager");
    bus.stop();
    unavailable("no_bus");
    bus.go();
    let _manager = NetworkManager::start(&bus).await;
    is_at_home(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn dbusmocks_network_manager_is_scanned_and_joined() {
    let bus = PrivateBus::start();
    let mock = networks(&bus).await;
    let server = bus.server(&[]);
    let scanned = server.http.post("/api/wifi/scan", &json!({})).ok().json();
    let names: Vec<_> = scanned["networks"].as_array().unwrap().iter().map(|it| (&it["ssid"], &it["known"])).collect();
    assert_eq!(names, [(&json!("HomeNet"), &json!(true)), (&json!("StageNet"), &json!(false))]);
    let mut request = json!({"ssid": "StageNet", "passphrase": "right for the stage"});
    // It knows no checkpoints.
    server.http.post("/api/wifi/connect", &request).refused(409, "no_rollback");
    request["unprotected"] = json!(true);
    joining(&server, &request);
    mock.heard("AddAndActivateConnection");
    let joined = until(&server, "StageNet", |it| it["ssid"] == "StageNet" && it["joining"].is_null());
    assert_eq!((&joined["state"], &joined["last_change"]["outcome"]), (&json!("connected"), &json!("unprotected")));
}
