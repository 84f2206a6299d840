//! Messages of the WebSocket: what the server says, and what a client may say.

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::show::ShowView;
use super::stream::{StreamMetrics, StreamState};
use crate::api::figures::Figures;
use crate::base::vitals::Vitals;
use crate::show::time::ShowTime;
use crate::state::Snapshot;

#[derive(Serialize)]
struct StateUpdate<'a> {
    r#type: &'static str,
    seq: u64,
    payload: StatePayload<'a>,
}

#[derive(Serialize)]
struct StatePayload<'a> {
    #[serde(flatten)]
    stream: StreamState,
    show: ShowView<'a>,
}

pub fn state_update(snapshot: &Snapshot, figures: &Figures, vitals: &Vitals) -> Utf8Bytes {
    let stream = StreamState::new(&snapshot.show, figures, vitals);
    let payload = StatePayload { stream, show: ShowView::new(&snapshot.show, vitals) };
    text(&StateUpdate { r#type: "stateUpdate", seq: snapshot.seq.0, payload })
}

pub fn metrics_update(figures: &Figures, vitals: &Vitals) -> Utf8Bytes {
    text(&json!({ "type": "metricsUpdate", "payload": StreamMetrics::new(figures, vitals) }))
}

pub fn pong(now: ShowTime) -> Utf8Bytes {
    text(&json!({ "type": "pong", "payload": { "time": now.millis() } }))
}

pub fn error(code: &str, message: &str) -> Utf8Bytes {
    text(&json!({ "type": "error", "payload": { "code": code, "message": message } }))
}

/// Says which preview the client gets from now on; null for none.
pub fn subscribed(format: Option<Format>) -> Utf8Bytes {
    text(&json!({ "type": "subscribed", "payload": { "preview": format } }))
}

fn text(message: &impl Serialize) -> Utf8Bytes {
    // Maps with text keys and plain numbers always serialise.
    serde_json::to_string(message).unwrap_or_default().into()
}

/// How a client wants its preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Json,
    Binary,
}

#[derive(Debug, PartialEq)]
pub enum ClientMessage {
    Ping,
    /// The preview from now on.
    Subscribe(Format),
    Unsubscribe,
}

/// Why a client's message is not understood.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Unintelligible {
    #[error("the message is not JSON: {0}")]
    Malformed(String),
    #[error("the message has no known type; ping, subscribe and unsubscribe are understood")]
    UnknownType,
    #[error("the payload is not understood: {0}")]
    InvalidPayload(String),
    #[error("there is no room {0:?}; there is \"preview\"")]
    UnknownRoom(String),
    #[error("binary messages are not understood; send JSON as text")]
    Binary,
}

impl Unintelligible {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Unintelligible::Malformed(_) => "malformed_json",
            Unintelligible::UnknownType => "unknown_message",
            Unintelligible::InvalidPayload(_) => "invalid_body",
            Unintelligible::UnknownRoom(_) => "unknown_room",
            Unintelligible::Binary => "unsupported_message",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rooms {
    rooms: Vec<String>,
    #[serde(default)]
    format: Option<Format>,
}

pub fn read(message: &str) -> Result<ClientMessage, Unintelligible> {
    let message: Value = serde_json::from_str(message).map_err(|error| Unintelligible::Malformed(error.to_string()))?;
    let payload = || message.get("payload").cloned().unwrap_or(Value::Object(Map::new()));
    match message.get("type").and_then(Value::as_str) {
        Some("ping") => Ok(ClientMessage::Ping),
        Some("subscribe") => Ok(ClientMessage::Subscribe(rooms(payload())?.format.unwrap_or(Format::Json))),
        Some("unsubscribe") => rooms(payload()).map(|_| ClientMessage::Unsubscribe),
        _ => Err(Unintelligible::UnknownType),
    }
}

fn rooms(payload: Value) -> Result<Rooms, Unintelligible> {
    let found: Rooms = serde_json::from_value(payload).map_err(|error| Unintelligible::InvalidPayload(error.to_string()))?;
    match found.rooms.iter().find(|room| *room != "preview") {
        Some(unknown) => Err(Unintelligible::UnknownRoom(unknown.chars().take(64).collect())),
        None if found.rooms.is_empty() => Err(Unintelligible::InvalidPayload("no room is named".to_owned())),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_understood_or_told_why_not() {
        let code = |text: &str| read(text).map_err(|error| error.code());
        assert_eq!(code(r#"{"type":"ping"}"#), Ok(ClientMessage::Ping));
        let subscribe = r#"{"type":"subscribe","payload":{"rooms":["preview"],"format":"binary"}}"#;
        assert_eq!(code(subscribe), Ok(ClientMessage::Subscribe(Format::Binary)));
        let plain = r#"{"type":"subscribe","payload":{"rooms":["preview"]}}"#;
        assert_eq!(code(plain), Ok(ClientMessage::Subscribe(Format::Json)));
        let leave = r#"{"type":"unsubscribe","payload":{"rooms":["preview"]}}"#;
        assert_eq!(code(leave), Ok(ClientMessage::Unsubscribe));
        assert_eq!(code("{"), Err("malformed_json"));
        assert_eq!(code("[]"), Err("unknown_message"));
        assert_eq!(code(r#"{"type":"dance"}"#), Err("unknown_message"));
        assert_eq!(code(r#"{"type":"subscribe"}"#), Err("invalid_body"));
        assert_eq!(code(r#"{"type":"subscribe","payload":{"rooms":[]}}"#), Err("invalid_body"));
        assert_eq!(code(r#"{"type":"subscribe","payload":{"rooms":["bar"]}}"#), Err("unknown_room"));
    }
}
