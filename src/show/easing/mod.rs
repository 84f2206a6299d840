//! How a value goes from one keyframe to the next: curves from 0 to 1 over a progress from 0 to 1.
//!
//! Names and numbers are those of CSS, and of Robert Penner's set.

mod curves;
mod spring;

use curves::bezier;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use spring::Spring;

/// A name, or an object with one field: `{"steps": 4}`, `{"cubic_bezier": [0.3, 0, 0.7, 1]}`, `{"spring": {…}}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Easing {
    #[default]
    Linear,
    /// CSS `ease`: quickly off, gently to the end.
    Ease,
    EaseIn,
    EaseOut,
    EaseInOut,
    /// At the end already when it begins.
    StepStart,
    /// At the beginning until it ends.
    StepEnd,
    /// So many equal steps, each at the end of its part of the time.
    Steps(#[schemars(range(min = 1, max = 1000))] u32),
    /// `[x1, y1, x2, y2]`, the inner points of a curve from (0, 0) to (1, 1); x is brought into 0..1.
    CubicBezier([f64; 4]),
    Spring(Spring),
    EaseInSine,
    EaseOutSine,
    EaseInOutSine,
    EaseInQuad,
    EaseOutQuad,
    EaseInOutQuad,
    EaseInCubic,
    EaseOutCubic,
    EaseInOutCubic,
    EaseInQuart,
    EaseOutQuart,
    EaseInOutQuart,
    EaseInExpo,
    EaseOutExpo,
    EaseInOutExpo,
    /// Draws back a little first.
    EaseInBack,
    /// Goes a little too far, and comes back.
    EaseOutBack,
    EaseInOutBack,
    EaseInElastic,
    EaseOutElastic,
    EaseInOutElastic,
    EaseInBounce,
    EaseOutBounce,
    EaseInOutBounce,
}

/// More steps than these can not be told from a line.
const MOST_STEPS: u32 = 1_000;

/// Points of a curve farther off than this would throw a layer off every canvas.
const FARTHEST: f64 = 100.0;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidEasing {
    #[error("steps must be 1 to 1000, not {0}")]
    Steps(u32),
    #[error("the numbers of a cubic_bezier must lie between -100 and 100")]
    CubicBezier,
    #[error("stiffness, damping and mass of a spring must be more than 0 and at most 100000 (damping may be 0)")]
    Spring,
}

impl Easing {
    /// Whether its numbers are such as can be meant. `at` gives an answer in any case.
    pub fn check(&self) -> Result<(), InvalidEasing> {
        match self {
            Easing::Steps(steps) if !(1..=MOST_STEPS).contains(steps) => Err(InvalidEasing::Steps(*steps)),
            Easing::CubicBezier(points) if !points.iter().all(|point| point.abs() <= FARTHEST) => {
                Err(InvalidEasing::CubicBezier)
            }
            Easing::Spring(spring) if !spring.is_possible() => Err(InvalidEasing::Spring),
            _ => Ok(()),
        }
    }

    /// Where the value is: 0 at its beginning, 1 at its end; in between it may be beyond both. Progress outside of 0..1 is
    /// brought there, and one that is not a number counts as 0.
    pub fn at(&self, progress: f64) -> f64 {
        let x = if progress.is_nan() { 0.0 } else { progress.clamp(0.0, 1.0) };
        // Both ends are exact, whatever the curves' sums are rounded to.
        if x == 1.0 || (x == 0.0 && *self != Easing::StepStart) {
            return x;
        }
        match *self {
            Easing::Ease => bezier([0.25, 0.1, 0.25, 1.0], x),
            Easing::EaseIn => bezier([0.42, 0.0, 1.0, 1.0], x),
            Easing::EaseOut => bezier([0.0, 0.0, 0.58, 1.0], x),
            Easing::EaseInOut => bezier([0.42, 0.0, 0.58, 1.0], x),
            Easing::StepStart => 1.0,
            Easing::StepEnd => x.floor(),
            Easing::Steps(steps) => {
                let steps = f64::from(steps.max(1));
                (x * steps).floor() / steps
            }
            Easing::CubicBezier(points) => bezier(points, x),
            Easing::Spring(spring) => spring.at(x),
            _ => self.penner(x),
        }
    }

    /// The curves that are functions of their own.
    fn penner(self, x: f64) -> f64 {
        use curves::{back, bounce, elastic, expo, mirrored, power, sine, turned};
        match self {
            Easing::EaseInSine => sine(x),
            Easing::EaseOutSine => turned(sine, x),
            Easing::EaseInOutSine => mirrored(sine, x),
            Easing::EaseInQuad => power::<2>(x),
            Easing::EaseOutQuad => turned(power::<2>, x),
            Easing::EaseInOutQuad => mirrored(power::<2>, x),
            Easing::EaseInCubic => power::<3>(x),
            Easing::EaseOutCubic => turned(power::<3>, x),
            Easing::EaseInOutCubic => mirrored(power::<3>, x),
            Easing::EaseInQuart => power::<4>(x),
            Easing::EaseOutQuart => turned(power::<4>, x),
            Easing::EaseInOutQuart => mirrored(power::<4>, x),
            Easing::EaseInExpo => expo(x),
            Easing::EaseOutExpo => turned(expo, x),
            Easing::EaseInOutExpo => mirrored(expo, x),
            Easing::EaseInBack => back(curves::OVERSHOOT, x),
            Easing::EaseOutBack => turned(|x| back(curves::OVERSHOOT, x), x),
            Easing::EaseInOutBack => mirrored(|x| back(curves::OVERSHOOT_IN_OUT, x), x),
            Easing::EaseInElastic => elastic(curves::PERIOD, x),
            Easing::EaseOutElastic => turned(|x| elastic(curves::PERIOD, x), x),
            Easing::EaseInOutElastic => mirrored(|x| elastic(curves::PERIOD_IN_OUT, x), x),
            Easing::EaseInBounce => turned(bounce, x),
            Easing::EaseOutBounce => bounce(x),
            Easing::EaseInOutBounce => mirrored(|x| turned(bounce, x), x),
            _ => x,
        }
    }
}

#[cfg(test)]
mod tests;
