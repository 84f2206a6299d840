//! Fuzz targets: what comes through the doors.

use std::sync::OnceLock;

pub use super::rest::tus::fuzz::tus_headers;
pub use super::rest::uploads::fuzz::form_upload;
pub use super::ws::fuzz::ws_frames;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::ask::operation_in;
use super::chronicle::{Chronicle, Since, Topics};
use super::error::ApiError;
use super::gate::{ACCESS_COOKIE, bearer_of, cookie};
use super::guard;
use super::jam::seats::MOST_SEATS;
use super::request::{Fields, declared_length, is_json};
use super::wire::encoding::{Encoding, Text};
use super::wire::event::event_view;
use super::wire::jam::Played;
use super::wire::message::{self, AnyRoom, ClientMessage, DisplayRoom, Jams, Unintelligible};
use super::wire::show::ShowView;
use crate::base::fuzz::{SECRET, check_code, check_secret, check_told, with_secrets};
use crate::base::vitals::Vitals;
use crate::jam::ask::Ask;
use crate::show::Show;
use crate::show::destination::Destination;
use crate::show::layer::Layer;
use crate::show::scene::Scene;
use crate::show::time::ShowTime;
use crate::state::command::Command;
use crate::state::event::Event;
use crate::state::fuzz::{check_catching_up, some_state};
use crate::state::operation::OperationId;
use crate::state::{Epoch, Seq, Snapshot, StateHandle};

