//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn by_alpha(target: &mut [u8], alpha: &[u8]) {
    native::by_alpha(target, alpha);
}
