//! What whoever wires LEDs wants to see.

use crate::show::light::Rgb;
use crate::show::light::zone::TestPattern;
use crate::show::time::ShowTime;

const COLORS: [Rgb; 4] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]];
const WHITE: Rgb = [1.0; 3];
/// LEDs that a walk passes each second.
const PACE: u64 = 20;

pub fn render(pattern: TestPattern, at: ShowTime, out: &mut [Rgb]) {
    let seconds = u64::try_from(at.micros().div_euclid(1_000_000)).unwrap_or(0);
    let last = out.len().saturating_sub(1);
    match pattern {
        TestPattern::Colors => out.fill(COLORS[(seconds % 4) as usize]),
        TestPattern::White => out.fill(WHITE),
        TestPattern::Walk => {
            let step = u64::try_from(at.micros().max(0)).unwrap_or(0) * PACE / 1_000_000;
            let lit = (step % (out.len().max(1) as u64)) as usize;
            out.iter_mut().enumerate().for_each(|(index, pixel)| *pixel = if index == lit { WHITE } else { [0.0; 3] });
        }
        TestPattern::Gradient => {
            let level = |index: usize| index as f32 / last.max(1) as f32;
            out.iter_mut().enumerate().for_each(|(index, pixel)| *pixel = [level(index); 3]);
        }
        TestPattern::Ends => out.iter_mut().enumerate().for_each(|(index, pixel)| {
            *pixel = match index {
                0 => [0.0, 1.0, 0.0],
                _ if index == last => [1.0, 0.0, 0.0],
                _ if index % 10 == 0 => [0.25; 3],
                _ => [0.0; 3],
            };
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: TestPattern, millis: i64, pixels: usize) -> Vec<Rgb> {
        let mut out = vec![[0.5; 3]; pixels];
        render(pattern, ShowTime(millis * 1_000), &mut out);
        out
    }

    #[test]
    fn colours_come_in_their_order_a_second_each() {
        let first = |second: i64| shown(TestPattern::Colors, second * 1_000 + 500, 3)[1];
        assert_eq!([0, 1, 2, 3, 4].map(first), [COLORS[0], COLORS[1], COLORS[2], COLORS[3], COLORS[0]]);
    }

    #[test]
    fn a_walk_lights_one_after_the_other() {
        let lit = |millis| shown(TestPattern::Walk, millis, 10).iter().position(|pixel| *pixel == WHITE);
        assert_eq!([0, 50, 100, 450, 500].map(lit), [Some(0), Some(1), Some(2), Some(9), Some(0)]);
        let one = shown(TestPattern::Walk, 70, 10).iter().filter(|pixel| **pixel != [0.0; 3]).count();
        assert_eq!(one, 1);
    }

    #[test]
    fn both_ends_are_told_apart() {
        let ends = shown(TestPattern::Ends, 0, 21);
        assert_eq!((ends[0], ends[10], ends[20]), ([0.0, 1.0, 0.0], [0.25; 3], [1.0, 0.0, 0.0]));
        assert_eq!(shown(TestPattern::Gradient, 0, 3), [[0.0; 3], [0.5; 3], [1.0; 3]]);
        for pattern in [TestPattern::Colors, TestPattern::Walk, TestPattern::Gradient, TestPattern::Ends] {
            assert!(shown(pattern, 7, 0).is_empty());
        }
    }
}
