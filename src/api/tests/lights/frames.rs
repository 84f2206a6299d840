//! What LEDs show, frame by frame, to who wants to see it.

use futures_util::SinkExt;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::*;
use crate::api::tests::socket::{Client, DEADLINE, connect, listen, next, say, wait_for};
use crate::api::tests::socketio::{emit, expect, open, packet};

async fn watch(house: &House, mut wish: Value) -> Client {
    let mut client = connect(&format!("{}/?preview=off", listen(house).await)).await;
    wish["rooms"] = json!(["frames"]);
    say(&mut client, json!({ "type": "subscribe", "payload": wish })).await;
    let subscribed = wait_for(&mut client, "subscribed").await;
    let rooms = subscribed["payload"]["rooms"].as_array().expect("rooms");
    assert!(rooms.contains(&json!("frames")), "{subscribed}");
    client
}

async fn binary(client: &mut Client) -> Vec<u8> {
    let waiting = async {
        loop {
            if let Message::Binary(data) = next(client).await {
                return data.to_vec();
            }
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.expect("in time")
}

/// Frame 7, a second after the beginning of time.
fn seventh() -> Vec<u8> {
    let mut bytes = b"MQLF\x01\x01\x00\x1a".to_vec();
    bytes.extend(7_u64.to_be_bytes());
    bytes.extend(1_000_u64.to_be_bytes());
    bytes.extend(b"\x00\x02\x05FLOOR\x00\x00\x00\x02\xff\x00\x00\xff\x0a\x00\x04LAMP\x00\x00\x00\x01\x00\xff\x00");
    bytes
}

#[tokio::test]
async fn frames_come_to_who_wants_them_and_are_made_for_nobody_else() {
    let (house, _) = lit().await;
    assert!(!house.api.zone_frames.is_watched());
    let mut client = watch(&house, json!({})).await;
    assert!(house.api.zone_frames.is_watched());
    house.publish(12_345, 1_732_596_600_123);
    let update = wait_for(&mut client, "frame:update").await;
    let expected = json!({
        "timestamp": 1_732_596_600.123, "frame_number": 12_345,
        "zones": { "FLOOR": [[255, 0, 0], [255, 10, 0]], "LAMP": [[0, 255, 0]] },
        "performance": { "fps": 60.0, "frame_time_ms": 0.3 },
    });
    assert_eq!((&update["payload"], update.get("seq")), (&expected, None));
    say(&mut client, json!({ "type": "unsubscribe", "payload": { "rooms": ["frames"] } })).await;
    wait_for(&mut client, "subscribed").await;
    assert!(!house.api.zone_frames.is_watched());

    let mut other = watch(&house, json!({})).await;
    other.close(None).await.expect("closed");
    while futures_util::StreamExt::next(&mut other).await.is_some() {}
    while house.api.zone_frames.is_watched() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn frames_come_in_binary_and_of_the_zones_that_are_wished() {
    let (house, _) = lit().await;
    let mut all = watch(&house, json!({ "format": "binary" })).await;
    let mut lamp = watch(&house, json!({ "format": "binary", "zones": ["LAMP"] })).await;
    let mut lamp_in_json = watch(&house, json!({ "zones": ["LAMP", "ATTIC"] })).await;
    house.publish(7, 1_000);
    assert_eq!(binary(&mut all).await, seventh());
    assert_eq!(&binary(&mut lamp).await[24..], b"\x00\x01\x04LAMP\x00\x00\x00\x01\x00\xff\x00");
    let update = wait_for(&mut lamp_in_json, "frame:update").await;
    assert_eq!(update["payload"]["zones"], json!({ "LAMP": [[0, 255, 0]] }));
}

#[tokio::test]
async fn who_wants_fewer_frames_gets_fewer() {
    let (house, _) = lit().await;
    let (mut each, mut tenth) = (watch(&house, json!({})).await, watch(&house, json!({ "fps": 10 })).await);
    let number = |update: Value| update["payload"]["frame_number"].as_u64();
    house.publish(0, 1_000);
    assert_eq!(number(wait_for(&mut each, "frame:update").await), Some(0));
    assert_eq!(number(wait_for(&mut tenth, "frame:update").await), Some(0));
    for frame in 1..=5 {
        house.publish(frame, 1_000 + 20 * frame as i64);
        assert_eq!(number(wait_for(&mut each, "frame:update").await), Some(frame));
    }
    assert_eq!(number(wait_for(&mut tenth, "frame:update").await), Some(5), "a tenth of a second later");
}

#[tokio::test]
async fn wrong_wishes_for_frames_are_refused() {
    let (house, _) = lit().await;
    let mut client = connect(&format!("{}/?preview=off", listen(&house).await)).await;
    for wish in [
        json!({ "fps": 0 }),
        json!({ "fps": 241 }),
        json!({ "fps": "fast" }),
        json!({ "zones": "LAMP" }),
        json!({ "zones": ["a b"] }),
    ] {
        let mut payload = wish.clone();
        payload["rooms"] = json!(["frames"]);
        say(&mut client, json!({ "type": "subscribe", "payload": payload })).await;
        assert_eq!(wait_for(&mut client, "error").await["payload"]["code"], "invalid_body", "{wish}");
    }
    assert!(!house.api.zone_frames.is_watched());
}

#[tokio::test]
async fn frames_come_over_socket_io_as_json_or_as_an_attachment() {
    let (house, _) = lit().await;
    let (mut client, _) = open(&house, "").await;
    expect(&mut client, "connection_status").await;
    emit(&mut client, "join:frames", json!({ "fps": 0 })).await;
    assert_eq!(expect(&mut client, "ack:join").await["success"], false);
    assert!(!house.api.zone_frames.is_watched());
    emit(&mut client, "join:frames", json!({ "fps": 60, "zones": ["FLOOR"] })).await;
    shows(&expect(&mut client, "ack:join").await, json!({ "room": "frames", "success": true }));
    house.publish(7, 1_000);
    let update = expect(&mut client, "frame:update").await;
    shows(&update, json!({ "timestamp": 1, "frame_number": 7, "performance": { "fps": 60, "frame_time_ms": 0.3 } }));
    assert_eq!(update["zones"], json!({ "FLOOR": [[255, 0, 0], [255, 10, 0]] }));

    emit(&mut client, "join:frames", json!({ "format": "binary" })).await;
    assert_eq!(expect(&mut client, "ack:join").await["success"], true);
    house.publish(7, 1_000);
    let announced = packet(&mut client).await;
    let (name, placeholder): (String, Value) =
        serde_json::from_str(announced.strip_prefix("451-").unwrap_or_else(|| panic!("{announced}"))).expect("JSON");
    assert_eq!((name.as_str(), &placeholder), ("frame:update", &json!({ "_placeholder": true, "num": 0 })));
    assert_eq!(binary(&mut client).await, seventh());

    emit(&mut client, "leave:frames", json!({})).await;
    assert_eq!(expect(&mut client, "ack:leave").await["success"], true);
    assert!(!house.api.zone_frames.is_watched());
}

#[tokio::test]
async fn frames_come_in_messagepack_to_who_speaks_it() {
    let (house, _) = lit().await;
    let mut request = listen(&house).await.into_client_request().expect("an address");
    request.headers_mut().insert("sec-websocket-protocol", "marquee.v1.msgpack".parse().expect("a header"));
    let (mut client, _) = connect_async(request).await.expect("connected");
    let unpack = |bytes: Vec<u8>| -> Value { rmp_serde::from_slice(&bytes).expect("MessagePack") };
    assert_eq!(unpack(binary(&mut client).await)["type"], "welcome");
    let wish = json!({ "type": "subscribe", "payload": { "rooms": ["frames"] } });
    client.send(Message::binary(rmp_serde::to_vec_named(&wish).expect("packed"))).await.expect("sent");
    assert_eq!(unpack(binary(&mut client).await)["type"], "subscribed");
    house.publish(7, 1_000);
    let update = next(&mut client).await;
    assert!(update.is_binary(), "{update:?}");
    let update = unpack(update.into_data().to_vec());
    assert_eq!((&update["type"], &update["payload"]["frame_number"]), (&json!("frame:update"), &json!(7)));
    assert_eq!(update["payload"]["zones"], json!({ "FLOOR": [[255, 0, 0], [255, 10, 0]], "LAMP": [[0, 255, 0]] }));
}
