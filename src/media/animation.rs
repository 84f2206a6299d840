//! Pictures that move: GIF, APNG and animated WebP. How many there are and how long each is shown is read from the file's blocks,
//! without decoding a pixel, so that also a file that claims a million of them is soon done with.

use std::io::{BufRead, Seek};

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, Frames, ImageDecoder, ImageResult, Limits};

use crate::show::asset::Format;

/// Pictures of one animation. Five minutes at 30 a second.
pub const MOST_FRAMES: usize = 10_000;
/// One that moves is decoded again and again, and a few of it are in memory.
pub const MOST_PIXELS: u64 = 4_096 * 4_096;
/// Of all its pictures together: decoding them once takes minutes.
const MOST_PIXELS_IN_ALL: u64 = 32_000_000_000;
/// The canvas that a decoder composes on, and one that it had before.
const MOST_MEMORY: u64 = 256 << 20;

/// Shorter ones are meant as "as fast as you can", and browsers show them for a tenth of a second.
const SHORTEST_US: u64 = 10_000;
const INSTEAD_US: u64 = 100_000;
/// What is shown for longer than an hour stands still.
const LONGEST_US: u64 = 3_600_000_000;

/// How long each picture is shown, in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Animation {
    pub delays: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnimationError {
    #[error("{0}")]
    Broken(&'static str),
    #[error("it has more than {MOST_FRAMES} pictures")]
    TooManyFrames,
    #[error(
        "it moves, and has {0} × {1} pixels: 4096 × 4096 are possible then, and {MOST_PIXELS_IN_ALL} in all its pictures"
    )]
    TooManyPixels(u32, u32),
}

const CUT: AnimationError = AnimationError::Broken("the file ends too early");

impl Animation {
    /// How long all of it takes. Whole milliseconds, because that is what is known of it elsewhere, and everybody must find the
    /// same picture at an instant.
    pub fn duration_ms(&self) -> u64 {
        self.delays.iter().sum::<u64>().div_ceil(1_000).max(1)
    }

    pub fn check_size(&self, width: u32, height: u32) -> Result<(), AnimationError> {
        let pixels = u64::from(width) * u64::from(height);
        let all = pixels.saturating_mul(self.delays.len() as u64);
        if pixels > MOST_PIXELS || all > MOST_PIXELS_IN_ALL {
            return Err(AnimationError::TooManyPixels(width, height));
        }
        Ok(())
    }
}

/// None for a picture that stands still.
pub fn survey(format: Format, bytes: &[u8]) -> Result<Option<Animation>, AnimationError> {
    let mut delays = Delays(Vec::new());
    match format {
        Format::Gif => survey_gif(bytes, &mut delays)?,
        Format::Png => survey_png(bytes, &mut delays)?,
        Format::Webp => survey_webp(bytes, &mut delays)?,
        _ => {}
    }
    Ok((delays.0.len() > 1).then_some(Animation { delays: delays.0 }))
}

/// The pictures one after the other, each complete. Decoding one may need those before it, so there is no way but from the start.
pub fn frames<'a>(format: Format, file: impl BufRead + Seek + 'a) -> ImageResult<Frames<'a>> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    match format {
        Format::Gif => {
            let mut decoder = GifDecoder::new(file)?;
            decoder.set_limits(limits)?;
            Ok(decoder.into_frames())
        }
        Format::Webp => Ok(WebPDecoder::new(file)?.into_frames()),
        _ => Ok(PngDecoder::with_limits(file, limits)?.apng()?.into_frames()),
    }
}

struct Delays(Vec<u64>);

impl Delays {
    fn push(&mut self, micros: u64) -> Result<(), AnimationError> {
        if self.0.len() >= MOST_FRAMES {
            return Err(AnimationError::TooManyFrames);
        }
        self.0.push(if micros <= SHORTEST_US { INSTEAD_US } else { micros.min(LONGEST_US) });
        Ok(())
    }
}

/// Takes bytes off the front.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], AnimationError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, AnimationError> {
        self.take(1)?.first().copied().ok_or(CUT)
    }

    /// The colours of a GIF, if its flags say that there are some.
    fn skip_colors(&mut self, flags: u8) -> Result<(), AnimationError> {
        if flags & 0x80 != 0 {
            self.take(3 << ((flags & 7) + 1))?;
        }
        Ok(())
    }

    /// A GIF's data, in pieces up to an empty one.
    fn skip_pieces(&mut self) -> Result<(), AnimationError> {
        loop {
            match self.byte()? {
                0 => return Ok(()),
                length => self.take(length.into())?,
            };
        }
    }
}

