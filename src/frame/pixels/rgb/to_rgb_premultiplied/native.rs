//! The definition. As in `to_rgb`, two pixels are one number of sixteen bits.

use crate::frame::pixels::divided_by_255;
use crate::frame::pixels::rgb::matrix::{byte, from_chroma, from_luma};

#[inline(always)]
pub fn to_rgb_premultiplied(rgb: [&mut [u8]; 3], yuv: [&[u8]; 3], fine: &[u8], coarse: &[u8]) {
    let [red, green, blue] = rgb;
    let [luma, u, v] = yuv;
    let width = luma.len().min(fine.len()).min(red.len()).min(green.len()).min(blue.len());
    let (luma_pairs, fine_pairs) = (luma.as_chunks().0, fine.as_chunks().0);
    let chroma = width.div_ceil(2).min(u.len()).min(v.len()).min(coarse.len());
    let (u, v, coarse) = (&u[..chroma], &v[..chroma], &coarse[..chroma]);
    // A colour at a time: with more rows at once the compiler would no longer find enough registers.
    channel::<0>(red.as_chunks_mut().0, luma_pairs, fine_pairs, u, v, coarse);
    channel::<1>(green.as_chunks_mut().0, luma_pairs, fine_pairs, u, v, coarse);
    channel::<2>(blue.as_chunks_mut().0, luma_pairs, fine_pairs, u, v, coarse);
    if width % 2 == 1 && chroma == width / 2 + 1 {
        let (luma, fine) = (&[[luma[width - 1]; 2]], &[[fine[width - 1]; 2]]);
        let (u, v, coarse) = (&u[chroma - 1..], &v[chroma - 1..], &coarse[chroma - 1..]);
        let mut last = [[[0; 2]; 1]; 3];
        channel::<0>(&mut last[0], luma, fine, u, v, coarse);
        channel::<1>(&mut last[1], luma, fine, u, v, coarse);
        channel::<2>(&mut last[2], luma, fine, u, v, coarse);
        for (plane, last) in [red, green, blue].into_iter().zip(last) {
            plane[width - 1] = last[0][0];
        }
    }
}

#[inline(always)]
fn channel<const PLANE: usize>(
    target: &mut [[u8; 2]],
    luma: &[[u8; 2]],
    fine: &[[u8; 2]],
    u: &[u8],
    v: &[u8],
    coarse: &[u8],
) {
    for (((((target, luma), fine), u), v), coarse) in target.iter_mut().zip(luma).zip(fine).zip(u).zip(v).zip(coarse) {
        let (luma, fine) = (u16::from_le_bytes(*luma), u16::from_le_bytes(*fine));
        let grey = divided(128 * u16::from(*coarse));
        // What is not premultiplied as it should be does not overflow.
        let around_grey = |value: u8| (i16::from(value) - grey).min(127);
        let added = from_chroma(around_grey(*u), around_grey(*v))[PLANE];
        let first = pixel(luma & 255, fine & 255, added);
        let second = pixel(luma >> 8, fine >> 8, added);
        *target = (first | second << 8).to_le_bytes();
    }
}

#[inline(always)]
fn divided(value: u16) -> i16 {
    i16::from(divided_by_255(value))
}

/// No colour is more than its alpha.
#[inline(always)]
fn pixel(luma: u16, alpha: u16, added: i16) -> u16 {
    (byte(from_luma(luma as i16 - divided(16 * alpha)) + added) as u16).min(alpha)
}
