//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn to_rgb_premultiplied(rgb: [&mut [u8]; 3], yuv: [&[u8]; 3], fine: &[u8], coarse: &[u8]) {
    native::to_rgb_premultiplied(rgb, yuv, fine, coarse);
}
