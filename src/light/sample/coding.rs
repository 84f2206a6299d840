//! From colours as they are written for a display (sRGB) to light, and back, by tables that are made once.

use std::sync::LazyLock;

use crate::light::part::part;

/// Parts of a code value that the way to light tells apart.
pub(super) const FINE: usize = 16;
const CODES: usize = 255 * FINE + 1;
/// So many straight pieces, equally long over the root of the light, which makes the curve nearly a straight line.
const PIECES: usize = 1024;

pub(super) struct Coding {
    light: Box<[f32; CODES]>,
    /// Where a piece starts, and how much it rises.
    pieces: Box<[[f32; 2]; PIECES + 1]>,
}

static CODING: LazyLock<Coding> = LazyLock::new(|| {
    let light = |code: usize| light(code as f64 / (CODES - 1) as f64) as f32;
    let code = |piece: usize| code((piece as f64 / PIECES as f64).powi(2));
    let piece = |number: usize| [code(number) as f32, (code((number + 1).min(PIECES)) - code(number)) as f32];
    Coding { light: Box::new(std::array::from_fn(light)), pieces: Box::new(std::array::from_fn(piece)) }
});

/// Of a code value from 0 to 1.
fn light(code: f64) -> f64 {
    if code <= 0.040_45 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }
}

fn code(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

impl Coding {
    pub fn get() -> &'static Coding {
        &CODING
    }

    /// Of a code value in sixteenths, 0 to 4080.
    #[inline(always)]
    pub fn light(&self, sixteenths: u16) -> f32 {
        self.light[usize::from(sixteenths).min(CODES - 1)]
    }

    #[cfg(test)]
    pub fn code(&self, light: f32) -> f32 {
        let [code, _, _] = self.code_all([light; 3]);
        code
    }

    #[cfg(test)]
    pub fn code_all(&self, mut light: [f32; 3]) -> [f32; 3] {
        self.code_each(&mut light);
        light
    }

    /// In place of light its code value, 0 to 1, within 1/50,000. What is no number becomes black.
    pub fn code_each(&self, lights: &mut [f32]) {
        // First all places: several roots are taken at once, but codes are read one by one.
        lights.iter_mut().for_each(|light| *light = place(*light));
        lights.iter_mut().for_each(|place| *place = self.read(*place));
    }

    #[inline(always)]
    fn read(&self, place: f32) -> f32 {
        let number = place as usize;
        let [start, rise] = self.pieces[number.min(PIECES)];
        start + rise * (place - number as f32)
    }
}

/// Among the pieces.
#[inline(always)]
fn place(light: f32) -> f32 {
    part(light).sqrt() * PIECES as f32
}

/// The light of a code value from 0 to 1, exactly; for what is done seldom.
pub fn light_of(code: f32) -> f32 {
    light(f64::from(part(code))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_value_comes_back() {
        let coding = Coding::get();
        for code in 0..=255_u16 {
            let back = coding.code(coding.light(code * FINE as u16)) * 255.0;
            assert!((back - f32::from(code)).abs() < 0.01, "{code} came back as {back}");
        }
        assert_eq!((coding.code(0.0), coding.code(1.0)), (0.0, 1.0));
        assert_eq!((light_of(0.0), light_of(1.0)), (0.0, 1.0));
    }

    #[test]
    fn the_table_is_the_curve() {
        for step in 0..=100_000 {
            let given = (f64::from(step) / 100_000.0).powi(3);
            let (exact, read) = (code(given), f64::from(Coding::get().code(given as f32)));
            assert!((exact - read).abs() < 2e-5, "{given}: {exact}, not {read}");
        }
        assert!((Coding::get().code(0.5) * 255.0 - 187.516).abs() < 0.001);
    }

    #[test]
    fn what_is_out_of_range_does_no_harm() {
        let coding = Coding::get();
        let codes = [f32::NAN, f32::NEG_INFINITY, -1.0, 2.0, f32::INFINITY].map(|light| coding.code(light));
        assert_eq!(codes, [0.0, 0.0, 0.0, 1.0, 1.0]);
        assert_eq!(coding.light(u16::MAX), 1.0);
        assert_eq!([f32::NAN, -1.0, 9.0].map(light_of), [0.0, 0.0, 1.0]);
    }
}
