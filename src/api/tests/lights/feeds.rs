//! Feeds: pixels that others send, their own endpoints, and what goes on where one is shown that is gone.

use super::*;

const FEEDS: &str = "/api/light-feeds";
const DESK: &str = "/api/light-feeds/desk";

fn desk() -> Value {
    json!({ "id": "desk", "kind": "sacn", "universe": 7, "pixels": 45, "allow": ["192.168.1.20"] })
}

#[tokio::test]
async fn a_feed_is_made_changed_and_removed() {
    let (house, _) = lit().await;
    assert_eq!(house.read(FEEDS).await, json!([]));
    let made = house.tell("POST", FEEDS, desk()).await.expect(201).json();
    shows(&made, json!({ "id": "desk", "enabled": false, "kind": "sacn", "universe": 7, "timeout_ms": 2_500 }));
    house.tell("PATCH", DESK, json!({ "enabled": true, "timeout_ms": 1_000 })).await.expect(200);
    shows(&house.read(DESK).await, json!({ "enabled": true, "timeout_ms": 1_000, "pixels": 45 }));
    house.tell("PUT", DESK, json!({ "kind": "ddp", "port": 4_050, "pixels": 9 })).await.expect(200);
    shows(&house.read(FEEDS).await[0], json!({ "id": "desk", "enabled": false, "kind": "ddp", "port": 4_050 }));
    house.ask("DELETE", DESK).await.expect(204);
    assert_eq!(house.read(FEEDS).await, json!([]));
}

#[tokio::test]
async fn what_can_be_no_feed_is_refused() {
    let (house, _) = lit().await;
    house.tell("POST", FEEDS, desk()).await.expect(201);
    let with = |field: &str, value: Value| {
        let mut feed = desk();
        (feed["id"], feed[field]) = (json!("other"), value);
        feed
    };
    house
        .refuses(&[
            ("POST", FEEDS, desk(), 409, "already_exists"),
            ("POST", FEEDS, with("pixels", json!(0)), 400, "invalid_value"),
            ("POST", FEEDS, with("pixels", json!(900)), 400, "invalid_value"),
            ("POST", FEEDS, with("universe", json!(0)), 400, "invalid_value"),
            ("POST", FEEDS, with("timeout_ms", json!(1)), 400, "invalid_value"),
            ("POST", FEEDS, with("kind", json!("smoke")), 400, "invalid_body"),
            ("POST", FEEDS, with("allow", json!(["the desk"])), 400, "invalid_body"),
            ("PATCH", DESK, json!({ "pixels": "many" }), 400, "invalid_value"),
            ("PATCH", DESK, json!({ "timeout_ms": 100_000 }), 400, "invalid_value"),
            ("GET", "/api/light-feeds/none", Value::Null, 404, "feed_not_found"),
            ("PATCH", "/api/light-feeds/none", json!({ "enabled": true }), 404, "feed_not_found"),
            ("DELETE", "/api/light-feeds/none", Value::Null, 404, "feed_not_found"),
        ])
        .await;
}

#[tokio::test]
async fn a_feed_that_is_seen_stays_and_one_that_was_seen_for_a_while_is_free() {
    let (house, clock) = lit().await;
    house.tell("POST", FEEDS, desk()).await.expect(201);
    let brief = json!({ "kind": "feed", "feed": "desk", "timeout": 60 });
    house.tell("PUT", "/api/v1/zones/FLOOR/layers/guest", brief).await.expect(200);
    house.refuses(&[("DELETE", DESK, Value::Null, 409, "feed_in_use")]).await;
    clock.set(ShowTime(1_700_000_061_000_000));
    house.ask("DELETE", DESK).await.expect(204);
}

#[tokio::test]
async fn a_preset_leaves_out_a_feed_that_is_gone() {
    let (house, _) = lit().await;
    house.tell("POST", FEEDS, desk()).await.expect(201);
    for layer in [json!({ "kind": "feed", "feed": "desk" }), json!({ "kind": "color", "color": hue(120) })] {
        let path = format!("/api/v1/zones/FLOOR/layers/{}", layer["kind"].as_str().expect("a kind"));
        house.tell("PUT", &path, layer).await.expect(200);
    }
    house.tell("POST", "/api/v1/presets", json!({ "id": "evening", "zones": ["FLOOR"] })).await.expect(201);
    house.ask("POST", "/api/v1/zones/FLOOR/reset").await.expect(200);
    house.ask("DELETE", DESK).await.expect(204);
    house.ask("POST", "/api/v1/presets/evening/load").await.expect(200);
    shows(&house.zone("FLOOR").await["layers"], json!([{ "id": "color" }]));
}
