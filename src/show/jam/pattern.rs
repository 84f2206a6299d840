//! Patterns: tracks of steps that go round. The drum machine's and the isometric sequencer's are alike; of the latter each track is
//! a step of the scale.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::numeral::numeral;

/// Each module has so many patterns, of which one is played.
pub const PATTERNS: u8 = 8;
pub const FEWEST_TRACKS: usize = 8;
pub const MOST_TRACKS: usize = 16;
/// Sixteenths: four steps are a beat.
pub const STEPS_PER_BEAT: i64 = 4;
pub const LOUDEST: u8 = 100;

/// Whose patterns they are, and which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Numeral", into = "u8")]
pub struct PatternId(u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("patterns 0 to 7 are the drums', 8 to 15 the sequencer's")]
pub struct InvalidPattern;

impl PatternId {
    pub fn drums(place: u8) -> Self {
        Self(place % PATTERNS)
    }

    pub fn sequencer(place: u8) -> Self {
        Self(PATTERNS + place % PATTERNS)
    }

    pub fn number(self) -> u8 {
        self.0
    }

    pub fn is_drums(self) -> bool {
        self.0 < PATTERNS
    }
}

#[derive(Deserialize)]
struct Numeral(#[serde(deserialize_with = "numeral")] u16);

impl TryFrom<Numeral> for PatternId {
    type Error = InvalidPattern;

    fn try_from(Numeral(number): Numeral) -> Result<Self, InvalidPattern> {
        u8::try_from(number).map_err(|_| InvalidPattern)?.try_into()
    }
}

impl TryFrom<u8> for PatternId {
    type Error = InvalidPattern;

    fn try_from(number: u8) -> Result<Self, InvalidPattern> {
        (number < 2 * PATTERNS).then_some(Self(number)).ok_or(InvalidPattern)
    }
}

impl From<PatternId> for u8 {
    fn from(id: PatternId) -> u8 {
        id.0
    }
}

/// What happens on a step. It is three bytes in memory as on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cell {
    pub enabled: bool,
    /// 0 to 100.
    pub velocity: u8,
    /// Struck so often within its step, 1 to 8, less one.
    pub again: u8,
    /// Left out so many times of sixteen, as chance has it: the same chance on every node.
    pub skipped: u8,
}

impl Cell {
    pub fn struck(velocity: u8) -> Self {
        Self { enabled: true, velocity: velocity.min(LOUDEST), again: 0, skipped: 0 }
    }

    pub fn extra(self) -> u8 {
        self.again & 7 | (self.skipped & 15) << 3
    }

