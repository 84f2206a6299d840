//! One pass of a box blur along a row, at the same cost for every radius.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::super::level::Level;
use super::Mean;

/// `padded` begins `radius + 1` samples left of the row and ends `radius` right of it. When it is shorter nothing is done.
#[inline]
pub fn blur_row(target: &mut [u8], padded: &[u8], mean: Mean) {
    at_level(Level::best(), target, padded, mean);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], padded: &[u8], mean: Mean) {
    match level {
        Level::Native => native::blur_row(target, padded, mean),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::blur_row(target, padded, mean) },
    }
}
