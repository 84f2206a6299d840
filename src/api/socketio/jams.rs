//! The rooms `jam:CODE`: each thing that happens is an event of its own, in the words of those who played before there was this server
//! (`drum-step`, `note`, `color-mode` …), and is asked for in the same.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::ack::Ack;
use super::client::{Answered, Client};
use super::hear::{bad_name, named, shown};
use super::tell::seconds;
use super::{address, allowed};
use crate::api::access::Class;
use crate::api::error::ApiError;
use crate::api::jam::seat::{Over, Seat, Telling};
use crate::api::request::Fields;
use crate::api::wire::jam::{Played, code_in, room_of};
use crate::jam::ask::Ask;
use crate::jam::room::{Happened, Room};
use crate::jam::wire::frame::{Hello, Welcome};
use crate::show::jam::Jam;
use crate::show::time::ShowTime;
use crate::state::operation::OperationId;

/// What a client calls an operation, and where it wants to hear of it.
pub type Name = (Option<OperationId>, Ack);

/// Several at once, all of them or none.
const TOGETHER: &str = "asks";

pub fn is_played(event: &str) -> bool {
    event == TOGETHER || Ask::NAMES.contains(&event)
}

/// The code, however right it is: `join:jam {code}`, or `join:jam:CODE`.
pub fn jam_in(room: &str, data: &Value) -> Option<String> {
    let said = || data.get("code").and_then(Value::as_str).unwrap_or_default();
    let code = if room == "jam" { said() } else { code_in(room)? };
    Some(shown(code_in(code).unwrap_or(code)).to_ascii_uppercase())
}

/// One that happened, with where and when.
fn event_of(room: &Room, happened: &Happened) -> (String, Value) {
    // It was written by ourselves.
    let Ok(Value::Object(mut fields)) = serde_json::from_str(happened.json()) else { return Default::default() };
    let name = fields.remove("type").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    fields.remove("seq");
    fields.extend(envelope(&name, room, happened.entry.seq, happened.entry.at));
    (name, Value::Object(fields))
}

fn envelope(name: &str, room: &Room, seq: u64, at: i64) -> Map<String, Value> {
    let envelope = json!({
        "event_type": name,
        "event_id": format!("{}-{seq}-{}", room.epoch, room_of(room.code)),
        "timestamp": seconds(ShowTime(at.saturating_mul(1_000))),
        "room": room_of(room.code),
        "room_seq": seq,
        "epoch": room.epoch,
    });
    match envelope {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

impl Client {
    pub(super) async fn join_jam(&mut self, code: String, data: Value) {
        let server_seq = self.api.state.snapshot().seq;
        let mut answer = json!({ "room": room_of(&code), "success": false, "server_seq": server_seq });
        match self.take_seat(code, data).await {
            Ok((room, welcome)) => {
                answer["success"] = json!(true);
                answer["room_seq"] = json!(welcome.seq);
                answer["epoch"] = json!(welcome.epoch);
                answer["resumed"] = json!(welcome.jam.is_none());
                (answer["id"], answer["token"]) = (json!(welcome.id), json!(welcome.token));
                if let Some(jam) = &welcome.jam {
                    self.tell_whole(&room, welcome.seq, jam).await;
                }
            }
            Err(error) => (answer["code"], answer["message"]) = (json!(error.code()), json!(error.to_string())),
        }
        self.emit("ack:join", &answer).await;
    }

    async fn take_seat(&mut self, code: String, data: Value) -> Result<(Arc<Room>, Welcome), ApiError> {
        let mut fields = Fields(if let Value::Object(fields) = data { fields } else { Map::new() });
        fields.0.remove("code");
        let (name, token): (Option<String>, _) = (fields.take("name")?, fields.take_secret("token")?);
        let looks_on = fields.take("watch")?.unwrap_or(false) || (name.is_none() && token.is_none());
        let hello = Hello {
            code,
            name: name.unwrap_or_default(),
            color: fields.take("color")?,
            token,
            epoch: fields.take("epoch")?,
            seq: fields.take("seq")?,
            outputs: fields.take("outputs")?.unwrap_or(0),
            watch: looks_on,
        };
        fields.finish()?;
        allowed(&self.api, &self.caller, self.peer, Class::Write)?;
        self.jams.take(&self.api, &self.caller, address(self.peer), &hello).await
    }

    pub(super) async fn leave_jam(&mut self, code: &str) {
        let was = match code.parse() {
            Ok(code) => self.jams.leave(code).await,
            Err(_) => false,
        };
        self.emit("ack:leave", &json!({ "room": room_of(code), "success": was })).await;
    }

    pub(super) async fn play(&mut self, event: &str, data: Value, ack: Ack) {
        let mut fields = if let Value::Object(fields) = data { fields } else { Map::new() };
        let operation = named(&mut fields).map_err(|()| bad_name());
        let name = operation.as_ref().ok().cloned().flatten();
        match operation.and_then(|_| self.meant(event, fields)) {
            Ok((seat, op, asks)) => seat.ask((name, ack), op, asks),
            Err(error) => self.tell_answer(Answered { operation: name, result: Err(error), ack }).await,
        }
    }

    /// What is asked for, and in which of its jams.
    fn meant(&mut self, event: &str, fields: Map<String, Value>) -> Result<(&mut Seat<Name>, u32, Vec<Ask>), ApiError> {
        if !self.api.still_good(&self.caller) {
            return Err(ApiError::LoginRequired);
        }
        let Played { room, op, asks } = Played::read(fields, (event != TOGETHER).then_some(event))?;
        Ok((self.jams.meant(room)?, op, asks))
    }

    pub(super) async fn tell_jam(&mut self, room: &Room, telling: Telling<Name>) {
        match telling {
            Telling::Events { happened, acks } => {
                for one in happened {
                    let (name, event) = event_of(room, &one);
                    self.emit(&name, &event).await;
                }
                self.tell_done(room, acks).await;
            }
            Telling::Whole { seq, jam, acks } => {
                self.tell_whole(room, seq, &jam.told()).await;
                self.tell_done(room, acks).await;
            }
            Telling::Refused((operation, ack), error) => {
                self.tell_answer(Answered { operation, result: Err(error), ack }).await;
            }
            Telling::Over(Over { code, message }) => {
                self.jams.leave(room.code).await;
                self.is_present();
                self.emit("jam:bye", &json!({ "room": room_of(room.code), "code": code, "message": message })).await;
            }
        }
    }

    async fn tell_whole(&mut self, room: &Room, seq: u64, jam: &Jam) {
        let mut state = envelope("state:jam", room, seq, self.api.clock.now().millis());
        state.insert("server_seq".to_owned(), json!(self.api.state.snapshot().seq));
        state.insert("data".to_owned(), json!(jam));
        self.emit("state:jam", &state).await;
    }

    async fn tell_done(&mut self, room: &Room, acks: Vec<(Name, u64)>) {
        for ((operation, ack), seq) in acks {
            let payload = json!({
                "client_op_id": operation, "success": true, "server_seq": self.api.state.snapshot().seq,
                "room": room_of(room.code), "room_seq": seq, "epoch": room.epoch,
            });
            self.answer("ack:op", &payload, &ack).await;
        }
    }
}
