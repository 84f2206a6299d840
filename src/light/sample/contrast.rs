//! What is lost when codes are averaged before they become light: fine bright things on dark ones give more light than the mean
//! of their codes. Without it a thin white line would be dimmer where it lies across two boxes.

use super::boxes::{Boxes, MOST};
use super::coding::FINE;
use super::planes::Plane;

const BLACK: u8 = 16;
const RANGE: f32 = 219.0;
/// Sixteenths of a code value, at full.
const WHOLE: f32 = 255.0 * FINE as f32;

/// The squares of the luma in each box.
#[derive(Clone, Debug, Default)]
pub(super) struct Squares {
    boxes: Boxes,
    unit: f32,
}

impl Squares {
    pub fn fill(&mut self, luma: Plane<'_>, size: [usize; 2]) {
        // So many bits less that a column of a box has room in 16.
        let spare = size[1].clamp(1, MOST).next_power_of_two().trailing_zeros();
        let square = |sample: u8| {
            let above = u16::from(sample.saturating_sub(BLACK));
            above.wrapping_mul(above) >> spare
        };
        self.boxes.fill_by(luma, size, square);
        self.unit = (1_u32 << spare) as f32;
    }

    /// Of a row of boxes, by the means of their luma.
    pub fn details(&self, row: usize, means: &[f32]) -> impl Iterator<Item = Detail> {
        means.iter().zip(self.boxes.row(row)).map(|(mean, square)| Detail::new(*mean, square * self.unit))
    }
}

/// A box that is not flat.
#[derive(Clone, Copy)]
pub(super) struct Detail {
    /// In sixteenths of a code value.
    luma: f32,
    contrast: f32,
}

impl Detail {
    #[inline(always)]
    fn new(mean: f32, square: f32) -> Self {
        let mean = (mean - f32::from(BLACK)).max(0.0);
        let code = mean / RANGE;
        // The variance over the square of the mean; nothing where it is black.
        let contrast = if mean > 0.0 { (square / (mean * mean) - 1.0).max(0.0) } else { 0.0 };
        // The curve of the light is a little steeper than a square, mostly where it is bright.
        Detail { luma: code * WHOLE, contrast: contrast * (1.0 + 0.28 * code) / (WHOLE * WHOLE) }
    }

    /// How much more light a channel gives that has this code on the average: all that is missing, where there is only black and
    /// white. It is never more than luma tells, or white specks would make a blue ground glow.
    #[inline(always)]
    pub fn light(self, sixteenths: u16) -> f32 {
        let code = f32::from(sixteenths).min(self.luma);
        self.contrast * code * code
    }
}
