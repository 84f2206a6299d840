//! A decoded picture brought to the size that it is seen at.

use crate::frame::pixels::scale::plane::{self, Stretch};
use crate::frame::pixels::scale::{Axis, Eight};
use crate::frame::video::{Plane, VideoFrame};
use crate::picture::place::Frame;

/// Room to work in, kept from frame to frame.
#[derive(Default)]
pub struct Bench {
    columns: Vec<Eight>,
    rows: Vec<u8>,
    halves: [Vec<u8>; 2],
}

/// Part of a plane, in whole samples of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// Samples between which the part lies; at least one each way, and none beyond the plane.
fn part(from: Frame, divisor: f64, (width, height): (usize, usize)) -> Part {
    let span = |from: f64, length: f64, whole: usize| {
        let start = ((from / divisor).round().max(0.0) as usize).min(whole.saturating_sub(1));
        let end = (((from + length) / divisor).round().max(0.0) as usize).clamp(start + 1, whole.max(start + 1));
        (start, end - start)
    };
    let (x, part_width) = span(from.x, from.width, width);
    let (y, part_height) = span(from.y, from.height, height);
    Part { x, y, width: part_width, height: part_height }
}

/// A plane to be filled, as large as it is.
pub struct Sheet<'a> {
    pub bytes: &'a mut [u8],
    pub stride: usize,
    pub width: usize,
    pub height: usize,
}

/// How a picture is brought to another size.
#[derive(Clone, Copy)]
pub struct Stretched {
    /// What is seen, in pixels of the frame.
    pub from: Frame,
    /// What all of that becomes.
    pub size: (usize, usize),
    /// Where the sheet begins in it; even.
    pub corner: (usize, usize),
}

