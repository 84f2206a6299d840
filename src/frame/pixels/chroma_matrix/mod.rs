//! U and V turned and stretched around grey: hue, saturation, tint.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod matrix;
mod native;

use super::level::Level;
pub use matrix::ChromaMatrix;

/// In place, on as many samples as the shorter row has.
#[inline]
pub fn chroma_matrix(u: &mut [u8], v: &mut [u8], matrix: &ChromaMatrix) {
    at_level(Level::best(), u, v, matrix);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, u: &mut [u8], v: &mut [u8], matrix: &ChromaMatrix) {
    match level {
        Level::Native => native::chroma_matrix(u, v, matrix),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::chroma_matrix(u, v, matrix) },
    }
}
