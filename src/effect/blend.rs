//! Layers of LEDs, put one on another. What is no number counts as black, and the result is always from 0 to 1.

use super::part::part;
use crate::show::light::Rgb;
use crate::show::light::blend::LightBlend;

/// Puts `above` on `below`, pixel by pixel; opacity is 0 to 1.
pub fn blend(mode: LightBlend, below: &mut [Rgb], above: &[Rgb], opacity: f32) {
    // Channel by channel, since all have the same: in one row they fill the processor's registers, in threes they do not.
    let ((below, _), (above, _)) = (below.as_flattened_mut().as_chunks_mut::<1>(), above.as_flattened().as_chunks::<1>());
    by_mode(mode, below, above, std::iter::repeat(part(opacity)));
}

/// The same, with a weight for each pixel as well, 0 to 1: its opacity is the product of both.
pub fn blend_weighted(mode: LightBlend, below: &mut [Rgb], above: &[Rgb], weights: &[f32], opacity: f32) {
    let opacity = part(opacity);
    by_mode(mode, below, above, weights.iter().map(|weight| opacity * part(*weight)));
}

#[inline(always)]
fn by_mode<const N: usize>(
    mode: LightBlend,
    below: &mut [[f32; N]],
    above: &[[f32; N]],
    opacities: impl Iterator<Item = f32>,
) {
    match mode {
        LightBlend::Normal => each(below, above, opacities, normal),
        LightBlend::Add => each(below, above, opacities, add),
        LightBlend::Screen => each(below, above, opacities, screen),
        LightBlend::Multiply => each(below, above, opacities, multiply),
        LightBlend::Max => each(below, above, opacities, f32::max),
        LightBlend::Min => each(below, above, opacities, f32::min),
        LightBlend::Subtract => each(below, above, opacities, subtract),
        LightBlend::Difference => each(below, above, opacities, difference),
        LightBlend::Overlay => each(below, above, opacities, overlay),
    }
}

#[inline(always)]
fn each<const N: usize>(
    below: &mut [[f32; N]],
    above: &[[f32; N]],
    opacities: impl Iterator<Item = f32>,
    formula: impl Fn(f32, f32) -> f32,
) {
    for ((below, above), opacity) in below.iter_mut().zip(above).zip(opacities) {
        for (below, above) in below.iter_mut().zip(above) {
            *below = mixed(*below, *above, opacity, &formula);
        }
    }
}

/// Exactly what is below at opacity 0, exactly the formula at 1.
#[inline(always)]
fn mixed(below: f32, above: f32, opacity: f32, formula: &impl Fn(f32, f32) -> f32) -> f32 {
    let below = part(below);
    part(below * (1.0 - opacity) + formula(below, part(above)) * opacity)
}

fn normal(_below: f32, above: f32) -> f32 {
    above
}

fn add(below: f32, above: f32) -> f32 {
    (below + above).min(1.0)
}

fn screen(below: f32, above: f32) -> f32 {
    below + above - below * above
}

fn multiply(below: f32, above: f32) -> f32 {
    below * above
}

fn subtract(below: f32, above: f32) -> f32 {
    (below - above).max(0.0)
}

fn difference(below: f32, above: f32) -> f32 {
    (below - above).abs()
}

