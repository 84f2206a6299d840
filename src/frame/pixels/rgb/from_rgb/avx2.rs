//! The loop of `native`, compiled for 32-byte registers.

use super::native;

#[target_feature(enable = "avx2")]
pub fn from_rgb(luma: [&mut [u8]; 2], chroma: [&mut [u8]; 2], above: [&[u8]; 3], below: [&[u8]; 3]) {
    native::from_rgb(luma, chroma, above, below);
}
