//! A jam: what several people play together, as state. Steps and notes are decided; what is heard and lit at a time follows from
//! them and the time, on every node alike.

pub mod address;
pub mod beat;
pub mod code;
pub mod color;
pub mod event;
pub mod layer;
pub mod link;
pub mod module;
pub mod music;
mod numeral;
pub mod participant;
pub mod pattern;
pub mod played;
pub mod shown;

#[cfg(test)]
mod color_golden;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::time::ShowTime;
use beat::{Beat, Course};
use code::JamCode;
use module::{Module, Setting, Visual};
use music::{ColorMode, Root, Scale};
use participant::{Participant, ParticipantId};
use pattern::{Pattern, PatternId};

/// Milliseconds of Unix time. Everything in a jam happens at a whole one.
pub type Millis = i64;

pub fn millis(at: Millis) -> ShowTime {
    ShowTime(at.saturating_mul(1_000))
}

/// Whoever is there at once; more than that is a concert.
pub const MOST_PARTICIPANTS: usize = 32;
/// Notes that sound, or have just ended.
pub const MOST_NOTES: usize = 64;
/// A note that nobody ends is ended.
pub const LONGEST_NOTE_MS: i64 = 10_000;
/// How long a note is kept that has ended: for its light and its sound to fade, and for those who look back.
pub const FADING_MS: i64 = 4_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Jam {
    pub code: JamCode,
    pub name: String,
    pub created_at: Millis,
    /// Strangers who know the code may play.
    pub open: bool,
    pub course: Course,
    pub transport: Transport,
    /// Beats of a bar.
    pub meter: u8,
    /// What is scheduled happens at a multiple of so many beats.
    pub quantum: u8,
    /// How much later every other step comes, in hundredths of a step.
    pub swing: u8,
    pub key: Root,
    pub scale: Scale,
    pub color_mode: ColorMode,
    pub patterns: BTreeMap<PatternId, Arc<Pattern>>,
    pub drums: Playing,
    pub sequencer: Playing,
    pub modules: BTreeMap<Module, Setting>,
    pub visual: Visual,
    pub participants: BTreeMap<ParticipantId, Arc<Participant>>,
    /// The number of whoever comes next.
    pub next_participant: u16,
    /// Oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// When something happened last.
    pub changed_at: Millis,
    /// The newest operation of each participant that was carried out: what comes again does nothing. Known to the server alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ops: BTreeMap<ParticipantId, u32>,
}

/// It plays from one beat to another; the beat itself goes on, so that all stay together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transport {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Beat>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Beat>,
}

impl Transport {
    pub fn is_playing(&self, beat: Beat) -> bool {
        self.from.is_some_and(|from| from <= beat) && self.until.is_none_or(|until| beat < until)
    }

    /// It plays, or will as soon as the bar begins, and nobody has asked it to stop.
    pub fn is_wanted(&self) -> bool {
        self.from.is_some() && self.until.is_none()
    }
}

/// The pattern of a module, and the one before it until its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playing {
    pub pattern: PatternId,
    #[serde(default)]
    pub since: Beat,
    pub before: PatternId,
}

impl Playing {
    pub fn only(pattern: PatternId) -> Self {
        Self { pattern, since: Beat(0), before: pattern }
    }

    pub fn at(&self, beat: Beat) -> PatternId {
        if beat < self.since { self.before } else { self.pattern }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub module: Module,
    pub note: u8,
    pub velocity: u8,
    pub by: ParticipantId,
    pub at: Millis,
    /// When it ends, as far as is known; at the latest.
    pub until: Millis,
}

impl Jam {
    pub fn new(code: JamCode, name: String, at: Millis) -> Self {
        let line = beat::Timeline { time_origin: millis(at), ..beat::Timeline::default() };
        let (drums, sequencer) = (PatternId::drums(0), PatternId::sequencer(0));
        Self {
            code,
            name,
            created_at: at,
            open: false,
            course: Course::new(line),
            transport: Transport::default(),
            meter: 4,
            quantum: 4,
            swing: 0,
            key: Root::default(),
            scale: Scale::default(),
            color_mode: ColorMode::default(),
            patterns: BTreeMap::from([
                (drums, Arc::new(Pattern::empty_drums())),
                (sequencer, Arc::new(Pattern::empty_sequencer())),
            ]),
            drums: Playing::only(drums),
            sequencer: Playing::only(sequencer),
            modules: Module::ALL.into_iter().map(|module| (module, Setting::default())).collect(),
            visual: Visual::default(),
            participants: BTreeMap::new(),
            next_participant: 1,
            notes: Vec::new(),
            changed_at: at,
            ops: BTreeMap::new(),
        }
    }

    /// As those who play get it.
    pub fn told(&self) -> Jam {
        Jam { ops: BTreeMap::new(), ..self.clone() }
    }

    /// One that nobody has written in is empty.
    pub fn pattern(&self, id: PatternId) -> Arc<Pattern> {
        let empty = || if id.is_drums() { Pattern::empty_drums() } else { Pattern::empty_sequencer() };
        self.patterns.get(&id).cloned().unwrap_or_else(|| Arc::new(empty()))
    }

    pub fn setting(&self, module: Module) -> Setting {
        self.modules.get(&module).copied().unwrap_or_default()
    }

    pub fn present(&self) -> usize {
        self.participants.values().filter(|participant| participant.present).count()
    }
}
