//! What is asked of playlists and the player, as it comes.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::player::Repeat;
use crate::show::timetable::Timetable;

/// A playlist that is to be. What is not said is as it usually is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlaylist {
    pub id: PlaylistId,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 86_400_000))]
    pub still_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000))]
    pub times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Arc<Timetable>>,
    /// Left as they are where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2_000))]
    pub tracks: Option<Vec<NewTrack>>,
}

/// A track that is to be. Its title and who made it come from the file where nothing is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTrack {
    pub id: TrackId,
    pub asset: AssetId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 86_400_000))]
    pub still_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000))]
    pub times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Arc<Timetable>>,
}

/// What the player is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Control {
    // Braces, because serde refuses unknown fields only where there could be known ones.
    Play {},
    Pause {},
    Stop {},
    Toggle {},
    Next {},
    Previous {},
    /// From the start of the track.
    Seek {
        #[schemars(range(max = 86_400_000))]
        position_ms: u64,
    },
}

/// What is to become of the loop. Whoever asks names media; what that means for its playlist is decided with the show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum LoopWish {
    /// At its end; a loop that is not there yet is made.
    Add {
        slug: AssetId,
    },
    Remove {
        slug: AssetId,
    },
    /// All of them.
    Order {
        slugs: Vec<AssetId>,
    },
    /// Shows it now, and puts it into the loop if it is not there.
    Show {
        slug: AssetId,
    },
    Control {
        control: Control,
    },
    /// The other mode where none is named.
    Repeat {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<Repeat>,
    },
}
