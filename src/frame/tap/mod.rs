//! Sound of one source on its way to the mixer: 48 kHz stereo, found by show time.
//!
//! A decoder writes whenever it has something, up to two seconds ahead; the mixer reads what is due. The time stamps of a source
//! may jitter and its clock may drift (`align`); between the two threads stands no lock that the mixer could wait for (`ring`).

mod align;
pub mod between;
mod ring;
#[cfg(test)]
mod tests;

#[cfg(test)]
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::sound::{CHANNELS, SAMPLE_RATE};
use crate::show::time::ShowTime;
use align::{AT_ONCE, Align, Place};
use ring::Ring;

/// +24 dBFS. Beyond, a source is broken; held to this, no sum of sources ever becomes infinite.
const LOUDEST: f32 = 16.0;

/// Over this many frames (2 ms) a jump back fades from what was there to what is there now.
const FADE: usize = 96;

/// Which sample of the grid that starts at the Unix epoch is due at `time`.
pub fn position(time: ShowTime) -> i64 {
    (time.micros().saturating_mul(i64::from(SAMPLE_RATE) / 1_000) + 500).div_euclid(1_000)
}

/// When a sample of the grid is due.
pub fn time_of(position: i64) -> ShowTime {
    ShowTime((position.saturating_mul(1_000) + 24).div_euclid(i64::from(SAMPLE_RATE) / 1_000))
}

pub struct Tap {
    ring: Ring,
    /// The mixer never takes it: only threads that write (one, unless a source is being replaced) and `clear` do.
    writing: Mutex<Writing>,
    /// What decoders gave, for tests of decoders.
    #[cfg(test)]
    log: Mutex<Option<VecDeque<Piece>>>,
}

/// What was written at once, and when it is due.
#[cfg(test)]
type Piece = (ShowTime, Vec<f32>);

struct Writing {
    align: Align,
    /// What a jump overwrites, to fade from.
    before: [[f32; 2]; FADE],
    /// Frames of `before` that have been faded from.
    faded: usize,
}

impl Tap {
    pub fn new() -> Arc<Tap> {
        let writing = Writing { align: Align::new(), before: [[0.0; 2]; FADE], faded: FADE };
        Arc::new(Tap {
            ring: Ring::new(),
            writing: Mutex::new(writing),
            #[cfg(test)]
            log: Mutex::default(),
        })
    }

    /// Interleaved stereo, due at `at`. Follows what was written before, as long as the stamps are within 100 ms of that;
    /// what is older than the ring holds (four seconds before the newest) is overwritten. Never waits for a reader.
    pub fn write(&self, at: ShowTime, samples: &[f32]) {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let frames = samples.len() / CHANNELS;
        if frames == 0 {
            return;
        }
        #[cfg(test)]
        self.note(at, samples);
        let stamp = position(at);
        if writing.align.look(stamp, self.ring.end(), frames) == Place::Jump {
            writing.remember(&self.ring, stamp);
            self.ring.go_to(stamp);
        }
        for piece in samples.chunks(AT_ONCE * CHANNELS) {
            writing.pass(&self.ring, piece);
        }
    }

    #[cfg(test)]
    fn note(&self, at: ShowTime, samples: &[f32]) {
        if let Some(log) = self.log.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            if log.len() == 512 {
                log.pop_front();
            }
            log.push_back((at, samples.to_vec()));
        }
    }

    /// From now on.
    #[cfg(test)]
    pub fn keep_log(&self) {
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = Some(VecDeque::new());
    }

    /// The last pieces that were written and not cleared, as they came.
    #[cfg(test)]
    pub fn written(&self) -> Vec<Piece> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).iter().flatten().cloned().collect()
    }

    /// Fills `out` from `at` on; what is missing is silence. How many frames were there.
    pub fn read(&self, at: ShowTime, out: &mut [f32]) -> usize {
        let there = self.read_marked(position(at), out);
        if there * CHANNELS < out.len() {
            out.iter_mut().filter(|sample| sample.is_nan()).for_each(|sample| *sample = 0.0);
        }
        there
    }

    /// As `read`, by position, with NaN for what is missing.
    pub fn read_marked(&self, first: i64, out: &mut [f32]) -> usize {
        self.ring.read(first, out)
    }

    /// Nothing that was written is there any more. What comes next belongs where its stamp says.
    pub fn clear(&self) {
        #[cfg(test)]
        self.log.lock().unwrap_or_else(PoisonError::into_inner).iter_mut().for_each(VecDeque::clear);
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        writing.align.restart();
        writing.faded = FADE;
        self.ring.restart(self.ring.end());
    }

    /// Where what was written ends: when the sample behind it is due. None when there is nothing.
    pub fn newest(&self) -> Option<ShowTime> {
        (!self.ring.is_empty()).then(|| time_of(self.ring.end()))
    }
}

impl Writing {
    fn remember(&mut self, ring: &Ring, from: i64) {
        let overlap = usize::try_from(ring.end() - from).unwrap_or(0).min(FADE);
        for (at, before) in (from..).zip(&mut self.before[..overlap]) {
            *before = ring.get(at).unwrap_or_default();
        }
        self.faded = if overlap == FADE { 0 } else { FADE };
    }

    fn pass(&mut self, ring: &Ring, samples: &[f32]) {
        let Self { align, before, faded } = self;
        let frames = samples.chunks_exact(CHANNELS).map(|frame| [sane(frame[0]), sane(frame[1])]);
        align.pass(frames, |frames| {
            let mut rest = frames;
            while let (true, Some((first, others))) = (*faded < FADE, rest.split_first()) {
                let (new, old) = (*faded as f32 / FADE as f32, before[*faded]);
                ring.push(&[[0, 1].map(|channel| first[channel] * new + old[channel] * (1.0 - new))]);
                *faded += 1;
                rest = others;
            }
            ring.push(rest);
        });
    }
}

fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}
