//! Filters on colours. The four that grade are defined on Y'CbCr, where each is a sum and a product, so that several in a row
//! are one, and what is painted as planes needs no way round through RGB.

use crate::media::cube::Cube;
use crate::picture::contents::Raster;
use crate::show::color::Color;
use crate::show::look::Filter;

/// Luma and chroma, 0 to 1 and -0.5 to 0.5 (BT.709).
pub fn ycc_of([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    [y, (blue - y) / 1.8556, (red - y) / 1.5748]
}

pub fn rgb_of([y, cb, cr]: [f32; 3]) -> [f32; 3] {
    let (red, blue) = (y + 1.5748 * cr, y + 1.8556 * cb);
    [red, (y - 0.2126 * red - 0.0722 * blue) / 0.7152, blue]
}

/// Brightness, contrast, saturation and hue, any number of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grade {
    /// Luma becomes `gain * luma + lift`.
    pub gain: f32,
    pub lift: f32,
    /// Cb and Cr become these sums of both.
    pub chroma: [[f32; 2]; 2],
}

impl Grade {
    pub const NONE: Grade = Grade { gain: 1.0, lift: 0.0, chroma: [[1.0, 0.0], [0.0, 1.0]] };

    /// None if the filter is not of this kind.
    pub fn of(filter: &Filter, amount: f64) -> Option<Grade> {
        let alike = |amount: f32| [[amount, 0.0], [0.0, amount]];
        match filter {
            Filter::Brightness { .. } => Some(Grade { lift: amount as f32, ..Grade::NONE }),
            Filter::Contrast { .. } => {
                let gain = amount as f32;
                Some(Grade { gain, lift: 0.5 - 0.5 * gain, chroma: alike(gain) })
            }
            Filter::Saturation { .. } => Some(Grade { chroma: alike(amount as f32), ..Grade::NONE }),
            Filter::Hue { .. } => {
                let (sine, cosine) = amount.to_radians().sin_cos();
                let (sine, cosine) = (sine as f32, cosine as f32);
                Some(Grade { chroma: [[cosine, -sine], [sine, cosine]], ..Grade::NONE })
            }
            Filter::Blur { .. } | Filter::ChromaKey { .. } | Filter::LumaKey { .. } | Filter::Lut { .. } => None,
        }
    }

    pub fn then(self, next: Grade) -> Grade {
        let product = |row: usize, column: usize| (0..2).map(|i| next.chroma[row][i] * self.chroma[i][column]).sum();
        Grade {
            gain: next.gain * self.gain,
            lift: next.gain * self.lift + next.lift,
            chroma: [[product(0, 0), product(0, 1)], [product(1, 0), product(1, 1)]],
        }
    }

    pub fn graded(&self, [y, cb, cr]: [f32; 3]) -> [f32; 3] {
        let sum = |row: [f32; 2]| row[0] * cb + row[1] * cr;
        [self.gain * y + self.lift, sum(self.chroma[0]), sum(self.chroma[1])]
    }

    pub(super) fn apply(&self, raster: &mut Raster) {
        if *self != Grade::NONE {
            each_pixel(raster, |rgb, alpha| (rgb_of(self.graded(ycc_of(rgb))), alpha));
        }
    }
}

fn each_pixel(raster: &mut Raster, change: impl Fn([f32; 3], f32) -> ([f32; 3], f32)) {
    for pixel in raster.rgba.as_chunks_mut::<4>().0 {
        let [red, green, blue, alpha] = pixel.map(|value| f32::from(value) / 255.0);
        let ([red, green, blue], alpha) = change([red, green, blue], alpha);
        // Out of range saturates.
        *pixel = [red, green, blue, alpha].map(|value| (value * 255.0).round() as u8);
    }
}

/// From 0 at `from` to 1 at `from + width`.
fn ramp(value: f32, from: f32, width: f32) -> f32 {
    if width <= 0.0 { f32::from(u8::from(value > from)) } else { ((value - from) / width).clamp(0.0, 1.0) }
}

