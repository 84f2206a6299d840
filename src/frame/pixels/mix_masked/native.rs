//! The definition.

use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn mix_masked(target: &mut [u8], from: &[u8], to: &[u8], weights: &[u8]) {
    for (((target, from), to), weight) in target.iter_mut().zip(from).zip(to).zip(weights) {
        let (from, to) = (u16::from(*from), u16::from(*to));
        // from * (255 - weight) + to * weight with one product: the sum is right modulo 2^16, and never more than 255 * 255.
        *target = divided_by_255((from * 255).wrapping_add(to.wrapping_sub(from).wrapping_mul(u16::from(*weight))));
    }
}
