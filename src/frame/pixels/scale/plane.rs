//! A whole plane at another size, a row at a time.

use std::ops::Range;

use super::{Axis, Eight, row};
use crate::frame::pixels::{halve, mix};

/// A plane, and how it is to be stretched.
#[derive(Clone, Copy)]
pub struct Stretch<'a> {
    pub source: &'a [u8],
    /// Bytes from one row of the source to the next.
    pub stride: usize,
    /// Samples in a row of the source.
    pub width: usize,
    /// Where the samples of each row come from.
    pub columns: &'a [Eight],
    /// Where the rows come from.
    pub rows: Axis,
}

/// Makes rows of a stretched plane, best from top to bottom: the two rows of the source that were scaled last are kept.
pub struct Rows<'a> {
    stretch: Stretch<'a>,
    /// Rows of even and of odd number.
    kept: [&'a mut [u8]; 2],
    numbers: [Option<usize>; 2],
}

impl<'a> Rows<'a> {
    /// `kept` is room for two rows of the target.
    pub fn new(stretch: Stretch<'a>, kept: &'a mut [u8]) -> Self {
        let (even, odd) = kept.split_at_mut(kept.len() / 2);
        Self { stretch, kept: [even, odd], numbers: [None; 2] }
    }

    /// Row `number` of the stretched plane; the target may be narrower than the room kept.
    pub fn row(&mut self, target: &mut [u8], number: usize) {
        let place = self.stretch.rows.at(number);
        self.keep(place.index);
        self.keep(place.index + 1);
        let [even, odd] = &self.kept;
        let (above, below) = if place.index.is_multiple_of(2) { (even, odd) } else { (odd, even) };
        mix::mix(target, above, below, place.weight);
    }

    fn keep(&mut self, number: usize) {
        let slot = number % 2;
        let start = number * self.stretch.stride;
        if self.numbers[slot] == Some(number) {
            return;
        }
        // A plane of one row has no next one, and it has no weight then.
        if let Some(source) = self.stretch.source.get(start..start + self.stretch.width) {
            row(self.kept[slot], source, self.stretch.columns);
            self.numbers[slot] = Some(number);
        }
    }
}

/// Rows `rows` of the stretched plane; `target` begins with the first of them. `scratch` is room for two rows of `width`.
pub fn plane(stretch: Stretch<'_>, target: &mut [u8], stride: usize, rows: Range<usize>, scratch: &mut [u8]) {
    let width = scratch.len() / 2;
    let mut source = Rows::new(stretch, scratch);
    for (number, target) in rows.zip(target.chunks_mut(stride.max(1))) {
        let width = width.min(target.len());
        source.row(&mut target[..width], number);
    }
}

/// A plane of half the size, rounded up. The last row of an odd height stands for itself.
pub fn halved(target: &mut [u8], target_stride: usize, source: &[u8], stride: usize, (width, height): (usize, usize)) {
    for (number, target) in target.chunks_mut(target_stride.max(1)).take(height.div_ceil(2)).enumerate() {
        let row = |number: usize| source.get(number * stride..number * stride + width).unwrap_or(&[]);
        let width = width.div_ceil(2).min(target.len());
        halve::halve(&mut target[..width], row(2 * number), row((2 * number + 1).min(height - 1)));
    }
}
