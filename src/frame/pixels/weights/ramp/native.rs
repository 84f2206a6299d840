//! The definition.

#[inline(always)]
pub fn ramp(weights: &mut [u8], samples: &[u8], offset: i32, slope: i32) {
    for (weight, sample) in weights.iter_mut().zip(samples) {
        *weight = (offset.wrapping_add(slope.wrapping_mul(i32::from(*sample))) >> 8).clamp(0, 255) as u8;
    }
}
