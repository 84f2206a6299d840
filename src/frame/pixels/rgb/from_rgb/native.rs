//! The definition.

use crate::frame::pixels::rgb::matrix::{U, V, Y};

#[inline(always)]
pub fn from_rgb(luma: [&mut [u8]; 2], chroma: [&mut [u8]; 2], above: [&[u8]; 3], below: [&[u8]; 3]) {
    let [upper, lower] = luma;
    let width = above.iter().chain(&below).fold(upper.len().min(lower.len()), |width, row| width.min(row.len()));
    let (above, below) = (above.map(|row| &row[..width]), below.map(|row| &row[..width]));
    brightness(upper, above);
    brightness(lower, below);
    let [u, v] = chroma;
    colour(u, above, below, U);
    colour(v, above, below, V);
}

/// 256ths of Y, of sums in sixteen bits: at most 235 * 256.
#[inline(always)]
fn brightness(target: &mut [u8], rgb: [&[u8]; 3]) {
    let [red, green, blue] = rgb;
    let part = |value: u8, weight: i32| (((u32::from(value) << 8) * (weight as u32)) >> 16) as u16;
    for (((target, red), green), blue) in target.iter_mut().zip(red).zip(green).zip(blue) {
        let sum = part(*red, Y[0]) + part(*green, Y[1]) + part(*blue, Y[2]);
        // The three products lost half a 256th each; it is given back with the half for rounding.
        *target = ((sum + (16 << 8) + 128 + 1) >> 8) as u8;
    }
}

/// 128ths of U or V, of the sums of four pixels.
#[inline(always)]
fn colour(target: &mut [u8], above: [&[u8]; 3], below: [&[u8]; 3], weights: [i32; 3]) {
    let pairs = |row: usize| above[row].as_chunks::<2>().0.iter().zip(below[row].as_chunks::<2>().0);
    for (((target, red), green), blue) in target.iter_mut().zip(pairs(0)).zip(pairs(1)).zip(pairs(2)) {
        let sums = [red, green, blue].map(|(above, below)| sum(*above) + sum(*below));
        *target = weighted(sums, weights);
    }
    let width = above[0].len();
    if width % 2 == 1
        && let Some(target) = target.get_mut(width / 2)
    {
        let sums = [0, 1, 2].map(|plane: usize| {
            let last = |row: &[u8]| row.last().map_or(0, |last| i16::from(*last));
            2 * (last(above[plane]) + last(below[plane]))
        });
        *target = weighted(sums, weights);
    }
}

/// Read as one number of sixteen bits, a pair needs no shuffling to be added up.
#[inline(always)]
fn sum(pair: [u8; 2]) -> i16 {
    let both = u16::from_le_bytes(pair);
    ((both & 255) + (both >> 8)) as i16
}

#[inline(always)]
fn weighted(sums: [i16; 3], weights: [i32; 3]) -> u8 {
    let part = |plane: usize| ((i32::from(sums[plane] << 5) * i32::from(weights[plane] as i16)) >> 16) as i16;
    // As above: one and a half for what three products lost.
    ((part(0) + part(1) + part(2) + (128 << 7) + 64 + 1) >> 7) as u8
}
