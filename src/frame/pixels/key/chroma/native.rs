//! The definition. Products and sums of `f32` are not fused, and its square root is exact, so every level gives the same bytes.

use super::ChromaKey;
use crate::frame::pixels::rounded;

#[inline(always)]
pub fn chroma_key(alpha: &mut [u8], u: &mut [u8], v: &mut [u8], key: &ChromaKey) {
    let [center_u, center_v] = key.center;
    let [along_u, along_v] = key.direction;
    for ((alpha, u), v) in alpha.iter_mut().zip(u).zip(v) {
        let (around_u, around_v) = (f32::from(*u) - 128.0, f32::from(*v) - 128.0);
        let (far_u, far_v) = (around_u - center_u, around_v - center_v);
        let distance = (far_u * far_u + far_v * far_v).sqrt();
        *alpha = rounded((distance - key.near) * key.slope);
        // Only what leans towards the key has something of it.
        let spilt = (around_u * along_u + around_v * along_v).max(0.0) * key.spill;
        *u = rounded(around_u - along_u * spilt + 128.0);
        *v = rounded(around_v - along_v * spilt + 128.0);
    }
}
