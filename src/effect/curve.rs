//! Curves that are the same bits on every machine: sums and products only, because the functions of a platform's library differ
//! in their last bits from one to the next. Circles are measured in turns: 1 is once around.

/// The largest whole number that is not above `x`. Exact within the range of an `i32`, which is all that places need.
pub fn floor(x: f32) -> f32 {
    let whole = x as i32 as f32;
    if whole > x { whole - 1.0 } else { whole }
}

/// What is left above the whole number: 0 to 1.
pub fn wrap(x: f32) -> f32 {
    x - floor(x)
}

/// Between 0 and 1; what is no number is 0.
pub fn unit(x: f32) -> f32 {
    // Comparisons, not `clamp`: they also turn -0 into 0, and so leave one way to write each value.
    if x > 0.0 { if x < 1.0 { x } else { 1.0 } } else { 0.0 }
}

pub fn mix(from: f32, to: f32, part: f32) -> f32 {
    from + (to - from) * part
}

/// The sine of so many turns.
pub fn sin(turns: f32) -> f32 {
    // From a quarter turn below to a quarter turn above 0, where the sine is folded onto itself.
    let from_crest = wrap(turns + 0.25) - 0.5;
    let folded = 0.25 - from_crest.abs();
    let square = folded * folded;
    let sum = 81.602_48 + square * (-76.581_17 + square * 39.759_83);
    folded * (std::f32::consts::TAU + square * (-41.341_682 + square * sum))
}

pub fn cos(turns: f32) -> f32 {
    sin(turns + 0.25)
}

/// The sine as a height: from 0 (at 0 turns) over 1 (at a half) back to 0.
pub fn swell(turns: f32) -> f32 {
    0.5 - 0.5 * cos(turns)
}

/// There and back in a straight line: 0 at 0 turns, 1 at a half.
pub fn triangle(turns: f32) -> f32 {
    1.0 - (2.0 * wrap(turns) - 1.0).abs()
}

/// An S from 0 to 1, level at both ends.
pub fn smooth(x: f32) -> f32 {
    let x = unit(x);
    x * x * (3.0 - 2.0 * x)
}

/// A hill: 1 at 0, 0 from 1 on, on both sides.
pub fn bump(x: f32) -> f32 {
    let rest = unit(1.0 - x * x);
    rest * rest
}

/// Two to the power of `x`.
pub fn exp2(x: f32) -> f32 {
    let x = x.clamp(-126.0, 126.0);
    let whole = floor(x);
    let part = x - whole;
    let sum = 0.240_141_82 + part * (0.055_860_34 + part * (0.008_949_59 + part * 0.001_893_75));
    let mantissa = 0.999_999_9 + part * (0.693_154_5 + part * sum);
    mantissa * f32::from_bits(((whole as i32).wrapping_add(127) as u32) << 23)
}

/// What is left of 1 after so many lives, each of which takes all but 1/e.
pub fn decay(lives: f32) -> f32 {
    exp2(lives * -std::f32::consts::LOG2_E)
}

/// The logarithm to base 2; 0 for what has none.
pub fn log2(x: f32) -> f32 {
    if x.is_nan() || x < f32::MIN_POSITIVE {
        return 0.0;
    }
    let bits = x.to_bits();
    let exponent = (bits >> 23) as i32 - 127;
    let part = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000) - 1.0;
    let sum = 0.477_496_36 + part * (-0.338_377_2 + part * (0.213_943_21 + part * (-0.094_626_81 + part * 0.020_016_65)));
    exponent as f32 + part * (1.442_693 + part * (-0.721_144_1 + part * sum))
}

/// The direction of a point in turns, 0 to 1: 0 along `x`, a quarter along `y`.
pub fn direction(x: f32, y: f32) -> f32 {
    let (wide, narrow) = if x.abs() >= y.abs() { (x.abs(), y.abs()) } else { (y.abs(), x.abs()) };
    let slope = if wide > 0.0 { narrow / wide } else { 0.0 };
    let square = slope * slope;
    let sum = 0.031_090_38 + square * (-0.019_169_99 + square * (0.009_006_58 + square * -0.002_089_77));
    let octant = slope * (0.159_154_12 + square * (-0.052_991_77 + square * sum));
    let quadrant = if x.abs() >= y.abs() { octant } else { 0.25 - octant };
    let half = if x >= 0.0 { quadrant } else { 0.5 - quadrant };
    if y >= 0.0 { half } else { wrap(1.0 - half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finer than the 1/4096 of a light's brightness that anyone could see.
    const NEAR: f32 = 1e-4;

    #[track_caller]
    fn check(found: f32, wanted: f64) {
        assert!((f64::from(found) - wanted).abs() < f64::from(NEAR), "{found} is not {wanted}");
    }

    #[test]
    fn curves_agree_with_the_library() {
        for step in -4000..4000 {
            let x = step as f32 / 1000.0;
            let exact = f64::from(x);
            check(sin(x), (exact * std::f64::consts::TAU).sin());
            check(cos(x), (exact * std::f64::consts::TAU).cos());
            check(exp2(x) / 16.0, exact.exp2() / 16.0);
            check(decay(x.abs()), (-exact.abs()).exp());
            check(log2(exp2(x)), exact);
            check(wrap(x), exact - exact.floor());
            let around = direction(cos(x), sin(x)) - wrap(x);
            assert!(around.abs() < NEAR || (around.abs() - 1.0).abs() < NEAR, "{x}: {around}");
        }
    }

    #[test]
    fn what_is_no_number_does_no_harm() {
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 0.0, -0.0] {
            for found in [sin(x), wrap(x), triangle(x), smooth(x), bump(x), exp2(x), decay(x), log2(x), direction(x, x)] {
                assert!((0.0..=1.0).contains(&unit(found)), "{x}");
            }
        }
        assert_eq!(unit(-0.0).to_bits(), 0);
    }

    #[test]
    fn a_triangle_goes_there_and_back() {
        for (turns, height) in [(0.0, 0.0), (0.25, 0.5), (0.5, 1.0), (0.75, 0.5), (1.0, 0.0), (-0.25, 0.5)] {
            assert_eq!(triangle(turns), height);
        }
    }
}
