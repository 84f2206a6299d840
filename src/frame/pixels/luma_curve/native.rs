//! The definition.

#[inline(always)]
pub fn luma_curve(target: &mut [u8], table: &[u8; 256]) {
    for target in target {
        *target = table[usize::from(*target)];
    }
}
