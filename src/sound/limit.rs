//! Keeps the programme below a ceiling: nothing gets above it, and what stays below is not touched.
//!
//! Everything leaves 5 ms after it came, so a peak is known before it is heard: the gain sinks towards it in a straight line,
//! is there in time, and half recovers in 55 ms. Both sides get the same gain. Peaks between samples are looked for at
//! quarters of the way, so what a converter makes of the samples stays below the ceiling too, but for 0.1 dB at 8 kHz and 0.6 dB at 12 kHz.

use std::collections::VecDeque;

use crate::frame::sound::{CHANNELS, SAMPLES_PER_CHUNK};
use crate::frame::tap::between::{AFTER, BEFORE, Frame, weights};

/// 5 ms: what comes in leaves this many frames later.
pub const LOOK_AHEAD: usize = 240;
/// A peak's gain holds for as long as the peak is on its way, and one frame more.
const WINDOW: u64 = LOOK_AHEAD as u64 + 1;
/// Over this many frames the gain sinks. Less than the whole way: a peak between samples is known three frames late.
const SMOOTH: usize = LOOK_AHEAD - 2;
/// Share of the way back up that is made in each frame: half of it in 55 ms.
const RECOVERY: f32 = 2.6e-4;
/// This near to 1 the gain is 1 (the rest is 0.004 dB; nearer, a step would be lost in the last bit of a gain).
const RECOVERED: f32 = 0.999_5;
/// Between samples no curve through six points gets higher than this many times the highest of them.
const BETWEEN_AT_MOST: f32 = 1.4;

const QUARTERS: [[f32; 6]; 3] = [weights(0.25), weights(0.5), weights(0.75)];
/// The frames around one place between samples, but for the newest.
const REMEMBERED: usize = BEFORE + AFTER;

pub struct Limiter {
    /// What has come and not yet left, behind it the place of the next piece.
    frames: Box<[Frame; LOOK_AHEAD + SAMPLES_PER_CHUNK]>,
    /// Gains below 1 that frames on their way need, each with its number, rising: the first is the least.
    needs: VecDeque<(u64, f32)>,
    /// Number of the frame that came last.
    number: u64,
    /// The least gain needed, and its way back.
    held: f32,
    /// The last gains; their mean is what is applied.
    gains: Box<[f32; SMOOTH]>,
    /// Exact enough: gains have 24 bits, the sum has 53.
    sum: f64,
    /// Gains of exactly 1 in a row.
    ones: usize,
}

impl Limiter {
    pub fn new() -> Self {
        Self {
            frames: Box::new([[0.0; 2]; LOOK_AHEAD + SAMPLES_PER_CHUNK]),
            needs: VecDeque::with_capacity(WINDOW as usize + 1),
            number: 0,
            held: 1.0,
            gains: Box::new([1.0; SMOOTH]),
            sum: SMOOTH as f64,
            ones: SMOOTH,
        }
    }

    /// One piece in, and the one that came `LOOK_AHEAD` before out, in its place. No ceiling: only full scale is kept to.
    pub fn pass(&mut self, samples: &mut [f32], ceiling: Option<f32>) {
        for (place, frame) in self.frames[LOOK_AHEAD..].iter_mut().zip(samples.chunks_exact(CHANNELS)) {
            *place = [frame[0], frame[1]];
        }
        let most = ceiling.unwrap_or(1.0);
        if self.is_idle() && self.is_far_below(ceiling) {
            self.number += SAMPLES_PER_CHUNK as u64;
            for (out, frame) in samples.chunks_exact_mut(CHANNELS).zip(self.frames.iter()) {
                out.copy_from_slice(&frame.map(|sample| sample.clamp(-most, most)));
            }
        } else {
            for (index, out) in samples.chunks_exact_mut(CHANNELS).enumerate() {
                let need = ceiling.map_or(1.0, |ceiling| self.need(LOOK_AHEAD + index, ceiling));
                let gain = self.gain(need);
                // By the last bit of a mean a sample could be above.
                out.copy_from_slice(&self.frames[index].map(|sample| (sample * gain).clamp(-most, most)));
            }
        }
        self.frames.copy_within(SAMPLES_PER_CHUNK.., 0);
    }

    fn is_idle(&self) -> bool {
        self.needs.is_empty() && self.ones >= SMOOTH
    }

    fn is_far_below(&self, ceiling: Option<f32>) -> bool {
        let Some(ceiling) = ceiling else { return true };
        let new = self.frames[LOOK_AHEAD - REMEMBERED..].iter().flatten();
        new.fold(0.0, |highest: f32, sample| highest.max(sample.abs())) * BETWEEN_AT_MOST < ceiling
    }

    /// The gain that the frame at `at` needs, and the way between the frames three and two before it.
    fn need(&self, at: usize, ceiling: f32) -> f32 {
        let around = &self.frames[at - REMEMBERED..=at];
        let highest = around.iter().flatten().fold(0.0, |highest: f32, sample| highest.max(sample.abs()));
        let mut peak = self.frames[at][0].abs().max(self.frames[at][1].abs());
        if highest * BETWEEN_AT_MOST >= ceiling {
            for weights in &QUARTERS {
                for side in 0..CHANNELS {
                    let between: f32 = around.iter().zip(weights).map(|(frame, weight)| frame[side] * weight).sum();
                    peak = peak.max(between.abs());
                }
            }
        }
        if peak > ceiling { ceiling / peak } else { 1.0 }
    }

