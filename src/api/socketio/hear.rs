//! What a client says.

use futures_util::FutureExt;
use serde_json::{Map, Value, json};

use super::ack::Ack;
use super::allowed;
use super::client::{Answered, Client, Heard};
use super::jams::{is_played, jam_in};
use super::musicbox::Named;
use super::tell::seconds;
use crate::api::access::Class;
use crate::api::ask::Asker;
use crate::api::chronicle::{Since, Topic, Topics};
use crate::api::error::ApiError;
use crate::api::pixels::Watching;
use crate::api::wire::message::Wish;
use crate::api::wire::steer;
use crate::api::wire::stream::StreamMetrics;
use crate::base::quote::quoted;
use crate::state::operation::OperationId;
use crate::state::room::Room;
use crate::state::{Epoch, Seq};

/// Rooms that there are not, and that are named again in the answer.
const MOST_UNKNOWN: usize = 16;
/// Rooms named after one thing that are asked for at once.
const MOST_NAMED: usize = 64;

impl Client {
    pub(super) async fn hear(&mut self, Heard { event, data, ack, .. }: Heard) {
        let data = data.unwrap_or(Value::Null);
        match event.as_str() {
            "client_ping" => self.pong(&data).await,
            "health_check" => self.tell_health().await,
            "sync:request" => self.sync(&data).await,
            "client:request_current_state" => {
                let snapshot = self.api.state.snapshot();
                self.tell_player(&snapshot).await;
                self.tell_state(&[Topic::Show], &snapshot).await;
            }
            "command" => self.command(data, ack),
            other => match other.split_once(':') {
                Some(("join", "frames")) => self.join_frames(data).await,
                Some(("leave", "frames")) => {
                    let was = self.frames.take().is_some();
                    self.emit("ack:leave", &json!({ "room": "frames", "success": was })).await;
                }
                Some(("join", room)) if let Some(code) = jam_in(room, &data) => self.join_jam(code, data).await,
                Some(("leave", room)) if let Some(code) = jam_in(room, &data) => self.leave_jam(&code).await,
                Some(("join", room)) => match Named::of(room, &data) {
                    Some(named) => self.join_one(&named).await,
                    None => self.join(room).await,
                },
                Some(("leave", room)) => match Named::of(room, &data) {
                    Some(named) => {
                        let was = self.leave_named(&named);
                        self.emit("ack:leave", &json!({ "room": named.name(), "success": was })).await;
                    }
                    None => self.leave(room).await,
                },
                _ if is_played(other) => self.play(other, data, ack).await,
                _ => self.steer(other, data, ack).await,
            },
        }
    }

    async fn refuse(&mut self, error: ApiError, ack: Ack) {
        self.tell_answer(Answered { operation: None, result: Err(error), ack }).await;
    }

    async fn pong(&mut self, data: &Value) {
        let now = seconds(self.api.clock.now());
        let echo = data.get("timestamp").cloned().unwrap_or(json!(now));
        let pong = json!({ "timestamp": echo, "server_time": now, "server_seq": self.api.state.snapshot().seq });
        self.emit("client_pong", &pong).await;
    }

    async fn tell_health(&mut self) {
        let vitals = &self.api.vitals;
        let status = json!({
            "health_metrics": { "health": self.api.health(), "stream": StreamMetrics::new(&self.api.figures(), vitals) },
            "connected_clients": vitals.socketio_clients.get() + vitals.websocket_clients.get(),
            "server_time": seconds(self.api.clock.now()),
        });
        self.emit("health_status", &status).await;
    }

    /// The state comes first, and the word that one has joined after it: then nothing will be missed.
    async fn join(&mut self, room: &str) {
        let snapshot = self.snapshots.borrow_and_update().clone();
        self.tell_until(&snapshot).await;
        let mut answer = json!({ "room": shown(room), "success": false, "server_seq": snapshot.seq });
        match Topic::named(room) {
            Some(topic) => {
                self.topics.add(topic);
                self.tell_state(&[topic], &snapshot).await;
                answer["success"] = json!(true);
                answer["room_seq"] = json!(topic.number_at(&snapshot));
            }
            None => answer["message"] = json!(format!("there is no room {:?}", shown(room))),
        }
        self.emit("ack:join", &answer).await;
    }

    /// A room that is named after one thing.
    async fn join_one(&mut self, room: &Named) {
        let snapshot = self.snapshots.borrow_and_update().clone();
        self.tell_until(&snapshot).await;
        let joined = self.join_named(room, &snapshot).await;
        let mut answer = json!({ "room": room.name(), "success": joined.is_ok(), "server_seq": snapshot.seq });
        if let Err(why) = joined {
            answer["message"] = json!(why);
        }
        self.emit("ack:join", &answer).await;
    }

    /// `{fps, zones, format}`, each of which may be left out.
    async fn join_frames(&mut self, data: Value) {
        let wish = if data.is_null() { Ok(Wish::default()) } else { serde_json::from_value::<Wish>(data) };
        let mut answer = json!({ "room": "frames", "success": wish.is_ok(), "server_seq": self.api.state.snapshot().seq });
        match wish {
            Ok(wish) => self.frames = Some(Watching::begin(&self.api, wish)),
            Err(error) => answer["message"] = json!(quoted(&error.to_string())),
        }
        self.emit("ack:join", &answer).await;
    }