fn survey_gif(bytes: &[u8], delays: &mut Delays) -> Result<(), AnimationError> {
    let mut walk = Walk(bytes);
    let screen = walk.take(13)?;
    walk.skip_colors(screen[10])?;
    let mut delay = 0;
    loop {
        match walk.byte()? {
            0x21 => {
                let is_control = walk.byte()? == 0xf9;
                if let (true, [4, _, low, high, ..]) = (is_control, walk.0) {
                    delay = u64::from(u16::from_le_bytes([*low, *high])) * 10_000;
                }
                walk.skip_pieces()?;
            }
            0x2c => {
                let frame = walk.take(9)?;
                walk.skip_colors(frame[8])?;
                walk.byte()?;
                walk.skip_pieces()?;
                delays.push(std::mem::take(&mut delay))?;
            }
            0x3b => return Ok(()),
            _ => return Err(AnimationError::Broken("what is between its pictures is no GIF")),
        }
    }
}

fn survey_png(bytes: &[u8], delays: &mut Delays) -> Result<(), AnimationError> {
    let mut walk = Walk(bytes);
    walk.take(8)?;
    let mut promised = None;
    let mut has_data = false;
    loop {
        let head = walk.take(8)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let data = walk.take(length as usize)?;
        walk.take(4)?;
        match (&head[4..8], data) {
            // What comes after the picture does not count.
            (b"acTL", [a, b, c, d, ..]) if !has_data => promised = Some(u32::from_be_bytes([*a, *b, *c, *d])),
            (b"fcTL", data) if promised.is_some() => {
                let [a, b, c, d, ..] = *data.get(20..).unwrap_or_default() else { return Err(CUT) };
                let (part, of) = (u64::from(u16::from_be_bytes([a, b])), u64::from(u16::from_be_bytes([c, d])));
                delays.push(part * 1_000_000 / if of == 0 { 100 } else { of })?;
            }
            (b"IDAT", _) => has_data = true,
            (b"IEND", _) => break,
            _ => {}
        }
    }
    match promised {
        Some(promised) if promised as usize != delays.0.len() => {
            Err(AnimationError::Broken("it has not as many pictures as it says"))
        }
        _ => Ok(()),
    }
}

fn survey_webp(bytes: &[u8], delays: &mut Delays) -> Result<(), AnimationError> {
    let mut walk = Walk(bytes);
    walk.take(12)?;
    while !walk.0.is_empty() {
        let head = walk.take(8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let data = walk.take(length)?;
        // Pieces are of even length.
        walk.take((length & 1).min(walk.0.len()))?;
        if &head[..4] == b"ANMF" {
            let [low, middle, high, ..] = *data.get(12..).unwrap_or_default() else { return Err(CUT) };
            delays.push(u64::from(u32::from_le_bytes([low, middle, high, 0])) * 1_000)?;
        }
    }
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use std::io::Cursor;

    use image::codecs::gif::GifEncoder;
    use image::{Delay, Frame, Rgba, RgbaImage};

    use super::*;

    /// Pictures of one colour each, every one shown for so many milliseconds.
    pub fn gif(size: (u32, u32), frames: impl IntoIterator<Item = (Rgba<u8>, u32)>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
        for (color, ms) in frames {
            let delay = Delay::from_numer_denom_ms(ms, 1);
            let pixels = RgbaImage::from_pixel(size.0, size.1, color);
            encoder.encode_frame(Frame::from_parts(pixels, 0, 0, delay)).expect("encoded");
        }
        drop(encoder);
        bytes
    }

    fn grey(level: u8) -> Rgba<u8> {
        Rgba([level, level, level, 255])
    }

    #[test]
    fn a_gif_is_counted_without_decoding_it() {
        let bytes = gif((8, 8), [(grey(0), 40), (grey(100), 0), (grey(200), 500)]);
        let found = survey(Format::Gif, &bytes).unwrap().unwrap();
        assert_eq!(found.delays, [40_000, 100_000, 500_000]);
        assert_eq!(found.duration_ms(), 640);
        assert_eq!(frames(Format::Gif, Cursor::new(&bytes)).unwrap().count(), 3);
        assert_eq!(survey(Format::Gif, &gif((8, 8), [(grey(0), 40)])), Ok(None), "one picture does not move");
        for kept in 0..bytes.len() {
            assert_eq!(survey(Format::Gif, &bytes[..kept]), Err(CUT), "{kept} bytes");
        }
    }

    #[test]
    fn a_hundred_thousand_pictures_are_refused_at_once() {
        let one = gif((1, 1), [(grey(0), 40)]);
        let start = one.iter().position(|byte| *byte == 0x21).expect("an extension");
        let (head, frame) = (&one[..start], &one[start..one.len() - 1]);
        let bytes = [head, &frame.repeat(100_000), b";"].concat();
        assert_eq!(survey(Format::Gif, &bytes), Err(AnimationError::TooManyFrames));
    }

    #[test]
    fn nothing_makes_counting_fail() {
        for format in [Format::Gif, Format::Png, Format::Webp] {
            for seed in 0..2_000_u64 {
                let mut random = fastrand::Rng::with_seed(seed);
                let mut bytes = gif((4, 4), [(grey(9), 40), (grey(99), 50)]);
                for _ in 0..random.usize(1..6) {
                    let at = random.usize(0..bytes.len());
                    bytes[at] = random.u8(..);
                }
                let _ = survey(format, &bytes);
            }
        }
    }
}
