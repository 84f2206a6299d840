//! The definition.

use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn fade(target: &mut [u8], source: &[u8], opacity: u8) {
    let (opacity, rest) = (u16::from(opacity), u16::from(255 - opacity));
    for (target, source) in target.iter_mut().zip(source) {
        *target = divided_by_255(u16::from(*source) * opacity + u16::from(*target) * rest);
    }
}
