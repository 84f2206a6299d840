//! Messages of the WebSocket: what the server says, and what a client may say. `{type, seq?, payload}` either way.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::jam;
use super::show::ShowView;
use super::steer;
use super::stream::{StreamMetrics, StreamState};
use crate::api::ask::Performed;
use crate::api::chronicle::{Topic, Topics};
use crate::api::error::ApiError;
use crate::api::figures::Figures;
use crate::api::jam::no_seat::NoSeat;
use crate::api::jam::seats::MOST_SEATS;
use crate::api::request::Fields;
use crate::base::quote::quoted;
use crate::base::vitals::Vitals;
use crate::identity::{Caller, CallerKind};
use crate::jam::wire::frame::Hello;
use crate::show::ids::ZoneId;
use crate::show::jam::participant::Color;
use crate::show::time::ShowTime;
use crate::state::Snapshot;
use crate::state::command::Command;
use crate::state::operation::OperationId;

/// As deep as serde_json goes into JSON.
const MAX_DEPTH: usize = 128;

/// Of a room that can not be one, so much is said again.
const MOST_OF_A_CODE: usize = 16;

/// The only version there is of what is said after a hello.
pub const PROTOCOL: u64 = 1;

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

pub fn state_update(snapshot: &Snapshot, figures: &Figures, vitals: &Vitals) -> Bytes {
    let stream = StreamState::new(&snapshot.show, figures, vitals);
    let payload = StatePayload { stream, show: ShowView::new(&snapshot.show, vitals) };
    let message = StateUpdate { r#type: "stateUpdate", seq: snapshot.seq.0, payload };
    // Maps with text keys and plain numbers always serialise.
    serde_json::to_vec(&message).unwrap_or_default().into()
}

pub fn metrics_update(figures: &Figures, vitals: &Vitals) -> Value {
    json!({ "type": "metricsUpdate", "payload": StreamMetrics::new(figures, vitals) })
}

/// Answers a hello: who is who, and where the numbers stand.
pub fn welcome(caller: &Caller, snapshot: &Snapshot, now: ShowTime) -> Value {
    let rooms: Vec<&str> = Topic::all().map(Topic::name).chain(Extra::ALL.map(Extra::name)).collect();
    json!({
        "type": "welcome",
        "seq": snapshot.seq,
        "payload": {
            "protocol": PROTOCOL,
            "server": concat!("marquee/", env!("CARGO_PKG_VERSION")),
            "epoch": snapshot.epoch,
            "time": now.millis(),
            "user": Some(caller.name()).filter(|_| caller.kind() != CallerKind::Anonymous),
            "role": caller.role(),
            "rooms": rooms,
        },
    })
}

pub fn pong(echo: &Value, snapshot: &Snapshot, now: ShowTime) -> Value {
    json!({ "type": "pong", "seq": snapshot.seq, "payload": { "time": now.millis(), "echo": echo } })
}

pub fn error(code: &str, message: &str) -> Value {
    json!({ "type": "error", "payload": { "code": code, "message": message } })
}

pub fn ack(operation: Option<&OperationId>, performed: &Performed) -> Value {
    let Performed { receipt, made } = performed;
    let mut payload = json!({
        "client_op_id": operation, "success": true, "created": receipt.created, "repeated": receipt.repeated,
    });
    if let Some(made) = made {
        payload["made"] = made.clone();
    }
    json!({ "type": "ack", "seq": receipt.seq, "payload": payload })
}

pub fn err(operation: Option<&OperationId>, error: &ApiError) -> Value {
    let (code, message, details) = (error.code(), error.to_string(), error.details());
    let payload = json!({
        "client_op_id": operation, "success": false, "code": code, "message": message, "details": details,
    });
    json!({ "type": "err", "payload": payload })
}

/// What the client follows from now on; `preview` says how it gets pictures, null for none.
pub fn subscribed(rooms: &[String], preview: Option<Format>, snapshot: &Snapshot) -> Value {
    let payload = json!({ "rooms": rooms, "preview": preview, "epoch": snapshot.epoch });
    json!({ "type": "subscribed", "seq": snapshot.seq, "payload": payload })
}

/// Ends what a sync brought. `how` is `changes` or `snapshot`.
pub fn synced(topics: &[Topic], how: &str, snapshot: &Snapshot) -> Value {
    let rooms: Map<String, Value> =
        topics.iter().map(|topic| (topic.name().to_owned(), json!(topic.number_at(snapshot)))).collect();
    let payload = json!({ "rooms": rooms, "how": how, "epoch": snapshot.epoch });
    json!({ "type": "synced", "seq": snapshot.seq, "payload": payload })
}

/// How a client wants its preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Json,
    Binary,
}

