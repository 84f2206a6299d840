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
const WITHIN_A_PAIR: Duration = Duration::from_millis(25);
/// Whose sibling was lost with a line is alone, in microseconds.
const SIBLINGS_WITHIN: i64 = 1_000_000;
/// Between pairs until enough has been heard, and from then on.
const AT_FIRST: Duration = Duration::from_millis(50);
const LATER: Duration = Duration::from_millis(2_500);
/// A pair may come this much closer together or further apart than it was sent, in microseconds.
const UNEVEN: i64 = 5_000;
/// Two clocks of usual make drift apart by this much in a second: what was heard long ago is believed less.
const DRIFT_PPM: i64 = 50;
/// Beyond this a clock is set; up to here it runs faster or slower until it is right. In microseconds.
const STEP_BEYOND: i64 = 80_000;
/// Fastest correction: a millisecond in a tenth of a second.
const MAX_SLEW_PPM: i64 = 10_000;

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

/// What is followed without haste: what it times is not heard or seen to hurry.
#[derive(Debug, Default)]
pub struct Slewed(Option<(i64, i64)>);

impl Slewed {
    /// As it is at `now`, on its way to where it should be. Nothing new: it stays as it was.
    pub fn towards(&mut self, target: Option<i64>, now: i64) -> Option<i64> {
        let (Some((value, since)), Some(target)) = (self.0, target) else {
            self.0 = self.0.or(target.map(|target| (target, now)));
            return self.0.map(|(value, _)| value);
        };
        let error = target.saturating_sub(value);
        let most = (now.saturating_sub(since).max(0) / 1_000).saturating_mul(MAX_SLEW_PPM) / 1_000;
        let next =
            if error.saturating_abs() > STEP_BEYOND { target } else { value.saturating_add(error.clamp(-most, most)) };
        // A time too short to move anything is kept for later.
        if next != value || error == 0 {
            self.0 = Some((next, now));
        }
        Some(next)
    }
}

/// Everything heard on one connection.
#[derive(Debug, Default)]
pub struct Probe {
    /// The second question of a pair is what comes next.
    second: bool,
    first: Option<Exchange>,
    kept: VecDeque<Exchange>,
    /// Pairs that were asked.
    asked: u64,
}

impl Probe {
    /// One is asked now: how long to wait before the next.
    pub fn until_next(&mut self) -> Duration {
        self.second = !self.second;
        if self.second { WITHIN_A_PAIR } else { self.pause() }
    }

    /// A line on which no pair is believed is not asked all the quicker for ever.
    fn pause(&self) -> Duration {
        if self.kept.len() < KEPT && self.asked < 4 * KEPT as u64 { AT_FIRST } else { LATER }
    }

    /// Says whether it makes a pair that is believed.
    pub fn hear(&mut self, exchange: Exchange) -> bool {
        let is_sibling = |first: &mut Exchange| exchange.sent.saturating_sub(first.sent) < SIBLINGS_WITHIN;
        match self.first.take_if(is_sibling) {
            Some(first) => self.hear_pair(first, exchange),
            None => {
                self.first = Some(exchange);
                false
            }
        }
    }

