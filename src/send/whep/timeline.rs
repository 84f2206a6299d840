//! From show time to a viewer's time, which begins at its first picture.
//!
//! A viewer begins at the newest key frame, up to two seconds back, and catches up. A browser that was told the true times of these
//! pictures would take the delay of the first for the delay of the way, and keep it. So while it catches up, each picture is said
//! to have been made just now.

/// Who is so far behind catches up; less is how packets come.
pub const BEHIND_MICROS: i64 = 200_000;
/// One tick of the clock of pictures (90 kHz), rounded up: two pictures never have the same time.
const TICK_MICROS: i64 = 12;

#[derive(Default)]
pub struct Timeline {
    /// Show time of the viewer's zero, in microseconds.
    zero: Option<i64>,
    /// The newest picture's time.
    latest: Option<i64>,
}

impl Timeline {
    /// The time of a picture from `at`, when the newest packet is `behind` microseconds newer than it.
    pub fn picture(&mut self, at: i64, behind: i64) -> u64 {
        let told = if behind > BEHIND_MICROS { at + behind } else { at };
        let time = told - *self.zero.get_or_insert(told);
        let time = self.latest.map_or(time, |latest| time.max(latest + TICK_MICROS));
        self.latest = Some(time);
        u64::try_from(time).unwrap_or(0)
    }

    /// The time of a piece of sound; none for what is from before the first picture.
    pub fn sound(&self, at: i64) -> Option<u64> {
        u64::try_from(at - self.zero?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_past_is_told_as_now_and_time_goes_on_from_there() {
        let start = 1_700_000_000_000_000;
        let mut timeline = Timeline::default();
        assert_eq!(timeline.sound(start), None, "pictures come first");
        // Two seconds behind, then one, while the newest moves on by 40 ms.
        assert_eq!(timeline.picture(start, 2_000_000), 0);
        assert_eq!(timeline.picture(start + 40_000, 1_960_000), 12, "the same moment, and yet after it");
        assert_eq!(timeline.picture(start + 1_040_000, 1_000_000), 40_000);
        // Nearly there: its own time is past, so it comes right after.
        assert_eq!(timeline.picture(start + 1_900_000, 140_000), 40_012);
        // From here on each has its own time.
        assert_eq!(timeline.picture(start + 2_080_000, 0), 80_000);
        assert_eq!(timeline.picture(start + 2_120_000, 21_000), 120_000);
        assert_eq!(timeline.sound(start + 2_120_000), Some(120_000), "on the same clock");
        assert_eq!(timeline.sound(start), None);
    }

    #[test]
    fn another_feed_with_an_earlier_time_never_turns_time_back() {
        let mut timeline = Timeline::default();
        timeline.picture(5_000_000, 0);
        assert_eq!(timeline.picture(7_000_000, 0), 2_000_000);
        assert_eq!(timeline.picture(1_000_000, 0), 2_000_012);
    }
}