/// Rooms of what is measured: newest only, without numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Figures once a second.
    Dashboard,
    /// How destinations and parts of the server are doing.
    System,
    Preview,
    /// How loud everything is, thirty times a second.
    Meters,
    /// What zones of lights show.
    Frames,
}

impl Extra {
    pub const ALL: [Extra; 5] = [Extra::Dashboard, Extra::System, Extra::Preview, Extra::Meters, Extra::Frames];

    pub fn name(self) -> &'static str {
        match self {
            Extra::Dashboard => "dashboard",
            Extra::System => "system",
            Extra::Preview => "preview",
            Extra::Meters => "meters",
            Extra::Frames => "frames",
        }
    }
}

/// The rooms of pages of displays; their words are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayRoom {
    Dashboard,
    Progress,
    Wifi,
    System,
}

impl DisplayRoom {
    pub const ALL: [DisplayRoom; 4] =
        [DisplayRoom::Dashboard, DisplayRoom::Progress, DisplayRoom::Wifi, DisplayRoom::System];

    pub fn name(self) -> &'static str {
        match self {
            DisplayRoom::Dashboard => "dashboard",
            DisplayRoom::Progress => "progress",
            DisplayRoom::Wifi => "wifi",
            DisplayRoom::System => "system",
        }
    }

    fn named(name: &str) -> Result<DisplayRoom, Unintelligible> {
        let known = DisplayRoom::ALL.into_iter().find(|room| room.name() == name);
        known.ok_or_else(|| Unintelligible::UnknownRoom(name.chars().take(64).collect()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyRoom {
    Topic(Topic),
    Extra(Extra),
}

impl AnyRoom {
    fn named(name: &str) -> Result<AnyRoom, Unintelligible> {
        let extra = Extra::ALL.into_iter().find(|extra| extra.name() == name).map(AnyRoom::Extra);
        let found = extra.or_else(|| Topic::named(name).map(AnyRoom::Topic));
        found.ok_or_else(|| Unintelligible::UnknownRoom(name.chars().take(64).collect()))
    }
}

#[derive(Debug)]
pub enum ClientMessage {
    Hello {
        protocol: u64,
        token: Option<String>,
    },
    Ping {
        echo: Value,
    },
    Subscribe {
        rooms: Vec<AnyRoom>,
        jams: Jams,
        wish: Wish,
    },
    Unsubscribe {
        rooms: Vec<AnyRoom>,
        /// Codes.
        jams: Vec<String>,
    },
    Sync {
        epoch: String,
        last_seq: u64,
        topics: Vec<Topic>,
    },
    /// As pages of displays say it.
    Display {
        rooms: Vec<DisplayRoom>,
        joins: bool,
    },
    /// Kept unread: what is wrong with it is told under its name.
    Command {
        operation: Option<OperationId>,
        fields: Map<String, Value>,
    },
    /// What somebody plays; unread, like a command.
    Jam {
        operation: Option<OperationId>,
        fields: Map<String, Value>,
    },
}

/// Jams that a client wants to be in, and as whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jams {
    /// As they were said: whether there are such jams is found out elsewhere.
    pub codes: Vec<String>,
    /// Without a code.
    pub hello: Hello,
}

/// Why a client's message is not understood.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Unintelligible {
    #[error("the message is not JSON: {0}")]
    MalformedJson(String),
    #[error("the message is not MessagePack: {0}")]
    MalformedMessagePack(String),
    #[error("the message has no known type: there are hello, ping, subscribe, unsubscribe, sync, command and jam")]
    UnknownType,
    #[error("the payload is not understood: {0}")]
    InvalidPayload(String),
    #[error("there is no room {0:?}; the welcome names those that there are")]
    UnknownRoom(String),
    #[error("binary messages are not understood here: send JSON as text, or connect with marquee.v1.msgpack")]
    UnexpectedBinary,
    #[error("text messages are not understood here: this connection speaks MessagePack")]
    UnexpectedText,
}

impl Unintelligible {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Unintelligible::MalformedJson(_) => "malformed_json",
            Unintelligible::MalformedMessagePack(_) => "malformed_msgpack",
            Unintelligible::UnknownType => "unknown_message",
            Unintelligible::InvalidPayload(_) => "invalid_body",
            Unintelligible::UnknownRoom(_) => "unknown_room",
            Unintelligible::UnexpectedBinary | Unintelligible::UnexpectedText => "unsupported_message",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HelloPayload {
    protocol: u64,
    /// Whatever it is: serde would quote one of the wrong kind.
    #[serde(default)]
    token: Value,
}

/// How a client wants pictures, and frames of lights: in which form, how often, and of which zones.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    #[serde(default)]
    pub format: Option<Format>,
    /// Frames of lights each second, at most.
    #[serde(default, deserialize_with = "rate")]
    pub fps: Option<f64>,
    #[serde(default)]
    pub zones: Option<Vec<ZoneId>>,
}

fn rate<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let fps = Option::<f64>::deserialize(deserializer)?;
    match fps {
        Some(fps) if !(0.1..=240.0).contains(&fps) => Err(serde::de::Error::custom("fps must be 0.1 to 240")),
        fps => Ok(fps),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoomsPayload {
    rooms: Vec<String>,
    #[serde(default)]
    format: Option<Format>,
    #[serde(default, deserialize_with = "rate")]
    fps: Option<f64>,
    #[serde(default)]
    zones: Option<Vec<ZoneId>>,
    /// Who plays, in jams. Without a name and a token one looks on.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    color: Option<Color>,
    /// Whatever it is: serde would quote one of the wrong kind.
    #[serde(default)]
    token: Value,
    #[serde(default)]
    outputs: u16,
    #[serde(default)]
    watch: bool,
    /// What one was told before.
    #[serde(default)]
    epoch: Option<String>,
    #[serde(default)]
    seq: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SyncPayload {
    epoch: String,
    last_seq: u64,
    rooms: Vec<String>,
}

pub fn from_json(text: &[u8]) -> Result<ClientMessage, Unintelligible> {
    read(serde_json::from_slice(text).map_err(|error| Unintelligible::MalformedJson(error.to_string()))?)
}

pub fn from_msgpack(bytes: &[u8]) -> Result<ClientMessage, Unintelligible> {
    let malformed = |why: &str| Unintelligible::MalformedMessagePack(quoted(why));
    let mut reader = rmp_serde::Deserializer::new(bytes);
    reader.set_max_depth(MAX_DEPTH);
    let message = Value::deserialize(&mut reader).map_err(|error| malformed(&error.to_string()))?;
    if reader.get_ref().is_empty() { read(message) } else { Err(malformed("there is something behind the message")) }
}

/// Pages of displays name rooms beside the type, or under `data`.
fn display_rooms(message: &Value) -> Option<Vec<&Value>> {
    let named = if message.get("payload").is_some() { None } else { Some(message.get("data").unwrap_or(message)) }?;
    match (named.get("room"), named.get("rooms")) {
        (Some(room), _) => Some(vec![room]),
        (None, Some(Value::Array(rooms))) => Some(rooms.iter().collect()),
        _ => None,
    }
}

fn display(rooms: &[&Value], joins: bool) -> Result<ClientMessage, Unintelligible> {
    let mut known = Vec::new();
    for room in rooms {
        let room = DisplayRoom::named(room.as_str().unwrap_or_default())?;
        if !known.contains(&room) {
            known.push(room);
        }
    }
    Ok(ClientMessage::Display { rooms: known, joins })
}

fn read(mut message: Value) -> Result<ClientMessage, Unintelligible> {
    let kind = message.get("type").and_then(Value::as_str);
    if let Some(joins @ ("subscribe" | "unsubscribe")) = kind
        && let Some(rooms) = display_rooms(&message)
    {
        return display(&rooms, joins == "subscribe");
    }
    let payload = message.get_mut("payload").map_or(json!({}), Value::take);
    match message.get("type").and_then(Value::as_str) {
        Some("hello") => {
            let HelloPayload { protocol, token } = parsed(payload)?;
            Ok(ClientMessage::Hello { protocol, token: secret(token)? })
        }
        Some("ping") => Ok(ClientMessage::Ping { echo: payload }),
        Some("subscribe") => {
            let (rooms, jams, wish) = rooms(payload)?;
            Ok(ClientMessage::Subscribe { rooms, jams, wish })
        }
        Some("unsubscribe") => {
            let (rooms, jams, _) = rooms(payload)?;
            Ok(ClientMessage::Unsubscribe { rooms, jams: jams.codes })
        }
        Some("sync") => {
            let SyncPayload { epoch, last_seq, rooms } = parsed(payload)?;
            let topic = |name: &String| {
                Topic::named(name).ok_or_else(|| Unintelligible::UnknownRoom(name.chars().take(64).collect()))
            };
            let mut topics = Topics::default();
            for name in &rooms {
                topics.add(topic(name)?);
            }
            Ok(ClientMessage::Sync { epoch, last_seq, topics: topics.iter().collect() })
        }
        Some("command") => {
            let fields = object(payload)?;
            Ok(ClientMessage::Command { operation: operation(&mut message)?, fields })
        }
        Some("jam") => {
            let fields = object(payload)?;
            Ok(ClientMessage::Jam { operation: operation(&mut message)?, fields })
        }
        Some(other) if other.contains(':') => {
            let fields =
                steer::command(other, object(payload)?, message.get("client_op_id")).ok_or(Unintelligible::UnknownType)?;
            Ok(ClientMessage::Command { operation: operation(&mut message)?, fields })
        }
        _ => Err(Unintelligible::UnknownType),
    }
}

fn secret(token: Value) -> Result<Option<String>, Unintelligible> {
    match token {
        Value::Null => Ok(None),
        Value::String(token) => Ok(Some(token)),
        _ => Err(Unintelligible::InvalidPayload("the token must be a string".to_owned())),
    }
}

fn operation(message: &mut Value) -> Result<Option<OperationId>, Unintelligible> {
    let operation = message.get_mut("client_op_id").map(Value::take).filter(|id| !id.is_null());
    operation.map(parsed::<OperationId>).transpose()
}

fn object(payload: Value) -> Result<Map<String, Value>, Unintelligible> {
    match payload {
        Value::Object(fields) => Ok(fields),
        _ => Err(Unintelligible::InvalidPayload("a command is an object".to_owned())),
    }
}

/// The command in a payload, or which field is wrong.
pub fn command(fields: Map<String, Value>) -> Result<Command, ApiError> {
    Fields(fields).parse()
}

fn parsed<T: serde::de::DeserializeOwned>(payload: Value) -> Result<T, Unintelligible> {
    serde_json::from_value(payload).map_err(|error| Unintelligible::InvalidPayload(quoted(&error.to_string())))
}

fn rooms(payload: Value) -> Result<(Vec<AnyRoom>, Jams, Wish), Unintelligible> {
    let RoomsPayload { rooms, format, fps, zones, name, color, token, outputs, watch, epoch, seq } = parsed(payload)?;
    if rooms.is_empty() {
        return Err(Unintelligible::InvalidPayload("no room is named".to_owned()));
    }
    // Each once: what is asked for a thousand times is told once all the same.
    let (mut named, mut codes) = (Vec::new(), Vec::new());
    for name in &rooms {
        if let Some(code) = jam::code_in(name) {
            let code = code.chars().take(MOST_OF_A_CODE).collect::<String>().to_ascii_uppercase();
            if !codes.contains(&code) {
                codes.push(code);
            }
            continue;
        }
        let room = AnyRoom::named(name)?;
        if !named.contains(&room) {
            named.push(room);
        }
    }
    if codes.len() > MOST_SEATS {
        return Err(Unintelligible::InvalidPayload(NoSeat::TooMany.to_string()));
    }
    let token = secret(token)?;
    let watch = watch || (name.is_none() && token.is_none());
    let name = name.unwrap_or_default();
    let hello = Hello { code: String::new(), name, color, token, epoch, seq, outputs, watch };
    Ok((named, Jams { codes, hello }, Wish { format, fps, zones }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let kind = |message: ClientMessage| match message {
            ClientMessage::Hello { .. } => "hello",
            ClientMessage::Ping { .. } => "ping",
            ClientMessage::Subscribe { .. } => "subscribe",
            ClientMessage::Unsubscribe { .. } => "unsubscribe",
            ClientMessage::Sync { .. } => "sync",
            ClientMessage::Display { .. } => "display",
            ClientMessage::Command { .. } => "command",
            ClientMessage::Jam { .. } => "jam",
        };
        assert_eq!(from_json(text.as_bytes()).map(kind).map_err(|error| error.code()), expected, "{text}");
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            let packed = rmp_serde::to_vec_named(&value).unwrap();
            assert_eq!(from_msgpack(&packed).map(kind).map_err(|error| error.code()), expected, "{text}, packed");
        }
    }

    #[test]
    fn a_room_that_is_named_often_is_meant_once() {
        let rooms = r#""show","scenes","#.repeat(10_000) + r#""show""#;
        let sync = format!(r#"{{"type":"sync","payload":{{"epoch":"1f","last_seq":5,"rooms":[{rooms}]}}}}"#);
        assert!(matches!(from_json(sync.as_bytes()), Ok(ClientMessage::Sync { topics, .. }) if topics.len() == 2));
        let subscribe = format!(r#"{{"type":"subscribe","payload":{{"rooms":[{rooms},"preview"]}}}}"#);
        assert!(matches!(from_json(subscribe.as_bytes()), Ok(ClientMessage::Subscribe { rooms, .. }) if rooms.len() == 3));
        let display = format!(r#"{{"type":"subscribe","rooms":[{}"wifi"]}}"#, r#""wifi","#.repeat(10_000));
        assert!(matches!(from_json(display.as_bytes()), Ok(ClientMessage::Display { rooms, .. }) if rooms.len() == 1));
    }

    #[test]
    fn clients_are_understood_or_told_why_not() {
        check(r#"{"type":"ping"}"#, Ok("ping"));
        check(r#"{"type":"hello","payload":{"protocol":1}}"#, Ok("hello"));
        check(r#"{"type":"hello","payload":{}}"#, Err("invalid_body"));
        check(r#"{"type":"subscribe","payload":{"rooms":["preview"],"format":"binary"}}"#, Ok("subscribe"));
        check(r#"{"type":"subscribe","payload":{"rooms":["show","dashboard"]}}"#, Ok("subscribe"));
        check(r#"{"type":"unsubscribe","payload":{"rooms":["preview"]}}"#, Ok("unsubscribe"));
        check(r#"{"type":"sync","payload":{"epoch":"1f","last_seq":5,"rooms":["scenes"]}}"#, Ok("sync"));
        check(r#"{"type":"sync","payload":{"epoch":"1f","last_seq":-5,"rooms":["scenes"]}}"#, Err("invalid_body"));
        check(r#"{"type":"sync","payload":{"epoch":"1f","last_seq":5,"rooms":["preview"]}}"#, Err("unknown_room"));
        check(r#"{"type":"command","client_op_id":"a-1","payload":{"command":"start_stream"}}"#, Ok("command"));
        check(r#"{"type":"command","client_op_id":"","payload":{"command":"start_stream"}}"#, Err("invalid_body"));
        check(r#"{"type":"command","payload":[]}"#, Err("invalid_body"));
        check("{", Err("malformed_json"));
        check("[]", Err("unknown_message"));
        check(r#"{"type":"zone:set_color","payload":{"zone_id":"A","color":{"mode":"HUE","hue":1}}}"#, Ok("command"));
        check(r#"{"type":"zone:dance","payload":{}}"#, Err("unknown_message"));
        check(r#"{"type":"subscribe","payload":{"rooms":["frames"],"fps":30,"zones":["A"]}}"#, Ok("subscribe"));
        check(r#"{"type":"subscribe","payload":{"rooms":["frames"],"fps":0}}"#, Err("invalid_body"));
        check(r#"{"type":"dance"}"#, Err("unknown_message"));
        check(r#"{"type":"subscribe","room":"dashboard"}"#, Ok("display"));
        check(r#"{"type":"unsubscribe","rooms":["wifi","wifi"]}"#, Ok("display"));
        check(r#"{"type":"subscribe","data":{"rooms":["progress"]}}"#, Ok("display"));
        check(r#"{"type":"subscribe","room":"scenes"}"#, Err("unknown_room"));
        check(r#"{"type":"subscribe","rooms":[7]}"#, Err("unknown_room"));
        check(r#"{"type":"subscribe"}"#, Err("invalid_body"));
        check(r#"{"type":"subscribe","payload":{"rooms":[]}}"#, Err("invalid_body"));
        check(r#"{"type":"subscribe","payload":{"rooms":["bar"]}}"#, Err("unknown_room"));
        assert_eq!(from_msgpack(&[0xc1]).unwrap_err().code(), "malformed_msgpack");
    }

    #[test]
    fn a_packed_message_is_one_value_and_no_deeper_than_one_in_json() {
        let packed = rmp_serde::to_vec_named(&json!({ "type": "ping" })).unwrap();
        assert!(from_msgpack(&packed).is_ok());
        for behind in [&[0xc0][..], &packed] {
            assert_eq!(from_msgpack(&[&packed, behind].concat()).unwrap_err().code(), "malformed_msgpack");
        }
        let deep = [&vec![0x91; 200][..], &[0xc0]].concat();
        assert_eq!(from_msgpack(&deep).unwrap_err().code(), "malformed_msgpack");
    }

    #[test]
    fn a_token_of_the_wrong_kind_is_not_quoted() {
        let error = from_json(br#"{"type":"hello","payload":{"protocol":1,"token":123456789}}"#).unwrap_err();
        assert_eq!(error.code(), "invalid_body");
        assert!(!error.to_string().contains("123456789"), "{error}");
    }

    #[test]
    fn what_is_not_understood_is_quoted_in_part() {
        let error =
            from_json(json!({"type": "hello", "payload": {"x\u{7}y".repeat(1_000): 1}}).to_string().as_bytes()).unwrap_err();
        assert!(error.to_string().len() < 1_000 && !error.to_string().contains(char::is_control), "{error}");
    }
}
