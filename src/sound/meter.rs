//! How loud something is to the eye: peak, held for a while, and RMS over 300 ms.

use super::decibel::{SILENCE_DB, db, factor};
use crate::frame::sound::{CHANNELS, SAMPLES_PER_CHUNK};

/// RMS is over this many pieces: 300 ms.
const PIECES: usize = 30;
/// A peak stands for one second, in pieces.
const HELD: u16 = 100;
/// Then it falls by 20 dB a second.
const FALL_DB: f32 = -0.2;

/// In dBFS, left and right; -120 is silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    pub peak_db: [f32; CHANNELS],
    pub rms_db: [f32; CHANNELS],
}

impl Default for Level {
    fn default() -> Self {
        Self { peak_db: [SILENCE_DB; CHANNELS], rms_db: [SILENCE_DB; CHANNELS] }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Peak {
    value: f32,
    /// Pieces since it was reached.
    age: u16,
}

#[derive(Clone, Debug, Default)]
pub struct Meter {
    peaks: [Peak; CHANNELS],
    /// Mean squares of the last pieces.
    powers: [[f32; CHANNELS]; PIECES],
    at: usize,
}

impl Meter {
    /// One piece; an empty one is silence.
    pub fn add(&mut self, samples: &[f32]) {
        let mut highest = [0.0_f32; CHANNELS];
        let mut power = [0.0; CHANNELS];
        for frame in samples.chunks_exact(CHANNELS) {
            for side in 0..CHANNELS {
                highest[side] = highest[side].max(frame[side].abs());
                power[side] += frame[side] * frame[side];
            }
        }
        self.powers[self.at] = power.map(|power| power / SAMPLES_PER_CHUNK as f32);
        self.at = (self.at + 1) % PIECES;
        for (peak, highest) in self.peaks.iter_mut().zip(highest) {
            peak.add(highest);
        }
    }

    pub fn level(&self) -> Level {
        let rms = |side: usize| (self.powers.iter().map(|power| power[side]).sum::<f32>() / PIECES as f32).sqrt();
        Level { peak_db: [0, 1].map(|side: usize| db(self.peaks[side].value)), rms_db: [0, 1].map(|side| db(rms(side))) }
    }
}

impl Peak {
    fn add(&mut self, highest: f32) {
        self.age = self.age.saturating_add(1);
        if self.age > HELD {
            self.value *= factor(FALL_DB);
        }
        if highest >= self.value {
            *self = Peak { value: highest, age: 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::generate::Generator;

    #[test]
    fn a_meter_shows_what_it_is_given_and_lets_go_of_it() {
        let mut meter = Meter::default();
        assert_eq!(meter.level(), Level::default());
        let mut piece = [0.0; SAMPLES_PER_CHUNK * CHANNELS];
        Generator::Tone { hz: 1_000.0, dbfs: -6.0 }.fill(0, &mut piece);
        piece.iter_mut().skip(1).step_by(2).for_each(|right| *right *= 0.1);
        (0..30).for_each(|_| meter.add(&piece));
        let near = |value: [f32; 2], expected: [f32; 2]| {
            assert!(value.iter().zip(expected).all(|(value, expected)| (value - expected).abs() < 0.05), "{value:?}");
        };
        near(meter.level().peak_db, [-6.0, -26.0]);
        near(meter.level().rms_db, [-9.01, -29.01]);
        (0..15).for_each(|_| meter.add(&[]));
        near(meter.level().rms_db, [-12.02, -32.02]);
        (15..100).for_each(|_| meter.add(&[]));
        near(meter.level().peak_db, [-6.0, -26.0]);
        assert_eq!(meter.level().rms_db, [SILENCE_DB; 2]);
        (0..50).for_each(|_| meter.add(&[]));
        near(meter.level().peak_db, [-16.0, -36.0]);
    }
}
