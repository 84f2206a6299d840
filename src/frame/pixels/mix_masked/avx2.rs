//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn mix_masked(target: &mut [u8], from: &[u8], to: &[u8], weights: &[u8]) {
    native::mix_masked(target, from, to, weights);
}
