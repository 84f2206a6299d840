//! A premultiplied picture over what is there, seen through a mask and at some opacity.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::level::Level;

/// Works on as many bytes as the shortest of the slices has.
#[inline]
pub fn masked(target: &mut [u8], source: &[u8], alpha: &[u8], mask: &[u8], opacity: u8) {
    at_level(Level::best(), target, source, alpha, mask, opacity);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], source: &[u8], alpha: &[u8], mask: &[u8], opacity: u8) {
    match level {
        Level::Native => native::masked(target, source, alpha, mask, opacity),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::masked(target, source, alpha, mask, opacity) },
    }
}