    pub fn with_extra(self, extra: u8) -> Self {
        Self { again: extra & 7, skipped: extra >> 3 & 15, ..self }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TrackText", into = "TrackText")]
pub struct Track {
    pub id: Arc<str>,
    pub cells: Vec<Cell>,
    pub muted: bool,
    pub solo: bool,
    pub volume: u8,
}

/// As the seed's clients write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DrumTrack")]
pub struct TrackText {
    /// What it sounds like: `kick`, `snare` …
    #[schemars(length(min = 1, max = 24))]
    pub id: String,
    #[schemars(length(min = 16, max = 64))]
    pub steps: Vec<bool>,
    #[serde(default)]
    #[schemars(length(max = 64), inner(range(min = 0, max = 100)))]
    pub velocities: Vec<u8>,
    /// How often a step strikes, less one, and how often of sixteen it is left out, times eight. Absent: once, always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<u8>,
    #[serde(default)]
    pub muted: bool,
    #[serde(default)]
    pub solo: bool,
    #[serde(default = "full")]
    #[schemars(range(min = 0, max = 100))]
    pub volume: u8,
}

fn full() -> u8 {
    LOUDEST
}

/// A step that is switched on without a word about its velocity.
pub const USUAL_VELOCITY: u8 = 80;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTracks {
    #[error("a pattern has 16, 32 or 64 steps, in all tracks alike")]
    Steps,
    #[error("a pattern has 8 to 16 tracks")]
    Tracks,
    #[error("velocities and volumes are 0 to 100")]
    Velocity,
    #[error("a track's id is 1 to 24 of a-z, 0-9, - and _")]
    Id,
}

impl TryFrom<TrackText> for Track {
    type Error = InvalidTracks;

    fn try_from(text: TrackText) -> Result<Self, InvalidTracks> {
        let TrackText { id, steps, velocities, extras, muted, solo, volume } = text;
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > 24 || !id.bytes().all(is_plain) {
            return Err(InvalidTracks::Id);
        }
        if !is_length(steps.len()) || velocities.len() > steps.len() || extras.len() > steps.len() {
            return Err(InvalidTracks::Steps);
        }
        if volume > LOUDEST || velocities.iter().any(|velocity| *velocity > LOUDEST) {
            return Err(InvalidTracks::Velocity);
        }
        let cell = |(place, enabled): (usize, &bool)| {
            let usual = if *enabled { USUAL_VELOCITY } else { 0 };
            let velocity = velocities.get(place).copied().unwrap_or(usual);
            let cell = Cell { enabled: *enabled, velocity, again: 0, skipped: 0 };
            cell.with_extra(extras.get(place).copied().unwrap_or(0))
        };
        Ok(Self { id: id.into(), cells: steps.iter().enumerate().map(cell).collect(), muted, solo, volume })
    }
}

impl From<Track> for TrackText {
    fn from(track: Track) -> Self {
        let Track { id, cells, muted, solo, volume } = track;
        let mut extras: Vec<u8> = cells.iter().map(|cell| cell.extra()).collect();
        if extras.iter().all(|extra| *extra == 0) {
            extras.clear();
        }
        Self {
            id: id.as_ref().to_owned(),
            steps: cells.iter().map(|cell| cell.enabled).collect(),
            velocities: cells.iter().map(|cell| cell.velocity).collect(),
            extras,
            muted,
            solo,
            volume,
        }
    }
}

fn is_length(steps: usize) -> bool {
    matches!(steps, 16 | 32 | 64)
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Track>", into = "Vec<Track>")]
pub struct Pattern {
    tracks: Vec<Track>,
}

impl TryFrom<Vec<Track>> for Pattern {
    type Error = InvalidTracks;

    fn try_from(tracks: Vec<Track>) -> Result<Self, InvalidTracks> {
        if !(FEWEST_TRACKS..=MOST_TRACKS).contains(&tracks.len()) {
            return Err(InvalidTracks::Tracks);
        }
        let steps = tracks[0].cells.len();
        let are_alike = is_length(steps) && tracks.iter().all(|track| track.cells.len() == steps);
        if are_alike { Ok(Self { tracks }) } else { Err(InvalidTracks::Steps) }
    }
}

impl From<Pattern> for Vec<Track> {
    fn from(pattern: Pattern) -> Self {
        pattern.tracks
    }
}

/// What a new drum machine has.
pub const DRUMS: [&str; 8] = ["kick", "snare", "hihat-closed", "hihat-open", "clap", "tom-low", "tom-high", "crash"];

impl Pattern {
    pub fn empty_drums() -> Self {
        Self { tracks: DRUMS.iter().map(|id| empty((*id).into())).collect() }
    }

    /// Lowest first.
    pub fn empty_sequencer() -> Self {
        Self { tracks: (0..FEWEST_TRACKS).map(|degree| empty(format!("degree-{degree}").into())).collect() }
    }

    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// What is not a step of it is None.
    pub fn cell_mut(&mut self, track: u8, step: u8) -> Option<&mut Cell> {
        self.tracks.get_mut(usize::from(track))?.cells.get_mut(usize::from(step))
    }

    pub fn track_mut(&mut self, track: u8) -> Option<&mut Track> {
        self.tracks.get_mut(usize::from(track))
    }

    pub fn steps(&self) -> usize {
        self.tracks.first().map_or(16, |track| track.cells.len())
    }

    /// Muted tracks are not heard; where one is solo, no others are.
    pub fn is_heard(&self, track: &Track) -> bool {
        let any_solo = self.tracks.iter().any(|track| track.solo);
        !track.muted && (track.solo || !any_solo)
    }
}

fn empty(id: Arc<str>) -> Track {
    Track { id, cells: vec![Cell::default(); 16], muted: false, solo: false, volume: LOUDEST }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Track, serde_json::Error> {
        serde_json::from_str(text)
    }

    fn written(steps: usize, more: &str) -> String {
        format!(r#"{{"id":"kick","steps":{}{more}}}"#, serde_json::to_string(&vec![true; steps]).unwrap())
    }

    #[test]
    fn a_track_is_as_the_seeds_clients_write_it() {
        let text = r#"{"id":"kick","steps":[true,false,true,false,true,false,true,false,true,false,true,false,true,false,true,false],
            "velocities":[80,0,100,0,1,0,2,0,3,0,4,0,5,0,6,0],"muted":false,"solo":true,"volume":70}"#;
        let track = read(text).unwrap();
        assert_eq!((track.cells[0], track.cells[1].enabled, track.volume), (Cell::struck(80), false, 70));
        let again: serde_json::Value = serde_json::to_value(&track).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert_eq!(read(&written(32, "")).unwrap().cells[7], Cell::struck(80));
    }

    #[test]
    fn what_is_no_track_is_refused() {
        for bad in [written(17, ""), written(0, ""), written(16, r#","velocities":[101]"#), written(16, r#","volume":101"#)]
        {
            assert!(read(&bad).is_err(), "{bad}");
        }
        assert!(read(&written(16, "").replace("kick", "")).is_err());
        assert!(read(&written(16, "").replace("kick", "<b>")).is_err());
    }

    #[test]
    fn a_pattern_has_8_to_16_tracks_of_one_length() {
        let track = |steps: usize| Track { cells: vec![Cell::default(); steps], ..empty("a".into()) };
        for (tracks, good) in [(vec![track(16); 7], false), (vec![track(64); 16], true), (vec![track(16); 17], false)] {
            assert_eq!(Pattern::try_from(tracks).is_ok(), good);
        }
        let mut uneven = vec![track(16); 8];
        uneven[3] = track(32);
        assert_eq!(Pattern::try_from(uneven), Err(InvalidTracks::Steps));
    }

    #[test]
    fn solo_silences_the_others() {
        let mut pattern = Pattern::empty_drums();
        let heard = |pattern: &Pattern| pattern.tracks().iter().filter(|track| pattern.is_heard(track)).count();
        assert_eq!(heard(&pattern), 8);
        pattern.track_mut(1).unwrap().muted = true;
        assert_eq!(heard(&pattern), 7);
        pattern.track_mut(1).unwrap().solo = true;
        assert_eq!(heard(&pattern), 0);
        pattern.track_mut(2).unwrap().solo = true;
        assert_eq!(heard(&pattern), 1);
    }

    #[test]
    fn a_cell_is_what_its_bytes_say() {
        for extra in 0..128 {
            assert_eq!(Cell::struck(50).with_extra(extra).extra(), extra);
        }
    }
}
