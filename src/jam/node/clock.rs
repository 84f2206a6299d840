//! How far another node's clock is ahead of ours, found by asking it what time it is. Whatever a network adds, it adds to the way
//! there and back: of several answers, the one that took least says most.

use std::collections::VecDeque;

/// A question and its answer, in microseconds: when it left here, came there, left there, and came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub sent: i64,
    pub came: i64,
    pub left: i64,
    pub back: i64,
}

impl Sample {
    pub fn way(&self) -> i64 {
        self.back.saturating_sub(self.sent).saturating_sub(self.left.saturating_sub(self.came)).max(0)
    }

    /// Half of what the two ways differ by is the error: it can not be seen from here.
    fn ahead(&self) -> i64 {
        let (there, here) = (self.came.saturating_sub(self.sent), self.left.saturating_sub(self.back));
        // Their sum may not fit, the mean does.
        there / 2 + here / 2 + (there % 2 + here % 2) / 2
    }
}

/// Answers that are looked at together.
const KEPT: usize = 16;
/// So fast, in parts of a thousand, the idea of the other clock is corrected: what it times is not heard or seen to hurry.
const SLEW_PER_MILLE: i64 = 10;
/// What is wrong by more than this is set right at once: waiting for it would be worse.
const STEP_US: u64 = 80_000;

#[derive(Clone, Debug, Default)]
pub struct Probing {
    samples: VecDeque<Sample>,
    /// What is believed, and since when.
    believed: Option<(i64, i64)>,
}

impl Probing {
    pub fn take(&mut self, sample: Sample) {
        if self.samples.len() == KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
        self.ahead(sample.back);
    }

    /// The shortest way there and back; None before the first answer.
    pub fn way(&self) -> Option<i64> {
        self.best().map(Sample::way)
    }

    fn best(&self) -> Option<&Sample> {
        // Of equals the newest: clocks drift.
        self.samples.iter().rev().min_by_key(|sample| sample.way())
    }

    /// How far the other clock is ahead, as it is believed at `now`.
    pub fn ahead(&mut self, now: i64) -> Option<i64> {
        let target = self.best()?.ahead();
        let Some((ahead, since)) = self.believed else {
            self.believed = Some((target, now));
            return Some(target);
        };
        let error = target.saturating_sub(ahead);
        let most = (now.saturating_sub(since).max(0) / 1_000).saturating_mul(SLEW_PER_MILLE);
        let next = if error.unsigned_abs() > STEP_US { target } else { ahead.saturating_add(error.clamp(-most, most)) };
        // A time too short to move anything is kept for later.
        if next != ahead || error == 0 {
            self.believed = Some((next, now));
        }
        Some(next)
    }

    /// Enough is known to trust it; until then one asks more often.
    pub fn is_settled(&self) -> bool {
        self.samples.len() >= KEPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The other clock is `ahead`; the ways take so long.
    fn sample(sent: i64, ahead: i64, there: i64, back: i64) -> Sample {
        let came = sent + there + ahead;
        Sample { sent, came, left: came + 50, back: sent + there + 50 + back }
    }

    #[test]
    fn the_shortest_way_says_most() {
        let mut probing = Probing::default();
        assert_eq!((probing.way(), probing.ahead(0)), (None, None));
        for (number, (there, back)) in [(90_000, 40_000), (40_000, 41_000), (200_000, 40_000)].into_iter().enumerate() {
            probing.take(sample(number as i64 * 50_000, 5_000_000, there, back));
        }
        assert_eq!(probing.way(), Some(81_000));
        // The first one was believed at first; a second later it is right to half of what the ways differ by.
        let ahead = (1..=60).map(|tenth| probing.ahead(300_000 + tenth * 100_000).unwrap()).last().unwrap();
        assert_eq!(ahead, 5_000_000 - 500);
    }

    #[test]
    fn a_small_error_goes_slowly_and_a_large_one_at_once() {
        let mut probing = Probing::default();
        probing.take(sample(0, 0, 10_000, 10_000));
        probing.take(sample(100_000, 20_000, 1_000, 1_000));
        let first = probing.ahead(200_000).unwrap();
        assert!((500..=2_000).contains(&first), "{first}");
        assert_eq!(probing.ahead(10_000_000), Some(20_000));
        (0..20).for_each(|number| probing.take(sample(11_000_000 + number, 500_000, 1_000, 1_000)));
        assert_eq!(probing.ahead(11_000_100), Some(500_000));
    }

    #[test]
    fn asking_often_makes_it_no_slower() {
        let mut probing = Probing::default();
        probing.take(sample(0, 0, 10_000, 10_000));
        probing.take(sample(1_000, 20_000, 1_000, 1_000));
        let ahead = (0..5_000).map(|step| probing.ahead(4_000 + step * 700).unwrap()).last().unwrap();
        assert_eq!(ahead, 20_000);
    }

    #[test]
    fn answers_that_make_no_sense_do_no_harm() {
        let mut probing = Probing::default();
        for (a, b) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, i64::MAX)] {
            probing.take(Sample { sent: a, came: b, left: a, back: b });
            probing.take(Sample { sent: a, came: a, left: b, back: b });
            let _ = (probing.way(), probing.ahead(b), probing.ahead(a));
        }
    }
}
