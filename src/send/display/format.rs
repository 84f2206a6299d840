//! How a display wants its pixels, and colours written that way.

/// What one pixel is in memory, byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PixelFormat {
    /// Blue, green, red, and a byte that nobody looks at.
    Xrgb8888,
    /// Five bits of red, six of green, five of blue; the low byte first.
    Rgb565,
    /// The same with the high byte first, as panels have it.
    Rgb565Swapped,
    /// Red, green, blue.
    Rgb888,
    /// Blue, green, red.
    Bgr888,
}

impl PixelFormat {
    pub const ALL: [PixelFormat; 5] =
        [PixelFormat::Xrgb8888, PixelFormat::Rgb565, PixelFormat::Rgb565Swapped, PixelFormat::Rgb888, PixelFormat::Bgr888];

    pub fn bytes(self) -> usize {
        match self {
            PixelFormat::Xrgb8888 => 4,
            PixelFormat::Rgb888 | PixelFormat::Bgr888 => 3,
            PixelFormat::Rgb565 | PixelFormat::Rgb565Swapped => 2,
        }
    }

    /// Writes one row; what is longer than the other is left over.
    pub fn pack(self, [red, green, blue]: [&[u8]; 3], out: &mut [u8]) {
        let colors = red.iter().zip(green).zip(blue).map(|((red, green), blue)| [*red, *green, *blue]);
        match self {
            // Some devices take the fourth for how solid the pixel is.
            PixelFormat::Xrgb8888 => each(colors, out, |[red, green, blue]| [blue, green, red, 0xff]),
            PixelFormat::Rgb888 => each(colors, out, |color| color),
            PixelFormat::Bgr888 => each(colors, out, |[red, green, blue]| [blue, green, red]),
            PixelFormat::Rgb565 => each(colors, out, |color| sixteen_bits(color).to_le_bytes()),
            PixelFormat::Rgb565Swapped => each(colors, out, |color| sixteen_bits(color).to_be_bytes()),
        }
    }
}

#[inline(always)]
fn each<const N: usize>(colors: impl Iterator<Item = [u8; 3]>, out: &mut [u8], pixel: impl Fn([u8; 3]) -> [u8; N]) {
    for (out, color) in out.as_chunks_mut::<N>().0.iter_mut().zip(colors) {
        *out = pixel(color);
    }
}

#[inline(always)]
fn sixteen_bits([red, green, blue]: [u8; 3]) -> u16 {
    u16::from(red >> 3) << 11 | u16::from(green >> 2) << 5 | u16::from(blue >> 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_what_their_format_says() {
        #[track_caller]
        fn check(format: PixelFormat, expected: &[u8]) {
            let mut out = [9; 8];
            format.pack([&[0xff], &[0x84], &[0x08]], &mut out);
            assert_eq!((&out[..format.bytes()], format.bytes()), (expected, expected.len()));
            assert!(out[format.bytes()..].iter().all(|byte| *byte == 9), "there was one pixel only");
        }
        check(PixelFormat::Xrgb8888, &[0x08, 0x84, 0xff, 0xff]);
        check(PixelFormat::Rgb888, &[0xff, 0x84, 0x08]);
        check(PixelFormat::Bgr888, &[0x08, 0x84, 0xff]);
        check(PixelFormat::Rgb565, &[0b0010_0001, 0b1111_1100]);
        check(PixelFormat::Rgb565Swapped, &[0b1111_1100, 0b0010_0001]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_cut_off() {
        let mut out = [0; 5];
        PixelFormat::Rgb565.pack([&[255; 9], &[255; 9], &[255; 9]], &mut out);
        assert_eq!(out, [255, 255, 255, 255, 0]);
    }
}
