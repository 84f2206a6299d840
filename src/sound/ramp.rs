//! Factors that change without a click: each piece of sound goes in a straight line from where the last one ended.

use crate::frame::sound::{CHANNELS, SAMPLES_PER_CHUNK};

/// Left and right.
pub type Sides = [f32; CHANNELS];

/// Multiplies by what leads from `from` (just before the first sample) to `to` (at the last).
pub fn scale(samples: &mut [f32], from: Sides, to: Sides) {
    if from == [1.0; 2] && to == [1.0; 2] {
        return;
    }
    let frames = (samples.len() / CHANNELS).max(1) as f32;
    let step = [0, 1].map(|side| (to[side] - from[side]) / frames);
    for (index, frame) in samples.chunks_exact_mut(CHANNELS).enumerate() {
        let passed = (index + 1) as f32;
        frame[0] *= from[0] + step[0] * passed;
        frame[1] *= from[1] + step[1] * passed;
    }
}

/// The same, but added to what is in `sum`.
pub fn add(sum: &mut [f32], samples: &[f32], from: f32, to: f32) {
    let step = (to - from) / SAMPLES_PER_CHUNK as f32;
    for (index, (sum, frame)) in sum.chunks_exact_mut(CHANNELS).zip(samples.chunks_exact(CHANNELS)).enumerate() {
        let factor = from + step * (index + 1) as f32;
        sum[0] += frame[0] * factor;
        sum[1] += frame[1] * factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_ends_where_the_next_begins() {
        let mut samples = [1.0; SAMPLES_PER_CHUNK * CHANNELS];
        scale(&mut samples, [0.0, 1.0], [1.0, 0.0]);
        let last = samples.len() - 2;
        assert!((samples[last] - 1.0).abs() < 1e-6 && samples[last + 1].abs() < 1e-6);
        let steepest = samples.windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(0.0, f32::max);
        assert!((steepest - 1.0 / 480.0).abs() < 1e-6, "{steepest}");
        let mut sum = [0.5; SAMPLES_PER_CHUNK * CHANNELS];
        add(&mut sum, &[0.25; SAMPLES_PER_CHUNK * CHANNELS], 2.0, 2.0);
        assert_eq!(sum, [1.0; SAMPLES_PER_CHUNK * CHANNELS]);
    }
}