fn overlay(below: f32, above: f32) -> f32 {
    let dark = 2.0 * below * above;
    if below < 0.5 { dark } else { 2.0 * (below + above) - dark - 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formulas as books have them, in more digits.
    fn plain(mode: LightBlend, below: f64, above: f64) -> f64 {
        match mode {
            LightBlend::Normal => above,
            LightBlend::Add => f64::min(below + above, 1.0),
            LightBlend::Screen => 1.0 - (1.0 - below) * (1.0 - above),
            LightBlend::Multiply => below * above,
            LightBlend::Max => f64::max(below, above),
            LightBlend::Min => f64::min(below, above),
            LightBlend::Subtract => f64::max(below - above, 0.0),
            LightBlend::Difference => f64::abs(below - above),
            LightBlend::Overlay if below < 0.5 => 2.0 * below * above,
            LightBlend::Overlay => 1.0 - 2.0 * (1.0 - below) * (1.0 - above),
        }
    }

    /// Every pair of a few values, as pixels whose three parts differ.
    fn pairs() -> (Vec<Rgb>, Vec<Rgb>) {
        let values = || (0..=20_u8).map(|step| f32::from(step) / 20.0);
        let pair = |below: f32| values().map(move |above| ([below, above, 1.0 - below], [above, 1.0 - below, below]));
        values().flat_map(pair).unzip()
    }

    fn blended(mode: LightBlend, below: &[Rgb], above: &[Rgb], opacity: f32) -> Vec<Rgb> {
        let mut out = below.to_vec();
        blend(mode, &mut out, above, opacity);
        out
    }

    #[test]
    fn every_mode_is_its_formula_in_part_of_its_opacity() {
        let (below, above) = pairs();
        for (mode, opacity) in
            LightBlend::ALL.into_iter().flat_map(|mode| [0.0, 0.3, 0.5, 1.0].map(|opacity| (mode, opacity)))
        {
            let out = blended(mode, &below, &above, opacity);
            for ((out, below), above) in out.iter().flatten().zip(below.iter().flatten()).zip(above.iter().flatten()) {
                let (b, a) = (f64::from(*below), f64::from(*above));
                let wanted = b + (plain(mode, b, a) - b) * f64::from(opacity);
                assert!((f64::from(*out) - wanted).abs() < 1e-6, "{mode:?} {opacity}: {below}, {above} became {out}");
                assert!((0.0..=1.0).contains(out), "{mode:?}: {out}");
            }
        }
    }

    #[test]
    fn opacity_0_changes_nothing_and_1_is_the_mode_itself() {
        let (below, above) = pairs();
        for mode in LightBlend::ALL {
            assert_eq!(blended(mode, &below, &above, 0.0), below, "{mode:?}");
        }
        assert_eq!(blended(LightBlend::Normal, &below, &above, 1.0), above);
        assert_eq!(blended(LightBlend::Normal, &below, &above, 7.0), above, "more than all is all");
    }

    #[test]
    fn each_weight_is_the_opacity_of_its_pixel() {
        let (below, above) = pairs();
        let weights: Vec<f32> = (0..below.len()).map(|number| (number % 5) as f32 / 4.0).collect();
        for mode in LightBlend::ALL {
            let mut out = below.clone();
            blend_weighted(mode, &mut out, &above, &weights, 0.5);
            for (number, (out, weight)) in out.iter().zip(&weights).enumerate() {
                let alone = blended(mode, &below[number..=number], &above[number..=number], weight * 0.5);
                assert_eq!(*out, alone[0], "{mode:?} {weight}");
            }
        }
    }

    #[test]
    fn colours_that_mean_nothing_to_a_mode_change_nothing() {
        let (below, _) = pairs();
        let flat = |value: f32| vec![[value; 3]; below.len()];
        for (mode, value) in [
            (LightBlend::Add, 0.0),
            (LightBlend::Screen, 0.0),
            (LightBlend::Multiply, 1.0),
            (LightBlend::Max, 0.0),
            (LightBlend::Min, 1.0),
            (LightBlend::Subtract, 0.0),
            (LightBlend::Difference, 0.0),
        ] {
            assert_eq!(blended(mode, &below, &flat(value), 1.0), below, "{mode:?}");
        }
    }

    #[test]
    fn what_is_no_number_does_no_harm() {
        let wild = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -3.0, 9.0, 0.5];
        let pixels: Vec<Rgb> = wild.iter().flat_map(|a| wild.map(|b| [*a, b, 0.5])).collect();
        let turned: Vec<Rgb> = pixels.iter().rev().map(|[a, b, c]| [*b, *c, *a]).collect();
        for (mode, opacity) in LightBlend::ALL.into_iter().flat_map(|mode| wild.map(|opacity| (mode, opacity))) {
            let mut weighted = pixels.clone();
            blend_weighted(mode, &mut weighted, &turned, &vec![opacity; pixels.len()], opacity);
            for value in blended(mode, &pixels, &turned, opacity).iter().chain(&weighted).flatten() {
                assert!((0.0..=1.0).contains(value), "{mode:?} {opacity}: {value}");
            }
        }
    }

    #[test]
    fn what_only_one_of_them_has_stays_as_it_is() {
        let mut below = vec![[0.5; 3]; 3];
        blend(LightBlend::Normal, &mut below, &[[1.0; 3]], 1.0);
        blend_weighted(LightBlend::Normal, &mut below, &[[1.0; 3]; 9], &[0.0, 1.0], 1.0);
        assert_eq!(below, [[1.0; 3], [1.0; 3], [0.5; 3]]);
    }
}
