//! A row of a premultiplied picture as premultiplied red, green and blue.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::super::level::Level;

/// `fine` is alpha of the pixels, `coarse` that of the chroma samples: they say how much of the offsets (16, 128) is in the
/// planes. Works on as many pixels as the shortest of the slices has.
#[inline]
pub fn to_rgb_premultiplied(rgb: [&mut [u8]; 3], yuv: [&[u8]; 3], fine: &[u8], coarse: &[u8]) {
    at_level(Level::best(), rgb, yuv, fine, coarse);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, rgb: [&mut [u8]; 3], yuv: [&[u8]; 3], fine: &[u8], coarse: &[u8]) {
    match level {
        Level::Native => native::to_rgb_premultiplied(rgb, yuv, fine, coarse),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::to_rgb_premultiplied(rgb, yuv, fine, coarse) },
    }
}
