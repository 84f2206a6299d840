//! The loop of `native`, compiled for 32-byte registers.

use super::{native, Circle};

#[target_feature(enable = "avx2")]
pub fn circle(weights: &mut [u8], circle: &Circle) {
    native::circle(weights, circle);
}
