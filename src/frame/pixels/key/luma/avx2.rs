//! The loop of `native`, compiled for 32-byte registers.

use super::{LumaKey, native};

#[target_feature(enable = "avx2")]
pub fn luma_key(alpha: &mut [u8], luma: &[u8], key: &LumaKey) {
    native::luma_key(alpha, luma, key);
}
