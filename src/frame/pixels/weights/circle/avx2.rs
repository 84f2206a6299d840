//! The loop of `native`, compiled for 32-byte registers.

use super::{Circle, native};

#[target_feature(enable = "avx2")]
pub fn circle(weights: &mut [u8], circle: &Circle) {
    native::circle(weights, circle);
}
