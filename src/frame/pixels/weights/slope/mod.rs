//! Weights that rise evenly along a row: the edge of a wipe.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::super::level::Level;

/// `start` is the first weight and `step` the rise per sample, both times 65,536. What is below 0 or above 255 is cut off.
#[inline]
pub fn slope(weights: &mut [u8], start: i64, step: i32) {
    at_level(Level::best(), weights, start, step);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, weights: &mut [u8], start: i64, step: i32) {
    match level {
        Level::Native => native::slope(weights, start, step),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::slope(weights, start, step) },
    }
}
