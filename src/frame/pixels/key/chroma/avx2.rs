//! The loop of `native`, compiled for 32-byte registers.

use super::{ChromaKey, native};

#[target_feature(enable = "avx2")]
pub fn chroma_key(alpha: &mut [u8], u: &mut [u8], v: &mut [u8], key: &ChromaKey) {
    native::chroma_key(alpha, u, v, key);
}
