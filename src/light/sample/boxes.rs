//! A plane made smaller by whole numbers: the mean of every box of samples, each of them counted.

use super::planes::Plane;

/// Sums of more rows of bytes would not fit into 16 bits.
pub(super) const MOST: usize = 256;

#[derive(Clone, Debug, Default)]
pub(super) struct Boxes {
    means: Vec<f32>,
    columns: usize,
    /// The rows of a box, added up.
    lane: Vec<u16>,
}

impl Boxes {
    /// Boxes are so large, at most 256; those at the right and lower edge may be smaller.
    pub fn fill(&mut self, plane: Plane<'_>, size: [usize; 2]) {
        self.fill_by(plane, size, u16::from);
    }

    /// Of something else than the samples themselves. Those of a column of a box must not be more than 16 bits together.
    pub fn fill_by(&mut self, plane: Plane<'_>, [wide, high]: [usize; 2], each: impl Fn(u8) -> u16) {
        let (wide, high) = (wide.clamp(1, MOST), high.clamp(1, MOST));
        self.columns = plane.width.div_ceil(wide);
        self.means.resize(self.columns * plane.height.div_ceil(high), 0.0);
        self.lane.resize(plane.width, 0);
        let mut lines = plane.lines();
        for means in self.means.chunks_mut(self.columns.max(1)) {
            let rows = add_up(lines.by_ref().take(high), &each, &mut self.lane);
            condense(&self.lane, wide, rows, means);
        }
    }

    pub fn row(&self, number: usize) -> &[f32] {
        let start = number.saturating_mul(self.columns);
        self.means.get(start..start.saturating_add(self.columns)).unwrap_or(&[])
    }
}

/// How many there were.
fn add_up<'a>(lines: impl Iterator<Item = &'a [u8]>, each: impl Fn(u8) -> u16, lane: &mut [u16]) -> usize {
    lane.fill(0);
    let add = |line: &[u8]| lane.iter_mut().zip(line).for_each(|(sum, byte)| *sum = sum.wrapping_add(each(*byte)));
    lines.map(add).count()
}

/// Known lengths, so that the usual ones are made of straight code.
fn condense(lane: &[u16], wide: usize, rows: usize, means: &mut [f32]) {
    match wide {
        1 => condense_by::<1>(lane, rows, means),
        2 => condense_by::<2>(lane, rows, means),
        3 => condense_by::<3>(lane, rows, means),
        4 => condense_by::<4>(lane, rows, means),
        6 => condense_by::<6>(lane, rows, means),
        12 => condense_by::<12>(lane, rows, means),
        _ => means.iter_mut().zip(lane.chunks(wide)).for_each(|(out, sums)| *out = mean(sums, rows)),
    }
}

fn condense_by<const WIDE: usize>(lane: &[u16], rows: usize, means: &mut [f32]) {
    let (whole, rest) = lane.as_chunks::<WIDE>();
    let part = 1.0 / (WIDE * rows.max(1)) as f32;
    let mut means = means.iter_mut();
    for (sums, out) in whole.iter().zip(means.by_ref()) {
        *out = sum(sums) as f32 * part;
    }
    if let Some(out) = means.next() {
        *out = mean(rest, rows);
    }
}

fn mean(sums: &[u16], rows: usize) -> f32 {
    sum(sums) as f32 / (sums.len() * rows).max(1) as f32
}

#[inline(always)]
fn sum(sums: &[u16]) -> i32 {
    sums.iter().map(|sum| i32::from(*sum)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(bytes: &[u8], stride: usize, width: usize, height: usize) -> Plane<'_> {
        Plane { bytes, stride, width, height }
    }

    #[test]
    fn every_box_size_gives_the_mean_of_what_is_in_it() {
        let (stride, width, height) = (31, 29, 23);
        let bytes: Vec<u8> = (0..stride * height).map(|place| (place * place % 251) as u8).collect();
        let mut boxes = Boxes::default();
        for (wide, high) in (1..=13).flat_map(|wide| [1, 2, 5, 23].map(|high| (wide, high))) {
            boxes.fill(plane(&bytes, stride, width, height), [wide, high]);
            for (row, column) in
                (0..height.div_ceil(high)).flat_map(|row| (0..width.div_ceil(wide)).map(move |column| (row, column)))
            {
                let rows = row * high..((row + 1) * high).min(height);
                let columns = column * wide..((column + 1) * wide).min(width);
                let count = (rows.len() * columns.len()) as f32;
                let sum: u32 =
                    rows.flat_map(|y| columns.clone().map(move |x| y * stride + x)).map(|at| u32::from(bytes[at])).sum();
                let found = boxes.row(row)[column];
                assert!((found - sum as f32 / count).abs() < 1e-3, "{wide} × {high} at {column}, {row}");
            }
        }
    }

    #[test]
    fn the_largest_boxes_of_the_brightest_samples_do_not_overflow() {
        let bytes = vec![255; 300 * 600];
        let mut boxes = Boxes::default();
        boxes.fill(plane(&bytes, 300, 300, 600), [usize::MAX, usize::MAX]);
        assert_eq!((boxes.row(0), boxes.row(2), boxes.row(3)), (&[255.0, 255.0][..], &[255.0, 255.0][..], &[][..]));
    }
}
