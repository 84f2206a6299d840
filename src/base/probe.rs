//! What another's clock shows, worked out from questions that go there and come back with its times: pure.
//!
//! The answer that was quickest is believed, for what delays an answer delays one way more than the other. Questions go in
//! pairs: where the other got the second one later or earlier after the first than it was sent, something held one of them up
//! (a lost packet, a busy thread), and both are thrown away.

use std::collections::VecDeque;
use std::time::Duration;

/// Answers that are looked at.
const KEPT: usize = 16;
/// Between the questions of a pair.
pub const WITHIN_A_PAIR: Duration = Duration::from_millis(25);
/// Between pairs until enough has been heard, and from then on.
const AT_FIRST: Duration = Duration::from_millis(50);
const LATER: Duration = Duration::from_millis(2_500);
/// A pair may come this much closer together or further apart than it was sent, in microseconds.
const UNEVEN: i64 = 5_000;
/// Two clocks of usual make drift apart by this much in a second: what was heard long ago is believed less.
const DRIFT_PPM: i64 = 50;
/// Beyond this a clock is set; up to here it runs faster or slower until it is right. In microseconds.
pub const STEP_BEYOND: i64 = 80_000;
/// Fastest correction: a millisecond in a tenth of a second.
pub const MAX_SLEW_PPM: i64 = 10_000;

/// A question and its answer, in microseconds: `sent` and `returned` on a steady clock of one's own, the others on the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub sent: i64,
    pub arrived: i64,
    pub left: i64,
    pub returned: i64,
}

impl Exchange {
    /// What is to be added to one's own clock for the other's.
    pub fn offset(&self) -> i64 {
        let (there, back) = (self.arrived.saturating_sub(self.sent), self.left.saturating_sub(self.returned));
        there.midpoint(back)
    }

    /// On the way, without what the other took to answer. Less than nothing cannot be: such an answer is wrong.
    pub fn round_trip(&self) -> i64 {
        self.returned.saturating_sub(self.sent).saturating_sub(self.left.saturating_sub(self.arrived))
    }

    fn is_possible(&self) -> bool {
        self.returned >= self.sent && self.left >= self.arrived && self.round_trip() >= 0
    }

    /// How wrong `offset` may be at `now`.
    fn doubt(&self, now: i64) -> i64 {
        let age = now.saturating_sub(self.returned).max(0);
        (self.round_trip() / 2).saturating_add(age / 1_000 * DRIFT_PPM / 1_000)
    }
}

/// What is known of the other's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    pub offset: i64,
    pub round_trip: i64,
}

/// What to do with a clock that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Run this much faster (or slower) until the next look.
    Slew { ppm: i64 },
    /// It is too far off for that.
    Step,
}

impl Correction {
    /// For a clock that has to be put forward by `error` microseconds, and is looked at again after `until_next`.
    pub fn of(error: i64, until_next: Duration) -> Self {
        if error.saturating_abs() > STEP_BEYOND {
            return Self::Step;
        }
        let until_next = i64::try_from(until_next.as_micros()).unwrap_or(i64::MAX).max(1);
        Self::Slew { ppm: (error * 1_000_000 / until_next).clamp(-MAX_SLEW_PPM, MAX_SLEW_PPM) }
    }
}

/// Everything heard on one connection.
#[derive(Debug, Default)]
pub struct Probe {
    kept: VecDeque<Exchange>,
    /// Pairs that were asked, and those that were thrown away.
    pub asked: u64,
    pub refused: u64,
}

