//! A picture of an animation as the house's planes: from RGBA with straight alpha.

use std::sync::Arc;

use image::RgbaImage;

use crate::frame::pixels::rgb::matrix::{FRACTION, U, V, Y};
use crate::frame::video::{Plane, Planes, VideoFrame};

struct Cells {
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
    /// None if nothing can be seen through it.
    alpha: Option<Vec<u8>>,
    width: usize,
}

impl Planes for Cells {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let half = self.width.div_ceil(2);
        match index {
            0 => Some(Plane { bytes: &self.luma, stride: self.width }),
            1 | 2 => Some(Plane { bytes: &self.chroma[index - 1], stride: half }),
            _ => self.alpha.as_ref().map(|alpha| Plane { bytes: alpha, stride: self.width }),
        }
    }
}

pub(super) fn frame_of(pixels: &RgbaImage, place: i64) -> VideoFrame {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let rows = pixels.as_raw().as_chunks::<4>().0;
    let luma = rows.iter().map(|[red, green, blue, _]| value(Y, 16, [*red, *green, *blue].map(i32::from))).collect();
    let is_solid = rows.iter().all(|pixel| pixel[3] == 255);
    let alpha = (!is_solid).then(|| rows.iter().map(|pixel| pixel[3]).collect());
    let mut chroma = [Vec::new(), Vec::new()].map(|_: Vec<u8>| Vec::with_capacity(width.div_ceil(2) * height.div_ceil(2)));
    for row in (0..height).step_by(2) {
        for column in (0..width).step_by(2) {
            let color = color_of(rows, width, (column, row), height);
            chroma[0].push(value(U, 128, color));
            chroma[1].push(value(V, 128, color));
        }
    }
    VideoFrame::new((pixels.width(), pixels.height()), (1, 1), place, Arc::new(Cells { luma, chroma, alpha, width }))
}

/// Of four pixels, each counting as much as it is seen: what is transparent has no colour to give.
fn color_of(rows: &[[u8; 4]], width: usize, (column, row): (usize, usize), height: usize) -> [i32; 3] {
    let (mut sum, mut weight) = ([0; 3], 0);
    for y in row..(row + 2).min(height) {
        for [red, green, blue, alpha] in &rows[y * width + column..y * width + (column + 2).min(width)] {
            let alpha = i32::from(*alpha);
            weight += alpha;
            for (sum, color) in sum.iter_mut().zip([red, green, blue]) {
                *sum += i32::from(*color) * alpha;
            }
        }
    }
    if weight == 0 { [0; 3] } else { sum.map(|sum| (sum + weight / 2) / weight) }
}

fn value(row: [i32; 3], offset: i32, color: [i32; 3]) -> u8 {
    let sum: i32 = row.iter().zip(color).map(|(weight, color)| weight * color).sum();
    let rounded = (sum + (offset << FRACTION) + (1 << (FRACTION - 1))) >> FRACTION;
    u8::try_from(rounded).unwrap_or(if rounded < 0 { 0 } else { u8::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    #[test]
    fn colours_keep_to_what_is_seen() {
        let mut pixels = RgbaImage::from_pixel(3, 3, Rgba([0, 255, 0, 0]));
        pixels.put_pixel(0, 0, Rgba([255, 0, 0, 255]));
        let frame = frame_of(&pixels, 7);
        let [luma, u, v] = frame.planes();
        assert_eq!((luma.row(0, 1), u.row(0, 2), v.row(0, 2)), (&[63][..], &[102, 128][..], &[240, 128][..]));
        assert_eq!(frame.alpha().map(|alpha| alpha.row(0, 3).to_vec()), Some(vec![255, 0, 0]));
        assert_eq!((frame.width, frame.height, frame.pts), (3, 3, 7));
        let solid = RgbaImage::from_pixel(2, 2, Rgba([255, 255, 255, 255]));
        assert!(frame_of(&solid, 0).alpha().is_none());
    }
}
