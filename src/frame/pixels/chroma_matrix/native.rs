//! The definition.

use super::matrix::{ChromaMatrix, FRACTION};

#[inline(always)]
pub fn chroma_matrix(u: &mut [u8], v: &mut [u8], matrix: &ChromaMatrix) {
    let ([[uu, uv], [vu, vv]], [to_u, to_v]) = (matrix.weights, matrix.offsets);
    for (u, v) in u.iter_mut().zip(v) {
        let (old_u, old_v) = (i32::from(*u) - 128, i32::from(*v) - 128);
        *u = ((uu * old_u + uv * old_v + to_u) >> FRACTION).clamp(0, 255) as u8;
        *v = ((vu * old_u + vv * old_v + to_v) >> FRACTION).clamp(0, 255) as u8;
    }
}
