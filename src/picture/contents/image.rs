//! Image files: read, decoded and scaled. A file that can not be read becomes a placeholder that is easily seen.

use std::io;
use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{ResizeOptions, Resizer};
use image::{ImageReader, Limits};

use super::Raster;
use crate::picture::place::{Fitted, Frame};
use crate::show::geometry::Rect;

/// Sides and memory of a decoded file; a small file can claim to be enormous.
const LONGEST_SIDE: u32 = 16_384;
const MOST_MEMORY: u64 = 512 << 20;

#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error("the file can not be read: {0}")]
    Read(#[from] io::Error),
    #[error("the file can not be decoded: {0}")]
    Decode(#[from] image::ImageError),
}

pub fn decode(path: &Path) -> Result<Raster, ImageError> {
    let mut reader = ImageReader::open(path)?.with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let pixels = reader.decode()?.into_rgba8();
    Ok(Raster { width: pixels.width() as i32, height: pixels.height() as i32, rgba: pixels.into_raw() })
}

/// All of the original, stretched to this size.
pub fn scaled(original: &Raster, size: (i32, i32)) -> Raster {
    part_scaled(original, Frame { x: 0.0, y: 0.0, width: original.width.into(), height: original.height.into() }, size)
}

/// The box with the wanted part of the original at its place in it.
pub fn placed(original: &Raster, fitted: &Fitted, size: (i32, i32)) -> Raster {
    let to = fitted.to.snapped();
    boxed(part_scaled(original, fitted.from, (to.width, to.height)), to, size)
}

/// A box of this size with the picture at its place in it.
pub fn boxed(shown: Raster, to: Rect, size: (i32, i32)) -> Raster {
    if (to.x, to.y) == (0, 0) && (shown.width, shown.height) == size {
        return shown;
    }
    let mut boxed = Raster::transparent(size.0, size.1);
    let columns = shown.width.min(size.0 - to.x).max(0) as usize;
    for (row, pixels) in shown.rgba.chunks_exact(4 * (shown.width as usize).max(1)).enumerate() {
        let start = 4 * ((to.y as usize + row) * size.0 as usize + to.x as usize);
        if let Some(target) = boxed.rgba.get_mut(start..start + 4 * columns) {
            target.copy_from_slice(&pixels[..4 * columns]);
        }
    }
    boxed
}

fn part_scaled(original: &Raster, from: Frame, (width, height): (i32, i32)) -> Raster {
    let whole = Frame { x: 0.0, y: 0.0, width: original.width.into(), height: original.height.into() };
    if from == whole && (width, height) == (original.width, original.height) {
        return Raster { width, height, rgba: original.rgba.clone() };
    }
    let side = |length: i32| length.max(0).unsigned_abs();
    let mut target = Raster::transparent(width, height);
    let source = TypedImageRef::<U8x4>::from_buffer(side(original.width), side(original.height), &original.rgba);
    let scaled = TypedImage::<U8x4>::from_buffer(side(width), side(height), &mut target.rgba);
    // Only sizes of 0 and buffers of another length are refused; the former have no pixels to show.
    if let (Ok(source), Ok(mut scaled)) = (source, scaled) {
        let options = ResizeOptions::new().crop(from.x, from.y, from.width, from.height);
        let _ = Resizer::new().resize_typed(&source, &mut scaled, &options);
    }
    target
}

/// Side of a placeholder's squares.
const SQUARE: usize = 32;

pub fn placeholder((width, height): (i32, i32)) -> Raster {
    let mut raster = Raster::transparent(width, height);
    let width = raster.width as usize;
    for (index, pixel) in raster.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = (index % width, index / width);
        *pixel = if (x / SQUARE + y / SQUARE).is_multiple_of(2) { [160, 0, 160, 255] } else { [40, 40, 40, 255] };
    }
    raster
}
