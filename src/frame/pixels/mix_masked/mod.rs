//! Two rows put together by a row of weights.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::level::Level;

/// A weight of 255 is all `to`, 0 is all `from`; both ends are exact copies. Works on as many bytes as the shortest of the
/// slices has.
#[inline]
pub fn mix_masked(target: &mut [u8], from: &[u8], to: &[u8], weights: &[u8]) {
    at_level(Level::best(), target, from, to, weights);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], from: &[u8], to: &[u8], weights: &[u8]) {
    match level {
        Level::Native => native::mix_masked(target, from, to, weights),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::mix_masked(target, from, to, weights) },
    }
}
