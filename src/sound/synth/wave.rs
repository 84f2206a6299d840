//! Waves, noise and envelopes by their place alone: so it does not matter into which pieces sound is cut.
//!
//! They are made cell by cell from a voice's first sample on; what takes longer to work out is worked out at the edges of cells.

use crate::frame::sound::SAMPLE_RATE;

/// Two thirds of a millisecond.
pub const GRID: usize = 32;
pub type Cell = [f32; GRID];

pub fn seconds(samples: i64) -> f32 {
    samples as f32 / SAMPLE_RATE as f32
}

pub fn samples(seconds: f32) -> i64 {
    (seconds * SAMPLE_RATE as f32) as i64
}

/// Where a period is, 2^32 to a turn: whole numbers lose nothing, however long it sounds.
pub fn pace(hz: f32) -> u32 {
    (f64::from(hz) / f64::from(SAMPLE_RATE) * 4_294_967_296.0) as u32
}

/// Of a phase; a thousandth off at most, and without a jump.
pub fn sine(phase: u32) -> f32 {
    let turns = phase as i32 as f32 / 4_294_967_296.0;
    let arc = turns * (8.0 - 16.0 * turns.abs());
    arc * (0.775 + 0.225 * arc.abs())
}

/// A quarter ahead.
pub fn cosine(phase: u32) -> f32 {
    sine(phase.wrapping_add(1 << 30))
}

/// The number of the first sample of a cell.
pub fn first_of(cell: i64) -> u32 {
    (cell as u32).wrapping_mul(GRID as u32)
}

/// From one edge of a cell to the other; the first sample is not at the very edge, so that it is heard.
pub fn ramp([from, to]: [f32; 2]) -> Cell {
    std::array::from_fn(|index| from + (to - from) * (index + 1) as f32 / GRID as f32)
}

/// What is left after so many seconds of what takes `life` seconds to become 1/e.
pub fn decay(seconds: f32, life: f32) -> f32 {
    (-seconds / life).exp()
}

/// Where noise has its energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hue {
    /// Around 3 kHz.
    Middle,
    /// Rising from low to high,
    Bright,
    /// and more steeply.
    Sharp,
}

const BEFORE: usize = 9;

/// The noise of a cell; whole numbers, and differences of what is a few samples apart.
pub fn noise(cell: i64, seed: u32, hue: Hue) -> Cell {
    let first = first_of(cell).wrapping_sub(BEFORE as u32);
    let raw: [f32; GRID + BEFORE] = std::array::from_fn(|index| white(first.wrapping_add(index as u32), seed));
    let back = |index: usize, by: usize| raw[index + BEFORE - by];
    std::array::from_fn(|at| match hue {
        Hue::Middle => (back(at, 0) + back(at, 1) - back(at, 8) - back(at, 9)) * 0.5,
        Hue::Bright => (back(at, 0) - back(at, 1)) * 0.5,
        Hue::Sharp => (back(at, 0) - 2.0 * back(at, 1) + back(at, 2)) * 0.25,
    })
}

/// Between -1 and 1, by the place alone.
fn white(place: u32, seed: u32) -> f32 {
    let mut bits = (place ^ seed).wrapping_mul(0x9e37_79b1);
    bits = (bits ^ bits >> 15).wrapping_mul(0x85eb_ca77);
    bits = (bits ^ bits >> 13).wrapping_mul(0xc2b2_ae3d);
    (bits ^ bits >> 16) as i32 as f32 / 2_147_483_648.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_is_one_to_the_thousandth() {
        for part in 0..4_096_u32 {
            let exact = (std::f32::consts::TAU * part as f32 / 4_096.0).sin();
            assert!((sine(part << 20) - exact).abs() < 0.0012, "{part}");
            assert!((cosine(part << 20) - (std::f32::consts::TAU * part as f32 / 4_096.0).cos()).abs() < 0.0012);
        }
        assert_eq!(pace(12_000.0), 1 << 30);
    }

    #[test]
    fn noise_has_no_direction_and_stays_within_its_bounds() {
        for hue in [Hue::Middle, Hue::Bright, Hue::Sharp] {
            let all: Vec<f32> = (0..400).flat_map(|cell| noise(cell, 7, hue)).collect();
            let mean = all.iter().sum::<f32>() / all.len() as f32;
            assert!(mean.abs() < 0.02, "{hue:?} {mean}");
            assert!(all.iter().all(|sample| sample.abs() <= 2.0));
            assert_ne!(noise(0, 7, hue), noise(0, 8, hue));
        }
    }
}
