//! What is written to disk: JSON with a version in every record, so that a newer server can read an older one's files and
//! an older one can tell that it must not touch a newer one's.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::apply::check_whole;
use super::event::Event;
use super::past::Past;
use super::rejection::Rejection;
use super::room::{Room, RoomSeqs};
use super::{Origin, Seq};
use crate::show::Show;
use crate::show::time::ShowTime;

/// Raise it when a record's meaning changes; keep reading the older ones.
pub const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeRecord {
    pub v: u32,
    pub at: ShowTime,
    pub origin: Origin,
    pub events: Arc<[Event]>,
}

/// Why a record is not to be used, though it is well-formed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unusable {
    #[error("it was written by a newer marquee (format {0}, this one knows {VERSION})")]
    Newer(u32),
    #[error("its numbers are too large to have been counted")]
    Uncountable,
    #[error("it holds no whole show: {0}")]
    NotWhole(#[from] Rejection),
}

/// At a thousand changes a second it takes 285,000 years to get here; JavaScript's numbers end here too.
const LAST: u64 = (1 << 53) - 1;

impl ChangeRecord {
    pub fn check(&self) -> Result<(), Unusable> {
        if self.v > VERSION { Err(Unusable::Newer(self.v)) } else { Ok(()) }
    }
}

impl SnapshotRecord {
    pub fn check(&self) -> Result<(), Unusable> {
        let Self { v, seq, at: _, rooms, show, past: _ } = self;
        if *v > VERSION {
            return Err(Unusable::Newer(*v));
        }
        if seq.0 > LAST || Room::ALL.into_iter().any(|room| rooms.of(room) > LAST) {
            return Err(Unusable::Uncountable);
        }
        Ok(check_whole(show)?)
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotRecord {
    pub v: u32,
    pub seq: Seq,
    /// When its last change happened.
    #[serde(default)]
    pub at: ShowTime,
    #[serde(default)]
    pub rooms: RoomSeqs,
    pub show: Arc<Show>,
    /// Nothing relies on it: what it brings back is checked then.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub past: Arc<Past>,
}

fn is_empty(past: &Arc<Past>) -> bool {
    past.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// These texts are on people's disks: they may be added to, never changed.
    #[test]
    fn version_1_reads_as_it_always_did() {
        let events = json!([
            {"event": "scene_saved", "scene": {"id": "main", "name": "Main", "layers": [
                {"id": "back", "x": 0.0, "y": 0.0, "opacity": 1.0, "visible": true, "kind": "gradient",
                 "from": "#102030", "to": "#405060", "angle": 90.0},
                {"id": "clock", "x": 10.5, "y": 20.0, "width": 300.0, "opacity": 0.5, "visible": false, "kind": "text",
                 "text": "{clock}", "size": 64.0, "color": "#ffffff80"}
            ]}},
            {"event": "layer_saved", "scene": "main", "index": 1,
             "layer": {"id": "logo", "x": 0.0, "y": 0.0, "opacity": 1.0, "visible": true, "kind": "image", "asset": "abc"}},
            {"event": "layers_ordered", "scene": "main", "order": ["clock", "back"]},
            {"event": "layer_removed", "scene": "main", "layer": "logo"},
            {"event": "scene_taken", "program": {"scene": "main", "since": 1700000000000000i64}},
            {"event": "scene_removed", "scene": "old"},
            {"event": "stream_configured", "config": {"width": 1280, "height": 720, "fps": "30000/1001", "bitrate": 3000,
             "audioBitrate": 128, "keyFrameInterval": 2, "preset": "veryfast",
             "preview": {"width": 640, "fps": 10, "quality": 75}}},
            {"event": "stream_changed", "stream": {"status": "paused", "since": 1, "at": 2}},
            {"event": "stream_changed", "stream": {"status": "stopped"}},
            {"event": "destination_saved", "destination": {"id": "tv", "name": "", "enabled": true, "kind": "rtmp",
             "url": "rtmp://h/live", "key": "k"}},
            {"event": "destination_saved", "destination": {"id": "file", "name": "", "enabled": true, "kind": "record",
             "format": "mkv"}},
            {"event": "destination_removed", "destination": "tv"},
            {"event": "asset_added", "asset": {"id": "abc", "name": "logo.png", "kind": "image", "format": "png", "width": 1, "height": 2,
             "bytes": 3}},
            {"event": "asset_removed", "asset": "abc"}
        ]);
        let record = json!({"v": 1, "at": 5, "origin": {"door": "rest"}, "events": events});
        let read: ChangeRecord = serde_json::from_value(record.clone()).expect("version 1 is readable");
        let mut written: Value = serde_json::to_value(&read).expect("it can be written");
        // Came later, and is what it would have been.
        let config = written["events"][6]["config"].as_object_mut().expect("a configuration");
        assert!(config.remove("multiview").is_some());
        assert_eq!(written, record);
    }
}
