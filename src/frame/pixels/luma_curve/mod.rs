//! Every sample replaced by what a table says: contrast, brightness, gamma.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;

use super::level::Level;

/// In place.
#[inline]
pub fn luma_curve(target: &mut [u8], table: &[u8; 256]) {
    at_level(Level::best(), target, table);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], table: &[u8; 256]) {
    match level {
        Level::Native => native::luma_curve(target, table),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::luma_curve(target, table) },
    }
}
