//! Where the next samples of a source belong, though its clock is not ours and its time stamps are rough.
//!
//! The running index leads: samples follow each other whatever their stamps say, so a stamp that is a few milliseconds off
//! makes neither gap nor overlap. What the stamps say on average (over about a second) is compared with the index. Off by less
//! than 1 ms, samples pass untouched, bit for bit. Beyond, they are stretched or squeezed a little: 1 ppm for every 2 µs that
//! the average is off further, at most 0.5 % (8 cents, for tens of seconds at worst). A clock that runs 200 ppm wrong so settles
//! at 1.4 ms off. Beyond 100 ms the source has jumped, and so does the index.
//!
//! Stretching interpolates between frames (`between`).

use super::between::{AFTER, BEFORE, Frame, between};

/// In samples: below, samples pass untouched. 1 ms.
const LEFT_ALONE: f64 = 48.0;
/// Stretch for each sample that the average is further off: 500 ppm for each millisecond. With the average over a second this
/// settles without swinging (damping 0.7).
const STRETCH_PER_SAMPLE: f64 = 500e-6 / 48.0;
const MOST_STRETCH: f64 = 5e-3;
/// The stretch that brings the index back between two samples when nothing is off any more: 5 samples a second.
const GENTLE: f64 = 100e-6;
/// In samples: 100 ms.
const JUMP: f64 = 4_800.0;
/// The average is over this many samples: one second.
const AVERAGE_OVER: f64 = 48_000.0;

/// Samples that are worked on at once: bounds the buffer, whatever a decoder hands over in one piece.
pub const AT_ONCE: usize = 480;

/// What the time stamp of some samples says about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// They follow what was there.
    Next,
    /// They belong somewhere else: the source begins, or jumped.
    Jump,
}

/// How wrong the index is, and how fast it is put right.
#[derive(Clone, Copy, Debug, Default)]
struct Drift {
    /// What the stamps say on average, less what the index says, in samples.
    off: f64,
    /// By how much more comes out than went in.
    stretch: f64,
}

impl Drift {
    /// Some samples were off by that much.
    fn learn(&mut self, off: f64, count: usize) {
        self.off += (off - self.off) * (1.0 - (-(count as f64) / AVERAGE_OVER).exp());
        let beyond = (self.off.abs() - LEFT_ALONE).max(0.0).copysign(self.off);
        self.stretch = (beyond * STRETCH_PER_SAMPLE).clamp(-MOST_STRETCH, MOST_STRETCH);
    }
}

pub struct Align {
    /// The last few frames that went in, and those that wait for what follows them.
    held: Vec<Frame>,
    /// Place of the next frame to come out, within `held`.
    at: f64,
    drift: Drift,
    begun: bool,
}

impl Align {
    pub fn new() -> Self {
        // Nothing is ever added beyond this: steady state allocates nothing.
        let held = Vec::with_capacity(AT_ONCE + BEFORE + AFTER + 2);
        let mut align = Self { held, at: 0.0, drift: Drift::default(), begun: false };
        align.restart();
        align
    }

    /// Nothing is known any more.
    pub fn restart(&mut self) {
        self.held.clear();
        self.held.resize(BEFORE, [0.0; 2]);
        (self.at, self.drift, self.begun) = (BEFORE as f64, Drift::default(), false);
    }

    /// Looks at the stamp of `count` samples; `stamp` and `next` (where the next frame out goes) in samples.
    pub fn look(&mut self, stamp: i64, next: i64, count: usize) -> Place {
        let waiting = self.held.len() as f64 - self.at;
        let off = (stamp - next) as f64 - waiting;
        if !self.begun || off.abs() > JUMP {
            self.restart();
            self.begun = true;
            return Place::Jump;
        }
        self.drift.learn(off, count);
        Place::Next
    }

    fn is_between(&self) -> bool {
        self.at.fract() != 0.0
    }

    /// At most `AT_ONCE` frames in; what comes out is given to `out` piece by piece.
    pub fn pass(&mut self, frames: impl Iterator<Item = Frame>, mut out: impl FnMut(&[Frame])) {
        self.held.extend(frames);
        if self.drift.stretch != 0.0 || self.is_between() {
            self.stretched(&mut out);
        }
        if self.drift.stretch == 0.0 && !self.is_between() {
            out(&self.held[self.at as usize..]);
            self.at = self.held.len() as f64;
        }
        // Only what the next interpolation looks back at is kept.
        let done = (self.at as usize).saturating_sub(BEFORE);
        self.held.drain(..done);
        self.at -= done as f64;
    }

    /// Until too little follows, or, with nothing left to stretch, until it meets a frame.
    fn stretched(&mut self, out: &mut impl FnMut(&[Frame])) {
        let settling = self.drift.stretch == 0.0;
        let step = if settling { 1.0 - GENTLE } else { 1.0 - self.drift.stretch };
        while self.at as usize + AFTER < self.held.len() {
            let (whole, part) = (self.at as usize, self.at.fract());
            out(&[between(&self.held[whole - BEFORE..=whole + AFTER], part as f32)]);
            let next = self.at + step;
            if settling && next.fract() > part {
                // It went past a frame, by less than a ten thousandth: from here on it is on it.
                self.at = (whole + 1) as f64;
                return;
            }
            self.at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two hours, by the arithmetic alone: what the index does with stamps from a clock that runs `ppm` fast and jitters.
    fn worst_after_a_minute(ppm: f64, jitter: f64) -> f64 {
        let (mut drift, mut index, mut worst) = (Drift::default(), 0.0, 0.0_f64);
        let mut random = fastrand::Rng::with_seed(7);
        for block in 0..2 * 3_600 * 100 {
            // A fast source delivers its 480 samples in less than 10 ms of ours.
            let due = f64::from(block) * 480.0 * (1.0 - ppm * 1e-6);
            drift.learn(due + jitter * (random.f64() * 2.0 - 1.0) - index, 480);
            if block > 6_000 {
                worst = worst.max((due - index).abs());
            }
            index += 480.0 * (1.0 + drift.stretch);
        }
        worst / 48.0
    }

    #[test]
    fn a_clock_that_is_wrong_stays_within_two_milliseconds_for_two_hours() {
        for (ppm, jitter, most_ms) in [(0.0, 144.0, 1.0), (200.0, 0.0, 1.5), (-200.0, 144.0, 2.0), (1_000.0, 96.0, 3.5)] {
            let worst = worst_after_a_minute(ppm, jitter);
            assert!(worst < most_ms, "{ppm} ppm, jitter {jitter}: {worst} ms");
        }
    }

    #[test]
    fn what_is_on_time_passes_untouched() {
        let mut align = Align::new();
        let mut came = Vec::new();
        for block in 0..20_i64 {
            let frames = (0..480).map(|index| [(block * 480 + index) as f32, 0.0]);
            // Up to a millisecond off, either way.
            let stamp = block * 480 + [0, 40, -40][block as usize % 3];
            align.look(stamp, block * 480, 480);
            align.pass(frames, |out| came.extend_from_slice(out));
            assert_eq!(came.len() as i64, (block + 1) * 480);
        }
        assert!(came.iter().enumerate().all(|(index, frame)| frame[0] == index as f32));
        assert!(align.held.capacity() < 1_000);
    }
}
