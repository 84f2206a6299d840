//! The definition.

use super::Eight;

#[inline(always)]
pub fn row(target: &mut [u8], source: &[u8], columns: &[Eight]) {
    let Some(last) = source.len().checked_sub(1) else {
        return;
    };
    for (target, eight) in target.chunks_mut(8).zip(columns) {
        for (at, target) in target.iter_mut().enumerate() {
            let place = eight.first as usize + usize::from(eight.far[2 * at]);
            let (before, after) = (u32::from(source[place.min(last)]), u32::from(source[(place + 1).min(last)]));
            let weight = u32::from(eight.weights[at]);
            *target = ((before * (256 - weight) + after * weight + 128) >> 8) as u8;
        }
    }
}
