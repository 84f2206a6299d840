//! Which samples along one axis make up a new one: the average of those it covers, or what lies between two.

use std::ops::Range;

/// Bits behind the point of a weight.
pub const WEIGHT: u32 = 14;
pub const ONE: u16 = 1 << WEIGHT;
/// Bits behind the point of a sample on its way from one axis to the other.
pub const DEEP: u32 = 7;

/// One axis of one plane, for each new sample.
pub enum Axis {
    /// Neither growing nor shrinking: from here on so many.
    Same(usize, usize),
    /// Growing.
    Between(Vec<Pair>),
    /// Shrinking. Where in the old samples, and from where on in the weights.
    Over(Vec<(Range<usize>, usize)>, Vec<u16>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub first: u32,
    pub second: u32,
    /// Of the second.
    pub weight: u16,
}

impl Default for Axis {
    fn default() -> Self {
        Axis::Same(0, 0)
    }
}

impl Axis {
    /// `count` new samples for those from `start` to `end`, of `length` that there are.
    pub fn new((start, end): (f64, f64), length: usize, count: usize) -> Self {
        let step = (end - start) / count.max(1) as f64;
        if step > 1.0 { Self::over(start, step, length, count) } else { Self::between(start, step, length, count) }
    }

    fn between(start: f64, step: f64, length: usize, count: usize) -> Self {
        let last = length.saturating_sub(1);
        let pair = |index: usize| {
            let center = (start + (index as f64 + 0.5) * step - 0.5).clamp(0.0, last as f64);
            let first = (center as usize).min(last);
            let weight = ((center - first as f64) * f64::from(ONE)).round() as u16;
            Pair { first: first as u32, second: (first + 1).min(last) as u32, weight: weight.min(ONE) }
        };
        let pairs: Vec<Pair> = (0..count).map(pair).collect();
        let start = pairs.first().map_or(0, |pair| pair.first as usize);
        let is_same = |(index, pair): (usize, &Pair)| pair.weight == 0 && pair.first as usize == start + index;
        if pairs.iter().enumerate().all(is_same) { Axis::Same(start, count) } else { Axis::Between(pairs) }
    }

    /// What new sample `index` lies between; None if it is an average.
    pub fn pair(&self, index: usize) -> Option<Pair> {
        match self {
            Axis::Same(start, count) => {
                let first = u32::try_from(start + index.min(count.saturating_sub(1))).unwrap_or(u32::MAX);
                Some(Pair { first, second: first, weight: 0 })
            }
            Axis::Between(pairs) => pairs.get(index).copied(),
            Axis::Over(..) => None,
        }
    }

    /// What new sample `index` is the average of, and how much each of them weighs.
    pub fn span(&self, index: usize) -> impl Iterator<Item = (usize, u16)> {
        let (spans, weights) = match self {
            Axis::Over(spans, weights) => (spans.as_slice(), weights.as_slice()),
            Axis::Same(..) | Axis::Between(_) => (&[][..], &[][..]),
        };
        let (samples, begin) = spans.get(index).cloned().unwrap_or_default();
        samples.zip(weights.get(begin..).unwrap_or_default().iter().copied())
    }

    fn over(start: f64, step: f64, length: usize, count: usize) -> Self {
        let mut weights = Vec::new();
        let spans = (0..count).map(|index| {
            let from = (start + index as f64 * step).clamp(0.0, length as f64);
            let to = (start + (index + 1) as f64 * step).clamp(from, length as f64);
            let samples = (from as usize).min(length.saturating_sub(1))..(to.ceil() as usize).clamp(1, length.max(1));
            let begin = weights.len();
            // Each is what is rounded up to its end less what was rounded up to its start, so that all are one together.
            let share = |sample: usize| ((sample as f64).clamp(from, to) - from) / (to - from).max(f64::EPSILON);
            let rounded = |sample: usize| (share(sample) * f64::from(ONE)).round() as u16;
            weights.extend(samples.clone().map(|sample| rounded(sample + 1).saturating_sub(rounded(sample))));
            (samples, begin)
        });
        let spans = spans.collect();
        Axis::Over(spans, weights)
    }
}

/// The first of two rows, and the second as far as it weighs.
pub fn mix_two(first: &[u16], second: &[u16], weight: u16, out: &mut [u8]) {
    // Products of what is known to have sixteen bits are made many at a time.
    let product = |sample: u16, weight: u16| u32::from(sample) * u32::from(weight);
    let (one, two) = (ONE - weight.min(ONE), weight.min(ONE));
    if two == 0 {
        return out.iter_mut().zip(first).for_each(|(out, first)| *out = whole(u32::from(*first) << WEIGHT));
    }
    for ((out, first), second) in out.iter_mut().zip(first).zip(second) {
        *out = whole(product(*first, one) + product(*second, two));
    }
}

/// The average of rows, and how much each of them weighs. `sums` is as long as `out`.
pub fn mix_many<'a>(rows: impl Iterator<Item = (&'a [u8], u16)>, sums: &mut [u32], out: &mut [u16]) {
    sums.fill(0);
    for (row, weight) in rows {
        sums.iter_mut().zip(row).for_each(|(sum, byte)| *sum += u32::from(*byte) * u32::from(weight));
    }
    out.iter_mut().zip(&*sums).for_each(|(out, sum)| *out = (sum >> (WEIGHT - DEEP)) as u16);
}

