//! One step of a box blur down a strip of columns, at the same cost for every radius.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::super::level::Level;
use super::Mean;

/// Moves the window one row on (`sums` are those of the row before) and writes the means. Works on as many columns as the
/// shortest of the slices has.
#[inline]
pub fn blur_column(target: &mut [u8], sums: &mut [u16], entering: &[u8], leaving: &[u8], mean: Mean) {
    at_level(Level::best(), target, sums, entering, leaving, mean);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], sums: &mut [u16], entering: &[u8], leaving: &[u8], mean: Mean) {
    match level {
        Level::Native => native::blur_column(target, sums, entering, leaving, mean),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::blur_column(target, sums, entering, leaving, mean) },
    }
}
