//! What is given up, and in which order, when there is more to paint than there is time: how often the preview and the
//! multiview are made, then their size, then costly filters on what moves, and last every other picture.
//!
//! Judged once a second. It goes down a rung after two bad seconds, and up one only after some quiet ones: the more of them, the
//! sooner the last attempt failed, so that it does not swing. Frames that were skipped although painting took little time were
//! held up by something else: then only the preview gives way, which may be in the way, and the program keeps its pictures.

use std::time::Duration;

/// What is given up; each includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    #[default]
    Full,
    /// The preview and the multiview are made half as often.
    FewerPreviews,
    /// And half as wide.
    SmallerPreviews,
    /// Blurs and colour tables on what moves are left out.
    FewerFilters,
    /// Every other frame shows the picture before it.
    HalfTheFrames,
}

impl Rung {
    const ALL: [Rung; 5] = [Rung::Full, Rung::FewerPreviews, Rung::SmallerPreviews, Rung::FewerFilters, Rung::HalfTheFrames];

    /// From 0, which is everything.
    pub fn number(self) -> i64 {
        self as i64
    }

    fn down(self) -> Rung {
        Self::ALL.get(self as usize + 1).copied().unwrap_or(self)
    }

    fn up(self) -> Rung {
        (self as usize).checked_sub(1).map_or(self, |number| Self::ALL[number])
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Rung::Full => "nothing is left out",
            Rung::FewerPreviews => "the preview is made half as often",
            Rung::SmallerPreviews => "the preview is made half as often and half as wide",
            Rung::FewerFilters => "the preview is smaller, and blurs and colour tables on what moves are left out",
            Rung::HalfTheFrames => "every other frame repeats the picture before it, and costly filters are left out",
        }
    }
}

/// Frames are judged over so long.
const WINDOW: Duration = Duration::from_secs(1);
/// More skips than these, or a thread that is busy for more of its time than this, are too much.
const TOO_MANY_SKIPS_PERCENT: u64 = 10;
const TOO_BUSY: f64 = 0.85;
/// Bad windows in a row before anything is given up.
const BAD_WINDOWS: u32 = 2;
/// With less to do than this, painting is not what holds frames up.
const OWN_FAULT: f64 = 0.5;
/// A thread that is busy for less can do more; so much less that what comes back fits.
const QUIET: f64 = 0.4;
/// Quiet windows before a rung is taken back: at first, and at most.
const PATIENCE: u32 = 5;
const LONGEST_PATIENCE: u32 = 120;

#[derive(Debug)]
pub struct Ladder {
    rung: Rung,
    due: u64,
    skipped: u64,
    busy: Duration,
    passed: Duration,
    /// Windows in a row that were bad, or quiet.
    bad: u32,
    quiet: u32,
    patience: u32,
    /// Windows since it went up; None if it has not since it last went down.
    since_up: Option<u32>,
}

impl Default for Ladder {
    fn default() -> Self {
        let (due, skipped, busy, passed) = (0, 0, Duration::ZERO, Duration::ZERO);
        Ladder { rung: Rung::Full, due, skipped, busy, passed, bad: 0, quiet: 0, patience: PATIENCE, since_up: None }
    }
}

impl Ladder {
    pub fn rung(&self) -> Rung {
        self.rung
    }

    /// As if it had come to this.
    #[cfg(test)]
    pub fn stand_on(&mut self, rung: Rung) {
        self.rung = rung;
    }

    /// Frames that were due, how many of them were skipped, how long making the others took, and how long a frame lasts. Says
    /// whether the rung is another one now.
    pub fn count(&mut self, due: u64, skipped: u64, busy: Duration, frame: Duration) -> bool {
        self.due += due;
        self.skipped += skipped;
        self.busy += busy;
        self.passed += frame * u32::try_from(due).unwrap_or(u32::MAX);
        if self.passed < WINDOW {
            return false;
        }
        let before = self.rung;
        self.judge();
        (self.due, self.skipped, self.busy, self.passed) = (0, 0, Duration::ZERO, Duration::ZERO);
        self.rung != before
    }

    fn judge(&mut self) {
        let load = self.busy.as_secs_f64() / self.passed.as_secs_f64();
        self.since_up = self.since_up.map(|windows| windows + 1);
        if self.skipped * 100 > self.due * TOO_MANY_SKIPS_PERCENT || load > TOO_BUSY {
            self.quiet = 0;
            self.bad += 1;
            if self.bad < BAD_WINDOWS || (load < OWN_FAULT && self.rung >= Rung::SmallerPreviews) {
                return;
            }
            // What was taken back a moment ago was too much.
            if self.since_up.take().is_some_and(|windows| windows <= 2 * self.patience) {
                self.patience = (2 * self.patience).min(LONGEST_PATIENCE);
            }
            (self.rung, self.bad) = (self.rung.down(), 0);
            return;
        }
        self.bad = 0;
        let is_quiet = self.skipped == 0 && load < QUIET;
        self.quiet = if is_quiet { self.quiet + 1 } else { 0 };
        if self.quiet >= self.patience && self.rung > Rung::Full {
            (self.rung, self.quiet, self.since_up) = (self.rung.up(), 0, Some(0));
        } else if self.rung == Rung::Full && self.quiet > LONGEST_PATIENCE {
            self.patience = PATIENCE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(40);

    /// Seconds of 25 frames each, of which so many are skipped.
    fn seconds(ladder: &mut Ladder, count: u32, skipped: u64, load: f64) -> Rung {
        for _ in 0..count {
            (0..25).for_each(|frame| {
                ladder.count(1, u64::from(frame < skipped), FRAME.mul_f64(load), FRAME);
            });
        }
        ladder.rung()
    }

    #[test]
    fn it_goes_down_soon_and_up_when_it_is_quiet() {
        let mut ladder = Ladder::default();
        assert_eq!(seconds(&mut ladder, 100, 2, 0.6), Rung::Full, "two in twenty-five is little");
        assert_eq!(seconds(&mut ladder, 1, 9, 0.6), Rung::Full, "once is an accident");
        assert_eq!(seconds(&mut ladder, 1, 9, 0.6), Rung::FewerPreviews);
        assert_eq!(seconds(&mut ladder, 4, 0, 0.9), Rung::FewerFilters);
        assert_eq!(seconds(&mut ladder, 9, 9, 0.9), Rung::HalfTheFrames, "and no further");
        assert_eq!(seconds(&mut ladder, 100, 0, 0.6), Rung::HalfTheFrames, "it fits, and more would not");
        assert_eq!(seconds(&mut ladder, PATIENCE - 1, 0, 0.2), Rung::HalfTheFrames);
        assert_eq!(seconds(&mut ladder, 1, 0, 0.2), Rung::FewerFilters);
        assert_eq!(seconds(&mut ladder, 3 * PATIENCE, 0, 0.2), Rung::Full);
    }

    #[test]
    fn what_others_hold_up_costs_the_program_nothing() {
        let mut ladder = Ladder::default();
        assert_eq!(seconds(&mut ladder, 100, 12, 0.1), Rung::SmallerPreviews);
    }

    #[test]
    fn it_waits_longer_after_each_attempt_that_fails() {
        let mut ladder = Ladder::default();
        seconds(&mut ladder, 2, 5, 0.2);
        let mut waits = Vec::new();
        for _ in 0..4 {
            let mut wait = 0;
            while seconds(&mut ladder, 1, 0, 0.2) != Rung::Full {
                wait += 1;
            }
            waits.push(wait);
            seconds(&mut ladder, 2, 5, 0.2);
        }
        assert_eq!(waits, [4, 9, 19, 39]);
    }
}
