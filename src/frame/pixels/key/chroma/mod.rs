//! Alpha from how far a colour is from the key, and the key's cast taken out of what stays.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;
mod settings;

use super::super::level::Level;
pub use settings::ChromaKey;

/// U and V lose their spill in place. Works on as many samples as the shortest of the slices has.
#[inline]
pub fn chroma_key(alpha: &mut [u8], u: &mut [u8], v: &mut [u8], key: &ChromaKey) {
    at_level(Level::best(), alpha, u, v, key);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, alpha: &mut [u8], u: &mut [u8], v: &mut [u8], key: &ChromaKey) {
    match level {
        Level::Native => native::chroma_key(alpha, u, v, key),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::chroma_key(alpha, u, v, key) },
    }
}
