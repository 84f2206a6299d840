//! Two rows made one of half the width: every sample is the mean of four.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::level::Level;

/// The last column of an odd width stands for itself. Works on as many samples as the shortest of the slices has.
#[inline]
pub fn halve(target: &mut [u8], above: &[u8], below: &[u8]) {
    at_level(Level::best(), target, above, below);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], above: &[u8], below: &[u8]) {
    match level {
        Level::Native => native::halve(target, above, below),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::halve(target, above, below) },
    }
}
