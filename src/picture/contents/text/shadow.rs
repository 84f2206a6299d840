//! Shadows, and putting pictures over each other.

use crate::show::color::Color;

/// Passes of a box that come close to the bell curve.
const PASSES: usize = 3;

/// Half the box of one pass for a blur of so many pixels, which is two deviations of its curve.
fn radius(blur: f64) -> usize {
    let deviation = blur.clamp(0.0, 256.0) / 2.0;
    // The width at which three boxes spread like the curve, as browsers compute it.
    let width = (deviation * 3.0 * (2.0 * std::f64::consts::PI).sqrt() / 4.0 + 0.5).floor();
    (width / 2.0).ceil() as usize
}

/// How far a blur carries ink.
pub(super) fn reach(blur: f64) -> f64 {
    (PASSES * radius(blur)) as f64
}

/// Spreads one channel of `width` columns.
pub(super) fn blur(channel: &mut [u8], width: usize, blur: f64) {
    let radius = radius(blur);
    if radius == 0 || width == 0 {
        return;
    }
    let height = channel.len() / width;
    let mut scratch = vec![0; width.max(height)];
    for _ in 0..PASSES {
        for row in 0..height {
            average(channel, row * width, 1, width, radius, &mut scratch);
        }
        for column in 0..width {
            average(channel, column, width, height, radius, &mut scratch);
        }
    }
}

/// Averages `count` values that begin at `from` and are `step` apart, each with `radius` neighbours to both sides.
fn average(channel: &mut [u8], from: usize, step: usize, count: usize, radius: usize, scratch: &mut [u8]) {
    let line = &mut scratch[..count];
    for (index, value) in line.iter_mut().enumerate() {
        *value = channel[from + index * step];
    }
    let size = 2 * radius as u32 + 1;
    let mut sum: u32 = line[..radius.min(count)].iter().map(|value| u32::from(*value)).sum();
    for index in 0..count {
        sum += line.get(index + radius).map_or(0, |value| u32::from(*value));
        channel[from + index * step] = ((sum + size / 2) / size) as u8;
        if let Some(left) = index.checked_sub(radius) {
            sum -= u32::from(line[left]);
        }
    }
}

/// The coverage of a premultiplied picture, moved.
pub(super) fn moved_alpha(rgba: &[u8], width: usize, by: (i32, i32)) -> Vec<u8> {
    let pixels = rgba.as_chunks::<4>().0;
    let mut alpha = vec![0; pixels.len()];
    for (index, pixel) in pixels.iter().enumerate().filter(|(_, pixel)| pixel[3] > 0) {
        let (x, y) = ((index % width) as i32 + by.0, (index / width) as i32 + by.1);
        if x >= 0 && y >= 0 && (x as usize) < width {
            if let Some(value) = alpha.get_mut(y as usize * width + x as usize) {
                *value = pixel[3];
            }
        }
    }
    alpha
}

/// A picture in one colour, premultiplied.
pub(super) fn tinted(alpha: &[u8], color: Color) -> Vec<u8> {
    let mut rgba = Vec::with_capacity(4 * alpha.len());
    for value in alpha {
        let opacity = part(*value, color.alpha);
        rgba.extend([part(color.red, opacity), part(color.green, opacity), part(color.blue, opacity), opacity]);
    }
    rgba
}

/// Puts one premultiplied picture over another of the same size.
pub(super) fn over(top: &[u8], below: &mut [u8]) {
    for (top, below) in top.as_chunks::<4>().0.iter().zip(below.as_chunks_mut::<4>().0) {
        let rest = 255 - top[3];
        for (top, below) in top.iter().zip(below) {
            *below = top.saturating_add(part(*below, rest));
        }
    }
}

/// `value` times `of` 255ths, rounded.
fn part(value: u8, of: u8) -> u8 {
    ((u32::from(value) * u32::from(of) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_spreads_as_far_as_it_says_and_keeps_the_sum() {
        for strength in [1.0, 4.0, 10.0] {
            let (width, middle) = (101, 50 * 101 + 50);
            let mut channel = vec![0; width * width];
            for y in 40..=60 {
                channel[y * width + 40..=y * width + 60].fill(255);
            }
            let before: u64 = channel.iter().map(|value| u64::from(*value)).sum();
            blur(&mut channel, width, strength);
            let after: u64 = channel.iter().map(|value| u64::from(*value)).sum();
            assert!(after.abs_diff(before) < before / 50, "{strength}: {before} {after}");
            let farthest = 60 + reach(strength) as usize;
            assert!(channel[50 * width + farthest + 1] == 0 && channel[middle] > 200, "{strength}");
        }
        let mut nothing = vec![7; 9];
        blur(&mut nothing, 3, 0.0);
        blur(&mut nothing, 0, 9.0);
        assert_eq!(nothing, vec![7; 9]);
    }
}
