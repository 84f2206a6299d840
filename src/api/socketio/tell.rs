//! What a client is told: envelopes with `event_type, server_seq, data, timestamp, event_id`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};

use super::ack::Ack;
use super::client::{Answered, Client};
use crate::api::ask::Performed;
use crate::api::chronicle::{AS_ONE, ONE_BY_ONE, Since, Told, Topic};
use crate::api::pixels::Pixels;
use crate::api::wire::event::event_view;
use crate::api::wire::light::zone_changed;
use crate::api::wire::message::Format;
use crate::api::wire::story;
use crate::show::time::ShowTime;
use crate::state::event::Event;
use crate::state::history::{Change, condensed};
use crate::state::room::Room;
use crate::state::{Seq, Snapshot};

/// Between two tries to give a packet to a socket whose buffer is full.
const RETRY: Duration = Duration::from_millis(20);
/// A socket that takes nothing for this long is gone, or as good as.
const STALLED: u32 = 30_000 / 20;

/// Sent as an attachment.
struct Binary(Bytes);

impl Serialize for Binary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

/// Unix time in seconds, as clients of this door expect it.
pub fn seconds(at: ShowTime) -> f64 {
    at.millis() as f64 / 1_000.0
}

impl Client {
    pub(super) async fn tell_changes(&mut self) {
        let snapshot = self.snapshots.borrow_and_update().clone();
        self.tell_until(&snapshot).await;
    }

    pub(super) async fn tell_until(&mut self, snapshot: &Snapshot) {
        let seen = std::mem::replace(&mut self.told, snapshot.seq);
        let topics: Vec<_> = self.topics.iter().collect();
        if (topics.is_empty() && !self.hears_music()) || seen == snapshot.seq {
            return;
        }
        match self.api.chronicle.since(&self.api.state, seen, snapshot.seq) {
            Since::Changes(changes) => self.tell_missed(&topics, &changes, snapshot).await,
            Since::TooOld => {
                self.tell_state(&topics, snapshot).await;
                self.tell_music_anew(snapshot).await;
            }
        }
    }

    pub(super) async fn tell_missed(&mut self, topics: &[Topic], changes: &[Arc<Told>], snapshot: &Snapshot) {
        let together = if changes.len() <= ONE_BY_ONE { 1 } else { AS_ONE };
        for several in changes.chunks(together) {
            for topic in topics {
                let here = several.iter().filter(|told| topic.number(&told.change).is_some());
                let here: Vec<_> = here.map(|told| told.change.clone()).collect();
                if !here.is_empty() {
                    let (name, envelope) = change_envelope(*topic, &here, snapshot);
                    self.emit(&name, &envelope).await;
                    if *topic == Topic::Room(Room::Zones) {
                        self.tell_zones(&here).await;
                    }
                }
            }
            let several: Vec<_> = several.iter().map(|told| told.change.clone()).collect();
            self.tell_music(&several).await;
        }
    }

    /// A client that takes nothing misses frames, and no more.
    pub(super) fn show_pixels(&mut self, pixels: Option<Arc<Pixels>>) {
        let (Some(pixels), Some(watching)) = (pixels, &self.frames) else {
            self.frames = None;
            return;
        };
        let _ = match watching.format {
            Format::Binary => self.socket.emit("frame:update", &Binary(watching.binary(&pixels))),
            Format::Json => self.socket.emit("frame:update", &watching.update(&pixels)),
        };
    }

    /// In the words of clients that know zones and nothing else.
    async fn tell_zones(&mut self, changes: &[Arc<Change>]) {
        for change in changes {
            for event in change.events.iter() {
                if let Event::ZoneSaved { zone } = event {
                    self.emit("zone:state_changed", &zone_changed(zone, change.at)).await;
                }
            }
        }
    }

