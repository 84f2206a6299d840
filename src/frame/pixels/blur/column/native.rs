//! The definition.

use crate::frame::pixels::blur::Mean;

#[inline(always)]
pub fn blur_column(target: &mut [u8], sums: &mut [u16], entering: &[u8], leaving: &[u8], mean: Mean) {
    for (((target, sum), entering), leaving) in target.iter_mut().zip(sums).zip(entering).zip(leaving) {
        *sum = sum.wrapping_add(u16::from(*entering)).wrapping_sub(u16::from(*leaving));
        *target = mean.of(*sum);
    }
}