/// What of a colour is left, and its chroma without the key's reflection. Distances are those of Cb and Cr.
pub fn keyed([cb, cr]: [f32; 2], key: [f32; 2], amount: f32, smoothness: f32, spill: f32) -> (f32, [f32; 2]) {
    let kept = ramp((cb - key[0]).hypot(cr - key[1]), amount, smoothness);
    let length = key[0].hypot(key[1]).max(1e-6);
    let along = ((cb * key[0] + cr * key[1]) / length).max(0.0) * spill;
    (kept, [cb - along * key[0] / length, cr - along * key[1] / length])
}

pub(super) fn chroma_key(raster: &mut Raster, color: Color, amount: f64, smoothness: f64, spill: f64) {
    let [_, cb, cr] = ycc_of([color.red, color.green, color.blue].map(|value| f32::from(value) / 255.0));
    each_pixel(raster, |rgb, alpha| {
        let [y, own_cb, own_cr] = ycc_of(rgb);
        let (kept, chroma) = keyed([own_cb, own_cr], [cb, cr], amount as f32, smoothness as f32, spill as f32);
        (rgb_of([y, chroma[0], chroma[1]]), alpha * kept)
    });
}

pub(super) fn luma_key(raster: &mut Raster, low: f64, high: f64, smoothness: f64) {
    let (low, high, smoothness) = (low as f32, high as f32, smoothness as f32);
    each_pixel(raster, |rgb, alpha| {
        let y = ycc_of(rgb)[0];
        let kept = if low > 0.0 { ramp(y, low, smoothness) } else { 1.0 };
        let kept = if high < 1.0 { kept * (1.0 - ramp(y, high, smoothness)) } else { kept };
        (rgb, alpha * kept)
    });
}

pub(super) fn look_up(raster: &mut Raster, cube: &Cube, amount: f64) {
    let amount = amount as f32;
    each_pixel(raster, |rgb, alpha| {
        let found = cube.at(rgb);
        ([0, 1, 2].map(|index| rgb[index] + (found[index] - rgb[index]) * amount), alpha)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::finish::{Supplies, filter};

    fn pixel(color: [u8; 4]) -> Raster {
        Raster { width: 1, height: 1, rgba: color.to_vec() }
    }

    #[track_caller]
    fn check(filters: &[Filter], from: [u8; 4], expected: [u8; 4]) {
        let mut raster = pixel(from);
        filter(
            &mut raster,
            filters.iter().map(|filter| (filter, filter.amount())),
            &Supplies { mask: None, cubes: Vec::new() },
        );
        let near = raster.rgba.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= 1);
        assert!(near, "{filters:?}: {:?} is not {expected:?}", raster.rgba);
    }

    #[test]
    fn filters_do_what_they_are_called() {
        check(&[Filter::Brightness { amount: 0.2 }], [100, 100, 100, 9], [151, 151, 151, 9]);
        check(&[Filter::Contrast { amount: 2.0 }], [100, 150, 128, 255], [72, 172, 128, 255]);
        check(&[Filter::Saturation { amount: 0.0 }], [255, 0, 0, 255], [54, 54, 54, 255]);
        check(&[Filter::Hue { amount: 360.0 }], [10, 200, 90, 255], [10, 200, 90, 255]);
        check(&[Filter::Hue { amount: 90.0 }, Filter::Hue { amount: -90.0 }], [90, 100, 80, 255], [90, 100, 80, 255]);
        let twice = [Filter::Contrast { amount: 0.5 }, Filter::Brightness { amount: -0.1 }];
        check(&twice, [200, 200, 200, 255], [138, 138, 138, 255]);
    }

    #[test]
    fn keys_take_away_their_colour_and_nothing_else() {
        let green = |spill| Filter::ChromaKey { color: Color::opaque(0, 255, 0), amount: 0.3, smoothness: 0.1, spill };
        let mut gone = pixel([20, 240, 10, 255]);
        filter(&mut gone, [(&green(0.5), 0.3)].into_iter(), &Supplies { mask: None, cubes: Vec::new() });
        assert_eq!(gone.rgba[3], 0);
        check(&[green(0.0)], [200, 40, 180, 255], [200, 40, 180, 255]);
        check(&[Filter::LumaKey { amount: 0.2, high: 0.9, smoothness: 0.0 }], [10, 10, 10, 255], [10, 10, 10, 0]);
        check(&[Filter::LumaKey { amount: 0.2, high: 0.9, smoothness: 0.0 }], [99, 99, 99, 255], [99, 99, 99, 255]);
    }
}
