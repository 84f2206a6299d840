//! The loop of `native`, compiled for 32-byte registers.

use super::{Mode, native};

#[target_feature(enable = "avx2")]
pub fn blend_rgb(mode: Mode, target: &mut [u8], source: &[u8], alpha: &[u8], opacity: u8) {
    native::blend_rgb(mode, target, source, alpha, opacity);
}
