//! What the page of a display shows at a glance, and what is told of it as it changes; payloads under `data`, as such pages know it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::looped;
use crate::api::Api;
use crate::library::uploads::{State, Status};
use crate::show::Show;
use crate::show::playlist::LOOP;
use crate::state::Snapshot;

/// A part of the dashboard that is told anew when something of it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Media,
    Loop,
    Playback,
    Display,
}

impl Part {
    pub const ALL: [Part; 4] = [Part::Media, Part::Loop, Part::Playback, Part::Display];

    /// What has changed from one show to the next, without looking into it.
    pub fn changed(old: &Show, new: &Show) -> Vec<Part> {
        let same_loop = match (old.playlists.get(LOOP), new.playlists.get(LOOP)) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        let same = |part: &Part| match part {
            Part::Media => Arc::ptr_eq(&old.assets, &new.assets),
            Part::Loop => same_loop,
            Part::Playback => Arc::ptr_eq(&old.player, &new.player),
            Part::Display => Arc::ptr_eq(&old.displays, &new.displays),
        };
        Part::ALL.into_iter().filter(|part| !same(part)).collect()
    }
}

pub fn message(kind: &str, data: &Value) -> Value {
    json!({ "type": kind, "data": data })
}

/// All but the media.
pub fn rest(api: &Api, snapshot: &Snapshot) -> Value {
    let (show, now) = (&snapshot.show, api.clock.now());
    let queue = looped::queue(show);
    let wifi = api.machine.wifi.changes().borrow().clone();
    let health = api.health();
    json!({
        "loop": queue["loop"],
        "items": queue["items"],
        "active": queue["active"],
        "playback": looped::playback(show, now),
        "display": looped::display(show.displays.values().map(AsRef::as_ref)),
        "processing": &*api.details.board(),
        "status": {
            "health": health.status(), "version": env!("CARGO_PKG_VERSION"), "on_air": show.stream.is_on_air(),
            "uptime_s": now.since(api.started).as_secs(), "figures": super::system::SystemMetrics::new(&api.figures()),
        },
        "wifi": { "available": wifi.available, "ssid": wifi.ssid, "strength": wifi.strength, "state": wifi.state },
        "updates": api.machine.update.status(),
        "server_seq": snapshot.seq,
        "epoch": String::from(snapshot.epoch),
        "timestamp": now.millis(),
    })
}

/// The parts alone.
pub fn parts(api: &Api, snapshot: &Snapshot, parts: &[Part]) -> Value {
    let (show, now) = (&snapshot.show, api.clock.now());
    let mut told = json!({ "active": looped::active(show), "server_seq": snapshot.seq, "timestamp": now.millis() });
    for part in parts {
        match part {
            Part::Media => told["media"] = media(show),
            Part::Loop => told["loop"] = looped::order(show),
            Part::Playback => told["playback"] = looped::playback(show, now),
            Part::Display => told["display"] = looped::display(show.displays.values().map(AsRef::as_ref)),
        }
    }
    told
}

fn media(show: &Show) -> Value {
    show.assets.values().filter(|asset| looped::is_media(asset)).map(|asset| looped::media(asset)).collect()
}

pub fn upload(status: &Status) -> Value {
    json!({
        "job_id": status.id, "filename": status.name, "progress": status.percent(), "status": status.state,
        "complete": status.state == State::Completed, "bytes_uploaded": status.received, "file_size": status.length,
        "slug": status.result.as_ref().map(|result| &result["asset"]),
        "error": status.error.as_ref().map(|fault| &fault.message),
    })
}
