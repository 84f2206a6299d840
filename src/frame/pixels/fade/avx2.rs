//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn fade(target: &mut [u8], source: &[u8], opacity: u8) {
    native::fade(target, source, opacity);
}
