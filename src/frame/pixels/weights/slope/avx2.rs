//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn slope(weights: &mut [u8], start: i64, step: i32) {
    native::slope(weights, start, step);
}
