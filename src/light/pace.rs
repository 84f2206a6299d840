//! When frames of lights are due: on a grid that begins with Unix time, as frames of pictures are.

use std::time::Duration;

use crate::base::status::LightPace;
use crate::show::time::ShowTime;

const SECOND: i64 = 1_000_000;

#[derive(Default)]
pub struct Pace {
    fps: u16,
    last: Option<u64>,
    /// Frames, and the time that they took, since the second began.
    frames: u32,
    busy: Duration,
    since: ShowTime,
    measured: LightPace,
}

pub struct Ticked {
    /// The newest frame that is due, if it was not there before.
    pub due: Option<ShowTime>,
    pub number: u64,
    pub skipped: u64,
    pub again_at: ShowTime,
}

impl Pace {
    pub fn due(&mut self, fps: u16, now: ShowTime) -> Ticked {
        let fps = fps.max(1);
        if fps != self.fps {
            (self.fps, self.last) = (fps, None);
        }
        let number = number_at(fps, now);
        let skipped = self.last.map_or(0, |last| number.saturating_sub(last + 1));
        let is_new = self.last.is_none_or(|last| number > last);
        let again_at = time_of(fps, number + 1);
        if is_new {
            self.last = Some(number);
        }
        Ticked { due: is_new.then(|| time_of(fps, number)), number, skipped, again_at }
    }

    /// Says whether a second is over.
    pub fn count(&mut self, took: Duration, at: ShowTime) -> bool {
        self.frames += 1;
        self.busy += took;
        let seconds = at.since(self.since).as_secs_f64();
        if seconds < 1.0 {
            return false;
        }
        let is_first = self.since == ShowTime::default();
        if !is_first {
            let frames = f64::from(self.frames);
            let frame_time_ms = self.busy.as_secs_f64() * 1_000.0 / frames;
            self.measured = LightPace { fps: frames / seconds, frame_time_ms };
        }
        (self.frames, self.busy, self.since) = (0, Duration::ZERO, at);
        !is_first
    }

    pub fn measured(&self) -> LightPace {
        self.measured
    }
}

fn time_of(fps: u16, number: u64) -> ShowTime {
    let micros = u128::from(number) * SECOND as u128 / u128::from(fps);
    ShowTime(i64::try_from(micros).unwrap_or(i64::MAX))
}

fn number_at(fps: u16, at: ShowTime) -> u64 {
    let micros = u128::try_from(at.micros().max(0)).unwrap_or(0) + 1;
    let number = u64::try_from(micros * u128::from(fps) / SECOND as u128).unwrap_or(u64::MAX);
    // Times are rounded down.
    if time_of(fps, number) > at { number.saturating_sub(1) } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_found_at_its_own_time() {
        for fps in [1, 24, 60, 90, 144, 240] {
            for number in (0..1_000).chain(100_000_000_000..100_000_001_000) {
                assert_eq!(number_at(fps, time_of(fps, number)), number, "{fps}");
                let before = ShowTime(time_of(fps, number).micros() - 1);
                assert!(number == 0 || number_at(fps, before) == number - 1);
            }
        }
    }

    #[test]
    fn a_frame_is_due_once_and_what_was_missed_is_counted() {
        let mut pace = Pace::default();
        let mut due = |millis: i64| {
            let ticked = pace.due(50, ShowTime(1_000_000_000 + millis * 1_000));
            (ticked.due.map(|due| (due.micros() - 1_000_000_000) / 1_000), ticked.skipped)
        };
        assert_eq!(due(5), (Some(0), 0));
        assert_eq!(due(19), (None, 0));
        assert_eq!(due(20), (Some(20), 0));
        assert_eq!(due(95), (Some(80), 2));
        assert_eq!(due(100), (Some(100), 0));
    }

    #[test]
    fn what_is_measured_is_of_the_last_second() {
        let mut pace = Pace::default();
        let told: Vec<bool> =
            (0..=120).map(|frame| pace.count(Duration::from_millis(2), ShowTime(1_000_000_000 + frame * 20_000))).collect();
        assert_eq!(told.iter().filter(|told| **told).count(), 2);
        let LightPace { fps, frame_time_ms } = pace.measured();
        assert!((fps - 50.0).abs() < 1.0 && (frame_time_ms - 2.0).abs() < 0.1, "{fps} {frame_time_ms}");
    }
}
