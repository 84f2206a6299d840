//! A row of Y, with its U and V at half the width, as red, green and blue.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::super::level::Level;

/// Chroma is the nearest sample. Works on as many pixels as the shortest of the slices has.
#[inline]
pub fn to_rgb(rgb: [&mut [u8]; 3], yuv: [&[u8]; 3]) {
    at_level(Level::best(), rgb, yuv);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, rgb: [&mut [u8]; 3], yuv: [&[u8]; 3]) {
    match level {
        Level::Native => native::to_rgb(rgb, yuv),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::to_rgb(rgb, yuv) },
    }
}
