//! Where a time lies among regular steps. Times may be counted from 1970, so they are taken apart before they are made small.

/// Just below 1: a part that rounding would have made whole stays a part.
const ALMOST_ONE: f32 = 1.0 - f32::EPSILON / 2.0;

/// A step, by its number (which begins anew after 2³²), and how far it has come, 0 to below 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    pub step: u32,
    pub part: f32,
}

impl Moment {
    pub fn of(steps: f64) -> Moment {
        if !steps.is_finite() {
            return Moment::default();
        }
        let whole = steps.floor();
        // Through i64, so that times before the first step count on downwards.
        Moment { step: whole as i64 as u32, part: ((steps - whole) as f32).min(ALMOST_ONE) }
    }

    /// The same, moved on by `parts` of a step.
    pub fn later(self, parts: f32) -> Moment {
        let sum = self.part + parts;
        let whole = super::curve::floor(sum);
        Moment { step: self.step.wrapping_add(whole as i32 as u32), part: (sum - whole).min(ALMOST_ONE) }
    }
}

/// How far a cycle has come, 0 to below 1, that is run so many times a second.
pub fn phase(t: f64, per_second: f64) -> f32 {
    Moment::of(t * per_second).part
}

/// The number of a step, counted from 0 to below `among`, over and over.
pub fn turn(steps: f64, among: u32) -> u32 {
    let turn = steps.floor().rem_euclid(f64::from(among.max(1)));
    // What is not finite becomes 0.
    turn as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_step_and_a_part() {
        for (steps, step, part) in [(0.0, 0, 0.0), (2.5, 2, 0.5), (-0.25, u32::MAX, 0.75), (4_294_967_297.5, 1, 0.5)] {
            assert_eq!(Moment::of(steps), Moment { step, part });
        }
        assert_eq!(Moment::of(f64::NAN), Moment::default());
        assert_eq!(Moment::of(f64::INFINITY), Moment::default());
        assert!(Moment::of(0.999_999_999_999).part < 1.0);
        assert!(Moment::of(f64::MAX).part < 1.0);
    }

    #[test]
    fn turns_are_counted_over_and_over() {
        for (steps, number) in [(0.5, 0), (2.0, 2), (3.0, 0), (-0.5, 2), (1e15 + 2.0, 0), (f64::NAN, 0), (f64::INFINITY, 0)]
        {
            assert_eq!(turn(steps, 3), number, "{steps}");
        }
        assert_eq!(turn(5.0, 0), 0);
    }

    #[test]
    fn later_carries_over() {
        assert_eq!(Moment { step: 3, part: 0.75 }.later(0.5), Moment { step: 4, part: 0.25 });
        assert_eq!(Moment { step: 0, part: 0.25 }.later(-0.5), Moment { step: u32::MAX, part: 0.75 });
    }

    #[test]
    fn a_phase_is_smooth_a_billion_seconds_on() {
        let later = phase(1e9 + 0.01, 0.5) - phase(1e9, 0.5);
        assert!((later - 0.005).abs() < 1e-5, "{later}");
    }
}
