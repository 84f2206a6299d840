//! What a leader and those that follow it say to each other, and what the ones never hear: secrets.
//!
//! The leader says the show as the journal has it, a snapshot and then every change, by number. A follower says from where it
//! goes on, and hands up what it is asked to do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::Event;
use super::format::{ChangeRecord, SnapshotRecord, VERSION};
use super::history::Change;
use super::operation::{Digest, Operation, OperationId};
use super::{Epoch, Origin, Seq, Snapshot};
use crate::show::Show;
use crate::show::destination::{Destination, Target};
use crate::show::ids::AssetId;
use crate::show::input::Input;
use crate::show::time::ShowTime;

/// As a subprotocol of the WebSocket.
pub const PROTOCOL: &str = "marquee.follow.v1";
/// Of a file, in one message.
pub const PIECE: usize = 256 * 1024;

/// From the leader.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Down {
    /// Begin with this: what is known of the show so far does not lead here.
    Snapshot {
        epoch: Epoch,
        record: Box<SnapshotRecord>,
    },
    Change {
        seq: Seq,
        record: ChangeRecord,
    },
    /// What came down until now is all that there was when it was asked for.
    Synced {
        epoch: Epoch,
        seq: Seq,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut_off: Option<String>,
    },
    Answer {
        id: u64,
        answer: Answer,
    },
    /// `seq`: the newest change that is known of. It may not have come down yet. `cut_off`: the leader follows another, and why it
    /// does not hear from that one.
    Time {
        sent: i64,
        arrived: ShowTime,
        left: ShowTime,
        seq: Seq,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut_off: Option<String>,
    },
    /// There is no such file here, or not yet.
    NoPiece {
        asset: AssetId,
    },
}

/// What became of a command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done { seq: Seq, created: bool, repeated: bool },
    Refused(Refused),
}

/// A leader's no, in its own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    pub code: String,
    pub message: String,
    #[serde(default)]
    pub details: Value,
}

/// From a follower.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Up {
    /// It holds all up to `seq` of that life of the numbers.
    Follow {
        epoch: Epoch,
        seq: Seq,
    },
    Command {
        id: u64,
        actor: Option<String>,
        client_op_id: OperationId,
        command: Map<String, Value>,
    },
    Time {
        sent: i64,
    },
    /// The bytes of a file from here on come as one binary message; an empty one is its end.
    Piece {
        asset: AssetId,
        from: u64,
    },
}

/// A change, for others.
pub fn change_record(change: &Change) -> ChangeRecord {
    let Change { at, origin, events, .. } = change;
    let events: Vec<Event> = events.iter().map(open_event).collect();
    ChangeRecord { v: VERSION, at: *at, origin: open_origin(origin), events: events.into() }
}

pub fn snapshot_record(snapshot: &Snapshot) -> SnapshotRecord {
    let Snapshot { epoch: _, seq, rooms, at, show, past } = snapshot;
    let (rooms, show, past) = (rooms.clone(), Arc::new(open_show(show)), past.clone());
    SnapshotRecord { v: VERSION, seq: *seq, at: *at, rooms, show, past }
}

/// The same show, with nothing in it that opens anything elsewhere.
pub fn open_show(show: &Show) -> Show {
    let mut open = show.clone();
    for destination in Arc::make_mut(&mut open.destinations).values_mut() {
        *destination = Arc::new(open_destination(destination));
    }
    for input in Arc::make_mut(&mut open.inputs).values_mut() {
        *input = Arc::new(Input::clone(input).without_secrets());
    }
    open
}

pub fn open_event(event: &Event) -> Event {
    match event {
        Event::DestinationSaved { destination } => {
            Event::DestinationSaved { destination: Arc::new(open_destination(destination)) }
        }
        Event::InputSaved { input } => Event::InputSaved { input: Arc::new(Input::clone(input).without_secrets()) },
        other => other.clone(),
    }
}

/// Some put the key into the address, and it is of no use to anyone but the leader.
fn open_destination(destination: &Destination) -> Destination {
    let mut open = destination.clone();
    open.target.forget_secret();
    match &mut open.target {
        Target::Rtmp { url, .. } => *url = without_login(url),
        Target::Srt { url, streamid, .. } => {
            *url = without_login(url);
            streamid.clear();
        }
        Target::Record { .. } | Target::Hls { .. } => {}
    }
    open
}

/// Without user, password and query.
fn without_login(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or("");
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{scheme}://{}{path}", authority.rsplit('@').next().unwrap_or(authority))
}

/// Not the digest of the command: who knows all of it but a stream key could try keys on it.
fn open_origin(origin: &Origin) -> Origin {
    let operation =
        origin.operation.as_ref().map(|operation| Operation { id: operation.id.clone(), digest: Digest::untold() });
    Origin { operation, ..origin.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_of_a_key_is_in_what_others_get() {
        let tv = json!({"id": "tv", "name": "TV", "enabled": true, "kind": "rtmp",
            "url": "rtmp://me:canary@h/live?auth=canary", "key": "canary"});
        let srt = json!({"id": "up", "name": "", "enabled": true, "kind": "srt", "url": "srt://h:1", "passphrase": "canary-canary",
            "streamid": "canary"});
        let camera = json!({"id": "cam", "kind": "published", "key": "canary"});
        let mut show = Show::default();
        let destinations = Arc::make_mut(&mut show.destinations);
        let mut events = Vec::new();
        for one in [tv, srt] {
            let destination: Arc<Destination> = Arc::new(serde_json::from_value(one).unwrap());
            destinations.insert(destination.id.clone(), destination.clone());
            events.push(Event::DestinationSaved { destination });
        }
        let input: Arc<Input> = Arc::new(serde_json::from_value(camera).unwrap());
        Arc::make_mut(&mut show.inputs).insert(input.id.clone(), input.clone());
        events.push(Event::InputSaved { input });
        assert_eq!(json!(&show).to_string().matches("canary").count(), 7, "the test has something to find");
        assert!(!json!(open_show(&show)).to_string().contains("canary"));
        let told: Vec<Event> = events.iter().map(open_event).collect();
        assert!(!json!(told).to_string().contains("canary"));
    }
}
