//! Where eight samples of a row come from, as the shuffle that gathers them.

use super::Axis;

/// Samples that a gather sees: sixteen, and the one after the last.
pub(super) const SEEN: usize = 17;

/// Eight neighbours of a target row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Eight {
    /// The first sample of the source that is looked at.
    pub(super) first: u32,
    /// How far from it each sample lies (0 to 15), each followed by a byte that makes the shuffle widen it to 16 bits.
    pub(super) far: [u8; 16],
    /// Weights of the samples after those, 0 to 256.
    pub(super) weights: [u16; 8],
}

/// What a shuffle answers with 0.
const NOTHING: u8 = 0x80;

impl Eight {
    /// How many there are for a row.
    pub fn count(width: usize) -> usize {
        width.div_ceil(8)
    }

    /// Those of samples `8 * number ..`. The axis may step by at most 2 (see `Axis::halvings`); of a larger step the far samples
    /// are wrong.
    pub fn of(axis: Axis, number: usize, source: usize) -> Eight {
        let first = axis.at(8 * number).index.min(source.saturating_sub(SEEN));
        let mut eight = Eight { first: first as u32, far: [NOTHING; 16], weights: [0; 8] };
        for at in 0..8 {
            let place = axis.at(8 * number + at);
            eight.far[2 * at] = place.index.saturating_sub(first).min(SEEN - 2) as u8;
            eight.weights[at] = place.weight;
        }
        eight
    }

    /// Fills `columns` for a row of `source` samples.
    pub fn fill(columns: &mut [Eight], axis: Axis, source: usize) {
        for (number, eight) in columns.iter_mut().enumerate() {
            *eight = Eight::of(axis, number, source);
        }
    }
}
