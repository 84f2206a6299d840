//! What is told of jams to clients of protocol 1, beside what else they follow; and what rooms of jams are called.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::api::error::ApiError;
use crate::api::jam::seat::Over;
use crate::api::request::Fields;
use crate::jam::ask::Ask;
use crate::jam::refused::Refused;
use crate::jam::room::{Happened, Room};
use crate::jam::wire::frame::Welcome;
use crate::show::jam::Jam;
use crate::show::jam::code::JamCode;
use crate::state::operation::OperationId;

const ROOM: &str = "jam:";

/// A jam's room, as clients call it.
pub fn room_of(code: impl std::fmt::Display) -> String {
    format!("{ROOM}{code}")
}

/// The code, however right it is, if a jam's room is meant.
pub fn code_in(room: &str) -> Option<&str> {
    room.strip_prefix(ROOM)
}

/// `jam:CODE`, or the code alone.
fn named(room: Option<&str>) -> Result<Option<JamCode>, Refused> {
    room.map(|room| code_in(room).unwrap_or(room).parse()).transpose().map_err(Refused::from)
}

/// What somebody asks for, and in which of the jams that they are in, if they say so.
pub struct Played {
    pub room: Option<JamCode>,
    /// Their own number for it, rising; 0: none.
    pub op: u32,
    pub asks: Vec<Ask>,
}

impl Played {
    /// `{room?, op?, asks}`; or, where its kind is said elsewhere, one ask by itself.
    pub fn read(fields: Map<String, Value>, kind: Option<&str>) -> Result<Self, ApiError> {
        let mut fields = Fields(fields);
        let (room, op) = (fields.take::<String>("room")?, fields.take("op")?.unwrap_or(0));
        let room = named(room.as_deref())?;
        let asks = match kind {
            Some(kind) => {
                fields.0.insert("type".to_owned(), json!(kind));
                vec![fields.parse()?]
            }
            None => {
                let asks = fields.require("asks")?;
                fields.finish()?;
                asks
            }
        };
        Ok(Self { room, op, asks })
    }
}

/// Says of which jam a message is.
pub fn of_room(mut message: Value, code: &str) -> Value {
    message["payload"]["room"] = json!(room_of(code));
    message
}

/// The whole of it for whoever comes in; or only how far it knew, where what it missed follows.
pub fn entered(room: &Room, welcome: &Welcome) -> Value {
    let kind = if welcome.jam.is_some() { "jam:snapshot" } else { "jam:resumed" };
    of_room(json!({ "type": kind, "payload": welcome }), room.code.as_str())
}

pub fn whole(room: &Room, seq: u64, jam: &Jam) -> String {
    let payload = json!({ "epoch": room.epoch, "seq": seq, "created_at": room.created_at, "jam": jam.told() });
    of_room(json!({ "type": "jam:snapshot", "payload": payload }), room.code.as_str()).to_string()
}

/// Each event was written once, for whoever is told it.
pub fn events(room: &Room, happened: &[Arc<Happened>]) -> String {
    let all: Vec<&str> = happened.iter().map(|one| one.json()).collect();
    let number = |one: Option<&Arc<Happened>>| one.map_or(0, |one| one.entry.seq);
    let (first, last) = (number(happened.first()), number(happened.last()));
    format!(
        r#"{{"type":"jam:events","payload":{{"room":"{}","epoch":"{}","seq_from":{first},"seq":{last},"events":[{}]}}}}"#,
        room_of(room.code),
        room.epoch,
        all.join(",")
    )
}

pub fn ack(room: &Room, operation: Option<&OperationId>, seq: u64) -> String {
    let payload = json!({ "client_op_id": operation, "success": true, "epoch": room.epoch, "seq": seq });
    of_room(json!({ "type": "ack", "payload": payload }), room.code.as_str()).to_string()
}

pub fn bye(room: &Room, Over { code, message }: Over) -> String {
    let payload = json!({ "code": code, "message": message });
    of_room(json!({ "type": "jam:bye", "payload": payload }), room.code.as_str()).to_string()
}
