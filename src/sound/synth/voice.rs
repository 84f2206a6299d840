//! One sound, from its first sample to its last.

use super::kit::Drum;
use super::tone::Tone;
use super::wave::{Cell, GRID, samples};
use crate::frame::sound::CHANNELS;
use crate::show::jam::module::Module;
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::{Millis, Note};

/// Which note of a jam it is, so that its end is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteKey(Module, u8, ParticipantId, Millis);

impl NoteKey {
    pub fn of(note: &Note) -> Self {
        Self(note.module, note.note, note.by, note.at)
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Timbre {
    Drum(&'static Drum),
    /// Until it ends, in samples from its first one on.
    Tone(Tone, i64),
}

/// What ends when the next of its kind begins: a drum is struck anew, a string has one pitch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Hats,
    Track(Module, u8),
    Pitch(Module, u8),
}

#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// The place of its first sample.
    pub onset: i64,
    pub timbre: Timbre,
    pub module: Module,
    pub kind: Kind,
    /// What it is held by, and how many samples that lasts, as far as is known.
    pub held: Option<(NoteKey, i64)>,
    pub gain: f32,
    pub pan: f32,
    /// From here on it comes in, if it was not known when it began.
    pub enters: i64,
    /// From here on it goes out, if it is cut short.
    pub cut: Option<i64>,
    /// The first sample at which nothing of it is left.
    pub over: i64,
}

/// How long it takes to go out or to come in: 2 ms, so that nothing clicks.
const EDGE: i64 = 96;

impl Timbre {
    /// In samples.
    pub fn length(&self) -> i64 {
        match self {
            Timbre::Drum(drum) => samples(drum.seconds()),
            Timbre::Tone(tone, until) => until.saturating_add(tone.fading()),
        }
    }
}

impl Voice {
    /// That of a module, in the middle, from that sample on.
    pub fn new(onset: i64, timbre: Timbre, module: Module, kind: Kind, gain: f32) -> Self {
        let over = onset.saturating_add(timbre.length());
        Self { onset, timbre, module, kind, held: None, gain, pan: 0.0, enters: onset, cut: None, over }
    }

    /// It lasts that many samples before it fades.
    pub fn hold(&mut self, length: i64) {
        if let Timbre::Tone(_, until) = &mut self.timbre {
            *until = length;
        }
        self.over = self.onset.saturating_add(self.timbre.length());
    }

    /// The first sample at which it is not heard any more.
    pub fn end(&self) -> i64 {
        self.cut.map_or(self.over, |cut| self.over.min(cut.saturating_add(EDGE)))
    }

    /// Still sounds then, and is not going out.
    pub fn lasts(&self, at: i64) -> bool {
        self.cut.is_none() && self.over > at
    }

    /// Adds it to a piece of sound. What is added at a sample does not depend on where the piece begins.
    pub fn add_to(&self, first: i64, out: &mut [f32]) {
        let frames = (out.len() / CHANNELS) as i64;
        let last = self.end().min(first.saturating_add(frames));
        let mut at = first.max(self.onset).max(self.enters);
        while at < last {
            let cell = (at - self.onset) / GRID as i64;
            let begin = self.onset + cell * GRID as i64;
            let until = last.min(begin + GRID as i64);
            let wave = self.cell(cell);
            let heard = wave.iter().skip((at - begin) as usize);
            let frames = out.chunks_exact_mut(CHANNELS).skip((at - first) as usize).take((until - at) as usize);
            self.mix((at..).zip(heard), frames);
            at = until;
        }
    }

    fn mix<'a>(&self, wave: impl Iterator<Item = (i64, &'a f32)>, frames: impl Iterator<Item = &'a mut [f32]>) {
        let sides = [self.gain * (1.0 - self.pan.max(0.0)), self.gain * (1.0 + self.pan.min(0.0))];
        for ((place, sample), frame) in wave.zip(frames) {
            let sample = sample * self.edge(place);
            frame.iter_mut().zip(sides).for_each(|(out, side)| *out += sample * side);
        }
    }

    fn cell(&self, cell: i64) -> Cell {
        match &self.timbre {
            Timbre::Drum(drum) => drum.cell(cell, (self.onset as u32).wrapping_mul(0x9e37_79b1)),
            Timbre::Tone(tone, until) => tone.cell(cell, *until),
        }
    }

    /// 1 but where it comes in or goes out.
    fn edge(&self, place: i64) -> f32 {
        let coming = if self.enters > self.onset { (place - self.enters + 1).min(EDGE) } else { EDGE };
        let going = self.cut.map_or(EDGE, |cut| (cut + EDGE - place).clamp(0, EDGE));
        coming.min(going) as f32 / EDGE as f32
    }
}
