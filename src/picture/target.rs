//! Where painting goes: some rows of a frame, or something transparent that is painted aside.

use crate::frame::picture::Layout;
use crate::show::geometry::Rect;

/// Planes of a rectangle of the canvas. Rows and columns are named by their place on the canvas.
pub struct Target<'a> {
    /// Even.
    pub bounds: Rect,
    pub luma: Plane<'a>,
    pub u: Plane<'a>,
    pub v: Plane<'a>,
    /// How much is covered, of luma's and of chroma's samples; a frame is covered everywhere and needs none.
    pub alpha: Option<[Plane<'a>; 2]>,
}

pub struct Plane<'a> {
    pub bytes: &'a mut [u8],
    pub stride: usize,
    /// Place of the first sample, in samples of this plane.
    pub x: i32,
    pub y: i32,
}

impl Plane<'_> {
    /// Part of a row; it lies within the plane.
    pub fn run(&mut self, y: i32, from: i32, to: i32) -> &mut [u8] {
        let row = (y - self.y) as usize * self.stride;
        &mut self.bytes[row + (from - self.x) as usize..row + (to - self.x) as usize]
    }

    /// Everything from a row on.
    pub fn rows_from(&mut self, y: i32) -> &mut [u8] {
        let start = (y - self.y) as usize * self.stride;
        &mut self.bytes[start..]
    }
}

/// A rectangle of luma, in samples of chroma.
pub fn halved(rect: Rect) -> Rect {
    let (x, y) = (rect.x >> 1, rect.y >> 1);
    Rect { x, y, width: ((rect.right() + 1) >> 1) - x, height: ((rect.bottom() + 1) >> 1) - y }
}

impl<'a> Target<'a> {
    pub fn of_frame(planes: [&'a mut [u8]; 3], layout: Layout) -> Target<'a> {
        let [luma, u, v] = planes;
        let (luma_stride, stride) = (layout.luma_stride, layout.chroma_stride);
        Target {
            bounds: layout.canvas.bounds(),
            luma: Plane { bytes: luma, stride: luma_stride, x: 0, y: 0 },
            u: Plane { bytes: u, stride, x: 0, y: 0 },
            v: Plane { bytes: v, stride, x: 0, y: 0 },
            alpha: None,
        }
    }
}
