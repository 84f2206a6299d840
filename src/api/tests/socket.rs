use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;
use crate::api::places::Places;
use crate::api::{serve, ws_router};
use crate::base::status::DestinationState;
use crate::show::ids::InputId;
use crate::sound::levels::Levels;

pub type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Long enough for a loaded machine; a test that waits for it has failed.
pub const DEADLINE: Duration = Duration::from_secs(180);

pub async fn listen(house: &House) -> String {
    serve_router(house, ws_router(house.api.clone())).await
}

pub async fn serve_router(house: &House, router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let api = house.api.clone();
    tokio::spawn(async move {
        serve(listener, None, router, Places::for_this_process(None), async move { api.closed().await }).await
    });
    format!("ws://{address}")
}

pub async fn connect(address: &str) -> Client {
    connect_async(address).await.expect("connected").0
}

/// The next message that is no ping.
pub async fn next(client: &mut Client) -> Message {
    loop {
        let message =
            tokio::time::timeout(DEADLINE, client.next()).await.expect("in time").expect("open").expect("a message");
        if !message.is_ping() {
            return message;
        }
    }
}

/// The payload of the next message of that type; others are passed over.
pub async fn wait_for(client: &mut Client, kind: &str) -> Value {
    let waiting = async {
        loop {
            if let Message::Text(text) = next(client).await {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                if message["type"] == kind {
                    return message;
                }
            }
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("no {kind} in time"))
}

pub async fn say(client: &mut Client, message: Value) {
    client.send(Message::text(message.to_string())).await.expect("sent");
}

pub async fn closed_with(client: &mut Client) -> CloseCode {
    let waiting = async {
        loop {
            if let Message::Close(frame) = next(client).await {
                return frame.expect("a reason").code;
            }
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.expect("closed in time")
}

#[tokio::test]
async fn a_client_is_told_the_state_first_and_after_each_change() {
    let house = House::open().await;
    let address = listen(&house).await;
    house.tell("PUT", "/api/destinations/tv", json!({ "kind": "rtmp", "url": "rtmp://host/live", "key": "s3cret" })).await;
    let mut client = connect(&format!("{address}/any/path?preview=off")).await;
    let first = match next(&mut client).await {
        Message::Text(text) => serde_json::from_str::<Value>(&text).expect("JSON"),
        other => panic!("{other:?}"),
    };
    assert_eq!((&first["type"], &first["seq"]), (&json!("stateUpdate"), &json!(1)));
    assert_eq!(first["payload"]["isLive"], false);
    assert_eq!(first["payload"]["show"]["config"]["width"], 1280);
    assert_eq!(first["payload"]["show"]["destinations"][0]["key_set"], true);
    assert!(!first.to_string().contains("s3cret"));
    wait_for(&mut client, "metricsUpdate").await;

    house.ask("POST", "/api/stream/start").await.expect(200);
    let update = wait_for(&mut client, "stateUpdate").await;
    assert_eq!((&update["seq"], &update["payload"]["isLive"]), (&json!(2), &json!(true)));

    house.api.vitals.status.report_destination("tv", DestinationState::Connecting);
    let update = wait_for(&mut client, "stateUpdate").await;
    assert_eq!(update["seq"], 2);
    assert_eq!(update["payload"]["show"]["destinations"][0]["status"]["state"], "connecting");
    let metrics = wait_for(&mut client, "metricsUpdate").await;
    assert!(metrics["payload"]["bufferHealth"].is_number() && metrics["payload"]["cpuUsage"].is_number());
    assert_eq!(house.api.vitals.websocket_clients.get(), 1);
}

#[tokio::test]
async fn the_preview_comes_as_wished() {
    let house = House::open().await;
    let address = listen(&house).await;
    let _engine = house.make_pictures();
    let mut plain = connect(&address).await;
    assert!(wait_for(&mut plain, "previewFrame").await["payload"].is_object());
    let mut binary = connect(&format!("{address}/?preview=binary")).await;
    let data = loop {
        if let Message::Binary(data) = next(&mut binary).await {
            break data;
        }
    };
    assert_eq!(&data[24..26], b"\xff\xd8");

    say(&mut plain, json!({ "type": "unsubscribe", "payload": { "rooms": ["preview"] } })).await;
    assert_eq!(wait_for(&mut plain, "subscribed").await["payload"]["preview"], Value::Null);
    say(&mut plain, json!({ "type": "ping" })).await;
    // What was said after "subscribed" holds no picture any more.
    loop {
        let Message::Text(text) = next(&mut plain).await else { panic!("no binary was asked for") };
        let message: Value = serde_json::from_str(&text).expect("JSON");
        assert_ne!(message["type"], "previewFrame");
        if message["type"] == "pong" {
            assert!(message["payload"]["time"].as_i64().is_some_and(|time| time > 1_600_000_000_000));
            break;
        }
    }
    say(&mut plain, json!({ "type": "subscribe", "payload": { "rooms": ["preview"], "format": "binary" } })).await;
    assert_eq!(wait_for(&mut plain, "subscribed").await["payload"]["preview"], "binary");
    while !matches!(next(&mut plain).await, Message::Binary(_)) {}
}

#[tokio::test]
async fn meters_come_to_who_wants_them_and_nobody_measures_for_nobody() {
    let house = House::open().await;
    let address = listen(&house).await;
    let levels = &house.api.levels;
    let publish = |at: i64| {
        let mut new = Levels { at: ShowTime(at * 1_000), ..Levels::default() };
        new.master.peak_db = [-6.04, -7.0];
        new.loudness.integrated = Some(-23.04);
        new.inputs.push((InputId::new("mic").expect("an id"), new.master));
        levels.publish(Arc::new(new));
    };
    let mut client = connect(&format!("{address}/?preview=off")).await;
    wait_for(&mut client, "metricsUpdate").await;
    assert!(!levels.is_watched());
    say(&mut client, json!({ "type": "subscribe", "payload": { "rooms": ["meters"] } })).await;
    let subscribed = wait_for(&mut client, "subscribed").await;
    assert!(subscribed["payload"]["rooms"].as_array().is_some_and(|rooms| rooms.contains(&json!("meters"))));
    assert!(levels.is_watched());
    publish(2_000);
    let meters = wait_for(&mut client, "meters").await;
    let payload = &meters["payload"];
    assert_eq!((&payload["at"], meters.get("seq")), (&json!(2_000), None));
    assert_eq!(
        (&payload["master"]["peak_db"], &payload["master"]["integrated_lufs"]),
        (&json!([-6.0, -7.0]), &json!(-23.0))
    );
    assert_eq!(payload["inputs"]["mic"]["rms_db"], json!([-120.0, -120.0]));
    say(&mut client, json!({ "type": "unsubscribe", "payload": { "rooms": ["meters"] } })).await;
    wait_for(&mut client, "subscribed").await;
    assert!(!levels.is_watched());

    let mut other = connect(&format!("{address}/?preview=off")).await;
    say(&mut other, json!({ "type": "subscribe", "payload": { "rooms": ["meters"] } })).await;
    wait_for(&mut other, "subscribed").await;
    publish(3_000);
    assert_eq!(wait_for(&mut other, "meters").await["payload"]["at"], 3_000);
    other.close(None).await.expect("closed");
    while other.next().await.is_some() {}
    while levels.is_watched() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nonsense_is_answered_and_then_shown_the_door() {
    let house = House::open().await;
    let address = listen(&house).await;
    let mut client = connect(&address).await;
    client.send(Message::text("{")).await.expect("sent");
    assert_eq!(wait_for(&mut client, "error").await["payload"]["code"], "malformed_json");
    client.send(Message::binary(vec![1, 2, 3])).await.expect("sent");
    assert_eq!(wait_for(&mut client, "error").await["payload"]["code"], "unsupported_message");
    say(&mut client, json!({ "type": "ping" })).await;
    wait_for(&mut client, "pong").await;
    for _ in 0..8 {
        client.send(Message::binary(vec![1])).await.expect("sent");
    }
    assert_eq!(closed_with(&mut client).await, CloseCode::Policy);

    for size in [1024 * 1024 + 1, 3 * 1024 * 1024] {
        let mut client = connect(&address).await;
        client.send(Message::text("x".repeat(size))).await.expect("sent");
        assert_eq!(closed_with(&mut client).await, CloseCode::Size, "{size}");
    }
}

#[tokio::test]
async fn strangers_and_wrong_wishes_are_refused_before_the_upgrade() {
    let house = House::open().await;
    let address = listen(&house).await;
    let refused = |headers: Vec<(&'static str, &'static str)>, path: &str| {
        let mut request = Request::get(format!("{address}{path}"))
            .header("host", address.trim_start_matches("ws://"))
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(()).expect("a request");
        async move {
            match connect_async(request).await {
                Err(tokio_tungstenite::tungstenite::Error::Http(response)) => response.status().as_u16(),
                other => panic!("not refused: {other:?}"),
            }
        }
    };
    assert_eq!(refused(vec![("origin", "http://evil.example")], "/").await, 403);
    assert_eq!(refused(vec![], "/?preview=svg").await, 400);
}

#[tokio::test]
async fn clients_are_told_when_the_server_goes() {
    let house = House::open().await;
    let address = listen(&house).await;
    let mut client = connect(&address).await;
    wait_for(&mut client, "stateUpdate").await;
    house.closing.send_replace(true);
    assert_eq!(closed_with(&mut client).await, CloseCode::Away);
}

#[tokio::test]
async fn a_client_that_never_reads_holds_nobody_up() {
    let house = House::open().await;
    let address = listen(&house).await;
    let _sleeper = connect(&address).await;
    let mut client = connect(&address).await;
    let _engine = house.make_pictures();
    for number in 0..200 {
        let name = format!("scene {number}");
        house.tell("PUT", "/api/scenes/a", json!({ "name": name, "layers": [] })).await;
    }
    loop {
        let update = wait_for(&mut client, "stateUpdate").await;
        if update["seq"] == 200 {
            break;
        }
    }
}
