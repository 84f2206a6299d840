//! The definition.

use crate::frame::pixels::divided_by_255;

#[inline(always)]
pub fn tint(target: &mut [u8], value: u8, alpha: u8) {
    let (added, rest) = (u16::from(value) * u16::from(alpha), u16::from(255 - alpha));
    for target in target {
        *target = divided_by_255(added + u16::from(*target) * rest);
    }
}
