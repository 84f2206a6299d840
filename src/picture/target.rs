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

impl<'a> Plane<'a> {
    /// What is above a row, and the rest.
    fn split(self, y: i32) -> (Plane<'a>, Plane<'a>) {
        let Plane { bytes, stride, x, y: top } = self;
        let (above, below) = bytes.split_at_mut(((y - top).max(0) as usize * stride).min(bytes.len()));
        (Plane { bytes: above, stride, x, y: top }, Plane { bytes: below, stride, x, y })
    }
}

impl<'a> Target<'a> {
    /// What is above an even row, and the rest.
    pub fn split(self, y: i32) -> (Target<'a>, Target<'a>) {
        let y = y.clamp(self.bounds.y, self.bounds.bottom());
        let Target { bounds, luma, u, v, alpha } = self;
        let (luma, u, v) = (luma.split(y), u.split(y / 2), v.split(y / 2));
        let [alpha_above, alpha_below] = match alpha {
            Some([fine, coarse]) => {
                let (fine, coarse) = (fine.split(y), coarse.split(y / 2));
                [Some([fine.0, coarse.0]), Some([fine.1, coarse.1])]
            }
            None => [None, None],
        };
        let above = Rect { height: y - bounds.y, ..bounds };
        let below = Rect { y, height: bounds.bottom() - y, ..bounds };
        (
            Target { bounds: above, luma: luma.0, u: u.0, v: v.0, alpha: alpha_above },
            Target { bounds: below, luma: luma.1, u: u.1, v: v.1, alpha: alpha_below },
        )
    }

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
