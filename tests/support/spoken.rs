//! A client of the WebSocket's protocol v1 that trusts nobody: it holds every number it is told against the one before, and makes
//! the show anew from what it is told.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What one client knows of a room, over all of its connections.
#[derive(Default)]
pub struct Knowledge {
    pub epoch: String,
    /// Number of the newest change, of all and of the room.
    pub seq: u64,
    pub room_seq: u64,
    pub state: Value,
    /// How often it was told everything instead of what it missed.
    pub snapshots: u32,
    /// Changes that it was told, each counted once however many came as one.
    pub changes: u64,
}

pub struct Spoken {
    pub socket: Socket,
    pub room: &'static str,
}

impl Spoken {
    /// None while nobody listens there.
    pub async fn open(url: &str, room: &'static str) -> Option<Self> {
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "marquee.v1.json".parse().unwrap());
        let (socket, _) = connect_async(request).await.ok()?;
        let mut spoken = Self { socket, room };
        (spoken.next().await?["type"] == "welcome").then_some(spoken)
    }

    pub async fn say(&mut self, message: Value) -> bool {
        self.socket.send(Message::text(message.to_string())).await.is_ok()
    }

    /// Joins, or goes on where it left off.
    pub async fn join(&mut self, known: &Knowledge) -> bool {
        let rooms = [self.room];
        if known.epoch.is_empty() {
            return self.say(json!({"type": "subscribe", "payload": {"rooms": rooms}})).await;
        }
        let payload = json!({"epoch": known.epoch, "last_seq": known.seq, "rooms": rooms});
        self.say(json!({"type": "sync", "payload": payload})).await
    }

    /// The next message; None once the connection is gone.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a message comes in time");
            match next {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).expect("text is JSON")),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Takes in the next message.
    pub async fn learn(&mut self, known: &mut Knowledge) -> Option<Value> {
        let message = self.next().await?;
        match message["type"].as_str() {
            Some("snapshot") => known.begin(&message),
            Some("change") => known.go_on(&message),
            _ => {}
        }
        Some(message)
    }
}

impl Knowledge {
    fn begin(&mut self, message: &Value) {
        let payload = &message["payload"];
        let (seq, room_seq) = (message["seq"].as_u64().unwrap(), payload["room_seq"].as_u64().unwrap());
        assert!(room_seq >= self.room_seq, "it never goes back: {room_seq} after {}", self.room_seq);
        (self.seq, self.room_seq) = (seq, room_seq);
        self.epoch = payload["epoch"].as_str().unwrap().to_owned();
        self.state = payload["state"].clone();
        self.snapshots += 1;
    }

    fn go_on(&mut self, message: &Value) {
        let payload = &message["payload"];
        let last = payload["room_seq"].as_u64().unwrap();
        let first = payload["room_seq_from"].as_u64().unwrap_or(last);
        assert_eq!(first, self.room_seq + 1, "no gap and no double: {message}");
        self.changes += last + 1 - first;
        (self.seq, self.room_seq) = (message["seq"].as_u64().unwrap(), last);
        for event in payload["events"].as_array().unwrap() {
            happen(&mut self.state, event);
        }
    }
}

/// Lets an event happen to the state, as docs/API.md says.
fn happen(state: &mut Value, event: &Value) {
    match event["event"].as_str().unwrap() {
        "stream_changed" => state["stream"] = event["stream"].clone(),
        "stream_configured" => state["config"] = event["config"].clone(),
        "scene_taken" => state["program"] = event["program"].clone(),
        "scene_saved" => save(&mut state["scenes"], &event["scene"]),
        "scene_removed" => remove(&mut state["scenes"], &event["scene"]),
        "destination_saved" => save(&mut state["destinations"], &event["destination"]),
        "destination_removed" => remove(&mut state["destinations"], &event["destination"]),
        "asset_added" => save(&mut state["assets"], &event["asset"]),
        "asset_removed" => remove(&mut state["assets"], &event["asset"]),
        layers => {
            let scenes = state["scenes"].as_array_mut().unwrap();
            let Some(scene) = scenes.iter_mut().find(|scene| scene["id"] == event["scene"]) else { return };
            change_layers(scene["layers"].as_array_mut().unwrap(), layers, event);
        }
    }
}

fn change_layers(layers: &mut Vec<Value>, what: &str, event: &Value) {
    match what {
        "layer_saved" => {
            layers.retain(|layer| layer["id"] != event["layer"]["id"]);
            let index = event["index"].as_u64().unwrap() as usize;
            layers.insert(index.min(layers.len()), event["layer"].clone());
        }
        "layer_removed" => layers.retain(|layer| layer["id"] != event["layer"]),
        "layers_ordered" => {
            let order = event["order"].as_array().unwrap();
            layers.sort_by_key(|layer| order.iter().position(|id| *id == layer["id"]));
        }
        other => panic!("an unknown event {other}"),
    }
}

/// Lists are in the order of ids.
fn save(list: &mut Value, thing: &Value) {
    remove(list, &thing["id"]);
    let list = list.as_array_mut().unwrap();
    let place = list.partition_point(|other| other["id"].as_str() < thing["id"].as_str());
    list.insert(place, thing.clone());
}

fn remove(list: &mut Value, id: &Value) {
    list.as_array_mut().unwrap().retain(|thing| thing["id"] != *id);
}
