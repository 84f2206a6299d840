//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn masked(target: &mut [u8], source: &[u8], alpha: &[u8], mask: &[u8], opacity: u8) {
    native::masked(target, source, alpha, mask, opacity);
}
