//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn ramp(weights: &mut [u8], samples: &[u8], offset: i32, slope: i32) {
    native::ramp(weights, samples, offset, slope);
}
