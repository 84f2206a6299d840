//! A weight on a spring that is let go at 0 and comes to rest at 1.
//!
//! How long that takes is already said by the keyframes. So the spring's own time is stretched such that at progress 1 it has
//! come to rest (to a thousandth; the last thousandth is made up for evenly). What remains of stiffness, damping and mass is
//! their ratio, `damping / (2 * sqrt(stiffness * mass))`: below 1 it swings, the more the smaller it is; from 1 on it creeps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Only the ratio of the three matters: the time comes from the keyframes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spring {
    #[serde(default = "stiffness")]
    #[schemars(range(max = 100_000))]
    pub stiffness: f64,
    #[serde(default = "damping")]
    #[schemars(range(min = 0, max = 100_000))]
    pub damping: f64,
    #[serde(default = "mass")]
    #[schemars(range(max = 100_000))]
    pub mass: f64,
}

/// Swings visibly, but not for long.
fn stiffness() -> f64 {
    100.0
}

fn damping() -> f64 {
    10.0
}

fn mass() -> f64 {
    1.0
}

impl Default for Spring {
    fn default() -> Self {
        Self { stiffness: stiffness(), damping: damping(), mass: mass() }
    }
}

const LARGEST: f64 = 100_000.0;

/// Below the first a spring swings so often that frames could not show it, above the second it hardly differs from `1 - exp(-x)`.
const RATIOS: [f64; 2] = [0.02, 20.0];

/// So much is left when it counts as at rest.
const LEFT: f64 = 0.001;

impl Spring {
    pub(super) fn is_possible(&self) -> bool {
        let possible = |value: f64| value > 0.0 && value <= LARGEST;
        possible(self.stiffness) && possible(self.mass) && (0.0..=LARGEST).contains(&self.damping)
    }

    pub(super) fn at(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 {
            return x.clamp(0.0, 1.0);
        }
        let ratio = self.damping / (2.0 * (self.stiffness * self.mass).sqrt());
        let ratio = if ratio.is_nan() { 1.0 } else { ratio.clamp(RATIOS[0], RATIOS[1]) };
        let end = rest(ratio);
        // What is left at the end is given back evenly, so that there is no jump.
        position(ratio, x * end) + x * (1.0 - position(ratio, end))
    }
}

/// Where a spring of angular frequency 1 is.
fn position(ratio: f64, time: f64) -> f64 {
    let bend = 1.0 - ratio * ratio;
    if bend.abs() < 1e-6 {
        1.0 - (1.0 + time) * (-time).exp()
    } else if bend > 0.0 {
        let swing = bend.sqrt();
        1.0 - (-ratio * time).exp() * ((swing * time).cos() + ratio / swing * (swing * time).sin())
    } else {
        let root = (-bend).sqrt();
        // `ratio - root`, without the difference of two nearly equal numbers.
        let (slow, fast) = (1.0 / (ratio + root), ratio + root);
        1.0 - (fast * (-slow * time).exp() - slow * (-fast * time).exp()) / (fast - slow)
    }
}

/// When no more than `LEFT` remains.
fn rest(ratio: f64) -> f64 {
    let bend = (1.0 - ratio * ratio).abs().sqrt();
    let decay = if ratio < 1.0 { ratio } else { 1.0 / (ratio + bend) };
    // The size of the slowest part; where both parts are nearly alike they hold each other up, by no more than this.
    let size = if ratio < 1.0 { 1.0 / bend } else { (ratio + bend) / (2.0 * bend) };
    (size.min(10.0) / LEFT).ln() / decay
}