impl Probe {
    /// Says whether the pair is believed.
    pub fn hear(&mut self, first: Exchange, second: Exchange) -> bool {
        self.asked += 1;
        let apart = (second.arrived.saturating_sub(first.arrived)).saturating_sub(second.sent.saturating_sub(first.sent));
        if apart.saturating_abs() > UNEVEN || !first.is_possible() || !second.is_possible() {
            self.refused += 1;
            return false;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(if second.round_trip() < first.round_trip() { second } else { first });
        true
    }

    /// How long to wait before the next pair. A line on which no pair is believed is not asked all the quicker for ever.
    pub fn pause(&self) -> Duration {
        if self.kept.len() < KEPT && self.asked < 4 * KEPT as u64 { AT_FIRST } else { LATER }
    }

    /// The most trusted of what was heard.
    pub fn estimate(&self, now: i64) -> Option<Estimate> {
        let best = self.kept.iter().min_by_key(|exchange| exchange.doubt(now))?;
        Some(Estimate { offset: best.offset(), round_trip: best.round_trip() })
    }

    /// As many answers as are looked at have been heard.
    pub fn is_sure(&self) -> bool {
        self.kept.len() == KEPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AHEAD: i64 = 1_700_000_000_000_000;

    /// Asked at `sent`, with so much on the way there and back; the other takes 100 µs.
    fn exchange(sent: i64, there: i64, back: i64) -> Exchange {
        let arrived = sent + there + AHEAD;
        Exchange { sent, arrived, left: arrived + 100, returned: sent + there + 100 + back }
    }

    fn pair(sent: i64, there: i64, back: i64) -> (Exchange, Exchange) {
        (exchange(sent, there, back), exchange(sent + 25_000, there, back))
    }

    #[test]
    fn an_even_way_gives_the_very_offset() {
        let asked = exchange(5_000, 900, 900);
        assert_eq!((asked.offset(), asked.round_trip()), (AHEAD, 1_800));
    }

    #[test]
    fn an_uneven_way_is_wrong_by_half_of_what_is_uneven_and_no_more_than_half_of_the_way() {
        let asked = exchange(0, 3_000, 1_000);
        assert_eq!(asked.offset() - AHEAD, 1_000);
        assert!((asked.offset() - AHEAD).abs() <= asked.round_trip() / 2);
    }

    #[test]
    fn the_quickest_answer_is_believed() {
        let mut probe = Probe::default();
        for (n, (there, back)) in [(9_000, 1_000), (400, 420), (30_000, 2_000)].into_iter().enumerate() {
            let (first, second) = pair(n as i64 * 75_000, there, back);
            assert!(probe.hear(first, second));
        }
        let estimate = probe.estimate(300_000).unwrap();
        assert_eq!((estimate.offset - AHEAD, estimate.round_trip), (-10, 820));
    }

    #[test]
    fn a_pair_that_was_held_up_is_thrown_away() {
        let mut probe = Probe::default();
        let first = exchange(0, 40_000, 500);
        let second = exchange(25_000, 15_100, 500);
        assert!(!probe.hear(first, second), "both came at the same time: the first was held up");
        assert_eq!((probe.estimate(0), probe.refused), (None, 1));
    }

    #[test]
    fn times_that_cannot_be_are_thrown_away() {
        let mut probe = Probe::default();
        let (mut first, second) = pair(0, 500, 500);
        first.left = first.arrived + 5_000_000;
        assert!(!probe.hear(first, second), "the answer took longer than the whole way");
        let wild = Exchange { sent: i64::MIN, arrived: i64::MAX, left: i64::MIN, returned: i64::MAX };
        assert!(!probe.hear(wild, wild));
    }

    #[test]
    fn what_is_old_is_believed_less_than_what_is_new_and_nearly_as_quick() {
        let mut probe = Probe::default();
        let (first, second) = pair(0, 500, 500);
        probe.hear(first, second);
        let (first, second) = pair(60_000_000, 600, 640);
        probe.hear(first, second);
        assert_eq!(probe.estimate(60_100_000).unwrap().round_trip, 1_240);
    }

    #[test]
    fn it_asks_quickly_until_it_is_sure_and_forgets_what_is_older_than_sixteen() {
        let mut probe = Probe::default();
        for n in 0..KEPT as i64 {
            assert_eq!((probe.pause(), probe.is_sure()), (AT_FIRST, false));
            let (first, second) = pair(n * 75_000, if n == 0 { 10 } else { 2_000 }, 2_000);
            probe.hear(first, second);
        }
        assert_eq!((probe.pause(), probe.is_sure()), (LATER, true));
        let (first, second) = pair(10_000_000, 2_000, 2_000);
        probe.hear(first, second);
        assert_eq!(probe.estimate(10_000_000).unwrap().offset, AHEAD, "the first, which was uneven, is gone");
    }

    #[test]
    fn a_line_on_which_nothing_is_believed_is_left_alone_in_time() {
        let mut probe = Probe::default();
        while probe.pause() == AT_FIRST {
            probe.hear(exchange(0, 40_000, 0), exchange(25_000, 0, 0));
        }
        assert_eq!(probe.asked, 64);
    }

    #[test]
    fn small_errors_are_slewed_and_large_ones_stepped() {
        let tenth = Duration::from_millis(100);
        assert_eq!(Correction::of(100, tenth), Correction::Slew { ppm: 1_000 });
        assert_eq!(Correction::of(-50_000, tenth), Correction::Slew { ppm: -MAX_SLEW_PPM });
        assert_eq!(Correction::of(STEP_BEYOND, tenth), Correction::Slew { ppm: MAX_SLEW_PPM });
        assert_eq!(Correction::of(STEP_BEYOND + 1, tenth), Correction::Step);
        assert_eq!(Correction::of(i64::MIN, Duration::ZERO), Correction::Step);
    }
}
