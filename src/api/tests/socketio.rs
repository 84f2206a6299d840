//! Socket.IO as it is on the wire, over WebSocket and polling. `tests/peers` has its own client do the same.

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;

use super::socket::{Client, DEADLINE, connect, next, serve_router};
use super::*;
use crate::identity::Role;

/// A connected client of the default namespace; its `connection_status` is still to be read.
pub async fn open(house: &House, auth: &str) -> (Client, String) {
    let address = serve_router(house, router(house.api.clone())).await;
    let mut client = connect(&format!("{address}/socket.io/?EIO=4&transport=websocket")).await;
    assert!(packet(&mut client).await.starts_with("0{"), "the engine opens");
    client.send(Message::text(format!("40{auth}"))).await.expect("sent");
    let answer = packet(&mut client).await;
    (client, answer)
}

pub async fn packet(client: &mut Client) -> String {
    loop {
        match next(client).await {
            Message::Text(text) if text.as_str() == "2" => client.send(Message::text("3")).await.expect("sent"),
            Message::Text(text) => return text.as_str().to_owned(),
            other => panic!("{other:?}"),
        }
    }
}

/// The next event, with its payload.
pub async fn event(client: &mut Client) -> (String, Value) {
    let text = packet(client).await;
    let list: Value = serde_json::from_str(text.strip_prefix("42").unwrap_or_else(|| panic!("{text}"))).expect("JSON");
    (list[0].as_str().expect("a name").to_owned(), list[1].clone())
}

pub async fn expect(client: &mut Client, name: &str) -> Value {
    let waiting = event(client);
    let (found, payload) = tokio::time::timeout(DEADLINE, waiting).await.expect("in time");
    assert_eq!(found, name, "{payload}");
    payload
}

pub async fn emit(client: &mut Client, event: &str, payload: Value) {
    client.send(Message::text(format!("42{}", json!([event, payload])))).await.expect("sent");
}

fn put_scene(id: &str, operation: &str) -> Value {
    json!({ "command": "put_scene", "scene": { "id": id, "layers": [] }, "client_op_id": operation })
}

#[tokio::test]
async fn a_client_joins_sees_changes_and_leaves() {
    let house = House::open().await;
    let (mut client, answer) = open(&house, "").await;
    assert!(answer.starts_with("40{\"sid\""), "{answer}");
    let status = expect(&mut client, "connection_status").await;
    assert_eq!((&status["status"], &status["server_seq"]), (&json!("connected"), &json!(0)));
    emit(&mut client, "join:scenes", json!({})).await;
    let state = expect(&mut client, "state:scenes").await;
    for field in ["event_type", "server_seq", "data", "timestamp", "event_id"] {
        assert!(state.get(field).is_some(), "{field} in {state}");
    }
    let joined = expect(&mut client, "ack:join").await;
    assert_eq!((&joined["room"], &joined["success"]), (&json!("scenes"), &json!(true)));

    house.tell("PUT", "/api/scenes/a", json!({ "layers": [] })).await.expect(201);
    let change = expect(&mut client, "change:scenes").await;
    assert_eq!((&change["server_seq"], &change["room_seq"]), (&json!(1), &json!(1)));
    assert_eq!(change["data"]["events"][0]["scene"]["id"], "a");
    emit(&mut client, "command", put_scene("b", "op-1")).await;
    assert_eq!(expect(&mut client, "change:scenes").await["cause_op"], "op-1");
    let ack = expect(&mut client, "ack:op").await;
    assert_eq!((&ack["client_op_id"], &ack["success"], &ack["server_seq"]), (&json!("op-1"), &json!(true), &json!(2)));
    emit(&mut client, "command", put_scene("b", "op-1")).await;
    assert_eq!(expect(&mut client, "ack:op").await["data"]["repeated"], true);
    emit(&mut client, "command", json!({ "command": "take_scene", "scene": "zzz", "client_op_id": "op-2" })).await;
    let err = expect(&mut client, "err:op").await;
    assert_eq!(
        (&err["client_op_id"], &err["code"], &err["server_seq"]),
        (&json!("op-2"), &json!("scene_not_found"), &json!(2))
    );

    emit(&mut client, "leave:scenes", json!({})).await;
    assert_eq!(expect(&mut client, "ack:leave").await["success"], true);
    emit(&mut client, "join:attic", json!({})).await;
    assert_eq!(expect(&mut client, "ack:join").await["success"], false);
    house.tell("PUT", "/api/scenes/c", json!({ "layers": [] })).await.expect(201);
    emit(&mut client, "client_ping", json!({ "timestamp": 5 })).await;
    let pong = expect(&mut client, "client_pong").await;
    assert_eq!((&pong["timestamp"], &pong["server_seq"]), (&json!(5), &json!(3)));
    emit(&mut client, "health_check", json!({})).await;
    let health = expect(&mut client, "health_status").await;
    assert_eq!((&health["connected_clients"], &health["health_metrics"]["health"]["status"]), (&json!(1), &json!("ok")));
    emit(&mut client, "client:request_current_state", json!({})).await;
    assert_eq!(expect(&mut client, "state:player").await["data"]["state"], "stopped");
    assert_eq!(expect(&mut client, "state:show").await["data"]["scenes"].as_array().expect("scenes").len(), 3);
    emit(&mut client, "dance", json!({})).await;
    assert_eq!(expect(&mut client, "err:op").await["code"], "unknown_event");
}