    /// Everything in each topic, as it is now.
    pub(super) async fn tell_state(&mut self, topics: &[Topic], snapshot: &Snapshot) {
        let snapshot = &Snapshot { at: self.api.clock.now(), ..snapshot.clone() };
        for topic in topics {
            match topic {
                Topic::Room(Room::Playlists) => {
                    self.tell_playlists(snapshot).await;
                    continue;
                }
                Topic::Room(Room::Player) => {
                    self.tell_player(snapshot).await;
                    continue;
                }
                _ => {}
            }
            let name = format!("state:{}", topic.name());
            let envelope =
                envelope(&name, snapshot, *topic, topic.number_at(snapshot), story::state(*topic, &snapshot.show));
            self.emit(&name, &envelope).await;
        }
    }

    /// After everything that the command did; to the one who asked, alone.
    pub(super) async fn tell_answer(&mut self, Answered { operation, result, ack }: Answered) {
        self.tell_changes().await;
        let (name, payload) = match &result {
            Ok(Performed { receipt, made }) => {
                let mut data = json!({ "created": receipt.created, "repeated": receipt.repeated });
                if let Some(made) = made {
                    data["made"] = made.clone();
                    // As clients of music boxes know it.
                    if let Some(association) = made.get("association") {
                        data["assoc_id"] = association.clone();
                    }
                }
                let payload = json!({ "client_op_id": operation, "success": true, "server_seq": receipt.seq, "data": data });
                ("ack:op", payload)
            }
            Err(error) => {
                let seq = self.api.state.snapshot().seq;
                let payload = json!({
                    "client_op_id": operation, "success": false, "server_seq": seq,
                    "message": error.to_string(), "code": error.code(), "details": error.details(),
                });
                ("err:op", payload)
            }
        };
        self.answer(name, &payload, &ack).await;
    }

    /// As an event, and to whoever asked for an acknowledgement.
    pub(super) async fn answer(&mut self, name: &str, payload: &Value, ack: &Ack) {
        self.emit(name, payload).await;
        self.patiently(|_| ack.send(payload)).await;
    }

    /// Waits while the socket's buffer is full, so that nothing is left out.
    pub(super) async fn emit(&mut self, event: &str, data: &impl Serialize) {
        self.patiently(|socket| socket.emit(event, data)).await;
    }

    async fn patiently(&mut self, send: impl Fn(&SocketRef) -> Result<(), SendError>) {
        for _ in 0..STALLED {
            match send(&self.socket) {
                Err(SendError::Socket(SocketError::InternalChannelFull)) => {}
                Ok(()) => return,
                Err(_) => break,
            }
            tokio::select! {
                () = self.gone.cancelled() => return,
                () = tokio::time::sleep(RETRY) => {}
            }
        }
        self.gone.cancel();
    }
}

fn change_envelope(topic: Topic, changes: &[Arc<Change>], snapshot: &Snapshot) -> (String, Value) {
    let name = format!("change:{}", topic.name());
    let events: Vec<Value> = condensed(changes, |room| topic.holds(room)).into_iter().map(event_view).collect();
    let (first, last) = (&changes[0], &changes[changes.len() - 1]);
    let at = Snapshot { seq: last.seq, at: last.at, ..snapshot.clone() };
    let mut envelope = envelope(&name, &at, topic, topic.number(last).unwrap_or_default(), json!({ "events": events }));
    if changes.len() > 1 {
        envelope["seq_from"] = json!(first.seq);
        envelope["room_seq_from"] = json!(topic.number(first));
    } else if let Some(operation) = &last.origin.operation {
        envelope["cause_op"] = json!(operation.id);
    }
    (name, envelope)
}

fn envelope(name: &str, at: &Snapshot, topic: Topic, number: u64, data: Value) -> Value {
    let (Seq(seq), epoch) = (at.seq, String::from(at.epoch));
    json!({
        "event_type": name,
        "server_seq": seq,
        "data": data,
        "timestamp": seconds(at.at),
        "event_id": format!("{epoch}-{seq}-{}", topic.name()),
        "room": topic.name(),
        "room_seq": number,
        "epoch": epoch,
    })
}
