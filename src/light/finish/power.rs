//! What fixtures draw from their supply, and how much of it they may.

use std::iter::Sum;
use std::ops::Add;

/// What a frame would draw, in milliwatts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Draw {
    /// Whatever is shown: pixels that are dark draw as well.
    pub idle_mw: f64,
    /// What light adds to it, which is in proportion to the light.
    pub lit_mw: f64,
}

/// Keeps what hangs on one supply under its budget: down at once, up again slowly so that the light does not pump.
#[derive(Clone, Debug)]
pub struct PowerLimit {
    scale: f64,
}

/// How long it takes from dark to full once there is power again.
const RELEASE_S: f64 = 0.2;

impl Draw {
    pub fn total_mw(self) -> f64 {
        self.idle_mw + self.lit_mw
    }

    /// With the light of all pixels multiplied.
    pub fn scaled(self, scale: f32) -> Draw {
        Draw { lit_mw: self.lit_mw * f64::from(scale), ..self }
    }
}

impl Add for Draw {
    type Output = Draw;

    fn add(self, other: Draw) -> Draw {
        Draw { idle_mw: self.idle_mw + other.idle_mw, lit_mw: self.lit_mw + other.lit_mw }
    }
}

impl Sum for Draw {
    fn sum<I: Iterator<Item = Draw>>(draws: I) -> Draw {
        draws.fold(Draw::default(), Add::add)
    }
}

impl PowerLimit {
    pub fn new() -> Self {
        Self { scale: 1.0 }
    }

    /// By how much the light of everything on the supply is multiplied in this frame, `dt_s` after the last one. `wanted`
    /// is what all of it together would draw. What is no number is not trusted: then it is dark.
    pub fn scale(&mut self, wanted: Draw, budget_mw: f64, dt_s: f64) -> f32 {
        let left = budget_mw - wanted.idle_mw;
        let allowed = match wanted.lit_mw {
            lit if lit <= left => 1.0,
            lit => part(left / lit),
        };
        self.scale = (self.scale + part(dt_s / RELEASE_S)).min(allowed);
        // To the nearest f32 might be a little too much.
        let near = self.scale as f32;
        if f64::from(near) > self.scale { near.next_down() } else { near }
    }
}

impl Default for PowerLimit {
    fn default() -> Self {
        Self::new()
    }
}

fn part(value: f64) -> f64 {
    if value > 0.0 { value.min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lit(lit_mw: f64) -> Draw {
        Draw { idle_mw: 100.0, lit_mw }
    }

    #[test]
    fn what_fits_into_the_budget_is_left_alone() {
        let mut limit = PowerLimit::new();
        assert_eq!(limit.scale(lit(900.0), 1_000.0, 0.01), 1.0);
        assert_eq!(limit.scale(Draw::default(), 0.0, 0.01), 1.0, "nothing needs nothing");
        assert_eq!(limit.scale(lit(1e12), f64::INFINITY, 0.01), 1.0, "no budget at all");
    }

    #[test]
    fn too_much_is_taken_back_in_the_same_frame() {
        let mut limit = PowerLimit::new();
        assert_eq!(limit.scale(lit(1_800.0), 1_000.0, 0.01), 0.5);
        assert_eq!(limit.scale(lit(3_600.0), 1_000.0, 0.01), 0.25);
        assert_eq!(limit.scale(lit(1.0), 90.0, 0.01), 0.0, "what is dark draws too much already");
    }

    #[test]
    fn light_comes_back_in_a_fifth_of_a_second() {
        let mut limit = PowerLimit::new();
        assert_eq!(limit.scale(lit(1e9), 100.0, 0.0), 0.0);
        let scales: Vec<_> = (0..21).map(|_| limit.scale(lit(0.0), 1_000.0, 0.01)).collect();
        assert!(scales.windows(2).all(|pair| pair[0] <= pair[1] && pair[1] - pair[0] < 0.051), "{scales:?}");
        assert!(scales[9] < 0.51 && scales[9] > 0.49, "{scales:?}");
        assert_eq!(scales.last(), Some(&1.0));
    }

    #[test]
    fn a_light_that_blinks_does_not_make_the_others_pump() {
        let mut limit = PowerLimit::new();
        let scales: Vec<_> = (0..60).map(|frame| limit.scale(lit([1_800.0, 900.0][frame % 2]), 1_000.0, 0.01)).collect();
        assert!(scales.iter().all(|scale| (0.5..0.56).contains(scale)), "{scales:?}");
    }

    #[test]
    fn what_hangs_on_one_supply_is_counted_together() {
        let all: Draw = [lit(500.0), lit(700.0), lit(0.0)].into_iter().sum();
        assert_eq!((all, all.total_mw()), (Draw { idle_mw: 300.0, lit_mw: 1_200.0 }, 1_500.0));
        assert_eq!(all.scaled(0.5).total_mw(), 900.0);
    }

    #[test]
    fn what_is_no_number_is_dark() {
        for (wanted, budget) in [(lit(f64::NAN), 1_000.0), (lit(1.0), f64::NAN), (lit(f64::INFINITY), f64::MAX)] {
            assert_eq!(PowerLimit::new().scale(wanted, budget, 0.01), 0.0);
        }
        let mut limit = PowerLimit::new();
        limit.scale(lit(1_800.0), 1_000.0, 0.01);
        assert_eq!(limit.scale(lit(0.0), 1_000.0, f64::NAN), 0.5, "no time has gone by");
        assert_eq!(limit.scale(lit(0.0), 1_000.0, -1.0), 0.5);
        assert_eq!(limit.scale(lit(0.0), 1_000.0, f64::INFINITY), 1.0);
    }

    proptest! {
        #[test]
        fn no_frame_is_ever_over_the_budget(
            frames in proptest::collection::vec((0.0..1e6, 0.0..5e5, 0.0..0.5), 1..200), idle_mw in 0.0..1e3,
        ) {
            let mut limit = PowerLimit::new();
            for (lit_mw, over_idle, dt) in frames {
                let (wanted, budget): (Draw, f64) = (Draw { idle_mw, lit_mw }, idle_mw + over_idle);
                let scale = limit.scale(wanted, budget, dt);
                prop_assert!((0.0..=1.0).contains(&scale));
                prop_assert!(wanted.scaled(scale).total_mw() <= budget * (1.0 + 1e-12));
            }
            let rests: Vec<f32> = (0..25).map(|_| limit.scale(lit(0.0), 1e3, 0.01)).collect();
            prop_assert_eq!(rests.last(), Some(&1.0));
        }
    }
}
