//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn luma_curve(target: &mut [u8], table: &[u8; 256]) {
    native::luma_curve(target, table);
}
