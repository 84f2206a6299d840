//! Lights steered in the words of their own clients, over the WebSocket and Socket.IO.

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::api::tests::socket::{Client, connect, listen, next, say, wait_for};
use crate::api::tests::socketio::{emit, expect, open, packet};

/// A client that follows the room `zones`.
async fn follow(house: &House) -> Client {
    let mut client = connect(&format!("{}/?preview=off", listen(house).await)).await;
    say(&mut client, json!({ "type": "subscribe", "payload": { "rooms": ["zones"] } })).await;
    let snapshot = wait_for(&mut client, "snapshot").await;
    shows(
        &snapshot["payload"]["state"],
        json!({ "zones": [{ "id": "FLOOR" }, { "id": "LAMP" }], "fixtures": [{ "id": "strip" }] }),
    );
    wait_for(&mut client, "subscribed").await;
    client
}

/// All that comes up to the answer to a command.
async fn until_answer(client: &mut Client) -> Vec<Value> {
    let mut told = Vec::new();
    loop {
        let Message::Text(text) = next(client).await else { panic!("no binary was asked for") };
        let message: Value = serde_json::from_str(&text).expect("JSON");
        let kind = message["type"].as_str().expect("a type").to_owned();
        // Figures come when they come.
        if kind != "metricsUpdate" {
            told.push(message);
        }
        if kind == "ack" || kind == "err" {
            return told;
        }
    }
}

fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter().filter_map(|message| message["type"].as_str()).collect()
}

fn blue() -> Value {
    json!({ "zone_id": "FLOOR", "color": hue(240) })
}

fn breathe() -> Value {
    let parameters = json!({ "speed": 1.5, "color_primary": { "mode": "RGB", "rgb": [255, 0, 0] } });
    json!({ "animation_id": "BREATHE", "zones": ["FLOOR", "LAMP"], "parameters": parameters })
}

/// As clients know it.
fn changed(zone: &str, color: Value, animation_active: bool) -> Value {
    let state = json!({ "color": color, "brightness": 255, "enabled": true, "animation_active": animation_active });
    json!({ "zone_id": zone, "state": state, "timestamp": "2023-11-14T22:13:20Z" })
}

#[tokio::test]
async fn a_color_is_set_over_the_websocket_and_everyone_in_the_room_is_told() {
    let (house, _) = lit().await;
    let (mut client, mut other) = (follow(&house).await, follow(&house).await);
    say(&mut client, json!({ "type": "zone:set_color", "client_op_id": "a1", "payload": blue() })).await;
    let told = until_answer(&mut client).await;
    assert_eq!(kinds(&told), ["change", "zone:state_changed", "ack"]);
    shows(
        &told[0]["payload"],
        json!({ "by": { "door": "ws", "client_op_id": "a1" }, "events": [{ "event": "zone_saved" }] }),
    );
    shows(&told[1]["payload"], changed("FLOOR", hue(240), false));
    shows(&told[2]["payload"], json!({ "client_op_id": "a1", "success": true }));
    shows(&wait_for(&mut other, "zone:state_changed").await["payload"], changed("FLOOR", hue(240), false));
    shows(&house.zone("FLOOR").await, json!({ "state": { "color": hue(240) } }));

    say(&mut client, json!({ "type": "animation:start", "client_op_id": "a2", "payload": breathe() })).await;
    let told = until_answer(&mut client).await;
    assert_eq!(kinds(&told), ["change", "zone:state_changed", "zone:state_changed", "ack"]);
    shows(&told[1]["payload"], changed("FLOOR", hue(240), true));
    shows(&told[2]["payload"], changed("LAMP", json!({ "mode": "RGB", "rgb": [0, 0, 0] }), true));
    let instance = json!({ "parameters": breathe()["parameters"] });
    shows(&house.read("/api/v1/animations/BREATHE").await, json!({ "running": true, "instances": [instance, instance] }));
}

