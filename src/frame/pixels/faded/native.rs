//! The definition.

use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn faded(target: &mut [u8], source: &[u8], alpha: &[u8], opacity: u8) {
    let opacity = u16::from(opacity);
    for ((target, source), alpha) in target.iter_mut().zip(source).zip(alpha) {
        let alpha = divided_by_255(u16::from(*alpha) * opacity);
        let kept = divided_by_255(u16::from(*target) * u16::from(255 - alpha));
        *target = divided_by_255(u16::from(*source) * opacity).saturating_add(kept);
    }
}
