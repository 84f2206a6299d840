//! The WebSocket's protocol v1: subscribing, changes by number, resuming, and commands.

use futures_util::SinkExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::socket::{Client, closed_with, connect, listen, next, say, wait_for};
use super::*;

/// A client that speaks v1 from the start, and its welcome.
pub async fn speak(address: &str) -> (Client, Value) {
    let mut request = address.into_client_request().expect("an address");
    request.headers_mut().insert("sec-websocket-protocol", "marquee.v1.json".parse().expect("a header"));
    let (mut client, response) = connect_async(request).await.expect("connected");
    assert_eq!(response.headers()["sec-websocket-protocol"], "marquee.v1.json");
    let welcome = one(&mut client).await;
    assert_eq!(welcome["type"], "welcome");
    (client, welcome)
}

/// The next message, whatever it is.
async fn one(client: &mut Client) -> Value {
    match next(client).await {
        Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
        other => panic!("{other:?}"),
    }
}

async fn subscribe(client: &mut Client, rooms: &[&str]) {
    say(client, json!({ "type": "subscribe", "payload": { "rooms": rooms } })).await;
}

fn put_scene(id: &str) -> Value {
    json!({ "command": "put_scene", "scene": { "id": id, "layers": [{ "id": "l", "kind": "color", "color": "#000000" }] } })
}

async fn command(client: &mut Client, operation: &str, payload: Value) {
    say(client, json!({ "type": "command", "client_op_id": operation, "payload": payload })).await;
}

#[tokio::test]
async fn a_room_is_told_as_a_snapshot_and_then_by_number() {
    let house = House::open().await;
    let (mut client, welcome) = speak(&listen(&house).await).await;
    assert_eq!((&welcome["seq"], &welcome["payload"]["protocol"]), (&json!(0), &json!(1)));
    house.tell("PUT", "/api/scenes/a", json!({ "layers": [] })).await.expect(201);

    subscribe(&mut client, &["scenes"]).await;
    let snapshot = one(&mut client).await;
    assert_eq!((&snapshot["type"], &snapshot["seq"]), (&json!("snapshot"), &json!(1)));
    assert_eq!(snapshot["payload"]["state"]["scenes"][0]["id"], "a");
    assert_eq!(snapshot["payload"]["epoch"], welcome["payload"]["epoch"]);
    let subscribed = one(&mut client).await;
    assert_eq!(subscribed["payload"]["rooms"], json!(["scenes"]));

    house.ask("POST", "/api/stream/start").await.expect(200);
    house.tell("PUT", "/api/scenes/b", json!({ "layers": [] })).await.expect(201);
    let change = one(&mut client).await;
    assert_eq!((&change["type"], &change["seq"]), (&json!("change"), &json!(3)), "the stream's change is not ours");
    assert_eq!(change["payload"]["room_seq"], 2);
    assert_eq!(
        change["payload"]["events"],
        json!([{ "event": "scene_saved", "scene": { "id": "b", "name": "", "layers": [] } }])
    );
    assert_eq!(change["payload"]["by"]["door"], "rest");

    say(&mut client, json!({ "type": "unsubscribe", "payload": { "rooms": ["scenes"] } })).await;
    assert_eq!(one(&mut client).await["payload"]["rooms"], json!([]));
    house.tell("PUT", "/api/scenes/c", json!({ "layers": [] })).await.expect(201);
    say(&mut client, json!({ "type": "ping", "payload": { "n": 7 } })).await;
    let pong = one(&mut client).await;
    assert_eq!((&pong["type"], &pong["seq"], &pong["payload"]["echo"]["n"]), (&json!("pong"), &json!(4), &json!(7)));
}

#[tokio::test]
async fn an_ack_comes_after_what_the_command_did() {
    let house = House::open().await;
    let (mut client, _) = speak(&listen(&house).await).await;
    subscribe(&mut client, &["show"]).await;
    wait_for(&mut client, "subscribed").await;
    command(&mut client, "op-1", put_scene("a")).await;
    let change = one(&mut client).await;
    assert_eq!(change["payload"]["by"], json!({ "door": "ws", "client_op_id": "op-1" }));
    let ack = one(&mut client).await;
    assert_eq!((&ack["type"], &ack["seq"]), (&json!("ack"), &json!(1)));
    let expected = json!({ "client_op_id": "op-1", "success": true, "created": true, "repeated": false });
    assert_eq!(ack["payload"], expected);

    // The same again, through another door: the first receipt, and nothing happens.
    let again = Request::put("/api/scenes/a").header("content-type", "application/json").header("x-client-op-id", "op-1");
    let body = put_scene("a")["scene"].to_string();
    let reply = house.send(again.body(Body::from(body)).expect("a request")).await.expect(201);
    assert_eq!((reply.header("x-marquee-seq"), reply.header("x-marquee-repeated")), ("1", "true"));
    command(&mut client, "op-1", put_scene("b")).await;
    let err = one(&mut client).await;
    assert_eq!((&err["type"], &err["payload"]["code"]), (&json!("err"), &json!("client_op_id_reused")));
    assert_eq!(house.api.state.snapshot().seq.0, 1);
}

