//! One row turning into another: the weighted sum of two rows, by one weight for all.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::level::Level;

/// `weight` of 256 is all `to`, 0 is all `from`; both ends are exact copies. Works on as many bytes as the shortest of the slices has.
#[inline]
pub fn mix(target: &mut [u8], from: &[u8], to: &[u8], weight: u16) {
    at_level(Level::best(), target, from, to, weight);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], from: &[u8], to: &[u8], weight: u16) {
    match level {
        Level::Native => native::mix(target, from, to, weight),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::mix(target, from, to, weight) },
    }
}
