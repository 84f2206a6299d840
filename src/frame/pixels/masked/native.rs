//! The definition.

use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn masked(target: &mut [u8], source: &[u8], alpha: &[u8], mask: &[u8], opacity: u8) {
    let opacity = u16::from(opacity);
    for (((target, source), alpha), mask) in target.iter_mut().zip(source).zip(alpha).zip(mask) {
        let weight = u16::from(divided_by_255(u16::from(*mask) * opacity));
        let alpha = divided_by_255(u16::from(*alpha) * weight);
        let kept = divided_by_255(u16::from(*target) * u16::from(255 - alpha));
        *target = divided_by_255(u16::from(*source) * weight).saturating_add(kept);
    }
}