#[tokio::test]
async fn every_door_takes_the_operation_from_the_body_too() {
    let house = House::open().await;
    let body = json!({ "layers": [{ "kind": "pattern" }], "client_op_id": "make-1" });
    let first = house.tell("POST", "/api/scenes", body.clone()).await.expect(201);
    let again = house.tell("POST", "/api/scenes", body).await.expect(201);
    assert_eq!(first.json(), again.json(), "the ids that were made up are the same");
    assert_eq!((first.header("x-marquee-seq"), again.header("x-marquee-repeated")), ("1", "true"));
    let start = json!({ "client_op_id": "go" });
    house.tell("POST", "/api/stream/start", start.clone()).await.expect(200);
    assert_eq!(house.tell("POST", "/api/stream/start", start).await.expect(200).header("x-marquee-repeated"), "true");
    let error =
        house.tell("POST", "/api/stream/start", json!({ "client_op_id": "go-2" })).await.refused(409, "already_live");
    assert_eq!(error.json()["client_op_id"], "go-2");
    house.tell("POST", "/api/stream/stop", json!({ "client_op_id": "ä" })).await.refused(400, "invalid_body");
    house.tell("POST", "/api/stream/stop", json!({ "other": 1 })).await.refused(400, "invalid_body");
}

#[tokio::test]
async fn commands_of_one_client_stay_in_order_and_errors_name_theirs() {
    let house = House::open().await;
    let (mut client, _) = speak(&listen(&house).await).await;
    command(&mut client, "0", put_scene("a")).await;
    for number in 1..=200 {
        let patch = json!({ "command": "change_layer", "scene": "a", "layer": "l", "patch": { "x": number } });
        command(&mut client, &number.to_string(), patch).await;
    }
    command(&mut client, "bad", json!({ "command": "take_scene", "scene": 5 })).await;
    command(&mut client, "none", json!({ "command": "take_scene", "scene": "zzz" })).await;
    command(
        &mut client,
        "file",
        json!({ "command": "add_asset", "asset": {
        "id": "x", "name": "", "format": "png", "width": 1, "height": 1, "bytes": 1 } }),
    )
    .await;
    command(&mut client, "replay", json!({ "command": "save_replay" })).await;
    for number in 0..=200 {
        let ack = one(&mut client).await;
        assert_eq!((&ack["payload"]["client_op_id"], &ack["seq"]), (&json!(number.to_string()), &json!(number + 1)));
    }
    let mut codes = Vec::new();
    for _ in 0..4 {
        let err = one(&mut client).await;
        codes.push((err["payload"]["client_op_id"].clone(), err["payload"]["code"].clone()));
    }
    let expected =
        [("bad", "invalid_body"), ("none", "scene_not_found"), ("file", "needs_upload"), ("replay", "replay_off")];
    assert_eq!(codes, expected.map(|(id, code)| (json!(id), json!(code))));
    let show = house.api.state.snapshot().show.clone();
    let scene = show.scenes.values().next().expect("the scene");
    assert_eq!(scene.layers[0].x.number(), 200.0);
}

#[tokio::test]
async fn whoever_was_away_is_told_what_they_missed_or_everything() {
    let house = House::open().await;
    let address = listen(&house).await;
    let (mut client, welcome) = speak(&address).await;
    let epoch = welcome["payload"]["epoch"].clone();
    for id in ["a", "b", "c"] {
        house.tell("PUT", &format!("/api/scenes/{id}"), json!({ "layers": [] })).await.expect(201);
    }
    let sync = |epoch: &Value, last: u64| json!({ "type": "sync", "payload": { "epoch": epoch, "last_seq": last, "rooms": ["scenes"] } });
    say(&mut client, sync(&epoch, 1)).await;
    assert_eq!(one(&mut client).await["seq"], 2);
    assert_eq!(one(&mut client).await["seq"], 3);
    let synced = one(&mut client).await;
    assert_eq!((&synced["type"], &synced["payload"]["how"]), (&json!("synced"), &json!("changes")));
    assert_eq!(synced["payload"]["rooms"]["scenes"], 3);
    house.tell("PUT", "/api/scenes/d", json!({ "layers": [] })).await.expect(201);
    assert_eq!(one(&mut client).await["seq"], 4, "and it goes on from there");

    for (epoch, last) in [(json!("ffff"), 2), (epoch.clone(), 99), (json!("no number"), 0)] {
        let (mut other, _) = speak(&address).await;
        say(&mut other, sync(&epoch, last)).await;
        assert_eq!(one(&mut other).await["type"], "snapshot", "{epoch} {last}");
        assert_eq!(one(&mut other).await["payload"]["how"], "snapshot");
    }
    let (mut up_to_date, _) = speak(&address).await;
    say(&mut up_to_date, sync(&epoch, 4)).await;
    assert_eq!(one(&mut up_to_date).await["payload"]["how"], "changes");
}

