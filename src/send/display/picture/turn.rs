//! Puts rows of the upright picture where a display that is mounted otherwise has them.

use crate::send::display::format::PixelFormat;
use crate::show::rotation::Rotation;

/// The upright picture, and how far down in it the band lies.
#[derive(Clone, Copy)]
pub struct Place {
    pub width: usize,
    pub height: usize,
    pub top: usize,
}

/// `band` has whole rows, `pixels` is the whole display.
pub fn put(rotation: Rotation, format: PixelFormat, band: &[u8], place: Place, pixels: &mut [u8]) {
    match format.bytes() {
        2 => put_pixels(rotation, band.as_chunks::<2>().0, place, pixels.as_chunks_mut::<2>().0),
        3 => put_pixels(rotation, band.as_chunks::<3>().0, place, pixels.as_chunks_mut::<3>().0),
        _ => put_pixels(rotation, band.as_chunks::<4>().0, place, pixels.as_chunks_mut::<4>().0),
    }
}

fn put_pixels<P: Copy>(rotation: Rotation, band: &[P], Place { width, height, top }: Place, pixels: &mut [P]) {
    let rows = band.len() / width.max(1);
    let bottom = height.saturating_sub(top + rows);
    match rotation {
        Rotation::Upright => below(pixels, top * width).iter_mut().zip(band).for_each(|(to, from)| *to = *from),
        Rotation::Half => below(pixels, bottom * width).iter_mut().zip(band.iter().rev()).for_each(|(to, from)| *to = *from),
        // The lowest row comes first: what was left is up.
        Rotation::Quarter => {
            for (x, line) in pixels.chunks_exact_mut(height.max(1)).enumerate().take(width) {
                let column = band.iter().skip(x).step_by(width);
                line.iter_mut().skip(bottom).take(rows).rev().zip(column).for_each(|(to, from)| *to = *from);
            }
        }
        Rotation::ThreeQuarters => {
            for (x, line) in pixels.chunks_exact_mut(height.max(1)).rev().enumerate().take(width) {
                let column = band.iter().skip(x).step_by(width);
                line.iter_mut().skip(top).zip(column).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

fn below<P>(pixels: &mut [P], start: usize) -> &mut [P] {
    pixels.get_mut(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_turned_clockwise() {
        #[track_caller]
        fn check(rotation: Rotation, expected: &str) {
            // In two bands, of two rows and of one.
            let mut pixels = [b' '; 6];
            put_pixels(rotation, b"abcd", Place { width: 2, height: 3, top: 0 }, &mut pixels);
            put_pixels(rotation, b"ef", Place { width: 2, height: 3, top: 2 }, &mut pixels);
            assert_eq!(str::from_utf8(&pixels).unwrap(), expected);
        }
        check(Rotation::Upright, "abcdef");
        check(Rotation::Quarter, "ecafdb");
        check(Rotation::Half, "fedcba");
        check(Rotation::ThreeQuarters, "bdface");
    }
}
