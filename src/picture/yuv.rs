//! sRGB to Y'CbCr: BT.709, limited range, eight bits.

use crate::frame::pixels::rgb::matrix::{FRACTION as BITS, U, V, Y};
use crate::show::color::Color;

/// A colour as the planes hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Yuv {
    pub y: u8,
    pub u: u8,
    pub v: u8,
}

impl Yuv {
    pub const BLACK: Yuv = Yuv { y: 16, u: 128, v: 128 };
    pub const WHITE: Yuv = Yuv { y: 235, u: 128, v: 128 };

    pub fn of(color: Color) -> Yuv {
        let [y, u, v] = fixed(color.red, color.green, color.blue);
        let byte = |value: i32| u8::try_from((value + HALF) >> FRACTION).unwrap_or(u8::MAX);
        Yuv { y: byte(y), u: byte(u), v: byte(v) }
    }
}

/// Bits behind the point of the numbers that `fixed` gives.
pub const FRACTION: u32 = BITS;
pub const HALF: i32 = 1 << (FRACTION - 1);

/// Y, U and V with their offsets, as fixed-point numbers.
#[inline(always)]
pub fn fixed(red: u8, green: u8, blue: u8) -> [i32; 3] {
    let (red, green, blue) = (i32::from(red), i32::from(green), i32::from(blue));
    let row =
        |weights: [i32; 3], offset: i32| weights[0] * red + weights[1] * green + weights[2] * blue + (offset << FRACTION);
    [row(Y, 16), row(U, 128), row(V, 128)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_colours() {
        assert_eq!(Yuv::of(Color::BLACK), Yuv::BLACK);
        assert_eq!(Yuv::of(Color::WHITE), Yuv::WHITE);
        assert_eq!(Yuv::of(Color::opaque(255, 0, 0)), Yuv { y: 63, u: 102, v: 240 });
        assert_eq!(Yuv::of(Color::opaque(0, 255, 0)), Yuv { y: 173, u: 42, v: 26 });
        assert_eq!(Yuv::of(Color::opaque(0, 0, 255)), Yuv { y: 32, u: 240, v: 118 });
    }
}