#[tokio::test]
async fn every_word_does_what_it_says() {
    let (house, _) = lit().await;
    house.tell("POST", "/api/v1/presets", json!({ "id": "evening" })).await.expect(201);
    let mut client = follow(&house).await;
    let words = [
        ("zone:set_color", blue(), "/api/v1/zones/FLOOR", json!({ "state": { "color": hue(240) } })),
        (
            "zone:set_brightness",
            json!({ "zone_id": "FLOOR", "brightness": 9 }),
            "/api/v1/zones/FLOOR",
            json!({ "state": { "brightness": 9 } }),
        ),
        (
            "zone:set_enabled",
            json!({ "zone_id": "FLOOR", "enabled": false, "transition": "FADE", "duration": 1 }),
            "/api/v1/zones/FLOOR",
            json!({ "state": { "enabled": false } }),
        ),
        ("zone:reset", json!({ "zone_id": "FLOOR" }), "/api/v1/zones/FLOOR", json!({ "state": { "enabled": true } })),
        ("animation:start", breathe(), "/api/v1/animations/BREATHE", json!({ "running": true })),
        (
            "animation:set_parameters",
            json!({ "animation_id": "BREATHE", "zones": ["FLOOR"], "parameters": { "speed": 3 } }),
            "/api/v1/zones/FLOOR",
            json!({ "layers": [{ "parameters": { "speed": 3 } }] }),
        ),
        (
            "animation:stop",
            json!({ "animation_id": "BREATHE", "zones": ["FLOOR"] }),
            "/api/v1/animations/BREATHE",
            json!({ "zones": ["LAMP"] }),
        ),
        ("system:power", json!({ "on": false }), "/api/v1/system/status", json!({ "on": false })),
        ("system:set_mode", json!({ "mode": "STATIC" }), "/api/v1/system/mode", json!({ "mode": "STATIC" })),
        ("system:set_brightness", json!({ "brightness": 7 }), "/api/v1/system/brightness", json!({ "brightness": 7 })),
        ("preset:load", json!({ "preset_id": "evening" }), "/api/v1/animations/active", json!([])),
    ];
    for (word, payload, path, expected) in words {
        say(&mut client, json!({ "type": word, "payload": payload })).await;
        let told = until_answer(&mut client).await;
        assert_eq!(told.last().map(|message| &message["type"]), Some(&json!("ack")), "{word}: {told:?}");
        let found = house.read(path).await;
        assert!(holds(&found, &expected), "{word}: expected {expected} in {found}");
    }
}

#[tokio::test]
async fn what_is_refused_over_a_socket_is_refused_in_the_words_of_rest() {
    let (house, _) = lit().await;
    let before = house.everything().await;
    let mut client = follow(&house).await;
    let xyz = json!({ "zone_id": "FLOOR", "color": { "mode": "XYZ" } });
    let dusk = json!({ "id": "dusk", "name": "Dusk", "stops": [{ "at": 0, "color": hue(1) }, { "at": 1, "color": { "mode": "XYZ" } }] });
    let refusals = [
        ("zone:set_color", xyz, "INVALID_COLOR_MODE", "color.mode"),
        ("zone:set_color", json!({ "zone_id": "ATTIC", "color": hue(1) }), "zone_not_found", ""),
        ("zone:set_color", json!({ "color": hue(1) }), "invalid_body", "zone"),
        ("zone:set_color", json!({ "zone_id": "FLOOR" }), "invalid_color", "color"),
        ("zone:set_brightness", json!({ "zone_id": "FLOOR" }), "invalid_value", ""),
        ("zone:set_enabled", json!({ "zone_id": "FLOOR" }), "invalid_value", ""),
        ("zone:set_brightness", json!({ "zone_id": "FLOOR", "brightness": 256 }), "out_of_range", "brightness"),
        ("animation:start", json!({ "animation_id": "WALTZ", "zones": ["FLOOR"] }), "animation_not_found", ""),
        ("animation:stop", json!({ "animation_id": "BREATHE" }), "animation_not_running", ""),
        ("system:set_mode", json!({ "mode": "DISCO" }), "invalid_mode", "mode"),
        ("preset:load", json!({ "preset_id": "attic" }), "preset_not_found", ""),
        ("command", json!({ "command": "put_palette", "palette": dusk }), "INVALID_COLOR_MODE", "stops[1].color.mode"),
    ];
    for (word, payload, code, field) in refusals {
        say(&mut client, json!({ "type": word, "client_op_id": "op", "payload": payload })).await;
        let told = until_answer(&mut client).await;
        let expected = json!({ "client_op_id": "op", "success": false, "code": code });
        assert_eq!(kinds(&told), ["err"], "{word} {payload}");
        assert!(holds(&told[0]["payload"], &expected), "{word} {payload}: {told:?}");
        assert_eq!(told[0]["payload"]["details"]["field"].as_str().unwrap_or_default(), field, "{word} {payload}: {told:?}");
    }
    assert_eq!(house.everything().await, before);
    say(&mut client, json!({ "type": "zone:dance", "payload": {} })).await;
    assert_eq!(wait_for(&mut client, "error").await["payload"]["code"], "unknown_message");
}