    /// Words that mean a command.
    async fn steer(&mut self, event: &str, data: Value, ack: Ack) {
        let (is_object, mut fields) = match data {
            Value::Object(fields) => (true, fields),
            _ => (false, Map::new()),
        };
        let name = fields.remove("client_op_id");
        if event.ends_with("_nfc_link") || event == "override_nfc_tag" {
            self.music.link();
        }
        match steer::command(event, fields, name.as_ref()) {
            Some(mut fields) if is_object => {
                fields.extend(name.map(|name| ("client_op_id".to_owned(), name)));
                self.command(Value::Object(fields), ack);
            }
            Some(_) => self.command(Value::Null, ack),
            None => self.refuse(ApiError::UnknownEvent(shown(event)), ack).await,
        }
    }

    async fn leave(&mut self, room: &str) {
        let topic = Topic::named(room);
        if let Some(topic) = topic {
            self.topics.remove(topic);
        }
        self.emit("ack:leave", &json!({ "room": shown(room), "success": topic.is_some() })).await;
    }

    /// Joins, but where the client can say how far it has come, it is told only what it missed.
    async fn sync(&mut self, data: &Value) {
        let snapshot = self.snapshots.borrow_and_update().clone();
        self.tell_until(&snapshot).await;
        let named: Vec<&str> = match data.get("requested_rooms").and_then(Value::as_array) {
            Some(rooms) => rooms.iter().map(|room| room.as_str().unwrap_or("?")).collect(),
            None => self.topics.iter().map(Topic::name).collect(),
        };
        let (known, others): (Vec<&str>, Vec<&str>) = named.into_iter().partition(|name| Topic::named(name).is_some());
        let versions = data.get("last_playlist_seqs").unwrap_or(&Value::Null);
        let own = self.sync_named(&others[..others.len().min(MOST_NAMED)], versions, &snapshot).await;
        let unknown: Vec<&str> = others.into_iter().filter(|name| !own.iter().any(|own| own == name)).collect();
        let mut asked = Topics::default();
        known.iter().filter_map(|name| Topic::named(name)).for_each(|topic| asked.add(topic));
        // Each once, however often it is named.
        let topics: Vec<Topic> = asked.iter().collect();
        let known: Vec<&str> = topics.iter().map(|topic| topic.name()).chain(own.iter().map(String::as_str)).collect();
        if !unknown.is_empty() {
            let unknown: Vec<String> = unknown.into_iter().take(MOST_UNKNOWN).map(shown).collect();
            self.emit("sync:error", &json!({ "error": "there are no such rooms", "requested_rooms": unknown })).await;
        }
        // Clients that were made before there were epochs do not say which life their number is from.
        let same_life = match data.get("epoch").and_then(Value::as_str) {
            Some(epoch) => Epoch::try_from(epoch.to_owned()).is_ok_and(|epoch| epoch == snapshot.epoch),
            None => true,
        };
        let last = data.get("last_global_seq").and_then(Value::as_u64).filter(|_| same_life);
        let missed = last.map(|last| self.api.chronicle.since(&self.api.state, Seq(last), snapshot.seq));
        // Before it is told what it missed: what music boxes are told hangs on the rooms that they are in.
        topics.iter().for_each(|topic| self.topics.add(*topic));
        match missed {
            Some(Since::Changes(changes)) => self.tell_missed(&topics, &changes, &snapshot).await,
            _ => {
                self.tell_state(&topics, &snapshot).await;
                if topics.contains(&Topic::Room(Room::Playlists)) {
                    self.tell_player_besides(&snapshot).await;
                }
            }
        }
        self.emit("sync:complete", &json!({ "synced_rooms": known, "server_seq": snapshot.seq, "epoch": snapshot.epoch }))
            .await;
    }

    fn command(&mut self, data: Value, ack: Ack) {
        let Value::Object(mut fields) = data else {
            let result = Err(ApiError::InvalidBody { field: String::new(), why: "a command is an object".to_owned() });
            let answered = Answered { operation: None, result, ack };
            return self.pending.push_back(std::future::ready(answered).boxed());
        };
        let operation = named(&mut fields);
        let (api, caller) = (self.api.clone(), self.caller.clone());
        let permitted = if api.still_good(&caller) {
            allowed(&api, &caller, self.peer, Class::Write)
        } else {
            Err(ApiError::LoginRequired)
        };
        let answered = async move {
            let result = async {
                permitted?;
                let operation = operation.as_ref().map_err(|()| bad_name())?.clone();
                let asker = Asker { door: "socketio", caller, operation, for_another: None };
                api.perform_any(&asker, fields).await
            };
            let result = result.await;
            Answered { operation: operation.ok().flatten(), result, ack }
        };
        // Polled in this order, so that a client's commands stay in its order.
        self.pending.push_back(answered.boxed());
    }
}

pub(super) fn named(fields: &mut Map<String, Value>) -> Result<Option<OperationId>, ()> {
    match fields.remove("client_op_id") {
        None | Some(Value::Null) => Ok(None),
        Some(name) => serde_json::from_value(name).map(Some).map_err(|_| ()),
    }
}

pub(super) fn bad_name() -> ApiError {
    let why = crate::state::operation::InvalidOperationId.to_string();
    ApiError::InvalidBody { field: "client_op_id".to_owned(), why }
}

/// A client's own words, where they come back to it: short.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}
