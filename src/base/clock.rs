//! The only place that reads a clock.
//!
//! Show time is monotonic: it never jumps and never runs backwards, whatever happens to the system's clock. Once a second it
//! compares itself with the system's and runs up to 0.05 % faster or slower until they agree. On a node that follows another it is
//! the leader's clock that it compares itself with (`guide`), and up to 1 %; only then, and only when it is far off, it is set.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;

use super::probe::Correction;
use crate::show::time::ShowTime;

/// Fastest correction, in microseconds per second. Slow enough that a frame is never more than 0.02 ms off its grid at 30 fps.
const MAX_SLEW_PPM: i64 = 500;

/// Between two looks.
const A_LOOK: Duration = Duration::from_secs(1);
/// The system's clock is what counts.
const UNGUIDED: i64 = i64::MIN;

#[derive(Clone)]
pub struct Clock(Arc<Source>);

enum Source {
    Real { segment: ArcSwap<Segment>, origin: Instant, guide: AtomicI64 },
    Manual { now: Mutex<ShowTime>, turned: Condvar },
}

/// A straight piece of the line from monotonic time to show time.
#[derive(Clone, Copy)]
struct Segment {
    from: Instant,
    shows: ShowTime,
    ppm: i64,
}

impl Segment {
    fn at(&self, instant: Instant) -> ShowTime {
        let elapsed = i64::try_from(instant.saturating_duration_since(self.from).as_micros()).unwrap_or(i64::MAX / 1_000);
        ShowTime(self.shows.0 + elapsed + elapsed / 1_000 * self.ppm / 1_000)
    }

    /// The piece that goes on from here and leads to `target` (what the system's clock says now).
    fn corrected(&self, instant: Instant, target: ShowTime) -> Segment {
        let shows = self.at(instant);
        let error = target.0 - shows.0;
        // A tenth of the error each second settles without overshoot.
        Segment { from: instant, shows, ppm: (error / 10).clamp(-MAX_SLEW_PPM, MAX_SLEW_PPM) }
    }