#[tokio::test]
async fn whoever_is_far_behind_is_told_several_changes_as_one() {
    let house = House::open().await;
    let (mut client, welcome) = speak(&listen(&house).await).await;
    house.tell("PUT", "/api/scenes/a", put_scene("a")["scene"].clone()).await.expect(201);
    for number in 1..=300 {
        house.tell("PATCH", "/api/scenes/a/layers/l", json!({ "x": number })).await.expect(200);
    }
    let rooms = json!(["scenes"]);
    say(
        &mut client,
        json!({ "type": "sync", "payload": { "epoch": welcome["payload"]["epoch"], "last_seq": 0, "rooms": rooms } }),
    )
    .await;
    let (first, second) = (one(&mut client).await, one(&mut client).await);
    assert_eq!(
        (&first["seq_from"], &first["seq"], &second["seq_from"], &second["seq"]),
        (&json!(1), &json!(256), &json!(257), &json!(301))
    );
    assert_eq!((&second["payload"]["room_seq_from"], &second["payload"]["room_seq"]), (&json!(257), &json!(301)));
    let events = |message: &Value| message["payload"]["events"].as_array().expect("events").clone();
    assert_eq!(events(&first).len(), 2, "the scene was made, and its layer moved");
    assert_eq!(events(&second).len(), 1);
    assert_eq!(events(&second)[0]["layer"]["x"], 300.0);
}

#[tokio::test]
async fn messagepack_says_the_same() {
    let house = House::open().await;
    let address = listen(&house).await;
    let mut request = address.into_client_request().expect("an address");
    request.headers_mut().insert("sec-websocket-protocol", "marquee.v1.msgpack".parse().expect("a header"));
    let (mut client, response) = connect_async(request).await.expect("connected");
    assert_eq!(response.headers()["sec-websocket-protocol"], "marquee.v1.msgpack");
    let unpack = |message: Message| -> Value { rmp_serde::from_slice(&message.into_data()).expect("MessagePack") };
    assert_eq!(unpack(next(&mut client).await)["type"], "welcome");
    let pack = |message: Value| Message::binary(rmp_serde::to_vec_named(&message).expect("packed"));
    client.send(pack(json!({ "type": "subscribe", "payload": { "rooms": ["scenes"] } }))).await.expect("sent");
    assert_eq!(unpack(next(&mut client).await)["payload"]["state"]["scenes"], json!([]));
    assert_eq!(unpack(next(&mut client).await)["type"], "subscribed");
    client.send(pack(json!({ "type": "command", "client_op_id": "x", "payload": put_scene("a") }))).await.expect("sent");
    let change = unpack(next(&mut client).await);
    assert_eq!(
        (&change["type"], &change["payload"]["events"][0]["scene"]["layers"][0]["x"]),
        (&json!("change"), &json!(0.0))
    );
    assert_eq!(unpack(next(&mut client).await)["type"], "ack");
    client.send(Message::text("{}")).await.expect("sent");
    assert_eq!(unpack(next(&mut client).await)["payload"]["code"], "unsupported_message");
}

#[tokio::test]
async fn a_plain_client_may_say_hello_and_an_unknown_protocol_is_shown_the_door() {
    let house = House::open().await;
    let address = listen(&house).await;
    let mut client = connect(&address).await;
    wait_for(&mut client, "stateUpdate").await;
    say(&mut client, json!({ "type": "hello", "payload": { "protocol": 1 } })).await;
    wait_for(&mut client, "welcome").await;
    house.ask("POST", "/api/stream/start").await.expect(200);
    say(&mut client, json!({ "type": "ping" })).await;
    assert_eq!(one(&mut client).await["type"], "pong", "nothing is told that was not asked for");
    subscribe(&mut client, &["dashboard", "system"]).await;
    wait_for(&mut client, "metricsUpdate").await;
    wait_for(&mut client, "statusUpdate").await;

    let mut other = connect(&address).await;
    say(&mut other, json!({ "type": "hello", "payload": { "protocol": 2 } })).await;
    assert_eq!(closed_with(&mut other).await, CloseCode::Library(4426));
}