/// A WebSocket message, as MessagePack and, where it is text, as JSON: they mean the same either way.
pub fn ws_message(bytes: &[u8]) {
    check_heard(message::from_msgpack(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    check_heard(message::from_json(text.as_bytes()));
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return };
    with_secrets(&mut value);
    let heard = message::from_json(value.to_string().as_bytes());
    let mut packed = rmp_serde::to_vec_named(&value).expect("JSON fits MessagePack");
    assert_eq!(format!("{heard:?}"), format!("{:?}", message::from_msgpack(&packed)));
    check_heard(heard);
    packed.push(0xc0);
    assert!(message::from_msgpack(&packed).is_err(), "a message is one value, with nothing behind it");
}

fn check_heard(heard: Result<ClientMessage, Unintelligible>) {
    match heard {
        Ok(message) => check_message(message),
        Err(error) => {
            check_code(error.code());
            check_told(&error.to_string());
        }
    }
}

fn check_message(heard: ClientMessage) {
    match heard {
        ClientMessage::Hello { .. } => {}
        ClientMessage::Ping { echo } => {
            let pong = message::pong(&echo, &Snapshot::default(), ShowTime(1));
            for encoding in [Encoding::Json, Encoding::MessagePack] {
                let read: Value = match encoding.text(&pong) {
                    Text::Json(text) => serde_json::from_slice(&text).expect("what is said can be read"),
                    Text::MessagePack(bytes) => rmp_serde::from_slice(&bytes).expect("what is said can be read"),
                };
                assert_eq!(read, pong);
            }
        }
        ClientMessage::Subscribe { rooms, jams: Jams { codes: jams, .. }, .. }
        | ClientMessage::Unsubscribe { rooms, jams } => {
            assert!(jams.len() <= MOST_SEATS);
            let mut topics = Topics::default();
            for room in rooms {
                if let AnyRoom::Topic(topic) = room {
                    topics.add(topic);
                    assert!(topics.iter().any(|other| other == topic));
                }
            }
        }
        ClientMessage::Sync { epoch, last_seq, topics: _ } => {
            let _ = Epoch::try_from(epoch);
            check_since(Seq(last_seq));
        }
        ClientMessage::Display { rooms, .. } => assert!(rooms.len() <= DisplayRoom::ALL.len()),
        ClientMessage::Command { fields, .. } => check_parsed::<Command>(fields),
        ClientMessage::Jam { fields, .. } => check_played(&fields),
    }
}

fn check_played(fields: &Map<String, Value>) {
    for kind in [None].into_iter().chain(Ask::NAMES.map(Some)) {
        if let Err(error) = Played::read(fields.clone(), kind) {
            check_error(&error);
        }
    }
}

fn check_since(seen: Seq) {
    static KNOWN: OnceLock<(StateHandle, Chronicle)> = OnceLock::new();
    let (state, chronicle) = KNOWN.get_or_init(|| (some_state(), Chronicle::default()));
    check_catching_up(state, seen);
    let until = state.snapshot().seq;
    if let Since::Changes(changes) = chronicle.since(state, seen, until) {
        assert_eq!(changes.len() as u64, until.0 - seen.0, "all that was missed");
    }
}

/// A body of REST: as everything that bodies can be.
pub fn rest_body(bytes: &[u8]) {
    let Ok(mut body) = serde_json::from_slice::<Value>(bytes) else { return };
    with_secrets(&mut body);
    let Value::Object(fields) = body else { return };
    check_parsed::<Scene>(fields.clone());
    check_parsed::<Layer>(fields.clone());
    check_parsed::<Destination>(fields.clone());
    check_parsed::<Command>(fields.clone());
    check_taken(fields);
}

fn check_parsed<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(fields: Map<String, Value>) {
    match Fields(fields).parse::<T>() {
        Ok(parsed) => {
            let Value::Object(written) = json!(parsed) else { panic!("all bodies are objects") };
            let again: T = Fields(written).parse().expect("what is written can be read");
            assert_eq!(again, parsed);
        }
        Err(error) => check_error(&error),
    }
}

fn check_error(error: &ApiError) {
    check_code(error.code());
    assert!(error.status().is_client_error());
    check_told(&error.to_string());
    check_told(&error.details().to_string());
}

/// As handlers take fields out of a body one by one.
fn check_taken(fields: Map<String, Value>) {
    let mut fields = Fields(fields);
    fields.fill_id("layer", None);
    let taken = [
        fields.take::<OperationId>("client_op_id").map(drop),
        fields.require::<String>("username").map(drop),
        fields.require_secret("password").map(drop),
        fields.take_secret("refresh_token").map(drop),
        fields.take::<bool>("restart").map(drop),
        fields.take::<i64>("expires_at").map(drop),
        fields.take::<Option<usize>>("index").map(drop),
        fields.take::<Vec<String>>("order").map(drop),
        fields.settle_id("main"),
        fields.finish(),
    ];
    taken.into_iter().filter_map(Result::err).for_each(|error| check_error(&error));
}

/// A request's first line and headers, one a line.
pub fn http_headers(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let target = lines.next().and_then(|line| std::str::from_utf8(line).ok()).unwrap_or("/");
    let Ok(mut request) = Request::builder().method(Method::GET).uri(target).body(Body::empty()) else { return };
    for line in lines.take(32) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = (&line[..colon], line.get(colon + 1..).unwrap_or_default());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value.trim_ascii())) {
            request.headers_mut().append(name, value);
        }
    }
    let whole = String::from_utf8_lossy(bytes).into_owned();
    for token in [bearer_of(&request), cookie(request.headers(), ACCESS_COOKIE)].into_iter().flatten() {
        assert!(whole.contains(&token), "{token:?} was not sent");
    }
    let (names, origins) = (["studio.example".to_owned()], ["https://friend.example".to_owned()]);
    for method in [Method::GET, Method::POST] {
        *request.method_mut() = method;
        if let Err(error) = guard::check(&request, &names, &origins) {
            check_error(&error);
        }
    }
    let headers = request.headers();
    let _ = (is_json(headers), declared_length(headers));
    if let Err(error) = operation_in(headers) {
        check_error(&error);
    }
}

/// What doors show of a show that commands have led to.
pub fn check_views(show: &Show, events: &[Event]) {
    for event in events {
        check_secret(&event_view(event).to_string());
    }
    let vitals = VITALS.get_or_init(Vitals::new);
    let view = serde_json::to_string(&ShowView::new(show, vitals)).expect("a view is plain data");
    check_secret(&view);
    let holds_secret = show.destinations.values().any(|destination| json!(destination).to_string().contains(SECRET));
    assert!(!holds_secret || view.contains("\"key_set\":true"));
}

static VITALS: OnceLock<Vitals> = OnceLock::new();
