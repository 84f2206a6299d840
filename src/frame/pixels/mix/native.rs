//! The definition.

#[inline(always)]
pub fn mix(target: &mut [u8], from: &[u8], to: &[u8], weight: u16) {
    let weight = weight.min(256);
    let rest = 256 - weight;
    for ((target, from), to) in target.iter_mut().zip(from).zip(to) {
        // At most 255 * 256 + 128, which sixteen bits hold.
        *target = ((u16::from(*from) * rest + u16::from(*to) * weight + 128) >> 8) as u8;
    }
}
