//! What is being played, since when, and from where in it; where it stands at an instant, and when it is over, follow from that.

mod order;
mod play;
pub mod staged;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{PlaylistId, TrackId};
use super::time::ShowTime;

pub use order::{Pick, Way, following, may_be_played, pick_again, pick_first, position_in_order, same};
pub use play::{Leaving, Now};

pub const MAX_CROSSFADE_MS: u32 = 12_000;
/// Between the word to play and the first sample of it: for a decoder to open the file.
pub const LEAD_MS: i64 = 250;
/// What leaves is let go so long after it was last heard.
pub const SETTLES_AFTER_MS: i64 = 500;
/// Further into a track than this, going back means to its start.
pub const BACK_TO_START_MS: u64 = 3_000;
/// Playlists with a time that interrupt one another.
pub const MAX_WAITING: usize = 8;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Player {
    pub settings: Settings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Now>,
    /// What was played before, as long as it is still heard or seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaving: Option<Leaving>,
    /// How many plays there have been: each has its number for a name.
    #[serde(default)]
    pub plays: u64,
    /// The last thing that could not be played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// How many plays in a row could not be played.
    #[serde(default)]
    pub faults: u32,
    /// What was played when the time of another playlist came, paused where it was and newest last: it goes on when that is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Now>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    #[schemars(range(max = 100))]
    pub volume: u8,
    /// Louder it does not become: for children's ears.
    #[schemars(range(max = 100))]
    pub max_volume: u8,
    pub muted: bool,
    pub repeat: Repeat,
    pub shuffle: bool,
    /// How long one track is still heard while the next one is; 0 is without a gap.
    #[schemars(range(max = 12_000))]
    pub crossfade_ms: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    #[default]
    None,
    /// The track.
    One,
    /// The playlist.
    All,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub playlist: PlaylistId,
    pub track: TrackId,
    pub title: String,
    pub reason: String,
    pub at: ShowTime,
}

impl Default for Settings {
    fn default() -> Self {
        Self { volume: 80, max_volume: 100, muted: false, repeat: Repeat::None, shuffle: false, crossfade_ms: 0 }
    }
}

impl Settings {
    /// What is outside of its range: the field, what it is, and what is allowed.
    pub fn check(&self) -> Result<(), (&'static str, String, &'static str)> {
        if self.volume > 100 {
            return Err(("volume", self.volume.to_string(), "0 to 100"));
        }
        if self.max_volume > 100 {
            return Err(("max_volume", self.max_volume.to_string(), "0 to 100"));
        }
        if self.crossfade_ms > MAX_CROSSFADE_MS {
            return Err(("crossfade_ms", self.crossfade_ms.to_string(), "0 to 12000"));
        }
        Ok(())
    }

    /// A factor: half of the volume sounds about half as loud.
    pub fn gain(&self) -> f32 {
        let volume = f32::from(self.volume.min(self.max_volume)) / 100.0;
        if self.muted { 0.0 } else { volume * volume }
    }
}

/// The time of the nearest sample: what follows something else begins at its very end, and sound has no finer grain.
pub fn at_sample(at: ShowTime) -> ShowTime {
    let sample = (at.micros().saturating_mul(48) + 500).div_euclid(1_000);
    ShowTime((sample.saturating_mul(1_000) + 24).div_euclid(48))
}
