//! The show as a story: a snapshot to begin with, then what happened. `seq` numbers all changes, `room_seq` those of the room;
//! in neither is a number left out, so a client can tell by either that it missed something.

use std::sync::Arc;

use serde_json::{Value, json};

use super::destination::DestinationView;
use super::event::event_view;
use super::light;
use super::media;
use super::past::VersionView;
use super::schedule::{MacroView, ScheduledView};
use super::show::{program, stream};
use crate::api::chronicle::Topic;
use crate::show::Show;
use crate::state::Snapshot;
use crate::state::history::{Change, condensed};
use crate::state::room::Room;

/// One change, or several that are told as one because the client is behind: then a value that was replaced within them is left
/// out, and `seq_from` and `room_seq_from` say where they begin. All have happened in this topic.
pub fn changes(topic: Topic, changes: &[Arc<Change>]) -> Value {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return Value::Null };
    let mut payload = json!({
        "room": topic.name(),
        "room_seq": topic.number(last),
        "at": last.at.millis(),
        "events": condensed(changes, |room| topic.holds(room)).into_iter().map(event_view).collect::<Vec<_>>(),
    });
    let mut message = json!({ "type": "change", "seq": last.seq });
    if changes.len() > 1 {
        message["seq_from"] = json!(first.seq);
        payload["room_seq_from"] = json!(topic.number(first));
    } else {
        payload["by"] = by(last);
    }
    message["payload"] = payload;
    message
}

/// Who did it, through which door, and as what they know it.
fn by(change: &Change) -> Value {
    let origin = &change.origin;
    let mut by = json!({ "door": origin.door });
    if let Some(actor) = &origin.actor {
        by["actor"] = json!(actor);
    }
    if let Some(operation) = &origin.operation {
        by["client_op_id"] = json!(operation.id);
    }
    by
}

/// Everything in a topic: whatever the client knew of it before no longer counts.
pub fn snapshot(topic: Topic, snapshot: &Snapshot) -> Value {
    json!({
        "type": "snapshot",
        "seq": snapshot.seq,
        "payload": {
            "room": topic.name(),
            "epoch": snapshot.epoch,
            "room_seq": topic.number_at(snapshot),
            "at": snapshot.at.millis(),
            "state": state(topic, &snapshot.show),
        },
    })
}

pub fn state(topic: Topic, show: &Show) -> Value {
    let mut state = json!({});
    for room in Room::ALL.into_iter().filter(|room| topic.holds(*room)) {
        match room {
            Room::Stream => {
                state["stream"] = stream(&show.stream);
                state["config"] = json!(show.config);
                state["program"] = program(show.program.as_ref());
            }
            Room::Scenes => {
                state["scenes"] = json!(show.scenes.values().collect::<Vec<_>>());
                state["versions"] = json!(VersionView::all(show));
            }
            Room::Assets => state["assets"] = json!(show.assets.values().collect::<Vec<_>>()),
            Room::Schedule => {
                state["scheduled"] = json!(ScheduledView::all(show));
                state["macros"] = json!(MacroView::all(show));
            }
            Room::Zones => {
                if let (Value::Object(state), Value::Object(lights)) = (&mut state, light::all(show)) {
                    state.extend(lights);
                }
            }
            Room::Playlists => {
                state["playlists"] = show.playlists.values().map(|playlist| media::playlist(playlist)).collect()
            }
            Room::Player => state["player"] = media::player(&show.player),
            Room::Nfc => state["nfc"] = media::nfc(&show.nfc),
            Room::Downloads => state["downloads"] = show.downloads.values().map(|found| media::download(found)).collect(),
            Room::Values => state["values"] = json!(show.values),
            Room::Destinations => {
                state["destinations"] =
                    show.destinations.values().map(|found| json!(DestinationView::decided(found))).collect();
                state["displays"] = json!(show.displays.values().collect::<Vec<_>>());
            }
        }
    }
    state
}
