//! Beats and time: one straight line, or several in a row where the tempo has changed. Whole numbers only, so that every node
//! finds the same instant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::show::time::ShowTime;

/// Millionths of a beat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Beat(pub i64);

pub const BEAT: i64 = 1_000_000;

impl Beat {
    pub fn whole(beats: i64) -> Self {
        Self(beats.saturating_mul(BEAT))
    }

    /// The next multiple of so many beats that is not before this.
    pub fn next_multiple(self, beats: u8) -> Self {
        let quantum = i64::from(beats.max(1)) * BEAT;
        let past = self.0.rem_euclid(quantum);
        if past == 0 { self } else { Self(self.0.saturating_add(quantum - past)) }
    }
}

/// Microseconds of a beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Tempo(u32);

#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a tempo is 20 to 999 beats a minute")]
pub struct InvalidTempo;

const SLOWEST_BPM: f64 = 20.0;
const FASTEST_BPM: f64 = 999.0;
const MINUTE_US: f64 = 60_000_000.0;

impl Tempo {
    /// Four times slower, and four times faster than anybody plays: recordings are.
    const SLOWEST: u32 = 12_000_000;
    const FASTEST: u32 = 15_015;

    pub fn of_bpm(bpm: f64) -> Result<Self, InvalidTempo> {
        if !(SLOWEST_BPM..=FASTEST_BPM).contains(&bpm) {
            return Err(InvalidTempo);
        }
        Self::try_from((MINUTE_US / bpm).round() as u32)
    }

    pub fn micros(self) -> u32 {
        self.0
    }

    /// To the hundredth: nobody means more.
    pub fn bpm(self) -> f64 {
        (MINUTE_US * 100.0 / f64::from(self.0)).round() / 100.0
    }
}

impl Default for Tempo {
    fn default() -> Self {
        Self(500_000)
    }
}

impl TryFrom<u32> for Tempo {
    type Error = InvalidTempo;

    fn try_from(micros: u32) -> Result<Self, InvalidTempo> {
        (Self::FASTEST..=Self::SLOWEST).contains(&micros).then_some(Self(micros)).ok_or(InvalidTempo)
    }
}

impl From<Tempo> for u32 {
    fn from(tempo: Tempo) -> u32 {
        tempo.0
    }
}

/// From an instant on, so many beats were over then, and each takes so long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    pub tempo: Tempo,
    pub beat_origin: Beat,
    pub time_origin: ShowTime,
}

impl Timeline {
    pub fn beat_at(&self, time: ShowTime) -> Beat {
        self.quick_beat_at(time).map_or_else(|| self.wide_beat_at(time), Beat)
    }

    /// The first instant at which that beat has come.
    pub fn time_of(&self, beat: Beat) -> ShowTime {
        self.quick_time_of(beat).map_or_else(|| self.wide_time_of(beat), ShowTime)
    }

    /// None where 64 bits do not hold it: a hundred days from its origin and more, at a usual tempo.
    fn quick_beat_at(&self, time: ShowTime) -> Option<i64> {
        let micros = time.0.checked_sub(self.time_origin.0)?;
        self.beat_origin.0.checked_add(micros.checked_mul(BEAT)?.div_euclid(i64::from(self.tempo.0)))
    }

    fn quick_time_of(&self, beat: Beat) -> Option<i64> {
        let beats = self.beat_origin.0.checked_sub(beat.0)?;
        self.time_origin.0.checked_sub(beats.checked_mul(i64::from(self.tempo.0))?.div_euclid(BEAT))
    }

    /// Right for all numbers, and several times slower: a division of 128 bits is a loop.
    fn wide_beat_at(&self, time: ShowTime) -> Beat {
        let micros = i128::from(time.0) - i128::from(self.time_origin.0);
        let beats = (micros * i128::from(BEAT)).div_euclid(i128::from(self.tempo.0));
        Beat(clamped(i128::from(self.beat_origin.0) + beats))
    }

