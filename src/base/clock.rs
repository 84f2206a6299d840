//! The only place that reads a clock.
//!
//! Show time is monotonic: it never jumps and never runs backwards, whatever happens to the system's clock. Once a second it
//! compares itself with the system's and runs up to 0.05 % faster or slower until they agree.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;

use crate::show::time::ShowTime;

/// Fastest correction, in microseconds per second. Slow enough that a frame is never more than 0.02 ms off its grid at 30 fps.
const MAX_SLEW_PPM: i64 = 500;

#[derive(Clone)]
pub struct Clock(Arc<Source>);

enum Source {
    Real(ArcSwap<Segment>),
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
        let segment = Segment { from: instant_now(), shows: system_now(), ppm: 0 };
        Self(Arc::new(Source::Real(ArcSwap::from_pointee(segment))))
    }

    /// A clock for tests: it stands still until it is set.
    pub fn manual(start: ShowTime) -> Self {
        Self(Arc::new(Source::Manual { now: Mutex::new(start), turned: Condvar::new() }))
    }

    pub fn now(&self) -> ShowTime {
        match &*self.0 {
            Source::Real(segment) => segment.load().at(instant_now()),
            Source::Manual { now, .. } => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Compares with the system's clock; called about once a second.
    pub fn discipline(&self) {
        if let Source::Real(segment) = &*self.0 {
            let corrected = segment.load().corrected(instant_now(), system_now());
            segment.store(Arc::new(corrected));
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
            Source::Real(_) => {
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
}
