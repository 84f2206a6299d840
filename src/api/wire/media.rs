//! Playlists, the player, tags and downloads, as every door tells them: with times in milliseconds.

use serde_json::{Map, Value, json};

use crate::show::download::Download;
use crate::show::input::Playback;
use crate::show::player::{Now, Player};
use crate::show::playlist::{Head, Playlist, Track};
use crate::show::tag::{Association, Nfc, Tag, Tap};
use crate::show::time::ShowTime;

/// Plain data with text keys, and each of these fields an instant: in milliseconds instead of microseconds.
fn in_millis(thing: &impl serde::Serialize, times: &[&str]) -> Value {
    let mut value = serde_json::to_value(thing).unwrap_or_default();
    for name in times {
        if let Some(time) = value.get_mut(name).filter(|time| !time.is_null()) {
            *time = json!(ShowTime(time.as_i64().unwrap_or_default()).millis());
        }
    }
    value
}

const HEAD: [&str; 4] = ["created_at", "updated_at", "last_played", "changes_at"];

pub fn head(head: &Head) -> Value {
    in_millis(head, &HEAD)
}

pub fn track(track: &Track) -> Value {
    in_millis(track, &["created_at", "updated_at"])
}

pub fn playlist(playlist: &Playlist) -> Value {
    let mut value = head(&playlist.head);
    value["tracks"] = playlist.tracks.iter().map(|entry| track(entry)).collect();
    value
}

fn playback(playback: &Playback) -> Value {
    match playback {
        Playback::Playing { since, offset_ms } => {
            json!({ "state": "playing", "since": since.millis(), "offset_ms": offset_ms })
        }
        Playback::Paused { offset_ms } => json!({ "state": "paused", "offset_ms": offset_ms }),
        Playback::Stopped => json!({ "state": "stopped" }),
    }
}

fn now(now: &Now) -> Value {
    let Now { playlist, track, asset, play, round, playback: course, waits_until, .. } = now;
    let mut value = json!({ "playlist": playlist, "track": track, "asset": asset, "play": play, "round": round });
    value["length_ms"] = json!(now.length_ms());
    value["playback"] = playback(course);
    if let Some(until) = waits_until {
        value["waits_until"] = json!(until.millis());
    }
    value
}

/// What is played, since when and from where: the position at any instant follows.
pub fn player(player: &Player) -> Value {
    let mut value = serde_json::to_value(&player.settings).unwrap_or_default();
    value["now"] = player.now.as_ref().map_or(Value::Null, now);
    value["fault"] = player.fault.as_ref().map_or(Value::Null, |fault| in_millis(fault, &["at"]));
    value["interrupted"] = json!(player.waiting.last().map(|left| &left.playlist));
    value
}

pub fn tag(tag: &Tag) -> Value {
    in_millis(tag, &["created_at"])
}

pub fn tap(tap: &Tap) -> Value {
    in_millis(tap, &["at", "removed_at"])
}

pub fn association(association: &Association) -> Value {
    in_millis(association, &["started_at", "expires_at"])
}

pub fn nfc(nfc: &Nfc) -> Value {
    let mut value = Map::new();
    value.insert("settings".to_owned(), json!(nfc.settings));
    value.insert("tags".to_owned(), nfc.tags.values().map(|known| tag(known)).collect());
    value.insert("association".to_owned(), nfc.association.as_ref().map_or(Value::Null, |newest| association(newest)));
    value.insert("tap".to_owned(), nfc.tap.as_ref().map_or(Value::Null, tap));
    value.into()
}

pub fn download(download: &Download) -> Value {
    in_millis(download, &["created_at", "updated_at"])
}
