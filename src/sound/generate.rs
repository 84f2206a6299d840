//! Sounds that need no source: test tones, noise, and the pattern's beep. Functions of the sample's place in time, so that every
//! node makes the same.

use std::f32::consts::TAU;

use super::decibel::factor;
use crate::frame::sound::{CHANNELS, SAMPLE_RATE};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Generator {
    Silence,
    /// A sine; `dbfs` is its peak.
    Tone {
        hz: f32,
        dbfs: f32,
    },
    /// 3 dB less for each octave; `dbfs` is its RMS. Both sides the same.
    PinkNoise {
        dbfs: f32,
    },
}

impl Generator {
    /// The samples from that position on.
    pub fn fill(&self, first: i64, out: &mut [f32]) {
        match self {
            Generator::Silence => out.fill(0.0),
            Generator::Tone { hz, dbfs } => tone(first, *hz, factor(*dbfs), out),
            Generator::PinkNoise { dbfs } => pink_noise(first, factor(*dbfs), out),
        }
    }
}

/// A pitch is taken to the thousandth of a hertz: then the phase at any position is a whole number of parts of a period, and
/// exact however far 1970 lies back.
const PARTS: i64 = SAMPLE_RATE as i64 * 1_000;

fn tone(first: i64, hz: f32, amplitude: f32, out: &mut [f32]) {
    let pitch = (f64::from(hz) * 1_000.0).round() as i64;
    let mut part = first.rem_euclid(PARTS) * pitch.rem_euclid(PARTS) % PARTS;
    for frame in out.chunks_exact_mut(CHANNELS) {
        frame.fill(amplitude * (TAU * (part as f64 / PARTS as f64) as f32).sin());
        part = (part + pitch).rem_euclid(PARTS);
    }
}

/// Rows of noise, each changing half as often as the one before; their sum is pink from 0.7 Hz to 24 kHz.
const ROWS: usize = 16;

fn pink_noise(first: i64, rms: f32, out: &mut [f32]) {
    // Each row is even between -1 and 1, so its mean square is a third.
    let scale = rms / (ROWS as f32 / 3.0).sqrt();
    let mut rows: [f32; ROWS] = std::array::from_fn(|row| noise(row, first >> row));
    for (position, frame) in (first..).zip(out.chunks_exact_mut(CHANNELS)) {
        // Row n changes where the last n bits are zero.
        let changing = (position.trailing_zeros() as usize + 1).min(ROWS);
        for (row, value) in rows.iter_mut().enumerate().take(changing) {
            *value = noise(row, position >> row);
        }
        frame.fill(scale * rows.iter().sum::<f32>());
    }
}

