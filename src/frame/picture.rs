//! A painted picture in I420 (BT.709, limited range), shared by everyone who sends it.

use std::sync::Arc;

use super::pool::Buffer;
use crate::show::geometry::Canvas;
use crate::show::time::{FrameNumber, ShowTime};

/// Where the three planes lie in one buffer. Strides are rounded up to 4 bytes, as GStreamer's own I420 layout has them,
/// so that a frame needs no further description there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub canvas: Canvas,
    pub luma_stride: usize,
    pub chroma_stride: usize,
}

impl Layout {
    pub fn new(canvas: Canvas) -> Self {
        let stride = |width: u32| (width as usize).next_multiple_of(4);
        Self { canvas, luma_stride: stride(canvas.width), chroma_stride: stride(canvas.width.div_ceil(2)) }
    }

    pub fn chroma_height(self) -> usize {
        self.canvas.height.div_ceil(2) as usize
    }

    fn luma_size(self) -> usize {
        self.luma_stride * self.canvas.height as usize
    }

    fn chroma_size(self) -> usize {
        self.chroma_stride * self.chroma_height()
    }

    /// Bytes of the whole buffer.
    pub fn size(self) -> usize {
        self.luma_size() + 2 * self.chroma_size()
    }

    pub fn planes(self, bytes: &[u8]) -> [&[u8]; 3] {
        let (luma, chroma) = bytes.split_at(self.luma_size());
        let (u, v) = chroma.split_at(self.chroma_size());
        [luma, u, v]
    }

    pub fn planes_mut(self, bytes: &mut [u8]) -> [&mut [u8]; 3] {
        let (luma, chroma) = bytes.split_at_mut(self.luma_size());
        let (u, v) = chroma.split_at_mut(self.chroma_size());
        [luma, u, v]
    }
}

/// A finished picture and its place on the grid. Cloning shares the pixels; the last drop gives the buffer back.
#[derive(Clone)]
pub struct Frame {
    pub number: FrameNumber,
    /// When it is due on screen.
    pub at: ShowTime,
    pixels: Arc<Buffer>,
}

impl Frame {
    pub(super) fn new(number: FrameNumber, at: ShowTime, pixels: Arc<Buffer>) -> Self {
        Self { number, at, pixels }
    }

    pub fn layout(&self) -> Layout {
        self.pixels.layout()
    }

    /// Y, U and V.
    pub fn planes(&self) -> [&[u8]; 3] {
        self.layout().planes(self.pixels.bytes())
    }

    /// The same picture, due at another time: how a still scene goes on without being painted again.
    pub fn again(&self, number: FrameNumber, at: ShowTime) -> Frame {
        Frame { number, at, pixels: self.pixels.clone() }
    }

    /// Whether both show the very same buffer, hence the same picture.
    pub fn same_picture(&self, other: &Frame) -> bool {
        Arc::ptr_eq(&self.pixels, &other.pixels)
    }
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        self.pixels.bytes()
    }
}
