//! Media in an order, to be played.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asset::{Asset, AssetKind};
use super::ids::{AssetId, PlaylistId, TrackId};
use super::time::ShowTime;
use super::timetable::Timetable;

/// The playlist that displays loop through, where there is one.
pub const LOOP: &str = "loop";

pub const MAX_PLAYLISTS: usize = 512;
/// Of one playlist, and of all of them together.
pub const MAX_TRACKS: usize = 2_000;
pub const MAX_TRACKS_IN_ALL: usize = 20_000;
pub const MAX_TITLE: usize = 200;
pub const MAX_DESCRIPTION: usize = 2_000;
/// Of a still picture, where nothing else is said.
pub const STILL_MS: u32 = 10_000;
/// A day.
pub const MAX_STILL_MS: u32 = 86_400_000;
pub const MAX_TIMES: u32 = 1_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Playlist {
    #[serde(flatten)]
    pub head: Arc<Head>,
    #[serde(default)]
    pub tracks: Vec<Arc<Track>>,
}

/// A playlist without what is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub id: PlaylistId,
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// How long a still picture is shown.
    pub still_ms: u32,
    /// How often each track is played before the next one is.
    pub times: u32,
    /// It goes on where it was left, not at its start.
    pub resumes: bool,
    /// It is started when its time comes, and stopped when that is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Arc<Timetable>>,
    /// When its timetable opens or closes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<ShowTime>,
    /// How often it, or what is in it, has changed.
    #[serde(default)]
    pub version: u64,
    pub created_at: ShowTime,
    pub updated_at: ShowTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_played: Option<ShowTime>,
    /// Where it was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Left>,
}

/// A place in a playlist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub track: TrackId,
    pub offset_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    pub id: TrackId,
    pub asset: AssetId,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// What the uploader called its file.
    #[serde(default)]
    pub filename: String,
    /// Instead of the playlist's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// It is left out at other times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Arc<Timetable>>,
    #[serde(default)]
    pub play_count: u32,
    pub created_at: ShowTime,
    pub updated_at: ShowTime,
}

/// A track by its name, or by its number, which counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TrackRef {
    Number(u32),
    Id(TrackId),
}

impl fmt::Display for TrackRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrackRef::Number(number) => write!(f, "number {number}"),
            TrackRef::Id(id) => write!(f, "{id}"),
        }
    }
}

impl Head {
    /// As it is after one more change.
    pub fn changed(&self) -> Head {
        Head { version: self.version + 1, ..self.clone() }
    }
}

impl Playlist {
    pub fn id(&self) -> &PlaylistId {
        &self.head.id
    }

    pub fn place_of(&self, track: &TrackId) -> Option<usize> {
        self.tracks.iter().position(|known| known.id == *track)
    }

    pub fn track(&self, id: &TrackId) -> Option<&Arc<Track>> {
        self.tracks.iter().find(|track| track.id == *id)
    }

    pub fn find(&self, track: &TrackRef) -> Option<&Arc<Track>> {
        match track {
            TrackRef::Number(number) => self.tracks.get(usize::try_from(*number).ok()?.checked_sub(1)?),
            TrackRef::Id(id) => self.track(id),
        }
    }
}

impl Track {
    pub fn still_ms(&self, head: &Head) -> u32 {
        self.still_ms.unwrap_or(head.still_ms)
    }

    pub fn times(&self, head: &Head) -> u32 {
        self.times.unwrap_or(head.times).max(1)
    }

    /// How long it is played once, if anyone knows. `asset` is its own.
    pub fn length_us(&self, asset: &Asset, head: &Head) -> Option<u64> {
        let still = u64::from(self.still_ms(head)) * 1_000;
        match asset.kind {
            // One that moves is seen once at least, unless it is said how long it is seen.
            AssetKind::Image if self.still_ms.is_none() => Some(asset.length_us().map_or(still, |length| length.max(still))),
            AssetKind::Image => Some(still),
            _ => heard_us(asset),
        }
    }
}

/// A sound of some samples on repeat would be a change of the show for each of them.
const SHORTEST_US: u64 = 100_000;

/// How long a file is played by itself, if anyone knows.
pub fn heard_us(asset: &Asset) -> Option<u64> {
    asset.length_us().map(|length| length.max(SHORTEST_US))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_found_by_name_and_by_number() {
        let track = |id: &str| serde_json::json!({"id": id, "asset": "a", "title": id, "created_at": 0, "updated_at": 0});
        let playlist: Playlist = serde_json::from_value(serde_json::json!({
            "id": "p", "title": "P", "still_ms": 1, "times": 1, "resumes": true, "created_at": 0, "updated_at": 0,
            "tracks": [track("x"), track("2")],
        }))
        .unwrap();
        let find = |json: &str| {
            let track: TrackRef = serde_json::from_str(json).unwrap();
            playlist.find(&track).map(|track| track.id.as_str())
        };
        assert_eq!((find("1"), find("2"), find("\"2\"")), (Some("x"), Some("2"), Some("2")));
        assert_eq!((find("0"), find("3"), find("\"y\"")), (None, None, None));
        let json = serde_json::to_value(&playlist).unwrap();
        assert_eq!(serde_json::from_value::<Playlist>(json).unwrap(), playlist);
    }
}
