//! What happens in a jam. Types and fields are those of the seed's messages, and some more; each event carries the whole new value,
//! so that replaying needs no judgement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::beat::{Beat, Timeline};
use super::module::{Module, Setting, Visual};
use super::music::{ColorMode, Root, Scale};
use super::participant::{Color, Participant, ParticipantId};
use super::pattern::{Cell, PatternId, Track, USUAL_VELOCITY};
use super::{Jam, Millis};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum JamEvent {
    DrumStep(Step),
    Note(Struck),
    ColorMode {
        mode: ColorMode,
    },
    KeyChange {
        key: Root,
        scale: Scale,
    },
    TempoChange {
        /// Beats a minute, for people.
        tempo: f64,
        line: Timeline,
    },
    #[serde(rename_all = "camelCase")]
    PlaybackControl {
        is_playing: bool,
        /// From which on.
        beat: Beat,
    },
    Bar {
        meter: u8,
        quantum: u8,
        swing: u8,
    },
    PatternSelect {
        pattern: PatternId,
        since: Beat,
    },
    DrumPatternReset {
        #[serde(default)]
        pattern: PatternId,
        tracks: Vec<Track>,
    },
    Track {
        #[serde(default)]
        pattern: PatternId,
        track: u8,
        muted: bool,
        solo: bool,
        volume: u8,
    },
    Module {
        module: Module,
        setting: Setting,
    },
    Visual {
        visual: Visual,
    },
    Joined {
        participant: Participant,
    },
    /// For good: its place is free.
    Left {
        id: ParticipantId,
    },
    Presence {
        id: ParticipantId,
        present: bool,
        outputs: u16,
    },
    Profile {
        id: ParticipantId,
        name: String,
        color: Color,
    },
    Host {
        id: ParticipantId,
    },
    Room {
        name: String,
        open: bool,
    },
    /// All of it at once, but who is there: where a recording is played from another place on.
    Whole {
        jam: Box<Jam>,
    },
}

/// A step is set, not toggled: whoever says it twice says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// 0 to 7 are the drums', 8 to 15 the sequencer's.
    #[serde(default, skip_serializing_if = "is_first")]
    #[schemars(with = "u8", range(min = 0, max = 15))]
    pub pattern: PatternId,
    pub track: u8,
    pub step: u8,
    pub enabled: bool,
    #[serde(default = "usual")]
    #[schemars(range(min = 0, max = 100))]
    pub velocity: u8,
    /// How often it strikes, less one, and how often of sixteen it is left out, times eight.
    #[serde(default, skip_serializing_if = "is_nothing")]
    #[schemars(range(min = 0, max = 127))]
    pub extra: u8,
}

impl Step {
    pub fn cell(&self) -> Cell {
        Cell { enabled: self.enabled, velocity: self.velocity, ..Cell::default() }.with_extra(self.extra)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Struck {
    #[schemars(range(min = 0, max = 127))]
    pub note: u8,
    #[serde(default = "usual")]
    #[schemars(range(min = 0, max = 100))]
    pub velocity: u8,
    #[serde(default = "piano", skip_serializing_if = "is_piano")]
    pub module: Module,
    /// False where it ends.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub on: bool,
}

fn is_first(pattern: &PatternId) -> bool {
    pattern.number() == 0
}

fn is_nothing(extra: &u8) -> bool {
    *extra == 0
}

fn usual() -> u8 {
    USUAL_VELOCITY
}

fn piano() -> Module {
    Module::Piano
}

fn is_piano(module: &Module) -> bool {
    *module == Module::Piano
}

fn yes() -> bool {
    true
}

fn is_yes(on: &bool) -> bool {
    *on
}

/// Something that happened, with its place in the row: no number is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub seq: u64,
    pub at: Millis,
    /// 0: nobody of the participants.
    pub by: ParticipantId,
    /// The author's own number for what it asked; 0: none.
    #[serde(default, skip_serializing_if = "has_none")]
    pub op: u32,
    pub event: JamEvent,
}

fn has_none(op: &u32) -> bool {
    *op == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_written(event: &JamEvent, text: &str) {
        assert_eq!(serde_json::to_string(event).unwrap(), text);
        assert_eq!(serde_json::from_str::<JamEvent>(text).unwrap(), *event);
    }

    #[test]
    fn the_seeds_messages_are_written_as_the_seed_has_them() {
        let step = Step { pattern: PatternId::default(), track: 0, step: 7, enabled: true, velocity: 80, extra: 0 };
        is_written(&JamEvent::DrumStep(step), r#"{"type":"drum-step","track":0,"step":7,"enabled":true,"velocity":80}"#);
        let note = Struck { note: 60, velocity: 80, module: Module::Piano, on: true };
        is_written(&JamEvent::Note(note), r#"{"type":"note","note":60,"velocity":80}"#);
        is_written(&JamEvent::ColorMode { mode: ColorMode::Harmonic }, r#"{"type":"color-mode","mode":"harmonic"}"#);
        let eb = Root::new(3).unwrap();
        is_written(
            &JamEvent::KeyChange { key: eb, scale: Scale::Dorian },
            r#"{"type":"key-change","key":"Eb","scale":"dorian"}"#,
        );
        let playing = JamEvent::PlaybackControl { is_playing: true, beat: Beat(4_000_000) };
        is_written(&playing, r#"{"type":"playback-control","isPlaying":true,"beat":4000000}"#);
    }

    #[test]
    fn what_the_seeds_clients_leave_out_is_usual() {
        let note: JamEvent = serde_json::from_str(r#"{"type":"note","note":60}"#).unwrap();
        assert_eq!(note, JamEvent::Note(Struck { note: 60, velocity: 80, module: Module::Piano, on: true }));
    }
}