#[tokio::test]
async fn a_sync_brings_what_was_missed() {
    let house = House::open().await;
    for id in ["a", "b", "c"] {
        house.tell("PUT", &format!("/api/scenes/{id}"), json!({ "layers": [] })).await.expect(201);
    }
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    emit(&mut client, "sync:request", json!({ "last_global_seq": 1, "requested_rooms": ["scenes", "attic"] })).await;
    assert_eq!(expect(&mut client, "sync:error").await["requested_rooms"], json!(["attic"]));
    assert_eq!(expect(&mut client, "change:scenes").await["server_seq"], 2);
    assert_eq!(expect(&mut client, "change:scenes").await["server_seq"], 3);
    let complete = expect(&mut client, "sync:complete").await;
    assert_eq!((&complete["synced_rooms"], &complete["server_seq"]), (&json!(["scenes"]), &json!(3)));
    emit(&mut client, "sync:request", json!({ "last_global_seq": 99 })).await;
    expect(&mut client, "state:scenes").await;
    expect(&mut client, "sync:complete").await;
}

#[tokio::test]
async fn a_music_box_that_comes_back_is_told_what_it_missed_in_its_own_words() {
    let house = House::open().await;
    house.tell("POST", "/api/playlists", json!({ "id": "a", "title": "A" })).await.expect(201);
    house.tell("PUT", "/api/playlists/a", json!({ "title": "B" })).await.expect(200);
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    emit(&mut client, "sync:request", json!({ "last_global_seq": 1, "requested_rooms": ["playlists"] })).await;
    expect(&mut client, "change:playlists").await;
    assert_eq!(expect(&mut client, "state:playlists").await["data"]["playlists"][0]["title"], "B");
    expect(&mut client, "sync:complete").await;
    // From another life of the server: all of it, with the player.
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    emit(&mut client, "sync:request", json!({ "last_global_seq": 99, "requested_rooms": ["playlists"] })).await;
    for event in ["state:playlists", "state:player", "sync:complete"] {
        expect(&mut client, event).await;
    }
}

#[tokio::test]
async fn whoever_is_in_the_room_is_told_of_all_playlists_when_somebody_asks_for_it() {
    let house = House::open().await;
    house.tell("POST", "/api/playlists", json!({ "id": "a", "title": "A" })).await.expect(201);
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    emit(&mut client, "join:playlists", json!({})).await;
    expect(&mut client, "state:playlists").await;
    expect(&mut client, "ack:join").await;
    let told = house.tell("POST", "/api/playlists/sync", json!({})).await.expect(200).json();
    assert_eq!(told["data"]["playlists_count"], 1);
    assert_eq!(expect(&mut client, "state:playlists").await["data"]["playlists"][0]["title"], "A");
}

