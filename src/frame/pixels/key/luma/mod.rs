//! Alpha from brightness.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;
mod settings;

use super::super::level::Level;
pub use settings::LumaKey;

/// Works on as many samples as the shorter of the slices has.
#[inline]
pub fn luma_key(alpha: &mut [u8], luma: &[u8], key: &LumaKey) {
    at_level(Level::best(), alpha, luma, key);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, alpha: &mut [u8], luma: &[u8], key: &LumaKey) {
    match level {
        Level::Native => native::luma_key(alpha, luma, key),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::luma_key(alpha, luma, key) },
    }
}