/// `sheets` are luma, U and V, and luma's alpha if the frame has one.
pub fn develop(frame: &VideoFrame, stretched: Stretched, sheets: [Option<Sheet<'_>>; 4], bench: &mut Bench) {
    let Stretched { from, size: to, corner } = stretched;
    let [luma, u, v] = frame.planes();
    let size = (frame.width as usize, frame.height as usize);
    let small = (size.0.div_ceil(2), size.1.div_ceil(2));
    let planes = [(Some(luma), size, 1.0), (Some(u), small, 2.0), (Some(v), small, 2.0), (frame.alpha(), size, 1.0)];
    for ((plane, size, divisor), sheet) in planes.into_iter().zip(sheets) {
        if let (Some(plane), Some(sheet)) = (plane, sheet) {
            let coarse = usize::from(divisor > 1.0);
            let to = (to.0.div_ceil(1 + coarse), to.1.div_ceil(1 + coarse));
            let corner = (corner.0 >> coarse, corner.1 >> coarse);
            bring(plane, part(from, divisor, size), sheet, (to, corner), bench);
        }
    }
}

fn bring(plane: Plane<'_>, part: Part, sheet: Sheet<'_>, (to, corner): ((usize, usize), (usize, usize)), bench: &mut Bench) {
    let source = plane.bytes.get(part.y * plane.stride + part.x..).unwrap_or_default();
    if (part.width, part.height) == to {
        for (row, target) in sheet.bytes.chunks_mut(sheet.stride).take(sheet.height).enumerate() {
            let start = (row + corner.1) * plane.stride + corner.0;
            if let Some(source) = source.get(start..start + sheet.width) {
                target[..sheet.width].copy_from_slice(source);
            }
        }
        return;
    }
    let Bench { columns, rows, halves } = bench;
    let steps = Axis::halvings(part.width, to.0).max(Axis::halvings(part.height, to.1));
    let size = shrink(halves, (source, plane.stride), (part.width, part.height), steps);
    let (source, stride) = if steps == 0 { (source, plane.stride) } else { (halves[0].as_slice(), size.0) };
    let (width, height) = size;
    let across = Axis::scaled(width, to.0).beginning(corner.0);
    columns.resize(Eight::count(sheet.width), Eight::default());
    Eight::fill(columns, across, width);
    rows.resize(2 * sheet.width, 0);
    let stretch = Stretch { source, stride, width, columns, rows: Axis::scaled(height, to.1).beginning(corner.1) };
    plane::plane(stretch, sheet.bytes, sheet.stride, 0..sheet.height, rows);
}

/// Halves a plane so many times; the result, if there is any, is in the first of `halves`. Says how large it is.
fn shrink(
    halves: &mut [Vec<u8>; 2],
    (source, stride): (&[u8], usize),
    (mut width, mut height): (usize, usize),
    steps: u32,
) -> (usize, usize) {
    let [whole, half] = halves;
    for step in 0..steps {
        let smaller = (width.div_ceil(2), height.div_ceil(2));
        half.resize(smaller.0 * smaller.1, 0);
        let (from, from_stride) = if step == 0 { (source, stride) } else { (whole.as_slice(), width) };
        plane::halved(half, smaller.0, from, from_stride, (width, height));
        std::mem::swap(whole, half);
        (width, height) = smaller;
    }
    (width, height)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::frame::video::Planes;

    struct Flat(Vec<u8>, Vec<u8>, usize);

    impl Planes for Flat {
        fn plane(&self, index: usize) -> Option<Plane<'_>> {
            match index {
                0 => Some(Plane { bytes: &self.0, stride: self.2 }),
                1 | 2 => Some(Plane { bytes: &self.1, stride: self.2.div_ceil(2) }),
                _ => None,
            }
        }
    }

    /// Luma rises from left to right.
    fn frame(width: usize, height: usize) -> VideoFrame {
        let luma = (0..width * height).map(|index| (index % width * 200 / width + 16) as u8).collect();
        let chroma = vec![99; width.div_ceil(2) * height.div_ceil(2)];
        VideoFrame::new((width as u32, height as u32), (1, 1), 0, Arc::new(Flat(luma, chroma, width)))
    }

    fn developed(frame: &VideoFrame, from: Frame, (width, height): (usize, usize)) -> [Vec<u8>; 2] {
        let (mut luma, mut u) = (vec![0; width * height], vec![0; width.div_ceil(2) * height.div_ceil(2)]);
        let sheet = |bytes, width, height| Some(Sheet { bytes, stride: width, width, height });
        let small = (width.div_ceil(2), height.div_ceil(2));
        let sheets = [sheet(&mut luma, width, height), sheet(&mut u, small.0, small.1), None, None];
        develop(frame, Stretched { from, size: (width, height), corner: (0, 0) }, sheets, &mut Bench::default());
        [luma, u]
    }

    #[test]
    fn any_size_becomes_any_other() {
        for from in [(1, 1), (2, 3), (17, 9), (64, 48), (640, 360), (1921, 1081)] {
            let frame = frame(from.0, from.1);
            for to in [(2, 2), (64, 36), (100, 1000), (640, 360), (1280, 720)] {
                let whole = Frame { x: 0.0, y: 0.0, width: from.0 as f64, height: from.1 as f64 };
                let [luma, u] = developed(&frame, whole, to);
                assert!(u.iter().all(|value| *value == 99), "{from:?} {to:?}");
                let row = &luma[luma.len() - to.0..];
                assert!(row.is_sorted(), "{from:?} {to:?}");
                let middle = if from.0 > 16 { 116_u8.abs_diff(row[to.0 / 2]) } else { 0 };
                assert!(usize::from(middle) <= 200 / to.0 + 8, "{from:?} {to:?}: {middle}");
            }
        }
    }

    #[test]
    fn a_part_in_its_own_size_is_copied() {
        let frame = frame(64, 48);
        let from = Frame { x: 10.0, y: 20.0, width: 32.0, height: 16.0 };
        let [luma, _] = developed(&frame, from, (32, 16));
        assert_eq!(luma[..32], frame.planes()[0].row(20, 64)[10..42]);
    }
}
