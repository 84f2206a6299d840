//! What notes sound like: a few harmonics, the higher ones shorter.

use super::wave::{Cell, GRID, cosine, decay, first_of, pace, ramp, samples, seconds, sine};
use crate::frame::sound::SAMPLE_RATE;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// What is added to a turn for each sample.
    pace: u32,
    /// Of the first four harmonics.
    harmonics: [f32; 4],
    /// How long it takes to lose most of its loudness while it is held.
    life: f32,
    /// Seconds, after it has ended.
    release: f32,
}

/// Harmonics beyond have no room below half the sample rate.
const HIGHEST_HZ: f32 = SAMPLE_RATE as f32 / 3.0;
/// Cells until it is at its loudest: 2 ms.
const ATTACK: f32 = 3.0;
const LIVES: f32 = 7.0;

impl Tone {
    pub fn piano(note: u8) -> Self {
        Self::new(note, [0.6, 0.24, 0.12, 0.06], 1.2, 0.1)
    }

    pub fn sequencer(note: u8) -> Self {
        Self::new(note, [0.55, 0.1, 0.2, 0.02], 0.25, 0.08)
    }

    pub fn blip(note: u8) -> Self {
        Self::new(note, [0.6, 0.1, 0.0, 0.0], 0.06, 0.03)
    }

    fn new(note: u8, mut harmonics: [f32; 4], life: f32, release: f32) -> Self {
        let hz = 440.0 * ((f32::from(note) - 69.0) / 12.0).exp2();
        for (number, harmonic) in (1..).zip(&mut harmonics) {
            if hz * number as f32 > HIGHEST_HZ {
                *harmonic = 0.0;
            }
        }
        Self { pace: pace(hz), harmonics, life, release }
    }

    /// Samples after its end until nothing is heard.
    pub fn fading(&self) -> i64 {
        samples(self.release * LIVES)
    }

    /// `until`: the sample at which it ends, from its first one on.
    pub fn cell(&self, cell: i64, until: i64) -> Cell {
        let loudness = ramp([cell, cell + 1].map(|edge| self.loudness(edge, until)));
        let bright = ramp([cell, cell + 1].map(|edge| self.left(edge) * self.left(edge)));
        let first = first_of(cell);
        let [base, second, third, fourth] = self.harmonics;
        std::array::from_fn(|index| {
            let phase = first.wrapping_add(index as u32 + 1).wrapping_mul(self.pace);
            let (sine, cosine) = (sine(phase), cosine(phase));
            // The sines of multiples of an angle are its sine times these.
            let square = cosine * cosine;
            let above = second * 2.0 * cosine + third * (4.0 * square - 1.0) + fourth * cosine * (8.0 * square - 4.0);
            sine * (base + above * bright[index]) * loudness[index]
        })
    }

    fn left(&self, edge: i64) -> f32 {
        decay(seconds(edge * GRID as i64), self.life)
    }

    fn loudness(&self, edge: i64, until: i64) -> f32 {
        let over = edge * GRID as i64 - until;
        let released = if over > 0 { decay(seconds(over), self.release) } else { 1.0 };
        (edge as f32 / ATTACK).min(1.0) * (0.25 + 0.75 * self.left(edge)) * released
    }
}
