//! A frame at a rendition's size, made on the encoder's own thread so that the frame goes back to the engine at once.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::frame::picture::{Frame, Layout};
use crate::frame::pool::FramePool;
use crate::show::geometry::Canvas;

/// The encoder's queue, and one being scaled. GStreamer may hold one or two more while it codes them.
const BUFFERS: usize = 8;

pub(super) struct Scaler {
    pool: FramePool,
    resizer: Resizer,
    /// A plane whose rows are padded, without the padding; unusual widths need it.
    packed: Vec<u8>,
    /// The same of the target.
    scaled: Vec<u8>,
}

impl Scaler {
    pub fn new(size: Canvas) -> Self {
        let pool = FramePool::new(Layout::new(size), BUFFERS);
        Self { pool, resizer: Resizer::new(), packed: Vec::new(), scaled: Vec::new() }
    }

    /// None when all buffers are still being encoded; the caller counts it.
    pub fn scaled(&mut self, frame: &Frame) -> Option<Frame> {
        let mut target = self.pool.try_take()?;
        let (from, to) = (frame.layout(), target.layout());
        for (index, (plane, target)) in frame.planes().into_iter().zip(target.planes_mut()).enumerate() {
            self.plane(plane, Side::of(from, index), target, Side::of(to, index))?;
        }
        Some(target.freeze(frame.number, frame.at))
    }

    fn plane(&mut self, plane: &[u8], from: Side, target: &mut [u8], to: Side) -> Option<()> {
        // A triangle as wide as the reduction: no aliasing, and a third of the taps of Lanczos.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        let is_padded = |side: Side| side.stride != side.width;
        let mut source = plane;
        if is_padded(from) {
            self.packed.clear();
            plane.chunks(from.stride).for_each(|row| self.packed.extend_from_slice(row.get(..from.width).unwrap_or(row)));
            source = &self.packed;
        }
        let source = TypedImageRef::<U8>::from_buffer(from.width as u32, from.height as u32, source).ok()?;
        if !is_padded(to) {
            let mut target = TypedImage::<U8>::from_buffer(to.width as u32, to.height as u32, target).ok()?;
            return self.resizer.resize_typed(&source, &mut target, &options).ok();
        }
        self.scaled.resize(to.width * to.height, 0);
        let mut scaled = TypedImage::<U8>::from_buffer(to.width as u32, to.height as u32, &mut self.scaled).ok()?;
        self.resizer.resize_typed(&source, &mut scaled, &options).ok()?;
        for (target, scaled) in target.chunks_mut(to.stride).zip(self.scaled.chunks(to.width)) {
            target[..to.width].copy_from_slice(scaled);
        }
        Some(())
    }
}

/// How a plane lies.
#[derive(Clone, Copy)]
struct Side {
    width: usize,
    height: usize,
    stride: usize,
}

impl Side {
    fn of(layout: Layout, plane: usize) -> Self {
        let Canvas { width, height } = layout.canvas;
        match plane {
            0 => Self { width: width as usize, height: height as usize, stride: layout.luma_stride },
            _ => {
                let width = width.div_ceil(2) as usize;
                Self { width, height: layout.chroma_height(), stride: layout.chroma_stride }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::time::{FrameNumber, ShowTime};

    #[test]
    fn halves_of_a_picture_stay_halves_at_any_width() {
        for (from, to) in
            [((1920, 1080), (854, 480)), ((130, 98), (66, 50)), ((64, 64), (128, 128)), ((640, 360), (640, 360))]
        {
            let canvas = |(width, height)| Canvas { width, height };
            let mut source = FramePool::new(Layout::new(canvas(from)), 1).try_take().unwrap();
            let stride = source.layout().luma_stride;
            source.planes_mut()[0].chunks_mut(stride).for_each(|row| row[..from.0 as usize / 2].fill(200));
            let scaled = Scaler::new(canvas(to)).scaled(&source.freeze(FrameNumber(7), ShowTime(9))).unwrap();
            assert_eq!((scaled.number, scaled.at, scaled.layout().canvas), (FrameNumber(7), ShowTime(9), canvas(to)));
            for row in scaled.planes()[0].chunks(scaled.layout().luma_stride) {
                assert_eq!((row[0], row[to.0 as usize - 1]), (200, 16), "{from:?} to {to:?}");
            }
            assert!(scaled.planes()[1].iter().all(|sample| *sample == 128));
        }
    }
}
