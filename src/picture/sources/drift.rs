//! A live stream's course: anchored by its first piece, then following the sender's clock.
//!
//! A piece's slack is how long before it is due it came. What came over the least delay has most of it, so the most in a window
//! of time is what stays when the network's unevenness is taken away. It is kept at the wanted latency: by running a little
//! faster or slower, or, when it is far off (a server that sends its last seconds at once to whoever joins), by one step.

use super::course::Course;
use crate::show::time::ShowTime;

/// The first window is short, because the burst at the beginning should not be waited out.
const FIRST_WINDOW_US: i64 = 500_000;
const WINDOW_US: i64 = 2_000_000;
/// Further off than this is no drift.
const STEP_US: i64 = 150_000;
/// Nearer than this is good.
const GOOD_US: i64 = 3_000;
/// 0.3 % faster or slower: a twentieth of a semitone, which nobody hears.
const MOST_RATE: f64 = 0.003;
/// An error is worked off in about this time.
const SETTLED_WITHIN_US: f64 = 5_000_000.0;
/// A time line that jumps by this much is a new one.
const NEW_TIME_LINE_US: i64 = 5_000_000;

/// Who says when pieces come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// The sender does: every piece comes when it comes.
    Arriving,
    /// We do: pieces wait until they are asked for.
    Pulled,
}

pub(super) struct Drift {
    pace: Pace,
    latency: i64,
    most_slack: Option<i64>,
    window_from: ShowTime,
    window: i64,
}

impl Drift {
    pub fn new(pace: Pace, latency_ms: u32, now: ShowTime) -> Self {
        let latency = i64::from(latency_ms) * 1_000;
        Self { pace, latency, most_slack: None, window_from: now, window: FIRST_WINDOW_US }
    }

    /// The first piece is shown after the latency.
    pub fn anchored(&self, running: i64, now: ShowTime) -> Course {
        Course { from: now, place: running.saturating_sub(self.latency), speed: 1.0 }
    }

    /// A piece came; says the new course if it must change at once.
    pub fn came(&mut self, running: i64, course: &Course, now: ShowTime) -> Option<Course> {
        let slack = running.saturating_sub(course.place_at(now));
        let is_new = !(-NEW_TIME_LINE_US..=self.latency + NEW_TIME_LINE_US).contains(&slack);
        let has_run_dry = self.pace == Pace::Pulled && slack < 0;
        if has_run_dry || (is_new && self.pace == Pace::Arriving) {
            self.begin_window(now, FIRST_WINDOW_US);
            return Some(self.anchored(running, now));
        }
        self.most_slack = Some(self.most_slack.map_or(slack, |most| most.max(slack)));
        None
    }

    /// There is no room for more: it must be shown sooner. None if it is no later than it should be.
    pub fn crowded(&mut self, newest: i64, course: &Course, now: ShowTime) -> Option<Course> {
        let slack = newest.saturating_sub(course.place_at(now));
        let is_late = self.pace == Pace::Arriving && slack > self.latency + STEP_US;
        is_late.then(|| self.anchored(newest, now))
    }

    /// At the end of each window: the course that leads back to the latency.
    pub fn corrected(&mut self, course: &Course, now: ShowTime) -> Option<Course> {
        if self.pace == Pace::Pulled || now.micros() - self.window_from.micros() < self.window {
            return None;
        }
        let most = self.most_slack.take();
        self.begin_window(now, WINDOW_US);
        let error = most? - self.latency;
        if error.abs() > STEP_US {
            return Some(course.turned(now, 1.0).moved(error));
        }
        let rate = if error.abs() < GOOD_US { 0.0 } else { (error as f64 / SETTLED_WITHIN_US).clamp(-MOST_RATE, MOST_RATE) };
        let speed = 1.0 + rate;
        (speed != course.speed).then(|| course.turned(now, speed))
    }

    fn begin_window(&mut self, now: ShowTime, window: i64) {
        self.window_from = now;
        self.window = window;
        self.most_slack = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_700_000_000_000_000;

    /// Plays `frames` at 25 a second: when each comes, in microseconds after the start. Gives each one's slack.
    fn played(latency_ms: u32, comes: impl Fn(i64) -> i64, frames: i64) -> Vec<i64> {
        let mut drift = Drift::new(Pace::Arriving, latency_ms, ShowTime(START));
        let mut course = None;
        let mut slacks = Vec::new();
        for frame in 0..frames {
            let (running, now) = (frame * 40_000 + 77, ShowTime(START + comes(frame)));
            let present = *course.get_or_insert_with(|| drift.anchored(running, now));
            let changed = drift.came(running, &present, now).or_else(|| drift.corrected(&present, now));
            let present = *course.insert(changed.unwrap_or(present));
            slacks.push(running - present.place_at(now));
        }
        slacks
    }

    #[test]
    fn an_even_stream_keeps_its_latency() {
        assert!(played(200, |frame| frame * 40_000, 500).iter().all(|slack| *slack == 200_000));
    }

    #[test]
    fn a_burst_at_the_beginning_is_not_kept_as_delay() {
        // Two seconds at once, then as they are made.
        let slacks = played(200, |frame| (frame - 50).max(0) * 40_000, 200);
        assert!(slacks[49] > 1_500_000);
        assert!(slacks[100..].iter().all(|slack| (*slack - 200_000).abs() < 5_000), "{:?}", &slacks[100..]);
    }

    #[test]
    fn a_clock_that_runs_wrong_is_followed() {
        // 100 ppm slow and fast, over half an hour: 180 ms if it were not followed.
        for micros in [39_996, 40_004] {
            let slacks = played(200, |frame| frame * micros, 45_000);
            assert!(slacks.iter().all(|slack| (*slack - 200_000).abs() < 10_000), "{micros}");
        }
    }

    #[test]
    fn an_uneven_network_moves_nothing() {
        let slacks = played(200, |frame| frame * 40_000 + (frame * 7_919 % 97) * 1_000, 1_000);
        assert!(slacks[200..].iter().all(|slack| *slack > 90_000 && *slack < 215_000));
    }

    #[test]
    fn a_new_time_line_is_taken_at_once() {
        let mut drift = Drift::new(Pace::Arriving, 100, ShowTime(START));
        let course = drift.anchored(90_000_000, ShowTime(START));
        let next = drift.came(0, &course, ShowTime(START + 40_000)).unwrap();
        assert_eq!(next.time_of(0), Some(ShowTime(START + 140_000)));
    }
}
