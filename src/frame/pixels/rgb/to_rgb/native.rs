//! The definition. Two pixels that share their chroma are one number of sixteen bits: so nothing needs to be shuffled.

use crate::frame::pixels::rgb::matrix::{from_chroma, from_luma, joined};

#[inline(always)]
pub fn to_rgb(rgb: [&mut [u8]; 3], yuv: [&[u8]; 3]) {
    let [red, green, blue] = rgb;
    let [luma, u, v] = yuv;
    pairs(red.as_chunks_mut().0, green.as_chunks_mut().0, blue.as_chunks_mut().0, luma.as_chunks().0, u, v);
    let width = luma.len().min(red.len()).min(green.len()).min(blue.len());
    let chroma = (u.get(width / 2), v.get(width / 2));
    if width % 2 == 1
        && let (Some(u), Some(v)) = chroma
    {
        let mut last = [[[0; 2]; 1]; 3];
        let [last_red, last_green, last_blue] = &mut last;
        pairs(last_red, last_green, last_blue, &[[luma[width - 1]; 2]], &[*u], &[*v]);
        for (plane, last) in [red, green, blue].into_iter().zip(last) {
            plane[width - 1] = last[0][0];
        }
    }
}

/// As slices of their own the compiler knows that none lies upon another.
#[inline(always)]
fn pairs(red: &mut [[u8; 2]], green: &mut [[u8; 2]], blue: &mut [[u8; 2]], luma: &[[u8; 2]], u: &[u8], v: &[u8]) {
    for (((((red, green), blue), luma), u), v) in red.iter_mut().zip(green).zip(blue).zip(luma).zip(u).zip(v) {
        let luma = u16::from_le_bytes(*luma);
        let (first, second) = (from_luma((luma & 255) as i16 - 16), from_luma((luma >> 8) as i16 - 16));
        let added = from_chroma(i16::from(*u) - 128, i16::from(*v) - 128);
        *red = joined(first + added[0], second + added[0]).to_le_bytes();
        *green = joined(first + added[1], second + added[1]).to_le_bytes();
        *blue = joined(first + added[2], second + added[2]).to_le_bytes();
    }
}
