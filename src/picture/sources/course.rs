//! Where a source stands at an instant: a straight line from show time to the source's own time line.
//!
//! A place on that line is in microseconds. A file's places count from the start of the part that is played and go on when it
//! is repeated; a live stream's are the running time of its pipeline.

use crate::show::time::{PICTURE_EARLY_US, ShowTime};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Course {
    pub from: ShowTime,
    /// Where it stands then.
    pub place: i64,
    /// Microseconds of the source per microsecond of the show; 0 is paused.
    pub speed: f64,
}

impl Course {
    pub fn place_at(&self, at: ShowTime) -> i64 {
        let elapsed = at.micros().saturating_sub(self.from.micros());
        self.place.saturating_add((elapsed as f64 * self.speed) as i64)
    }

    /// The newest place whose picture may be shown at `at`.
    pub fn due_at(&self, at: ShowTime) -> i64 {
        let speed = if self.speed > 0.0 { self.speed } else { 1.0 };
        self.place_at(at).saturating_add((PICTURE_EARLY_US as f64 * speed) as i64)
    }

    /// When it gets there; None while it is paused.
    pub fn time_of(&self, place: i64) -> Option<ShowTime> {
        if self.speed <= 0.0 {
            return None;
        }
        let ahead = (place.saturating_sub(self.place)) as f64 / self.speed;
        Some(ShowTime(self.from.micros().saturating_add(ahead.round() as i64)))
    }

    /// The same place at `now`, another speed from there on.
    pub fn turned(&self, now: ShowTime, speed: f64) -> Course {
        Course { from: now, place: self.place_at(now), speed }
    }

    pub fn moved(&self, by: i64) -> Course {
        Course { place: self.place.saturating_add(by), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_goes_both_ways() {
        let course = Course { from: ShowTime(1_700_000_000_000_000), place: 500, speed: 2.0 };
        for place in [500, 700, 1_000_500, -1_500] {
            let at = course.time_of(place).unwrap();
            assert_eq!(course.place_at(at), place);
        }
        let turned = course.turned(ShowTime(1_700_000_001_000_000), 0.0);
        assert_eq!((turned.place, turned.time_of(1)), (2_000_500, None));
        assert_eq!(turned.due_at(ShowTime(i64::MAX)), 2_002_500);
    }
}