#[tokio::test]
async fn two_doors_racing_carry_each_operation_out_once() {
    let house = House::open().await;
    let (mut client, _) = speak(&listen(&house).await).await;
    house.tell("PUT", "/api/scenes/a", put_scene("a")["scene"].clone()).await.expect(201);
    // Each of 300 operations over both doors, and every tenth twice over each.
    let rest = async {
        for number in 0..300 {
            let body = json!({ "x": number, "client_op_id": format!("op-{number}") });
            for _ in 0..1 + usize::from(number % 10 == 0) {
                house.tell("PATCH", "/api/scenes/a/layers/l", body.clone()).await.expect(200);
            }
        }
    };
    let ws = async {
        let mut sent = 0;
        for number in 0..300 {
            let patch = json!({ "command": "change_layer", "scene": "a", "layer": "l", "patch": { "x": number } });
            for _ in 0..1 + usize::from(number % 10 == 0) {
                command(&mut client, &format!("op-{number}"), patch.clone()).await;
                sent += 1;
            }
        }
        for _ in 0..sent {
            assert_eq!(wait_for(&mut client, "ack").await["payload"]["success"], true);
        }
    };
    tokio::join!(rest, ws);
    assert_eq!(house.api.state.snapshot().seq.0, 301);
    let crate::state::history::Replay::Changes(changes) = house.api.state.changes_since(crate::state::Seq(1)) else {
        panic!("they are kept")
    };
    let names: std::collections::BTreeSet<_> =
        changes.iter().map(|change| change.origin.operation.as_ref().expect("named").id.as_str().to_owned()).collect();
    assert_eq!(names.len(), 300);
}

/// A WebSocket byte by byte: the handshake with this offer of an extension, and a subscription. What is answered, and the first byte
/// and the length of the frame with the snapshot.
async fn subscribed_by_hand(address: &str, path: &str, protocol: &str) -> (String, u8, usize) {
    let mut stream = TcpStream::connect(address.trim_start_matches("ws://")).await.expect("connected");
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{protocol}\
         Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.expect("an answer"));
    }
    let text = br#"{"type":"subscribe","payload":{"rooms":["scenes"]}}"#;
    // With a mask of zeros, which changes nothing.
    let frame = [&[0x81, 0x80 | text.len() as u8, 0, 0, 0, 0], &text[..]].concat();
    stream.write_all(&frame).await.expect("sent");
    loop {
        let first = stream.read_u8().await.expect("a frame");
        let length = match stream.read_u8().await.expect("a length") {
            126 => usize::from(stream.read_u16().await.expect("a length")),
            127 => stream.read_u64().await.expect("a length") as usize,
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.expect("a payload");
        let is_compressed = first & 0x40 != 0;
        if is_compressed || String::from_utf8_lossy(&payload).contains(r#""type":"snapshot""#) {
            return (String::from_utf8(answer).expect("text").to_lowercase(), first, length);
        }
    }
}

#[tokio::test]
async fn what_is_long_is_compressed_for_who_speaks_v1() {
    let house = House::open().await;
    let layers: Vec<Value> =
        (0..100).map(|n| json!({ "id": format!("l{n}"), "kind": "text", "text": "a line of words" })).collect();
    house.tell("PUT", "/api/scenes/a", json!({ "layers": layers })).await.expect(201);
    let address = listen(&house).await;
    let (answer, first, length) = subscribed_by_hand(&address, "/", "Sec-WebSocket-Protocol: marquee.v1.json\r\n").await;
    assert!(answer.contains("permessage-deflate; server_no_context_takeover; client_no_context_takeover"), "{answer}");
    assert!(answer.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{answer}");
    assert_eq!(first, 0xc1, "whole, compressed, text");
    let whole = house.ask("GET", "/api/scenes/a").await.json().to_string().len();
    assert!(length * 5 < whole, "{length} bytes of {whole}");

    let (answer, first, length) = subscribed_by_hand(&address, "/?preview=off", "").await;
    assert!(!answer.contains("permessage-deflate"), "{answer}");
    assert_eq!(first, 0x81, "as it is");
    assert!(length > 5_000, "{length}");
}