    fn wide_time_of(&self, beat: Beat) -> ShowTime {
        let beats = i128::from(beat.0) - i128::from(self.beat_origin.0);
        let micros = -(-beats * i128::from(self.tempo.0)).div_euclid(i128::from(BEAT));
        ShowTime(clamped(i128::from(self.time_origin.0) + micros))
    }
}

fn clamped(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// One line after the other, each from its own instant on; the first one holds before, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Timeline>", into = "Vec<Timeline>")]
pub struct Course(Vec<Timeline>);

/// Changes of tempo that may be known ahead, or that somebody who looks back still sees.
pub const LONGEST_COURSE: usize = 16;
/// How far back one can look: fixtures with a latency, and notes that fade.
const LOOK_BACK_US: i64 = 4_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("lines of time follow each other, 1 to 16 of them")]
pub struct InvalidCourse;

impl Course {
    pub fn new(first: Timeline) -> Self {
        Self(vec![first])
    }

    pub fn at(&self, time: ShowTime) -> &Timeline {
        let begun = self.0.iter().rev().find(|line| line.time_origin <= time);
        begun.unwrap_or(&self.0[0])
    }

    /// The newest, which may still be to come.
    pub fn newest(&self) -> &Timeline {
        self.0.last().unwrap_or(&self.0[0])
    }

    pub fn beat_at(&self, time: ShowTime) -> Beat {
        self.at(time).beat_at(time)
    }

    /// The first instant at which that beat has come.
    pub fn time_of(&self, beat: Beat) -> ShowTime {
        let later = self.0.iter().rev().find(|line| line.beat_origin <= beat);
        later.unwrap_or(&self.0[0]).time_of(beat)
    }

    /// The line that goes on where this course is at `from`, in another tempo. It is not begun before the newest one.
    pub fn line(&self, tempo: Tempo, from: ShowTime) -> Timeline {
        let newest = self.newest();
        let time_origin = from.max(newest.time_origin);
        Timeline { tempo, beat_origin: newest.beat_at(time_origin), time_origin }
    }

    /// Goes on in that line. What nobody looks back at any more is forgotten.
    pub fn go_on(&mut self, line: Timeline, now: ShowTime) {
        self.0.retain(|known| known.time_origin < line.time_origin);
        self.0.push(line);
        let long_ago = ShowTime(now.0.saturating_sub(LOOK_BACK_US));
        let over = self.0.iter().skip(1).take_while(|line| line.time_origin <= long_ago).count();
        let surplus = self.0.len().saturating_sub(LONGEST_COURSE);
        self.0.drain(..over.max(surplus));
    }

    pub fn lines(&self) -> &[Timeline] {
        &self.0
    }
}

impl TryFrom<Vec<Timeline>> for Course {
    type Error = InvalidCourse;

    fn try_from(lines: Vec<Timeline>) -> Result<Self, InvalidCourse> {
        let follow = |pair: &[Timeline]| pair[0].time_origin < pair[1].time_origin;
        let are_right = (1..=LONGEST_COURSE).contains(&lines.len()) && lines.windows(2).all(follow);
        are_right.then_some(Self(lines)).ok_or(InvalidCourse)
    }
}

impl From<Course> for Vec<Timeline> {
    fn from(course: Course) -> Self {
        course.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tempo(bpm: f64) -> Tempo {
        Tempo::of_bpm(bpm).unwrap()
    }

    #[test]
    fn tempos_are_20_to_999() {
        for (bpm, micros) in [(20.0, 3_000_000), (60.0, 1_000_000), (120.0, 500_000), (127.0, 472_441), (999.0, 60_060)] {
            assert_eq!((tempo(bpm).micros(), tempo(bpm).bpm()), (micros, bpm));
        }
        for bad in [19.9, 1_000.0, 0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Tempo::of_bpm(bad), Err(InvalidTempo), "{bad}");
        }
    }