    /// The gain for the frame that leaves as this one comes.
    fn gain(&mut self, need: f32) -> f32 {
        self.number += 1;
        if need < 1.0 {
            while self.needs.back().is_some_and(|(_, later)| *later >= need) {
                self.needs.pop_back();
            }
            self.needs.push_back((self.number, need));
        }
        while self.needs.front().is_some_and(|(number, _)| number + WINDOW <= self.number) {
            self.needs.pop_front();
        }
        let least = self.needs.front().map_or(1.0, |(_, need)| *need);
        self.held = least.min(self.held + (1.0 - self.held) * RECOVERY);
        if self.held > RECOVERED && least == 1.0 {
            self.held = 1.0;
        }
        let place = (self.number % SMOOTH as u64) as usize;
        let oldest = std::mem::replace(&mut self.gains[place], self.held);
        self.sum += f64::from(self.held) - f64::from(oldest);
        self.ones = if self.held == 1.0 { self.ones + 1 } else { 0 };
        if self.ones >= SMOOTH {
            self.sum = SMOOTH as f64;
        }
        (self.sum / SMOOTH as f64) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::decibel::{db, factor};
    use crate::sound::generate::Generator;

    const CEILING: f32 = 0.891_250_9;

    fn limited(wave: &[f32], ceiling: Option<f32>) -> Vec<f32> {
        let mut limiter = Limiter::new();
        let mut out = wave.to_vec();
        out.chunks_exact_mut(960).for_each(|piece| limiter.pass(piece, ceiling));
        out
    }

    fn wave(generator: Generator, pieces: usize) -> Vec<f32> {
        let mut wave = vec![0.0; pieces * 960];
        generator.fill(0, &mut wave);
        wave
    }

    fn highest(wave: &[f32]) -> f32 {
        wave.iter().fold(0.0, |highest: f32, sample| highest.max(sample.abs()))
    }

    #[test]
    fn quiet_sound_only_comes_later() {
        for dbfs in [-40.0, -6.0, -1.01] {
            let wave = wave(Generator::Tone { hz: 997.0, dbfs }, 50);
            let out = limited(&wave, Some(CEILING));
            assert_eq!((&out[..480], &out[480..]), (&[0.0; 480][..], &wave[..wave.len() - 480]), "{dbfs}");
        }
    }

    #[test]
    fn nothing_is_above_the_ceiling_and_a_tone_stays_a_tone() {
        let loud = wave(Generator::Tone { hz: 1_000.0, dbfs: 12.0 }, 100);
        let out = limited(&loud, Some(CEILING));
        assert!(highest(&out) <= CEILING);
        let settled = &out[80 * 960..];
        assert!(db(highest(settled)) > -1.05, "{}", db(highest(settled)));
        // The gain stands still, so nothing but the tone is there.
        let gain = factor(-13.0);
        let expected = loud[80 * 960 - 480..].iter().map(|sample| sample * gain);
        assert!(settled.iter().zip(expected).all(|(sample, expected)| (sample - expected).abs() < 5e-3));
        let mut click = vec![0.0; 20 * 960];
        click[5_000] = 15.0;
        assert!(highest(&limited(&click, Some(CEILING))) <= CEILING);
        assert_eq!(highest(&limited(&loud, None)), 1.0, "cut off at full scale");
    }

    #[test]
    fn after_a_peak_the_gain_comes_back_to_one() {
        let mut wave = wave(Generator::Tone { hz: 1_000.0, dbfs: -20.0 }, 200);
        wave[9_600..10_560].iter_mut().for_each(|sample| *sample *= 40.0);
        let out = limited(&wave, Some(CEILING));
        assert!(highest(&out) <= CEILING);
        assert_eq!(out[150 * 960..], wave[150 * 960 - 480..wave.len() - 480], "bit for bit");
        let steepest = out.windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.6, "{steepest}");
    }

    #[test]
    fn peaks_between_samples_are_held_down_too() {
        // A quarter of the sample rate, an eighth of a period on: no sample is higher than 0.707 of the wave.
        for (hz, short) in [(12_000.0, 0.6), (8_000.0, 0.1), (3_000.0, 0.05)] {
            let mut wave = vec![0.0; 100 * 960];
            for (index, frame) in wave.chunks_exact_mut(2).enumerate() {
                frame.fill((std::f64::consts::TAU * (hz / 48_000.0 * index as f64 + 0.125)).sin() as f32);
            }
            let out = limited(&wave, Some(0.8));
            let mut meter = ebur128::EbuR128::new(2, 48_000, ebur128::Mode::TRUE_PEAK).unwrap();
            meter.add_frames_f32(&out[48_000..]).unwrap();
            let above = 20.0 * (meter.true_peak(0).unwrap() / 0.8).log10();
            assert!(above < short, "{hz} Hz: {above} dB above");
        }
    }
}