    fn hear_pair(&mut self, first: Exchange, second: Exchange) -> bool {
        self.asked += 1;
        let apart = (second.arrived.saturating_sub(first.arrived)).saturating_sub(second.sent.saturating_sub(first.sent));
        if apart.saturating_abs() > UNEVEN || !first.is_possible() || !second.is_possible() {
            return false;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(if second.round_trip() < first.round_trip() { second } else { first });
        true
    }

    /// The most trusted of what was heard.
    pub fn estimate(&self, now: i64) -> Option<Estimate> {
        let best = self.kept.iter().min_by_key(|exchange| exchange.doubt(now))?;
        Some(Estimate { offset: best.offset(), round_trip: best.round_trip() })
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

    /// Says whether it is believed.
    fn hear_pair(probe: &mut Probe, sent: i64, there: i64, back: i64) -> bool {
        assert!(!probe.hear(exchange(sent, there, back)), "one alone is nothing");
        probe.hear(exchange(sent + 25_000, there, back))
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
            assert!(hear_pair(&mut probe, n as i64 * 75_000, there, back));
        }
        let estimate = probe.estimate(300_000).unwrap();
        assert_eq!((estimate.offset - AHEAD, estimate.round_trip), (-10, 820));
    }

    #[test]
    fn a_pair_that_was_held_up_is_thrown_away() {
        let mut probe = Probe::default();
        probe.hear(exchange(0, 40_000, 500));
        let is_believed = probe.hear(exchange(25_000, 15_100, 500));
        assert!(!is_believed, "both came at the same time: the first was held up");
        assert_eq!(probe.estimate(0), None);
    }

    #[test]
    fn times_that_cannot_be_are_thrown_away() {
        let mut probe = Probe::default();
        let mut first = exchange(0, 500, 500);
        first.left = first.arrived + 5_000_000;
        probe.hear(first);
        assert!(!probe.hear(exchange(25_000, 500, 500)), "the answer took longer than the whole way");
        for [sent, arrived] in [[i64::MIN, i64::MAX], [i64::MAX, i64::MIN], [0, i64::MAX]] {
            let wild = Exchange { sent, arrived, left: sent, returned: arrived };
            assert!(!probe.hear(wild) && !probe.hear(wild));
        }
        assert_eq!(probe.estimate(i64::MAX), None);
    }

    #[test]
    fn what_is_old_is_believed_less_than_what_is_new_and_nearly_as_quick() {
        let mut probe = Probe::default();
        hear_pair(&mut probe, 0, 500, 500);
        hear_pair(&mut probe, 60_000_000, 600, 640);
        assert_eq!(probe.estimate(60_100_000).unwrap().round_trip, 1_240);
    }

    #[test]
    fn it_asks_quickly_until_it_is_sure_and_forgets_what_is_older_than_sixteen() {
        let mut probe = Probe::default();
        for n in 0..KEPT as i64 {
            assert_eq!([probe.until_next(), probe.until_next()], [WITHIN_A_PAIR, AT_FIRST]);
            hear_pair(&mut probe, n * 75_000, if n == 0 { 10 } else { 2_000 }, 2_000);
        }
        assert_eq!([probe.until_next(), probe.until_next()], [WITHIN_A_PAIR, LATER]);
        hear_pair(&mut probe, 10_000_000, 2_000, 2_000);
        assert_eq!(probe.estimate(10_000_000).unwrap().offset, AHEAD, "the first, which was uneven, is gone");
    }

    #[test]
    fn a_line_on_which_nothing_is_believed_is_left_alone_in_time() {
        let mut probe = Probe::default();
        while probe.pause() == AT_FIRST {
            probe.hear(exchange(0, 40_000, 0));
            probe.hear(exchange(25_000, 0, 0));
        }
        assert_eq!(probe.asked, 64);
    }

    #[test]
    fn one_whose_sibling_was_lost_is_no_half_of_the_next_pair() {
        let mut probe = Probe::default();
        probe.hear(exchange(0, 500, 500));
        assert!(hear_pair(&mut probe, 2_500_000, 500, 500));
        assert_eq!(probe.asked, 1);
    }

    #[test]
    fn what_is_slewed_goes_slowly_and_is_set_where_it_is_far_off() {
        let mut slewed = Slewed::default();
        assert_eq!(slewed.towards(None, 0), None);
        assert_eq!(slewed.towards(Some(0), 0), Some(0));
        assert_eq!(slewed.towards(Some(20_000), 100_000), Some(1_000), "a millisecond in a tenth of a second");
        assert_eq!(slewed.towards(None, 5_000_000), Some(1_000), "nothing new");
        assert_eq!(slewed.towards(Some(20_000), 10_000_000), Some(20_000));
        assert_eq!(slewed.towards(Some(500_000), 10_000_100), Some(500_000));
        assert_eq!(slewed.towards(Some(i64::MIN), i64::MAX), Some(i64::MIN));
    }

    #[test]
    fn looking_often_makes_it_no_slower() {
        let mut slewed = Slewed::default();
        slewed.towards(Some(0), 0);
        let value = (1..=5_000).filter_map(|step| slewed.towards(Some(20_000), step * 700)).last();
        assert_eq!(value, Some(20_000));
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
