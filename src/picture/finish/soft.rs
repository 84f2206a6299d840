//! Softness: three box blurs in a row, which nobody can tell from a Gaussian one.

use crate::picture::contents::Raster;

/// Half the width of each of the three boxes, for a blur that reaches `amount` pixels.
pub fn reach(amount: f64) -> usize {
    // Three boxes of half width r have a variance of r (r + 1); half the amount is the deviation.
    let deviation = amount.clamp(0.0, 512.0) / 2.0;
    ((0.25 + deviation * deviation).sqrt() - 0.5).round() as usize
}

/// How far colours come to lie outside of where they were.
pub fn margin(amount: f64) -> i32 {
    3 * reach(amount) as i32
}

/// Of one plane. Beyond the edges it goes on as its outermost values, or as nothing.
pub fn plane(values: &mut [f32], width: usize, amount: f64, continues: bool) {
    let reach = reach(amount);
    if reach == 0 || width == 0 {
        return;
    }
    let height = values.len() / width;
    let mut line = vec![0.0; width.max(height)];
    for _ in 0..3 {
        for row in values.chunks_exact_mut(width) {
            line[..width].copy_from_slice(row);
            boxed(&line[..width], reach, continues, |index, value| row[index] = value);
        }
        for column in 0..width {
            (0..height).for_each(|row| line[row] = values[row * width + column]);
            boxed(&line[..height], reach, continues, |row, value| values[row * width + column] = value);
        }
    }
}

fn boxed(line: &[f32], reach: usize, continues: bool, mut put: impl FnMut(usize, f32)) {
    let last = line.len() as isize - 1;
    let at = |index: isize| match index {
        index if (0..=last).contains(&index) => line[index as usize],
        _ if !continues => 0.0,
        index => line[index.clamp(0, last) as usize],
    };
    let reach = reach as isize;
    // In double precision: single would drift along a line of thousands.
    let mut sum: f64 = (-reach..=reach).map(|index| f64::from(at(index))).sum();
    let count = (2 * reach + 1) as f64;
    for index in 0..=last {
        put(index as usize, (sum / count) as f32);
        sum += f64::from(at(index + reach + 1)) - f64::from(at(index - reach));
    }
}

/// Of a picture, within its own edges.
pub fn blur(raster: &mut Raster, amount: f64) {
    if reach(amount) == 0 {
        return;
    }
    let width = raster.width as usize;
    let pixels = raster.rgba.as_chunks::<4>().0;
    let mut planes: Vec<Vec<f32>> = (0..4)
        .map(|channel| {
            let weight = |pixel: &[u8; 4]| if channel == 3 { 1.0 } else { f32::from(pixel[3]) / 255.0 };
            pixels.iter().map(|pixel| f32::from(pixel[channel]) * weight(pixel)).collect()
        })
        .collect();
    planes.iter_mut().for_each(|values| plane(values, width, amount, true));
    for (index, pixel) in raster.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let alpha = planes[3][index];
        let straight = |channel: usize| (planes[channel][index] * 255.0 / alpha.max(1e-3)).round() as u8;
        *pixel = [straight(0), straight(1), straight(2), alpha.round() as u8];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_edges_go_on() {
        let mut values = vec![0.0; 101 * 101];
        values[50 * 101 + 50] = 1000.0;
        plane(&mut values, 101, 16.0, false);
        assert!((values.iter().sum::<f32>() - 1000.0).abs() < 0.1);
        let spread = |row: usize| values[row * 101 + 50];
        assert!(spread(50) > spread(58) && spread(58) > spread(66));
        assert_eq!(spread(50 + margin(16.0) as usize + 1), 0.0);
        let mut even = vec![7.0; 50];
        plane(&mut even, 10, 9.0, true);
        assert!(even.iter().all(|value| (value - 7.0).abs() < 1e-4));
    }
}
