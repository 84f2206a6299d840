//! A row at another width, each sample between two of the source (bilinear).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod axis;
mod eight;
mod native;
pub mod plane;

use super::level::Level;
pub use axis::Axis;
pub use eight::Eight;

/// `columns` say where each eight samples of the target come from. Works on as many as both have.
#[inline]
pub fn row(target: &mut [u8], source: &[u8], columns: &[Eight]) {
    at_level(Level::best(), target, source, columns);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, target: &mut [u8], source: &[u8], columns: &[Eight]) {
    match level {
        Level::Native => native::row(target, source, columns),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::row(target, source, columns) },
    }
}