#[tokio::test]
async fn a_color_is_set_over_socket_io_and_acknowledged() {
    let (house, _) = lit().await;
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    emit(&mut client, "join:zones", json!({})).await;
    shows(&expect(&mut client, "state:zones").await["data"], json!({ "zones": [{ "id": "FLOOR" }, { "id": "LAMP" }] }));
    shows(&expect(&mut client, "ack:join").await, json!({ "room": "zones", "success": true }));

    let mut payload = blue();
    payload["client_op_id"] = json!("op-1");
    client.send(Message::text(format!("427{}", json!(["zone:set_color", payload])))).await.expect("sent");
    shows(
        &expect(&mut client, "change:zones").await,
        json!({ "cause_op": "op-1", "data": { "events": [{ "event": "zone_saved" }] } }),
    );
    shows(&expect(&mut client, "zone:state_changed").await, changed("FLOOR", hue(240), false));
    let acknowledged = json!({ "client_op_id": "op-1", "success": true });
    shows(&expect(&mut client, "ack:op").await, acknowledged.clone());
    let ack = packet(&mut client).await;
    let list: Value = serde_json::from_str(ack.strip_prefix("437").unwrap_or_else(|| panic!("{ack}"))).expect("JSON");
    shows(&list[0], acknowledged);

    emit(&mut client, "animation:start", breathe()).await;
    expect(&mut client, "change:zones").await;
    shows(&expect(&mut client, "zone:state_changed").await, changed("FLOOR", hue(240), true));
    shows(
        &expect(&mut client, "zone:state_changed").await,
        json!({ "zone_id": "LAMP", "state": { "animation_active": true } }),
    );
    shows(&expect(&mut client, "ack:op").await, json!({ "success": true }));
    emit(&mut client, "animation:start", breathe()).await;
    shows(&expect(&mut client, "err:op").await, json!({ "success": false, "code": "animation_running" }));
    emit(&mut client, "zone:set_color", json!({ "zone_id": "FLOOR", "color": { "mode": "XYZ" } })).await;
    let details = json!({ "field": "color.mode", "supported": ["RGB", "HSV", "HUE", "PRESET"] });
    shows(&expect(&mut client, "err:op").await, json!({ "code": "INVALID_COLOR_MODE", "details": details }));
    emit(&mut client, "zone:set_color", json!("blue")).await;
    assert_eq!(expect(&mut client, "err:op").await["code"], "invalid_body");
    emit(&mut client, "zone:dance", json!({})).await;
    assert_eq!(expect(&mut client, "err:op").await["code"], "unknown_event");
}
