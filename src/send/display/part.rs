//! A part of a picture as bytes: what of a rectangle lies within, row by row.

use std::ops::Range;

use crate::show::geometry::Rect;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub columns: Range<usize>,
    pub rows: Range<usize>,
}

impl Part {
    /// None if nothing of it does.
    pub fn of(rect: Rect, size: (u32, u32)) -> Option<Part> {
        let within = |start: i32, length: i32, most: u32| {
            let most = i64::from(most);
            let end = (i64::from(start) + i64::from(length)).clamp(0, most);
            let start = i64::from(start).clamp(0, most);
            (start < end).then_some(start as usize..end as usize)
        };
        Some(Part { columns: within(rect.x, rect.width, size.0)?, rows: within(rect.y, rect.height, size.1)? })
    }

    /// Which bytes of row `y` they are.
    pub fn bytes(&self, y: usize, stride: usize, of_pixel: usize) -> Range<usize> {
        let start = y.saturating_mul(stride);
        let byte = |x: usize| start.saturating_add(x.saturating_mul(of_pixel));
        byte(self.columns.start)..byte(self.columns.end)
    }

    /// Copies it from one picture to another of the same size and format.
    pub fn copy(&self, of_pixel: usize, (from, from_stride): (&[u8], usize), (to, to_stride): (&mut [u8], usize)) {
        for y in self.rows.clone() {
            let from = from.get(self.bytes(y, from_stride, of_pixel));
            if let (Some(from), Some(to)) = (from, to.get_mut(self.bytes(y, to_stride, of_pixel))) {
                to.copy_from_slice(from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_lies_within() {
        #[track_caller]
        fn check(x: i32, y: i32, width: i32, height: i32, expected: Option<(Range<usize>, Range<usize>)>) {
            let part = Part::of(Rect { x, y, width, height }, (10, 8));
            assert_eq!(part, expected.map(|(columns, rows)| Part { columns, rows }));
        }
        check(0, 0, 10, 8, Some((0..10, 0..8)));
        check(3, 4, 2, 1, Some((3..5, 4..5)));
        check(-3, -1, 5, 100, Some((0..2, 0..8)));
        check(i32::MIN, 0, i32::MAX, 1, None);
        check(i32::MAX, 0, i32::MAX, 1, None);
        check(9, 7, i32::MAX, i32::MAX, Some((9..10, 7..8)));
        check(2, 2, 0, 3, None);
        check(2, 2, -1, 3, None);
    }

    #[test]
    fn only_the_part_is_copied_and_what_is_missing_is_not() {
        let part = Part { columns: 1..3, rows: 1..3 };
        let from = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        let mut to = [0; 12];
        part.copy(1, (&from, 3), (&mut to, 4));
        assert_eq!(to, [0, 0, 0, 0, 0, 5, 6, 0, 0, 8, 9, 0]);
        let mut to = [0; 6];
        part.copy(1, (&from, 3), (&mut to, 3));
        assert_eq!(to, [0, 0, 0, 0, 5, 6]);
    }
}
