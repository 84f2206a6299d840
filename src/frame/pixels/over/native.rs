//! The definition.

use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn over(target: &mut [u8], source: &[u8], alpha: &[u8]) {
    for ((target, source), alpha) in target.iter_mut().zip(source).zip(alpha) {
        let kept = u16::from(*target) * u16::from(255 - *alpha);
        // It can not saturate while the source is premultiplied.
        *target = source.saturating_add(divided_by_255(kept));
    }
}
