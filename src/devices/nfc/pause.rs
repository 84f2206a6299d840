//! How long a source that has failed is left alone.

use std::time::Duration;

use crate::base::clock::Stopwatch;

/// A daemon that is being restarted is back soon.
const FIRST: Duration = Duration::from_millis(500);
/// One that was installed just now is used within so much time.
const LONGEST: Duration = Duration::from_secs(10);

/// Doubles with each failure in a row.
#[derive(Default)]
pub struct Pauses {
    running: Option<(Stopwatch, Duration)>,
    failures: u32,
}

impl Pauses {
    pub fn begin(&mut self) -> Duration {
        let pause = FIRST.saturating_mul(1 << self.failures.min(8)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        self.running = Some((Stopwatch::start(), pause));
        pause
    }

    /// What is left of the pause, if there is one.
    pub fn left(&mut self) -> Option<Duration> {
        let (watch, pause) = self.running?;
        let left = pause.checked_sub(watch.elapsed()).filter(|left| !left.is_zero());
        if left.is_none() {
            self.running = None;
        }
        left
    }

    /// It works again.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_longest_and_are_short_again_after_a_success() {
        let mut pauses = Pauses::default();
        let millis: Vec<_> = (0..8).map(|_| pauses.begin().as_millis()).collect();
        assert_eq!(millis, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
        assert!(pauses.left().is_some_and(|left| left <= LONGEST));
        pauses.forget();
        assert_eq!(pauses.left(), None);
        assert_eq!(pauses.begin(), FIRST);
    }

    #[test]
    fn failing_for_ever_does_not_overflow() {
        let mut pauses = Pauses { running: None, failures: u32::MAX };
        assert_eq!(pauses.begin(), LONGEST);
    }
}
