//! A small picture of the program, in light rather than in code values: what LEDs look at.

#[cfg(test)]
mod tests;

use super::axis::{Axis, Share};
use super::boxes::Boxes;
use super::coding::{Coding, FINE};
use super::contrast::{Detail, Squares};
use super::planes::{Plane, Planes};
use super::sums::Sums;
use crate::light::part::part;
use crate::show::light::Rgb;

pub const MAX_WIDTH: usize = 160;
pub const MAX_HEIGHT: usize = 90;

/// Linear light, each part 0 to 1. Its buffers are kept from one picture to the next.
#[derive(Clone, Debug, Default)]
pub struct Proxy {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
    pub(super) sums: Sums,
    pub(super) squares: Sums,
    planes: [Boxes; 3],
    squares_of_luma: Squares,
    across: Axis,
    down: Axis,
    /// A line of boxes: their colours in sixteenths of a code value, and as light in the width of the proxy.
    codes: [Vec<u16>; 3],
    line: Vec<Rgb>,
}

impl Proxy {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn from_planes(planes: &Planes<'_>) -> Self {
        let mut proxy = Self::new();
        proxy.fill(planes);
        proxy
    }

    /// Of light that is there already. What is missing is black, and so is what is no number.
    pub fn from_light(width: u32, height: u32, light: &[Rgb]) -> Self {
        let (width, height) = ((width as usize).min(MAX_WIDTH), (height as usize).min(MAX_HEIGHT));
        let all = light.iter().map(|pixel| pixel.map(part)).chain(std::iter::repeat([0.0; 3]));
        let mut proxy = Self { width, height, pixels: all.take(width * height).collect(), ..Self::default() };
        proxy.add_up();
        proxy
    }

    pub fn width(&self) -> u32 {
        self.width as u32
    }

    pub fn height(&self) -> u32 {
        self.height as u32
    }

    /// Row by row.
    pub fn pixels(&self) -> &[Rgb] {
        &self.pixels
    }

    /// Shows another picture. Nothing is left out on the way, so that thin things that move do not flicker.
    pub fn fill(&mut self, planes: &Planes<'_>) {
        let [width, height] = planes.size();
        [self.width, self.height] = within(width, height);
        self.across.set(width, self.width);
        self.down.set(height, self.height);
        let luma = [self.across.luma, self.down.luma];
        let chroma = [self.across.chroma, self.down.chroma];
        for (number, (boxes, size)) in self.planes.iter_mut().zip([luma, chroma, chroma]).enumerate() {
            boxes.fill(planes.plane(number).unwrap_or(Plane::NONE), size);
        }
        self.squares_of_luma.fill(planes.plane(0).unwrap_or(Plane::NONE), luma);
        self.pixels.clear();
        self.pixels.resize(self.width * self.height, [0.0; 3]);
        self.codes.iter_mut().for_each(|codes| codes.resize(self.across.shares().len(), 0));
        self.line.resize(self.width, [0.0; 3]);
        self.gather();
        self.add_up();
    }

    fn gather(&mut self) {
        let [luma, blue, red] = &self.planes;
        for (row, share) in self.down.shares().iter().enumerate() {
            let chroma = self.down.chroma_of(row);
            let (y, blue, red) = (luma.row(row), blue.row(chroma).iter().copied(), red.row(chroma).iter().copied());
            if self.across.luma == 1 {
                let twice = |mean: f32| [mean; 2];
                to_codes(y, blue.flat_map(twice), red.flat_map(twice), &mut self.codes);
            } else {
                to_codes(y, blue, red, &mut self.codes);
            }
            let details = self.squares_of_luma.details(row, y);
            to_line(&self.codes, details, &self.across, &mut self.line);
            add_line(&self.line, *share, self.width, &mut self.pixels);
        }
    }

    fn add_up(&mut self) {
        self.sums.fill(&self.pixels, self.width, |value| value);
        self.squares.fill(&self.pixels, self.width, |value| value * value);
    }
}

/// The size of the proxy of a picture: in the same proportions, and never larger.
fn within(width: usize, height: usize) -> [usize; 2] {
    let rounded = |length: usize, by: usize, of: usize| (length.saturating_mul(by) + of / 2) / of.max(1);
    if width <= MAX_WIDTH && height <= MAX_HEIGHT {
        [width, height]
    } else if width.saturating_mul(MAX_HEIGHT) >= height.saturating_mul(MAX_WIDTH) {
        [MAX_WIDTH, rounded(height, MAX_WIDTH, width).clamp(1, MAX_HEIGHT)]
    } else {
        [rounded(width, MAX_HEIGHT, height).clamp(1, MAX_WIDTH), MAX_HEIGHT]
    }
}

/// BT.709, limited range.
fn to_codes(luma: &[f32], blue: impl Iterator<Item = f32>, red: impl Iterator<Item = f32>, out: &mut [Vec<u16>; 3]) {
    let [r, g, b] = out;
    let out = r.iter_mut().zip(g).zip(b);
    for (((y, u), v), ((r, g), b)) in luma.iter().zip(blue).zip(red).zip(out) {
        let (y, u, v) = ((y - 16.0) * (255.0 / 219.0), u - 128.0, v - 128.0);
        *r = sixteenths(y + 1.792_741_1 * v);
        *g = sixteenths(y - 0.213_248_6 * u - 0.532_909_3 * v);
        *b = sixteenths(y + 2.112_401_8 * u);
    }
}

/// Of a code value, rounded. Numbers as large as the one that is added have no bits left behind the point.
#[inline(always)]
fn sixteenths(code: f32) -> u16 {
    const WHOLE: f32 = 8_388_608.0;
    ((code * FINE as f32).clamp(0.0, 255.0 * FINE as f32) + WHOLE).to_bits() as u16
}

/// Boxes of a line as light, so that each pixel has its parts of them.
fn to_line([red, green, blue]: &[Vec<u16>; 3], details: impl Iterator<Item = Detail>, across: &Axis, line: &mut [Rgb]) {
    let coding = Coding::get();
    let mut boxes = red.iter().zip(green).zip(blue).zip(details).zip(across.shares());
    let mut next = [0.0; 3];
    for (pixel, starts) in line.iter_mut().zip(across.starts()) {
        let mut sum = std::mem::take(&mut next);
        for ((((red, green), blue), detail), share) in boxes.by_ref().take(*starts) {
            for (channel, code) in [*red, *green, *blue].into_iter().enumerate() {
                let light = (coding.light(code) + detail.light(code)).min(1.0);
                sum[channel] += light * share.first;
                next[channel] += light * share.second;
            }
        }
        *pixel = sum;
    }
}

fn add_line(line: &[Rgb], share: Share, width: usize, pixels: &mut [Rgb]) {
    let mut lines = pixels.chunks_exact_mut(width.max(1)).skip(share.target);
    for (part, target) in [share.first, share.second].into_iter().zip(lines.by_ref()) {
        for (sum, light) in target.as_flattened_mut().iter_mut().zip(line.as_flattened()) {
            *sum += light * part;
        }
    }
}
