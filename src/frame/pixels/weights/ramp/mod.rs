//! Weights that rise or fall with the value of a sample: the soft threshold of a luma wipe.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::super::level::Level;

/// `(offset + slope * sample) / 256`; what is below 0 or above 255 is cut off. Works on as many samples as the shorter slice has.
#[inline]
pub fn ramp(weights: &mut [u8], samples: &[u8], offset: i32, slope: i32) {
    at_level(Level::best(), weights, samples, offset, slope);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, weights: &mut [u8], samples: &[u8], offset: i32, slope: i32) {
    match level {
        Level::Native => native::ramp(weights, samples, offset, slope),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::ramp(weights, samples, offset, slope) },
    }
}
