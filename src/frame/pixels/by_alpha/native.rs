//! The definition.

use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn by_alpha(target: &mut [u8], alpha: &[u8]) {
    for (target, alpha) in target.iter_mut().zip(alpha) {
        *target = divided_by_255(u16::from(*target) * u16::from(*alpha));
    }
}
