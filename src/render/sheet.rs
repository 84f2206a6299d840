//! How large a show is painted: as large as fits, in its own proportions, with black around it where they are others.

use crate::frame::picture::{Frame, Layout};
use crate::frame::pool::FramePool;
use crate::show::geometry::Canvas;

/// The largest that fits into `target`, even in both directions.
pub fn fitted(canvas: Canvas, target: Canvas) -> Canvas {
    let (width, height) = (u64::from(canvas.width.max(1)), u64::from(canvas.height.max(1)));
    let (most_wide, most_high) = (u64::from(target.width), u64::from(target.height));
    let even = |length: u64, most: u32| u32::try_from((length + 1) & !1).unwrap_or(most).clamp(2, most & !1);
    if most_wide * height <= most_high * width {
        let high = (most_wide * height + width / 2) / width;
        Canvas { width: target.width & !1, height: even(high & !1, target.height) }
    } else {
        let wide = (most_high * width + height / 2) / height;
        Canvas { width: even(wide & !1, target.width), height: target.height & !1 }
    }
}

/// Frames of one size, whatever the show's is.
pub struct Mount {
    target: Canvas,
    /// Made when it is first needed, and anew when another part of it is black.
    pool: Option<(Canvas, FramePool)>,
}

/// With whoever encodes, and one being filled.
const BUFFERS: usize = 12;

impl Mount {
    pub fn new(target: Canvas) -> Mount {
        Mount { target, pool: None }
    }

    /// In the middle of the target. None while all buffers are with others.
    pub fn mounted(&mut self, frame: Frame) -> Option<Frame> {
        let sheet = frame.layout().canvas;
        if sheet == self.target {
            return Some(frame);
        }
        let known = self.pool.take().filter(|(of, _)| *of == sheet);
        let black = || (sheet, FramePool::new(Layout::new(self.target), BUFFERS));
        let (_, pool) = self.pool.insert(known.unwrap_or_else(black));
        let mut target = pool.try_take()?;
        let (from, to) = (frame.layout(), target.layout());
        let middle = |whole: u32, part: u32| ((whole.saturating_sub(part) / 2) & !1) as usize;
        let (left, top) = (middle(to.canvas.width, sheet.width), middle(to.canvas.height, sheet.height));
        for (index, (source, target)) in frame.planes().into_iter().zip(target.planes_mut()).enumerate() {
            let half = usize::from(index > 0);
            let (from_stride, to_stride) =
                if index == 0 { (from.luma_stride, to.luma_stride) } else { (from.chroma_stride, to.chroma_stride) };
            let (width, height) = (sheet.width as usize >> half, sheet.height as usize >> half);
            let rows = source.chunks(from_stride).take(height).zip(target.chunks_mut(to_stride).skip(top >> half));
            for (source, target) in rows {
                target[left >> half..][..width].copy_from_slice(&source[..width]);
            }
        }
        Some(target.freeze(frame.number, frame.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::time::{FrameNumber, ShowTime};

    fn canvas((width, height): (u32, u32)) -> Canvas {
        Canvas { width, height }
    }

    #[test]
    fn proportions_stay_and_nothing_is_odd() {
        for (from, target, expected) in [
            ((1280, 720), (3840, 2160), (3840, 2160)),
            ((1280, 720), (1280, 720), (1280, 720)),
            ((1280, 720), (1000, 1000), (1000, 562)),
            ((720, 1280), (1920, 1080), (608, 1080)),
            ((640, 480), (1920, 1080), (1440, 1080)),
            ((4096, 64), (64, 64), (64, 2)),
        ] {
            assert_eq!(fitted(canvas(from), canvas(target)), canvas(expected), "{from:?} in {target:?}");
        }
    }

    #[test]
    fn what_does_not_fill_the_picture_stands_in_its_middle() {
        for (sheet, target, (left, top)) in [((64, 32), (64, 64), (0, 16)), ((22, 64), (66, 64), (22, 0))] {
            let mut picture = FramePool::new(Layout::new(canvas(sheet)), 1).try_take().unwrap();
            for (plane, value) in picture.planes_mut().into_iter().zip([200, 90, 160]) {
                plane.fill(value);
            }
            let frame = picture.freeze(FrameNumber(3), ShowTime(4));
            let mounted = Mount::new(canvas(target)).mounted(frame).unwrap();
            assert_eq!((mounted.number, mounted.layout().canvas), (FrameNumber(3), canvas(target)));
            let layout = mounted.layout();
            let [luma, u, v] = mounted.planes();
            for y in 0..target.1 as usize {
                for x in 0..target.0 as usize {
                    let inside = (left..left + sheet.0 as usize).contains(&x) && (top..top + sheet.1 as usize).contains(&y);
                    let chroma = y / 2 * layout.chroma_stride + x / 2;
                    let seen = (luma[y * layout.luma_stride + x], u[chroma], v[chroma]);
                    assert_eq!(seen, if inside { (200, 90, 160) } else { (16, 128, 128) }, "{x} {y}");
                }
            }
        }
    }
}
