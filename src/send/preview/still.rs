//! The newest frame at full size, as PNG. Seldom asked for, and never on the preview's thread.

use bytes::Bytes;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::color::rgb_from_canvas;
use crate::frame::picture::Frame;

pub fn png_from_frame(frame: Frame) -> Option<Bytes> {
    let canvas = frame.layout().canvas;
    let rgb = rgb_from_frame(&frame);
    // The engine wants its buffer back, and compressing takes longer than converting.
    drop(frame);
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive);
    match encoder.write_image(&rgb, canvas.width, canvas.height, ExtendedColorType::Rgb8) {
        Ok(()) => Some(png.into()),
        Err(error) => {
            tracing::warn!(%error, "a still can not be encoded");
            None
        }
    }
}

fn rgb_from_frame(frame: &Frame) -> Vec<u8> {
    let layout = frame.layout();
    let width = layout.canvas.width as usize;
    let [luma, cb, cr] = frame.planes();
    let mut rgb = Vec::with_capacity(width * layout.canvas.height as usize * 3);
    for (y, luma) in luma.chunks_exact(layout.luma_stride).enumerate() {
        let chroma = y / 2 * layout.chroma_stride;
        for (x, luma) in luma[..width].iter().enumerate() {
            rgb.extend(rgb_from_canvas(*luma, cb[chroma + x / 2], cr[chroma + x / 2]));
        }
    }
    rgb
}
