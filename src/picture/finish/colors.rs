//! Filters on colours. The four that grade are defined on Y'CbCr, where each is a sum and a product, so that several in a row
//! are one, and what is painted as planes needs no way round through RGB.

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

/// A colour table as `.cube` files have it: red runs fastest.
pub struct Cube {
    size: usize,
    colors: Vec<[f32; 3]>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CubeError {
    #[error("line {0} can not be read")]
    BadLine(usize),
    #[error("the table has no size (LUT_3D_SIZE)")]
    NoSize,
    #[error("a table of {0} steps is not possible: 2 to 65 are")]
    BadSize(usize),
    #[error("the table has {found} colours, and should have {wanted}")]
    WrongCount { found: usize, wanted: usize },
}

impl Cube {
    const LARGEST: usize = 65;

    pub fn parse(text: &str) -> Result<Cube, CubeError> {
        let mut size = None;
        let mut colors = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            let mut words = line.split_whitespace();
            match words.next() {
                None => {}
                Some(word) if word.starts_with('#') || word == "TITLE" => {}
                Some("LUT_3D_SIZE") => {
                    let given = words.next().and_then(|word| word.parse().ok()).ok_or(CubeError::BadLine(number))?;
                    if !(2..=Self::LARGEST).contains(&given) {
                        return Err(CubeError::BadSize(given));
                    }
                    size = Some(given);
                }
                // Tables begin at 0 and end at 1 in all files that are met; others are taken as if they did.
                Some("DOMAIN_MIN" | "DOMAIN_MAX") => {}
                Some(_) => {
                    if colors.len() >= Self::LARGEST.pow(3) {
                        return Err(CubeError::BadLine(number));
                    }
                    colors.push(color(line).ok_or(CubeError::BadLine(number))?);
                }
            }
        }
        let size = size.ok_or(CubeError::NoSize)?;
        let wanted = size.pow(3);
        if colors.len() != wanted {
            return Err(CubeError::WrongCount { found: colors.len(), wanted });
        }
        Ok(Cube { size, colors })
    }

    /// The colour between the eight nearest.
    pub fn at(&self, rgb: [f32; 3]) -> [f32; 3] {
        let last = self.size - 1;
        let places = rgb.map(|value| value.clamp(0.0, 1.0) * last as f32);
        let lower = places.map(|place| (place as usize).min(last - 1));
        let part = [0, 1, 2].map(|index| places[index] - lower[index] as f32);
        let mut sum = [0.0; 3];
        for corner in 0..8_usize {
            let bit = |index: usize| corner >> index & 1;
            let weight: f32 = (0..3).map(|index| if bit(index) == 1 { part[index] } else { 1.0 - part[index] }).product();
            let at = [0, 1, 2].map(|index| lower[index] + bit(index));
            let color = self.colors[(at[2] * self.size + at[1]) * self.size + at[0]];
            sum = [0, 1, 2].map(|index| sum[index] + weight * color[index]);
        }
        sum
    }
}

fn color(line: &str) -> Option<[f32; 3]> {
    let mut numbers = line.split_whitespace().map(|word| word.parse::<f32>().ok().filter(|number| number.is_finite()));
    let color = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(color)
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

    #[test]
    fn tables_are_read_and_looked_up() {
        let line = |index: usize| format!("{} {} {}\n", 1 - index % 2, index / 2 % 2, index / 4);
        let text = format!("# a comment\nTITLE \"x\"\nLUT_3D_SIZE 2\n{}", (0..8).map(line).collect::<String>());
        let cube = Cube::parse(&text).expect("a table");
        assert_eq!(cube.at([0.25, 0.5, 1.0]), [0.75, 0.5, 1.0]);
        for (text, error) in [
            ("", CubeError::NoSize),
            ("LUT_3D_SIZE 1", CubeError::BadSize(1)),
            ("LUT_3D_SIZE 1000", CubeError::BadSize(1000)),
            ("LUT_3D_SIZE 2\n0 0 0", CubeError::WrongCount { found: 1, wanted: 8 }),
            ("LUT_3D_SIZE 2\n0 nan 0", CubeError::BadLine(2)),
            ("hello", CubeError::BadLine(1)),
        ] {
            assert_eq!(Cube::parse(text).err(), Some(error), "{text}");
        }
    }
}
