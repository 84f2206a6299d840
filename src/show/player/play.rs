//! One play of a track: where it stands, and when it is over.

use serde::{Deserialize, Serialize};

use super::at_sample;
use crate::show::ids::{AssetId, InputId, PlaylistId, TrackId};
use crate::show::input::Playback;
use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Now {
    pub playlist: PlaylistId,
    pub track: TrackId,
    pub asset: AssetId,
    /// Its number among all plays.
    pub play: u64,
    /// For the so manieth time in a row, from 1 on.
    pub round: u32,
    /// What the order is shuffled by.
    pub seed: u64,
    /// What somebody chose to begin with: shuffled, it comes before all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<TrackId>,
    /// Where the track was in its playlist, should it be taken out meanwhile.
    pub place: usize,
    /// Absent: nobody knows, until it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_us: Option<u64>,
    pub playback: Playback,
    /// Nothing may be played at present; it is looked again then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<ShowTime>,
}

/// A play that is over, or nearly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaving {
    pub asset: AssetId,
    pub play: u64,
    pub playback: Playback,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_us: Option<u64>,
    /// When the next one began.
    pub from: ShowTime,
    /// It is not heard any more then.
    pub until: ShowTime,
}

fn micros(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX).saturating_mul(1_000)
}

impl Now {
    pub fn input(&self) -> InputId {
        InputId::of_play(self.play)
    }

    pub fn is_playing(&self) -> bool {
        matches!(self.playback, Playback::Playing { .. })
    }

    /// From its start, and not beyond its end.
    pub fn offset_ms(&self, at: ShowTime) -> u64 {
        let offset = self.playback.offset_us(1.0, at).unwrap_or(0).max(0);
        let length = self.length_us.and_then(|length| i64::try_from(length).ok()).unwrap_or(i64::MAX);
        u64::try_from(offset.min(length) / 1_000).unwrap_or(0)
    }

    pub fn length_ms(&self) -> Option<u64> {
        self.length_us.map(|length| length / 1_000)
    }

    /// When it has been played to its end; None while it does not go on, or nobody knows.
    pub fn ends_at(&self) -> Option<ShowTime> {
        let Playback::Playing { since, offset_ms } = self.playback else { return None };
        let left = i64::try_from(self.length_us?).ok()?.saturating_sub(micros(offset_ms)).max(0);
        Some(at_sample(ShowTime(since.micros().saturating_add(left))))
    }

    pub fn leaving(&self, from: ShowTime, until: ShowTime) -> Leaving {
        let Now { asset, play, playback, length_us, .. } = self.clone();
        Leaving { asset, play, playback, length_us, from, until }
    }
}

impl Leaving {
    pub fn input(&self) -> InputId {
        InputId::of_play(self.play)
    }
}