/// New samples of one row; `made` makes them of sums that weights have made larger.
pub fn mix_samples<S: Copy + Into<u32>, O>(axis: &Axis, row: &[S], out: &mut [O], made: impl Fn(u32) -> O) {
    match axis {
        Axis::Same(start, _) => {
            let row = row.get(*start..).unwrap_or_default();
            out.iter_mut().zip(row).for_each(|(out, sample)| *out = made((*sample).into() << WEIGHT));
        }
        Axis::Between(pairs) => {
            let at = |place: u32| row.get(place as usize).map_or(0, |sample| (*sample).into());
            for (out, pair) in out.iter_mut().zip(pairs) {
                let weight = u32::from(pair.weight);
                *out = made(at(pair.first) * (u32::from(ONE) - weight) + at(pair.second) * weight);
            }
        }
        Axis::Over(spans, weights) => {
            for (out, (samples, begin)) in out.iter_mut().zip(spans) {
                let samples = row.get(samples.clone()).unwrap_or_default();
                let weights = weights.get(*begin..).unwrap_or_default();
                *out = made(samples.iter().zip(weights).map(|(sample, weight)| (*sample).into() * u32::from(*weight)).sum());
            }
        }
    }
}

/// Of a sum of whole samples.
#[inline(always)]
pub fn deep(sum: u32) -> u16 {
    (sum >> (WEIGHT - DEEP)) as u16
}

/// Of a sum of deep ones.
#[inline(always)]
pub fn whole(sum: u32) -> u8 {
    const BITS: u32 = WEIGHT + DEEP;
    ((sum + (1 << (BITS - 1))) >> BITS) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mixed(samples: &[u8], part: (f64, f64), count: usize) -> Vec<u8> {
        let axis = Axis::new(part, samples.len(), count);
        let deep_row: Vec<u16> = samples.iter().map(|sample| u16::from(*sample) << DEEP).collect();
        let mut across = vec![0; count];
        mix_samples(&axis, &deep_row, &mut across, whole);
        let down: Vec<u8> = (0..count).map(|index| mixed_down(&axis, index, samples)).collect();
        assert_eq!(across, down, "both directions do the same");
        across
    }

    fn mixed_down(axis: &Axis, index: usize, samples: &[u8]) -> u8 {
        let at = |y: usize| samples.get(y..=y).unwrap_or_default();
        let (mut sums, mut deep, mut out) = ([0], [0], [0]);
        if let Some(pair) = axis.pair(index) {
            let deep = |y: u32| [u16::from(at(y as usize).first().copied().unwrap_or(0)) << DEEP];
            mix_two(&deep(pair.first), &deep(pair.second), pair.weight, &mut out);
        } else {
            mix_many(axis.span(index).map(|(y, weight)| (at(y), weight)), &mut sums, &mut deep);
            out = [whole(u32::from(deep[0]) << WEIGHT)];
        }
        out[0]
    }

    #[test]
    fn samples_are_averaged_or_filled_in() {
        #[track_caller]
        fn check(samples: &[u8], count: usize, expected: &[u8]) {
            assert_eq!(mixed(samples, (0.0, samples.len() as f64), count), expected);
        }
        check(&[10, 20, 30], 3, &[10, 20, 30]);
        check(&[0, 100], 4, &[0, 25, 75, 100]);
        check(&[50], 3, &[50, 50, 50]);
        check(&[0, 100, 100, 200], 2, &[50, 150]);
        check(&[0, 90, 240], 2, &[30, 190]);
        check(&[255; 7], 3, &[255; 3]);
        check(&[1, 2, 3, 4, 5, 6], 1, &[4]);
        check(&[], 2, &[0, 0]);
    }

    #[test]
    fn a_part_is_taken_out_of_the_middle() {
        assert_eq!(mixed(&[0, 10, 20, 30], (1.0, 3.0), 2), [10, 20]);
        assert_eq!(mixed(&[0, 10, 20, 30, 40, 50, 60, 70], (2.0, 6.0), 2), [25, 45]);
    }

    proptest! {
        #[test]
        fn all_weights_are_one_together(length in 1_usize..5_000, count in 1_usize..300, cut in 0.0..0.4) {
            let part = (length as f64 * cut, length as f64 * (1.0 - cut));
            match Axis::new(part, length, count) {
                Axis::Same(start, count) => prop_assert!(start + count <= length),
                Axis::Between(pairs) => {
                    for pair in pairs {
                        prop_assert!(pair.weight <= ONE && pair.first <= pair.second && (pair.second as usize) < length);
                    }
                }
                Axis::Over(spans, weights) => {
                    for (samples, begin) in spans {
                        prop_assert!(samples.end <= length && !samples.is_empty());
                        let sum: u32 = weights[begin..begin + samples.len()].iter().map(|weight| u32::from(*weight)).sum();
                        prop_assert_eq!(sum, u32::from(ONE));
                    }
                }
            }
        }

        #[test]
        fn what_is_even_stays_even(value: u8, length in 1_usize..500, count in 1_usize..500) {
            prop_assert_eq!(mixed(&vec![value; length], (0.0, length as f64), count), vec![value; count]);
        }
    }
}
