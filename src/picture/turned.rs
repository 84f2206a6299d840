//! A surface turned about a point of the canvas, plane by plane. Pictures that stand still are turned in `finish`.

use super::sheets::{PlaneOf, Sheets};
use super::target::halved;
use crate::show::geometry::Rect;

/// Bits behind the point of a place in the source.
const FRACTION: u32 = 16;
const ONE: i64 = 1 << FRACTION;

/// A plane to be read from, in its own samples.
#[derive(Clone, Copy)]
struct Source<'a> {
    /// None where all of it is covered.
    bytes: Option<&'a [u8]>,
    stride: usize,
    width: i64,
    height: i64,
}

/// Fills `target` with what `source` shows when it is turned about a point, in degrees clockwise.
pub fn turn(target: &mut Sheets, source: &Sheets, degrees: f64, about: (f64, f64)) {
    for plane in [PlaneOf::Luma, PlaneOf::U, PlaneOf::V, PlaneOf::Alpha, PlaneOf::CoarseAlpha] {
        let is_coarse = plane.is_coarse();
        let rect = |bounds: Rect| if is_coarse { halved(bounds) } else { bounds };
        let (from, to) = (rect(source.bounds), rect(target.bounds));
        let scale = if is_coarse { 0.5 } else { 1.0 };
        let about = (about.0 * scale, about.1 * scale);
        let is_covered = source.is_opaque && matches!(plane, PlaneOf::Alpha | PlaneOf::CoarseAlpha);
        let read = Source {
            bytes: (!is_covered).then_some(&source.planes[plane as usize][..]),
            stride: source.strides[usize::from(is_coarse)],
            width: from.width.into(),
            height: from.height.into(),
        };
        let stride = target.strides[usize::from(is_coarse)];
        turn_plane(&mut target.planes[plane as usize], stride, to, read, from, degrees, about);
    }
}

fn turn_plane(
    target: &mut [u8],
    stride: usize,
    to: Rect,
    source: Source<'_>,
    from: Rect,
    degrees: f64,
    (about_x, about_y): (f64, f64),
) {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let fixed = |value: f64| (value * ONE as f64).round() as i64;
    let step = (fixed(cosine), fixed(-sine));
    for (row, target) in target.chunks_mut(stride.max(1)).take(to.height as usize).enumerate() {
        // Backwards, from the middle of the first sample to where it was.
        let (x, y) = (f64::from(to.x) + 0.5 - about_x, f64::from(to.y) + row as f64 + 0.5 - about_y);
        let first_x = x * cosine + y * sine + about_x - f64::from(from.x) - 0.5;
        let first_y = y * cosine - x * sine + about_y - f64::from(from.y) - 0.5;
        let (mut at_x, mut at_y) = (fixed(first_x), fixed(first_y));
        for value in &mut target[..to.width as usize] {
            *value = source.at(at_x, at_y);
            (at_x, at_y) = (at_x + step.0, at_y + step.1);
        }
    }
}

impl Source<'_> {
    /// Between the four nearest samples; beyond the edges is nothing.
    #[inline(always)]
    fn at(self, x: i64, y: i64) -> u8 {
        let (left, top) = (x >> FRACTION, y >> FRACTION);
        if left < -1 || top < -1 || left >= self.width || top >= self.height {
            return 0;
        }
        let (across, down) = ((x & (ONE - 1)) >> 8, (y & (ONE - 1)) >> 8);
        let row = |down: i64| {
            let (first, second) = (self.sample(left, top + down), self.sample(left + 1, top + down));
            first * (256 - across) + second * across
        };
        ((row(0) * (256 - down) + row(1) * down + (1 << 15)) >> 16) as u8
    }

    #[inline(always)]
    fn sample(self, x: i64, y: i64) -> i64 {
        if x < 0 || y < 0 || x >= self.width || y >= self.height {
            return 0;
        }
        match self.bytes {
            Some(bytes) => i64::from(bytes[y as usize * self.stride + x as usize]),
            None => 255,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_moves_samples_and_a_whole_one_none() {
        let bounds = Rect { x: 0, y: 0, width: 8, height: 4 };
        let mut source = Sheets::default();
        source.settle(bounds, true);
        source.planes[0].iter_mut().zip(1..).for_each(|(value, number)| *value = number);
        let mut target = Sheets::default();
        target.settle(bounds, false);
        turn(&mut target, &source, 360.0, (3.0, 1.0));
        assert_eq!(target.planes[0], source.planes[0]);
        assert!(target.planes[3].iter().all(|alpha| *alpha == 255));
        target.settle(Rect { x: -4, y: 0, width: 4, height: 8 }, false);
        turn(&mut target, &source, 90.0, (0.0, 0.0));
        // The first row now runs down the right edge.
        let right: Vec<u8> = (0..8).map(|y| target.run(PlaneOf::Luma, y, -1, 0)[0]).collect();
        assert_eq!(right, [1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
