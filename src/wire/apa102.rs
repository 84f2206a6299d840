//! APA102 and SK9822: a bus with a clock, and beside the three channels a brightness of 5 bits for each pixel.
//!
//! That brightness gives dark colours more steps: what one channel of 8 bits cannot tell apart, 31 brightnesses can.

/// How a pixel's channels are split into a brightness and 8 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The brightness is always full.
    Plain,
    /// The lowest brightness that the brightest channel can still be told with.
    Extended,
}

const FULL: u8 = 31;
/// The bits that every pixel begins with, and neither the start nor the end has.
const MARK: u8 = 0xe0;

/// `pixels` are red, green and blue, linear; into a buffer that is kept.
pub fn encode(depth: Depth, pixels: &[[u16; 3]], out: &mut Vec<u8>) {
    out.clear();
    out.reserve(4 + 4 * pixels.len() + end_of(pixels.len()));
    out.extend_from_slice(&[0; 4]);
    for pixel in pixels {
        let brightness = match depth {
            Depth::Plain => FULL,
            Depth::Extended => brightness_of(pixel),
        };
        let [red, green, blue] = pixel.map(|light| channel(light, brightness));
        out.extend_from_slice(&[MARK | brightness, blue, green, red]);
    }
    out.resize(out.len() + end_of(pixels.len()), 0);
}

/// An SK9822 shows nothing before four more bytes. Each pixel then hands on what it gets half a clock late, so that the last
/// needs half as many clocks as there are pixels. Of zeros: a pixel that is not there would be white with ones.
fn end_of(pixels: usize) -> usize {
    4 + pixels.div_ceil(16)
}

fn brightness_of(pixel: &[u16; 3]) -> u8 {
    let most = u32::from(pixel.iter().copied().max().unwrap_or(0));
    let brightness = (most * u32::from(FULL)).div_ceil(u32::from(u16::MAX));
    u8::try_from(brightness).unwrap_or(FULL).clamp(1, FULL)
}

/// `light / 65535 = brightness / 31 · channel / 255`, rounded; 65535 is 255 times 257.
fn channel(light: u16, brightness: u8) -> u8 {
    let whole = 257 * u32::from(brightness.max(1));
    let rounded = (2 * u32::from(light) * u32::from(FULL) + whole) / (2 * whole);
    u8::try_from(rounded).unwrap_or(u8::MAX)
}

/// The light of each pixel's red, green and blue, from 0 to 1. `None` if the last pixels would not get theirs.
pub fn decode(bits: &[u8]) -> Option<Vec<[f64; 3]>> {
    let (frames, _) = bits.strip_prefix(&[0; 4])?.as_chunks::<4>();
    let frames = frames.iter().map_while(|[first, blue, green, red]| {
        let brightness = f64::from(first & FULL) / f64::from(FULL);
        let light = |channel: &u8| brightness * f64::from(*channel) / 255.0;
        (first & MARK == MARK).then(|| [light(red), light(green), light(blue)])
    });
    let pixels: Vec<_> = frames.collect();
    let end = bits.get(4 + 4 * pixels.len()..)?;
    (end.len() >= end_of(pixels.len()) && end.iter().all(|byte| *byte == 0)).then_some(pixels)
}
