//! Begins with the show that Redis holds, where there is nothing else to begin with.

use std::sync::Arc;

use serde::Deserialize;

use super::{Target, Trouble};
use crate::show::Show;
use crate::show::destination::Secret;
use crate::state::format::SnapshotRecord;
use crate::state::{Epoch, Snapshot};

impl Target {
    /// The snapshot in Redis; None if there is none. Destinations whose key was left out are switched off, because without it they
    /// would knock at a wrong door.
    pub async fn held(&self) -> Result<Option<Snapshot>, Trouble> {
        let mut connection = self.connect().await?;
        let text: Option<String> = redis::cmd("GET")
            .arg(&self.keys.snapshot)
            .query_async(&mut connection)
            .await
            .map_err(|error| self.trouble(&error))?;
        text.map(|text| read(&text)).transpose()
    }
}

pub(super) fn read(text: &str) -> Result<Snapshot, Trouble> {
    let held = record(text)?;
    let mut show = Show::clone(&held.show);
    for destination in Arc::make_mut(&mut show.destinations).values_mut() {
        if destination.target.secret().is_some_and(Secret::is_empty) {
            Arc::make_mut(destination).enabled = false;
        }
    }
    // Other changes than the ones that Redis saw may follow: these are other numbers.
    Ok(Snapshot { epoch: Epoch::new(), show: Arc::new(show), ..held })
}

/// As it was written.
pub(super) fn record(text: &str) -> Result<Snapshot, Trouble> {
    let unreadable = |why: String| Trouble(format!("the snapshot in it can not be read: {why}"));
    // Not in serde's words, which may quote what they met.
    let damaged = |error: serde_json::Error| format!("it is damaged at line {}, column {}", error.line(), error.column());
    let record: SnapshotRecord = serde_json::from_str(text).map_err(|error| unreadable(damaged(error)))?;
    // Anyone may have written it.
    record.check().map_err(|error| unreadable(error.to_string()))?;
    let Life { epoch } = serde_json::from_str(text).map_err(|error| unreadable(damaged(error)))?;
    let SnapshotRecord { v: _, seq, at, rooms, show, past: _ } = record;
    Ok(Snapshot { epoch, seq, rooms, at, show, ..Snapshot::default() })
}

#[derive(Deserialize)]
struct Life {
    /// None in what was written before there were lives.
    #[serde(default)]
    epoch: Epoch,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn snapshot() -> Value {
        let scene = json!({"id": "a", "layers": [{"id": "l", "kind": "pattern"}]});
        let mut show = json!(Show::default());
        (show["scenes"], show["program"]) = (json!({"a": scene}), json!({"scene": "a", "since": 1}));
        json!({"v": 1, "seq": 12, "rooms": {"scenes": 9}, "at": 5, "show": show})
    }

    #[track_caller]
    fn refused(place: &str, value: Value) {
        let mut text = snapshot();
        *text.pointer_mut(place).expect("it is there") = value;
        let trouble = read(&text.to_string()).expect_err(place).to_string();
        assert!(trouble.contains("can not be read") && trouble.len() < 1_000, "{trouble}");
    }

    #[test]
    fn a_snapshot_whose_numbers_have_no_next_is_refused() {
        assert!(read(&snapshot().to_string()).is_ok());
        refused("/seq", json!(u64::MAX));
        refused("/rooms/scenes", json!(u64::MAX));
    }

    #[test]
    fn a_show_that_no_command_would_have_led_to_is_refused() {
        refused("/show/config/width", json!(0));
        refused("/show/program/scene", json!("b"));
        refused("/show/scenes/a/id", json!("b"));
        refused("/show/scenes/a/layers/0/id", json!("../l"));
        refused("/show/scenes/a/layers", json!([{"id": "l", "kind": "image", "asset": "gone"}]));
        refused("/show/scenes/a/layers/0", json!({"id": "l", "kind": "pattern", "opacity": 5}));
        refused("/show/destinations", json!({"tv": {"id": "tv", "kind": "rtmp", "url": "file:///etc/passwd"}}));
    }

    #[test]
    fn what_can_not_be_read_is_not_quoted() {
        let mut text = snapshot();
        text["show"]["destinations"] = json!({"tv": {"id": "tv", "kind": "s3cret\u{7}"}});
        let trouble = read(&text.to_string()).expect_err("no such kind").to_string();
        assert!(!trouble.contains("s3cret"), "{trouble}");
    }
}
