//! Two rows of red, green and blue as two rows of Y, and one of U and V each at half the width.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::super::level::Level;

/// Chroma is the mean of four; the last column of an odd width stands for itself. Works on as many pixels as the shortest of
/// the rows has.
#[inline]
pub fn from_rgb(luma: [&mut [u8]; 2], chroma: [&mut [u8]; 2], above: [&[u8]; 3], below: [&[u8]; 3]) {
    at_level(Level::best(), luma, chroma, above, below);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, luma: [&mut [u8]; 2], chroma: [&mut [u8]; 2], above: [&[u8]; 3], below: [&[u8]; 3]) {
    match level {
        Level::Native => native::from_rgb(luma, chroma, above, below),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::from_rgb(luma, chroma, above, below) },
    }
}
