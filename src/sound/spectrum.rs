//! How loud each pitch is: the newest 85 ms of both sides, taken apart into waves.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::frame::sight::{HIGHEST_HZ, LOWEST_HZ, PITCHES};
use crate::frame::sound::SAMPLE_RATE;

/// Samples that are looked at. Fewer would tell one deep pitch less well from the next, more would be seen later.
pub const LENGTH: usize = 4_096;
const BINS: usize = LENGTH / 2 + 1;

/// What takes sound apart, and its room to work in. One is enough for all that is looked at.
pub struct Prism {
    fft: Arc<dyn RealToComplex<f32>>,
    /// Hann: lets the sound in and out softly, so that what lies between two bins is not seen in all of them.
    window: Vec<f32>,
    samples: Vec<f32>,
    waves: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// What lies below each bin. Exact enough for what is quiet beside what is loud.
    sums: Vec<f64>,
    /// Where the pitches begin and end, in bins.
    edges: [f64; PITCHES + 1],
}

impl Prism {
    pub fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(LENGTH);
        let turn = std::f64::consts::TAU / LENGTH as f64;
        Self {
            window: (0..LENGTH).map(|index| (0.5 - 0.5 * (index as f64 * turn).cos()) as f32).collect(),
            samples: fft.make_input_vec(),
            waves: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            sums: vec![0.0; BINS + 1],
            edges: std::array::from_fn(edge),
            fft,
        }
    }

    /// Adds the power of each pitch: the square of the peak that a sine would have, times `share`.
    pub fn add(&mut self, sound: &[f32; LENGTH], share: f32, powers: &mut [f32; PITCHES]) {
        for ((sample, from), weight) in self.samples.iter_mut().zip(sound).zip(&self.window) {
            *sample = from * weight;
        }
        // It fails only for lengths other than its own, and these are its own.
        if self.fft.process_with_scratch(&mut self.samples, &mut self.waves, &mut self.scratch).is_err() {
            return;
        }
        let mut sum = 0.0;
        for (below, wave) in self.sums[1..].iter_mut().zip(&self.waves) {
            sum += f64::from(wave.norm_sqr());
            *below = sum;
        }
        // A sine's power under the window, by Parseval: 3/32 of the squared length.
        let scale = f64::from(share) * 32.0 / (3.0 * (LENGTH * LENGTH) as f64);
        let mut before = self.below(self.edges[0]);
        for (power, edge) in powers.iter_mut().zip(&self.edges[1..]) {
            let after = self.below(*edge);
            *power += ((after - before) * scale) as f32;
            before = after;
        }
    }

    /// The power of all that lies below, a bin's own spread over its width.
    fn below(&self, bins: f64) -> f64 {
        let whole = (bins as usize).min(BINS - 1);
        self.sums[whole] + (self.sums[whole + 1] - self.sums[whole]) * (bins - whole as f64)
    }
}

/// Where a pitch begins. A bin lies around its own frequency: the first from -half to half.
fn edge(pitch: usize) -> f64 {
    let hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(pitch as f64 / PITCHES as f64);
    hz * LENGTH as f64 / f64::from(SAMPLE_RATE) + 0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::pixels::allocations;

    fn sine(hz: f64, peak: f64) -> Box<[f32; LENGTH]> {
        let wave = (0..LENGTH).map(|index| {
            let turns = index as f64 * hz / f64::from(SAMPLE_RATE);
            (peak * (turns * std::f64::consts::TAU).sin()) as f32
        });
        wave.collect::<Vec<_>>().into_boxed_slice().try_into().expect("as long as it should be")
    }

    #[test]
    fn a_sine_of_any_pitch_is_as_loud_as_it_is_and_is_where_it_is() {
        let mut prism = Prism::new();
        for hz in [80.0, 440.0, 997.0, 1_000.0, 5_432.1, 15_000.0] {
            let mut powers = [0.0; PITCHES];
            prism.add(&sine(hz, 0.5), 1.0, &mut powers);
            let all: f32 = powers.iter().sum();
            assert!((10.0 * all.log10() + 6.02).abs() < 0.1, "{hz}: {all}");
            let loudest = (0..PITCHES).max_by(|one, other| powers[*one].total_cmp(&powers[*other])).expect("one of them");
            let place = (hz / LOWEST_HZ).ln() / (HIGHEST_HZ / LOWEST_HZ).ln() * PITCHES as f64;
            // Deep pitches are narrower than what 85 ms can tell apart.
            let width = if hz < 400.0 { 12.0 } else { 1.5 };
            assert!((loudest as f64 + 0.5 - place).abs() <= width, "{hz}: {loudest}, not {place}");
        }
        let mut powers = [0.0; PITCHES];
        let sound = sine(20_000.0, 1.0);
        assert_eq!(allocations::during(|| prism.add(&sound, 1.0, &mut powers)), 0);
        assert!(powers.iter().sum::<f32>() < 1e-6, "what is above is not shown");
    }
}
