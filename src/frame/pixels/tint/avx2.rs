//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn tint(target: &mut [u8], value: u8, alpha: u8) {
    native::tint(target, value, alpha);
}
