//! The loop of `native`, compiled for 32-byte registers.

use super::{ChromaMatrix, native};

#[target_feature(enable = "avx2")]
pub fn chroma_matrix(u: &mut [u8], v: &mut [u8], matrix: &ChromaMatrix) {
    native::chroma_matrix(u, v, matrix);
}
