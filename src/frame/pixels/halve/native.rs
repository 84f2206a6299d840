//! The definition.

#[inline(always)]
pub fn halve(target: &mut [u8], above: &[u8], below: &[u8]) {
    let (pairs_above, last_above) = above.as_chunks::<2>();
    let (pairs_below, last_below) = below.as_chunks::<2>();
    for ((target, above), below) in target.iter_mut().zip(pairs_above).zip(pairs_below) {
        *target = ((sum(*above) + sum(*below) + 2) >> 2) as u8;
    }
    if let ([above], [below]) = (last_above, last_below)
        && let Some(target) = target.get_mut(pairs_above.len().min(pairs_below.len()))
    {
        *target = ((u16::from(*above) + u16::from(*below) + 1) >> 1) as u8;
    }
}

/// Read as one number of sixteen bits, a pair needs no shuffling to be added up.
#[inline(always)]
fn sum(pair: [u8; 2]) -> u16 {
    let both = u16::from_le_bytes(pair);
    (both & 255) + (both >> 8)
}
