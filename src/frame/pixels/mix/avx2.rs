//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn mix(target: &mut [u8], from: &[u8], to: &[u8], weight: u16) {
    native::mix(target, from, to, weight);
}
