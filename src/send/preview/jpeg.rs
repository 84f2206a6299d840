//! A frame scaled, its colours turned into a JPEG's, and encoded: all in planes, without an RGB picture in between.

use bytes::Bytes;
use fast_image_resize::images::{Image, TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ChromaSubsamplingMethod, Encoder, ImageBuffer, JpegColorType, SamplingFactor};

use super::color::{jpeg_chroma_from_canvas, jpeg_luma_from_canvas};
use crate::frame::picture::Frame;
use crate::show::geometry::Canvas;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// At most `width` wide, never larger than the canvas, in its proportions, and even.
    pub fn of_preview(canvas: Canvas, width: u32) -> Self {
        let Canvas { width, height } = canvas.shrunk_to(width);
        Self { width, height }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("a frame can not be scaled")]
    Scale(#[from] fast_image_resize::ResizeError),
    #[error("a frame is not what its layout says")]
    Layout(#[from] fast_image_resize::ImageBufferError),
    #[error("a preview picture can not be encoded")]
    Encode(#[from] jpeg_encoder::EncodingError),
}

/// Scales and encodes; its buffers are used again for every picture.
pub struct Press {
    size: Size,
    resizer: Resizer,
    /// A plane whose rows are padded, without the padding; canvases of unusual widths need it.
    packed: Vec<u8>,
    /// Y, U and V at the picture's size, U and V half as large.
    planes: [Image<'static>; 3],
    /// As the JPEG encoder wants them: as wide as luma, half as high.
    jpeg_chroma: [Vec<u8>; 2],
    luma_shift: Vec<i32>,
    written: Vec<u8>,
}

impl Press {
    pub fn new(size: Size) -> Self {
        let (width, height) = (size.width, size.height);
        let plane = |width, height| Image::new(width, height, PixelType::U8);
        let wide = width as usize * height as usize / 2;
        Self {
            size,
            resizer: Resizer::new(),
            packed: Vec::new(),
            planes: [plane(width, height), plane(width / 2, height / 2), plane(width / 2, height / 2)],
            jpeg_chroma: [vec![128; wide], vec![128; wide]],
            luma_shift: vec![0; width as usize / 2],
            written: Vec::new(),
        }
    }

    pub fn size(&self) -> Size {
        self.size
    }

    pub fn jpeg_from_frame(&mut self, frame: &Frame, quality: u8) -> Result<Bytes, PictureError> {
        self.scale(frame)?;
        self.convert();
        self.written.clear();
        let mut encoder = Encoder::new(&mut self.written, quality.clamp(1, 100));
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        // Our chroma is halved already; each sample stands in its place twice.
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Nearest);
        let [cb, cr] = &self.jpeg_chroma;
        encoder.encode_image(Planes { size: self.size, luma: self.planes[0].buffer(), cb, cr })?;
        Ok(Bytes::copy_from_slice(&self.written))
    }

    fn scale(&mut self, frame: &Frame) -> Result<(), PictureError> {
        let layout = frame.layout();
        let (canvas, chroma_height) = (layout.canvas, layout.canvas.height.div_ceil(2));
        let strides = [layout.luma_stride, layout.chroma_stride, layout.chroma_stride];
        let sizes = [(canvas.width, canvas.height), (canvas.width.div_ceil(2), chroma_height)];
        // A triangle as wide as the reduction: no aliasing, and a third of the taps of Lanczos.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        for (index, (plane, target)) in frame.planes().into_iter().zip(&mut self.planes).enumerate() {
            let (width, height) = sizes[index.min(1)];
            let source = without_padding(plane, width as usize, strides[index], &mut self.packed);
            let source = TypedImageRef::<U8>::from_buffer(width, height, source)?;
            let (width, height) = (target.width(), target.height());
            let mut target = TypedImage::<U8>::from_buffer(width, height, target.buffer_mut())?;
            // The untyped way compiles every kernel for every kind of pixel: two minutes of a build, for one that is used.
            self.resizer.resize_typed(&source, &mut target, &options)?;
        }
        Ok(())
    }

    fn convert(&mut self) {
        let width = self.size.width as usize;
        let [luma, cb, cr] = &mut self.planes;
        let [jpeg_cb, jpeg_cr] = &mut self.jpeg_chroma;
        let chroma = cb.buffer().chunks_exact(width / 2).zip(cr.buffer().chunks_exact(width / 2));
        let targets = jpeg_cb.chunks_exact_mut(width).zip(jpeg_cr.chunks_exact_mut(width));
        let rows = luma.buffer_mut().chunks_exact_mut(2 * width);
        for (((cb, cr), (jpeg_cb, jpeg_cr)), rows) in chroma.zip(targets).zip(rows) {
            jpeg_chroma_from_canvas(cb, cr, jpeg_cb, jpeg_cr, &mut self.luma_shift);
            rows.chunks_exact_mut(width).for_each(|row| jpeg_luma_from_canvas(row, &self.luma_shift));
        }
    }
}

/// The plane without the bytes at the ends of its rows. Cropping them is not enough: the resizer looks beyond the crop.
fn without_padding<'a>(plane: &'a [u8], width: usize, stride: usize, packed: &'a mut Vec<u8>) -> &'a [u8] {
    if stride == width {
        return plane;
    }
    packed.clear();
    plane.chunks_exact(stride).for_each(|row| packed.extend_from_slice(&row[..width]));
    packed
}

/// What the encoder reads: it asks row by row, and wants chroma as large as luma.
struct Planes<'a> {
    size: Size,
    luma: &'a [u8],
    cb: &'a [u8],
    cr: &'a [u8],
}

impl ImageBuffer for Planes<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        u16::try_from(self.size.width).unwrap_or(u16::MAX)
    }

    fn height(&self) -> u16 {
        u16::try_from(self.size.height).unwrap_or(u16::MAX)
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let width = self.size.width as usize;
        let row = |plane: &'_ [u8], y: usize| y * width..((y + 1) * width).min(plane.len());
        let y = usize::from(y);
        buffers[0].extend_from_slice(&self.luma[row(self.luma, y)]);
        buffers[1].extend_from_slice(&self.cb[row(self.cb, y / 2)]);
        buffers[2].extend_from_slice(&self.cr[row(self.cr, y / 2)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_proportions_and_are_even() {
        let size = |canvas: (u32, u32), width| {
            let size = Size::of_preview(Canvas { width: canvas.0, height: canvas.1 }, width);
            (size.width, size.height)
        };
        assert_eq!(size((1280, 720), 640), (640, 360));
        assert_eq!(size((1920, 1080), 333), (332, 186));
        assert_eq!(size((720, 1280), 640), (640, 1138));
        assert_eq!(size((320, 180), 640), (320, 180), "never larger than the canvas");
        assert_eq!(size((4096, 64), 64), (64, 2));
        assert_eq!(size((64, 64), 1), (2, 2));
    }
}
