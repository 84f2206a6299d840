//! Weights that fall with the distance from a point: the edge of an iris.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod native;
mod shape;

use super::super::level::Level;
pub use shape::Circle;

/// What is below 0 or above 255 is cut off.
#[inline]
pub fn circle(weights: &mut [u8], circle: &Circle) {
    at_level(Level::best(), weights, circle);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, weights: &mut [u8], circle: &Circle) {
    match level {
        Level::Native => native::circle(weights, circle),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::circle(weights, circle) },
    }
}
