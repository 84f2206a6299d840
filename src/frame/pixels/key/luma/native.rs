//! The definition.

use super::LumaKey;

#[inline(always)]
pub fn luma_key(alpha: &mut [u8], luma: &[u8], key: &LumaKey) {
    for (alpha, luma) in alpha.iter_mut().zip(luma) {
        let change = key.slope * i32::from(*luma);
        *alpha = ((key.rise + change).min(key.fall - change) >> 8).clamp(0, 255) as u8;
    }
}