    #[test]
    fn a_bar_begins_where_one_is_counted() {
        for (beat, quantum, next) in
            [(0, 4, 0), (1, 4, 4_000_000), (4_000_000, 4, 4_000_000), (-1, 4, 0), (5_500_000, 3, 6_000_000)]
        {
            assert_eq!(Beat(beat).next_multiple(quantum), Beat(next));
        }
    }

    #[test]
    fn a_change_of_tempo_moves_no_beat_that_was() {
        let start = Timeline { time_origin: ShowTime(1_000_000), ..Timeline::default() };
        let mut course = Course::new(start);
        let line = course.line(tempo(60.0), ShowTime(2_000_000));
        course.go_on(line, ShowTime(1_900_000));
        assert_eq!(course.beat_at(ShowTime(1_750_000)), Beat(1_500_000));
        assert_eq!(course.beat_at(ShowTime(2_000_000)), Beat(2_000_000));
        assert_eq!(course.beat_at(ShowTime(3_000_000)), Beat(3_000_000));
        assert_eq!(course.time_of(Beat(1_500_000)), ShowTime(1_750_000));
        assert_eq!(course.time_of(Beat(2_500_000)), ShowTime(2_500_000));
    }

    #[test]
    fn a_knob_that_is_turned_for_minutes_leaves_little() {
        let mut course = Course::new(Timeline::default());
        for turn in 1..1_000_i64 {
            let now = ShowTime(turn * 10_000);
            let line = course.line(tempo(60.0 + (turn % 60) as f64), ShowTime(now.0 + 100_000));
            course.go_on(line, now);
        }
        assert!(course.lines().len() <= LONGEST_COURSE);
        let read: Course = serde_json::from_str(&serde_json::to_string(&course).unwrap()).unwrap();
        assert_eq!(read, course);
        assert!(serde_json::from_str::<Course>("[]").is_err());
    }

    proptest! {
        /// Beats and instants are each other's, whatever came before.
        #[test]
        fn a_beat_has_come_at_its_instant_and_not_before(
            turns in prop::collection::vec((60_060..3_000_000_u32, 1..2_000_000_i64), 0..6), beat in -10_000_000..40_000_000_i64,
        ) {
            let mut course = Course::new(Timeline { time_origin: ShowTime(1_700_000_000_000_000), ..Timeline::default() });
            let mut now = course.newest().time_origin;
            for (micros, later) in turns {
                now = ShowTime(now.0 + later);
                let line = course.line(Tempo::try_from(micros).unwrap(), now);
                course.go_on(line, ShowTime(0));
            }
            let time = course.time_of(Beat(beat));
            prop_assert!(course.beat_at(time) >= Beat(beat));
            prop_assert!(course.beat_at(ShowTime(time.0 - 1)) < Beat(beat));
        }

        /// Near its origin, where the quick way goes, at its edge, and wherever a number can be.
        #[test]
        fn the_quick_way_is_right(
            tempo in Tempo::FASTEST..=Tempo::SLOWEST, origin: (i64, i64), far: i64, near in -2_000_000_000_000..2_000_000_000_000_i64,
        ) {
            let line = Timeline {
                tempo: Tempo::try_from(tempo).unwrap(),
                beat_origin: Beat(origin.0),
                time_origin: ShowTime(origin.1),
            };
            let edge = i64::MAX / BEAT;
            for from_origin in [near, edge.saturating_add(near), near.saturating_sub(edge), far] {
                let time = ShowTime(origin.1.saturating_add(from_origin));
                prop_assert_eq!(line.beat_at(time), line.wide_beat_at(time));
                let beat = Beat(origin.0.saturating_add(from_origin));
                prop_assert_eq!(line.time_of(beat), line.wide_time_of(beat));
            }
            let close = Timeline { time_origin: ShowTime(1_700_000_000_000_000), beat_origin: Beat(0), ..line };
            prop_assert!(close.quick_beat_at(ShowTime(close.time_origin.0 + near)).is_some());
        }
    }
}