#[tokio::test]
async fn one_that_is_too_far_behind_is_told_how_the_playlist_is_that_it_follows() {
    let house = House::open().await;
    house.tell("POST", "/api/playlists", json!({ "id": "a", "title": "A" })).await.expect(201);
    let door = router(house.api.clone());
    let ask = async |method: &str, path: &str, body: String| {
        let request = Request::builder().method(method).uri(path).header("content-type", "text/plain");
        let answer = door.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("infallible");
        String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.expect("a body").to_vec()).expect("text")
    };
    let opened = ask("GET", "/socket.io/?EIO=4&transport=polling", String::new()).await;
    let opened: Value = serde_json::from_str(&opened[1..]).expect("JSON");
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", opened["sid"].as_str().expect("a session"));
    ask("POST", &path, "40".to_owned()).await;
    assert!(ask("GET", &path, String::new()).await.contains("40{"), "it is in");
    ask("POST", &path, format!("42{}", json!(["join:playlist", { "playlist_id": "a" }]))).await;
    while !ask("GET", &path, String::new()).await.contains("ack:join") {}
    // It takes nothing until its buffer is full, and what it has not been told is not kept any more.
    for number in 0..100 {
        house.tell("PUT", "/api/playlists/a", json!({ "title": format!("title {number}") })).await.expect(200);
    }
    let layer = |number| json!({ "id": format!("l{number}"), "kind": "text", "text": "x".repeat(10_000) });
    let layers: Vec<Value> = (0..60).map(layer).collect();
    for number in 0..20 {
        let scene = json!({ "layers": layers, "name": format!("scene {number}") });
        house.tell("PUT", "/api/scenes/large", scene).await;
    }
    let polled = async { while !ask("GET", &path, String::new()).await.contains("title 99") {} };
    tokio::time::timeout(DEADLINE, polled).await.expect("it is told");
}

#[tokio::test]
async fn the_answer_to_a_link_says_which_it_is() {
    let house = House::open().await;
    house.tell("POST", "/api/playlists", json!({ "id": "a", "title": "A" })).await.expect(201);
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    for end in ["assoc_id", "playlist_id"] {
        emit(&mut client, "start_nfc_link", json!({ "playlist_id": "a" })).await;
        let told = expect(&mut client, "nfc_status").await;
        expect(&mut client, "nfc_association_state").await;
        let answer = expect(&mut client, "ack:op").await;
        assert_eq!(answer["data"]["assoc_id"], told["assoc_id"]);
        emit(&mut client, "stop_nfc_link", json!({ end: told[end] })).await;
        assert_eq!(expect(&mut client, "nfc_status").await["state"], "cancelled");
        expect(&mut client, "nfc_association_state").await;
        expect(&mut client, "ack:op").await;
    }
}

#[tokio::test]
async fn acknowledgements_are_answered_in_order() {
    let house = House::open().await;
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    for number in 0..50 {
        let payload = put_scene(&format!("s{number}"), &format!("op-{number}"));
        client.send(Message::text(format!("42{number}{}", json!(["command", payload])))).await.expect("sent");
    }
    for number in 0..50 {
        assert_eq!(expect(&mut client, "ack:op").await["server_seq"], number + 1);
        let ack = packet(&mut client).await;
        assert!(ack.starts_with(&format!("43{number}[")), "{ack}");
    }
}