    /// The piece that goes on from here and is `target` at the next look, or is set to it where that is too far.
    fn guided(&self, instant: Instant, target: ShowTime, until_next: Duration) -> Segment {
        let shows = self.at(instant);
        match Correction::of(target.0.saturating_sub(shows.0), until_next) {
            Correction::Slew { ppm } => Segment { from: instant, shows, ppm },
            Correction::Step => Segment { from: instant, shows: target, ppm: 0 },
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads clocks")]
fn instant_now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads clocks")]
fn system_now() -> ShowTime {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    ShowTime(i64::try_from(unix.as_micros()).unwrap_or(0))
}

impl Clock {
    pub fn system() -> Self {
        let origin = instant_now();
        let segment = ArcSwap::from_pointee(Segment { from: origin, shows: system_now(), ppm: 0 });
        Self(Arc::new(Source::Real { segment, origin, guide: AtomicI64::new(UNGUIDED) }))
    }

    /// A clock for tests: it stands still until it is set.
    pub fn manual(start: ShowTime) -> Self {
        Self(Arc::new(Source::Manual { now: Mutex::new(start), turned: Condvar::new() }))
    }

    pub fn now(&self) -> ShowTime {
        match &*self.0 {
            Source::Real { segment, .. } => segment.load().at(instant_now()),
            Source::Manual { now, .. } => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Compares with the system's clock, or with the one that it is guided by; called about once a second.
    pub fn discipline(&self) {
        if let Source::Real { segment, guide, .. } = &*self.0 {
            let corrected = match guide.load(Ordering::Acquire) {
                UNGUIDED => segment.load().corrected(instant_now(), system_now()),
                offset => segment.load().guided(instant_now(), ShowTime(self.steady().saturating_add(offset)), A_LOOK),
            };
            segment.store(Arc::new(corrected));
        }
    }

    /// Microseconds that only ever run, at the machine's own pace: what another's clock is measured on.
    pub fn steady(&self) -> i64 {
        match &*self.0 {
            Source::Real { origin, .. } => {
                i64::try_from(instant_now().saturating_duration_since(*origin).as_micros()).unwrap_or(i64::MAX)
            }
            Source::Manual { .. } => self.now().0,
        }
    }

    /// What this machine's own clock says, whoever is followed.
    pub fn of_the_system(&self) -> ShowTime {
        match &*self.0 {
            Source::Real { .. } => system_now(),
            Source::Manual { .. } => self.now(),
        }
    }

    /// Another's clock is ahead of `steady` by so much: from here on this one follows it.
    pub fn guide(&self, offset: i64) {
        if let Source::Real { guide, .. } = &*self.0 {
            guide.store(offset.max(UNGUIDED + 1), Ordering::Release);
            self.discipline();
        }
    }

    /// Turns a manual clock; does nothing to the real one.
    pub fn set(&self, time: ShowTime) {
        if let Source::Manual { now, turned } = &*self.0 {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = time;
            turned.notify_all();
        }
    }

    /// Sleeps until show time `deadline`, or at most `patience`; says whether the deadline has come.
    pub fn sleep_until(&self, deadline: ShowTime, patience: Duration) -> bool {
        match &*self.0 {
            Source::Real { .. } => {
                let left = deadline.since(self.now());
                std::thread::sleep(left.min(patience));
                // A sleep may end microseconds early by this clock's own rounding.
                left <= patience
            }
            Source::Manual { now, turned } => {
                let now = now.lock().unwrap_or_else(PoisonError::into_inner);
                let waited = turned.wait_timeout_while(now, patience, |now| *now < deadline);
                !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
            }
        }
    }
}

/// Measures how long something takes.
#[derive(Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(instant_now())
    }

    pub fn elapsed(self) -> Duration {
        instant_now().saturating_duration_since(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_system_clock_is_followed_slowly_and_never_backwards() {
        let start = instant_now();
        let mut segment = Segment { from: start, shows: ShowTime(1_000_000_000), ppm: 0 };
        // The system's clock stands an hour back from here on.
        for second in 1..=100 {
            let instant = start + Duration::from_secs(second);
            let before = segment.at(instant);
            segment = segment.corrected(instant, ShowTime(before.0 - 3_600_000_000));
            assert_eq!(segment.at(instant), before, "no jump at a correction");
            let after = segment.at(instant + Duration::from_secs(1));
            assert_eq!(after.0 - before.0, 1_000_000 - MAX_SLEW_PPM);
        }
    }

    #[test]
    fn a_small_error_settles() {
        let start = instant_now();
        let mut segment = Segment { from: start, shows: ShowTime(5_000), ppm: 0 };
        for second in 1..=120 {
            let elapsed = Duration::from_secs(second);
            segment = segment.corrected(start + elapsed, ShowTime(elapsed.as_micros() as i64));
        }
        let instant = start + Duration::from_secs(120);
        assert!((segment.at(instant).0 - 120_000_000).abs() < 20);
    }

    #[test]
    fn what_is_guided_runs_faster_until_it_is_right_and_is_set_when_it_is_far_off() {
        let (start, tenth) = (instant_now(), Duration::from_millis(100));
        let mut segment = Segment { from: start, shows: ShowTime(0), ppm: 0 };
        let ahead = 10_000;
        for step in 0..10_i64 {
            let instant = start + tenth * step as u32;
            let before = segment.at(instant);
            segment = segment.guided(instant, ShowTime(step * 100_000 + ahead), tenth);
            assert_eq!(segment.at(instant), before, "no jump");
            assert_eq!(segment.ppm, 10_000, "a millisecond in a tenth of a second");
        }
        let instant = start + tenth * 11;
        segment = segment.guided(instant, ShowTime(1_100_000 + ahead), tenth);
        assert!((segment.at(instant + tenth).0 - 1_210_000).abs() < 100, "it is right");
        let far = ShowTime(1_100_000 + 5_000_000);
        assert_eq!(segment.guided(instant, far, tenth).at(instant), far);
    }
}
