//! Any picture of the library, small: for what shows it on a few lights.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::path::Path;

use image::imageops::{FilterType, thumbnail};
use image::{ImageReader, Limits, RgbaImage};

use super::animation;
use super::svg::Drawing;
use crate::show::asset::Format;

/// Not premultiplied, row by row.
pub struct Small {
    pub width: u32,
    pub height: u32,
    /// Red, green, blue and alpha of each pixel; and for how many milliseconds it is seen.
    pub frames: Vec<(Vec<u8>, u32)>,
}

const MOST_MEMORY: u64 = 512 << 20;

/// At most `side` on its longer side, and at most `most` pictures of one that moves. What can not be read is told in words.
pub fn small(path: &Path, format: Format, side: u32, most: usize) -> Result<Small, String> {
    let bytes = || std::fs::read(path).map_err(|error| error.to_string());
    match format {
        Format::Svg => drawing(&bytes()?, side),
        Format::Gif | Format::Png | Format::Webp => {
            let moves = animation::survey(format, &bytes()?).map_err(|error| error.to_string())?.is_some();
            if moves { moving(path, format, side, most) } else { still(path, side) }
        }
        _ => still(path, side),
    }
}

fn fitted((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let longer = width.max(height).max(1);
    let scaled = |length: u32| (u64::from(length) * u64::from(side.min(longer)) / u64::from(longer)).max(1) as u32;
    (scaled(width), scaled(height))
}

/// A picture that is in memory already; of one that moves, the first.
pub fn small_of(bytes: &[u8], side: u32) -> Result<Small, String> {
    shrunk(ImageReader::new(Cursor::new(bytes)), side)
}

fn still(path: &Path, side: u32) -> Result<Small, String> {
    shrunk(ImageReader::open(path).map_err(|error| error.to_string())?, side)
}

fn shrunk(mut reader: ImageReader<impl BufRead + Seek>, side: u32) -> Result<Small, String> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let reader = reader.with_guessed_format().map_err(|error| error.to_string())?;
    let picture = reader.decode().map_err(|error| error.to_string())?;
    let (width, height) = fitted((picture.width(), picture.height()), side);
    let picture = picture.resize_exact(width, height, FilterType::Triangle).into_rgba8();
    Ok(Small { width, height, frames: vec![(picture.into_raw(), 0)] })
}

fn moving(path: &Path, format: Format, side: u32, most: usize) -> Result<Small, String> {
    let file = BufReader::new(File::open(path).map_err(|error| error.to_string())?);
    let mut small = Small { width: 0, height: 0, frames: Vec::new() };
    for frame in animation::frames(format, file).map_err(|error| error.to_string())?.take(most) {
        let frame = frame.map_err(|error| error.to_string())?;
        let (above, below) = frame.delay().numer_denom_ms();
        let buffer: &RgbaImage = frame.buffer();
        (small.width, small.height) = fitted(buffer.dimensions(), side);
        let shrunk = thumbnail(buffer, small.width, small.height);
        // As browsers do: what wants to be shown for no time is shown for a tenth of a second.
        let millis = if above / below.max(1) <= 10 { 100 } else { above / below.max(1) };
        small.frames.push((shrunk.into_raw(), millis));
    }
    Ok(small)
}

fn drawing(bytes: &[u8], side: u32) -> Result<Small, String> {
    let drawing = Drawing::parse(bytes).map_err(|error| error.to_string())?;
    let (width, height) = fitted((drawing.width, drawing.height), side);
    let painted = drawing.painted(drawing.whole(), width, height).ok_or("it can not be drawn")?;
    Ok(Small { width, height, frames: vec![(straight(painted), 0)] })
}

/// Without alpha in the colours.
fn straight(mut rgba: Vec<u8>) -> Vec<u8> {
    for [red, green, blue, alpha] in rgba.as_chunks_mut::<4>().0 {
        for channel in [red, green, blue] {
            *channel = (u32::from(*channel) * 255 / u32::from(*alpha).max(1)).min(255) as u8;
        }
    }
    rgba
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_made_small_in_their_proportions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        RgbaImage::from_pixel(400, 100, image::Rgba([255, 0, 0, 128])).save(&path).unwrap();
        let small = small(&path, Format::Png, 64, 10).unwrap();
        assert_eq!((small.width, small.height, small.frames.len()), (64, 16, 1));
        assert_eq!(small.frames[0].0[..4], [255, 0, 0, 128]);
        assert_eq!(fitted((3, 2), 64), (3, 2), "never larger");
    }

    #[test]
    fn a_drawing_is_drawn_at_that_size_and_what_is_broken_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.svg");
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100" fill="#00ff00"/></svg>"##;
        std::fs::write(&path, svg).unwrap();
        let drawn = small(&path, Format::Svg, 20, 1).unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.frames[0].0[..4].to_vec()), (20, 10, vec![0, 255, 0, 255]));
        assert!(small(&path, Format::Png, 20, 1).is_err());
        assert!(small(&folder.path().join("none"), Format::Jpeg, 20, 1).is_err());
    }
}