#[tokio::test]
async fn strangers_do_not_get_in() {
    let house = House::open().await;
    house.api.identity.add_user("root", "a-long-password", Role::Admin).await.expect("a user");
    let (_, answer) = open(&house, "").await;
    assert!(answer.starts_with("44") && answer.contains("log in first"), "{answer}");
    let (_, answer) = open(&house, r#"{"token":"mqt_nothing"}"#).await;
    assert!(answer.starts_with("44"), "{answer}");
    let admin = crate::identity::Caller::anonymous_admin();
    let (_, token) = house.api.identity.create_token("phone", Role::Viewer, None, &admin).await.expect("a token");
    let (mut client, answer) = open(&house, &json!({ "token": token }).to_string()).await;
    assert!(answer.starts_with("40"), "{answer}");
    assert_eq!(expect(&mut client, "connection_status").await["role"], "viewer");
    emit(&mut client, "command", put_scene("a", "op")).await;
    assert_eq!(expect(&mut client, "err:op").await["code"], "role_needed");
}

#[tokio::test]
async fn polling_works_too() {
    let house = House::open().await;
    let first = house.ask("GET", "/socket.io/?EIO=4&transport=polling").await.expect(200);
    let text = String::from_utf8_lossy(&first.body).into_owned();
    let opened: Value = serde_json::from_str(text.strip_prefix('0').expect("an opening")).expect("JSON");
    let _ = opened["sid"].as_str().expect("a session");
    assert!(opened["upgrades"].as_array().is_some_and(|upgrades| upgrades.contains(&json!("websocket"))));
    house.ask("GET", "/socket.io/?EIO=4&transport=pigeon").await.expect(400);
}

#[tokio::test]
async fn a_client_whose_token_was_revoked_does_not_come_in_again_by_leaving() {
    let house = House::open().await;
    house.api.identity.add_user("root", "a-long-password", Role::Admin).await.expect("a user");
    let admin = crate::identity::Caller::anonymous_admin();
    let (view, token) = house.api.identity.create_token("phone", Role::Viewer, None, &admin).await.expect("a token");
    let address = serve_router(&house, router(house.api.clone())).await;
    let mut client = connect(&format!("{address}/socket.io/?EIO=4&transport=websocket&access_token={token}")).await;
    assert!(packet(&mut client).await.starts_with("0{"), "the engine opens");
    client.send(Message::text("40")).await.expect("sent");
    assert!(packet(&mut client).await.starts_with("40"));
    expect(&mut client, "connection_status").await;
    house.api.identity.revoke_token(&view.id).await.expect("revoked");
    client.send(Message::text("41")).await.expect("sent");
    client.send(Message::text("40")).await.expect("sent");
    let mut answer = packet(&mut client).await;
    while answer == "41" {
        answer = packet(&mut client).await;
    }
    assert!(answer.starts_with("44"), "{answer}");
}

#[tokio::test]
async fn no_acknowledgement_is_lost_between_two_polls() {
    let house = House::open().await;
    let door = router(house.api.clone());
    let ask = async |method: &str, path: &str, body: String| {
        let request = Request::builder().method(method).uri(path).header("content-type", "text/plain");
        let answer = door.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("infallible");
        let status = answer.status();
        let text = String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.expect("a body").to_vec()).expect("text");
        assert_eq!(status, StatusCode::OK, "{method} {path}: {text}");
        text
    };
    let opened = ask("GET", "/socket.io/?EIO=4&transport=polling", String::new()).await;
    let opened: Value = serde_json::from_str(&opened[1..]).expect("JSON");
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", opened["sid"].as_str().expect("a session"));
    ask("POST", &path, "40".to_owned()).await;
    assert!(ask("GET", &path, String::new()).await.contains("40{"), "it is in");
    let commands: Vec<String> = (0..50)
        .map(|number| format!("42{number}{}", json!(["command", put_scene(&format!("s{number}"), &format!("op-{number}"))])))
        .collect();
    // Both fill the client's buffer, which holds 64.
    ask("POST", &path, commands.join("\u{1e}")).await;
    let polled = async {
        let mut acks = 0;
        while acks < 50 {
            let got = ask("GET", &path, String::new()).await;
            acks += got.split('\u{1e}').filter(|packet| packet.starts_with("43")).count();
        }
    };
    tokio::time::timeout(DEADLINE, polled).await.expect("each is acknowledged");
}
