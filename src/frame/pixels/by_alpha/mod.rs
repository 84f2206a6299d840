//! Samples multiplied by their alpha.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::level::Level;

/// Works on as many bytes as the shortest of the slices has.
#[inline]
pub fn by_alpha(target: &mut [u8], alpha: &[u8]) {
    at_level(Level::best(), target, alpha);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], alpha: &[u8]) {
    match level {
        Level::Native => native::by_alpha(target, alpha),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::by_alpha(target, alpha) },
    }
}