/// Between -1 and 1, by the place alone (the last steps of SplitMix64).
fn noise(row: usize, place: i64) -> f32 {
    let mut bits = (place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add((row as u64) << 32 | 0x5851_f42d);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0
}

/// A tenth of each second, as long as the pattern's flash is white.
const BEEP: i64 = SAMPLE_RATE as i64 / 10;
const BEEP_HZ: f32 = 1_000.0;
/// -18 dBFS.
const BEEP_AMPLITUDE: f32 = 0.125_892_54;
/// 1.5 ms of rise and fall, so that the beep has no click.
const BEEP_FADE: f32 = 72.0;

/// Adds the pattern's beep, `from` times as loud at first and `to` times at the end; says whether there was one.
pub fn add_beep(first: i64, from: f32, to: f32, sum: &mut [f32]) -> bool {
    let frames = sum.len() / CHANNELS;
    let into = first.rem_euclid(i64::from(SAMPLE_RATE));
    let touches = into < BEEP || into + frames as i64 > i64::from(SAMPLE_RATE);
    if !touches || (from == 0.0 && to == 0.0) {
        return false;
    }
    for (index, frame) in sum.chunks_exact_mut(CHANNELS).enumerate() {
        let loudness = from + (to - from) * (index + 1) as f32 / frames as f32;
        let value = loudness * beep((into + index as i64) % i64::from(SAMPLE_RATE));
        frame.iter_mut().for_each(|sample| *sample += value);
    }
    true
}

/// The beep, this many samples after the second began.
fn beep(sample: i64) -> f32 {
    if sample >= BEEP {
        return 0.0;
    }
    let (at, end) = (sample as f32, BEEP as f32);
    let fade = (at / BEEP_FADE).min((end - at) / BEEP_FADE).clamp(0.0, 1.0);
    BEEP_AMPLITUDE * fade * (TAU * BEEP_HZ / SAMPLE_RATE as f32 * at).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026, in samples.
    const NOW: i64 = 1_790_000_000 * 48_000 + 17;

    fn made(generator: Generator, first: i64, frames: usize) -> Vec<f32> {
        let mut out = vec![f32::NAN; frames * CHANNELS];
        for (piece, out) in out.chunks_mut(960).enumerate() {
            generator.fill(first + piece as i64 * 480, out);
        }
        out.chunks_exact(CHANNELS).map(|frame| frame[0]).collect()
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_has_its_pitch_and_loudness_whatever_the_time() {
        for hz in [440.0, 997.0, 0.5, 19_999.9] {
            let wave = made(Generator::Tone { hz, dbfs: -6.0 }, NOW, 48_000);
            let rising = wave.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
            assert!((rising as f32 - hz).abs() <= 1.0, "{hz}: {rising}");
            assert!(wave.iter().all(|sample| sample.abs() <= factor(-6.0)));
        }
        let wave = made(Generator::Tone { hz: 1_000.0, dbfs: -20.0 }, NOW, 48_000);
        assert!((20.0 * rms(&wave).log10() + 23.01).abs() < 0.01);
        assert_eq!(wave[..480], wave[47_520..], "a thousand whole periods");
        assert_eq!(made(Generator::Silence, NOW, 480), vec![0.0; 480]);
    }

    #[test]
    fn pink_noise_loses_three_decibels_an_octave() {
        let noise = made(Generator::PinkNoise { dbfs: -20.0 }, NOW, 480_000);
        assert_eq!(noise[960..1_440], made(Generator::PinkNoise { dbfs: -20.0 }, NOW + 960, 480), "by the place alone");
        assert!((20.0 * rms(&noise).log10() + 20.0).abs() < 0.5, "{}", 20.0 * rms(&noise).log10());
        // The difference of the means of n samples and of the n after them looks at an octave around 12000 / n Hz: as the
        // octave goes down, what pink noise holds in it stays the same, while white noise would lose 3 dB.
        let mut sums = vec![0.0_f64];
        noise.iter().for_each(|sample| sums.push(sums[sums.len() - 1] + f64::from(*sample)));
        let octave = |length: usize| {
            let difference = |at: usize| (sums[at] + sums[at + 2 * length] - 2.0 * sums[at + length]) / length as f64;
            rms(&(0..480_000 - 2 * length).step_by(7).map(|at| difference(at) as f32).collect::<Vec<_>>())
        };
        for length in [4, 16, 64, 256] {
            let change = 20.0 * (octave(length * 2) / octave(length)).log10();
            assert!(change.abs() < 1.0, "{length}: {change} dB");
        }
    }

    #[test]
    fn the_beep_lasts_a_tenth_of_each_second() {
        let mut second = vec![0.0; 96_000];
        let sounded: Vec<bool> =
            (0..).zip(second.chunks_mut(960)).map(|(piece, out)| add_beep(NOW - 17 + piece * 480, 1.0, 1.0, out)).collect();
        assert!(sounded[..10].iter().all(|sounded| *sounded) && !sounded[10..].contains(&true));
        assert!(second[9_600..].iter().all(|sample| *sample == 0.0));
        let peak = second.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
        assert!((20.0 * peak.log10() + 18.0).abs() < 0.1, "{peak}");
        let rising = second[..9_600].windows(3).step_by(2).filter(|pair| pair[0] < 0.0 && pair[2] >= 0.0).count();
        assert!((98..=100).contains(&rising), "1 kHz: {rising}");
        let steepest = second.windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < BEEP_AMPLITUDE * TAU * BEEP_HZ / SAMPLE_RATE as f32 * 1.2, "no click: {steepest}");
        assert!(!add_beep(NOW - 17, 0.0, 0.0, &mut second[..960]));
    }
}
