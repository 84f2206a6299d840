//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn over(target: &mut [u8], source: &[u8], alpha: &[u8]) {
    native::over(target, source, alpha);
}
