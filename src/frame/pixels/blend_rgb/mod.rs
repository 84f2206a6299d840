//! One row of red, green or blue laid over an opaque one in a blend mode (W3C Compositing and Blending).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod mode;
mod native;

use super::level::Level;
pub use mode::Mode;

/// `source` is premultiplied by `alpha`, and no greater. Works on as many samples as the shortest of the slices has.
#[inline]
pub fn blend_rgb(mode: Mode, target: &mut [u8], source: &[u8], alpha: &[u8], opacity: u8) {
    at_level(Level::best(), mode, target, source, alpha, opacity);
}

/// The same at a given level, for tests.
#[inline]
pub fn at_level(level: Level, mode: Mode, target: &mut [u8], source: &[u8], alpha: &[u8], opacity: u8) {
    match level {
        Level::Native => native::blend_rgb(mode, target, source, alpha, opacity),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a level other than Native only comes from `Level::best` or `available`, which found it on this machine.
        Level::Avx2 => unsafe { avx2::blend_rgb(mode, target, source, alpha, opacity) },
    }
}
