//! A source's sound on its way to the mixer: on the same course as its pictures, and without seams.

use std::collections::VecDeque;
use std::sync::Arc;

use super::course::Course;
use crate::frame::sound::{CHANNELS, SAMPLE_RATE};
use crate::frame::tap::Tap;
use crate::show::time::ShowTime;

/// How far ahead of the show sound is written, in microseconds.
const AHEAD_US: i64 = 200_000;
/// A piece that lies this near where the last one ended is joined to it by stretching, which nobody hears; one further away is
/// a jump that was meant. 20 ms.
const JOINED_WITHIN: i64 = 960;
/// A live stream that is to be heard seconds later waits here; at 20 ms each these are 20 s, 8 MB.
const MOST_PIECES: usize = 1_000;
/// Most that a piece is stretched to be joined: a 200th of its length.
const MOST_STRETCH: i64 = 200;

pub(super) struct Sound {
    tap: Arc<Tap>,
    /// Those that are not past yet: they are written when they are nearly due, and anew when the course changes.
    pieces: VecDeque<Piece>,
    /// How many of them have been written.
    written: usize,
    /// Where the last written piece ended, in samples since the epoch.
    written_to: Option<i64>,
    stretched: Vec<f32>,
}

struct Piece {
    place: i64,
    samples: Vec<f32>,
}

impl Piece {
    fn pairs(&self) -> i64 {
        (self.samples.len() / CHANNELS) as i64
    }

    fn end(&self) -> i64 {
        self.place.saturating_add(micros(self.pairs()))
    }
}

fn micros(pairs: i64) -> i64 {
    pairs * 1_000_000 / i64::from(SAMPLE_RATE)
}

fn sample_at(time: ShowTime) -> i64 {
    let product = i128::from(time.micros()) * i128::from(SAMPLE_RATE) + 500_000;
    i64::try_from(product.div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

fn time_of_sample(sample: i64) -> ShowTime {
    let rate = i128::from(SAMPLE_RATE);
    ShowTime(i64::try_from((i128::from(sample) * 1_000_000 + rate / 2).div_euclid(rate)).unwrap_or(i64::MAX))
}

impl Sound {
    pub fn new(tap: Arc<Tap>) -> Self {
        Self { tap, pieces: VecDeque::new(), written: 0, written_to: None, stretched: Vec::new() }
    }

    /// Whether the next piece should be taken now.
    pub fn wants_more(&self, course: &Course, now: ShowTime) -> bool {
        let horizon = horizon(course, now);
        self.pieces.back().is_none_or(|last| last.end() < horizon)
    }

    pub fn push(&mut self, place: i64, samples: Vec<f32>) {
        if self.pieces.len() >= MOST_PIECES {
            self.pieces.pop_front();
            self.written = self.written.saturating_sub(1);
        }
        self.pieces.push_back(Piece { place, samples });
    }

    /// Until when everything that is heard has been written.
    pub fn decided_until(&self, course: &Course) -> ShowTime {
        let place = match self.pieces.get(self.written) {
            Some(waiting) => Some(waiting.place),
            None => self.pieces.back().map(Piece::end),
        };
        place.and_then(|place| course.time_of(place)).unwrap_or(ShowTime(i64::MIN))
    }

    /// Writes what is nearly due, and lets go of what is past.
    pub fn feed(&mut self, course: &Course, now: ShowTime) {
        let place_now = course.place_at(now);
        while self.pieces.front().is_some_and(|piece| piece.end() < place_now) {
            self.pieces.pop_front();
            self.written = self.written.saturating_sub(1);
        }
        let horizon = horizon(course, now);
        while let Some(piece) = self.pieces.get(self.written).filter(|piece| piece.place <= horizon) {
            write(&self.tap, piece, course, &mut self.written_to, &mut self.stretched);
            self.written += 1;
        }
    }

    /// The same pieces on another course.
    pub fn follow(&mut self, course: &Course, now: ShowTime) {
        self.tap.clear();
        self.written_to = None;
        self.written = 0;
        self.feed(course, now);
    }

    /// It goes on elsewhere.
    pub fn clear(&mut self) {
        self.tap.clear();
        self.pieces.clear();
        self.written = 0;
        self.written_to = None;
    }
}

fn horizon(course: &Course, now: ShowTime) -> i64 {
    course.place_at(ShowTime(now.micros().saturating_add(AHEAD_US)))
}

fn write(tap: &Tap, piece: &Piece, course: &Course, written_to: &mut Option<i64>, stretched: &mut Vec<f32>) {
    let Some(at) = course.time_of(piece.place) else { return };
    let due = sample_at(at);
    let mut pairs = (piece.pairs() as f64 / course.speed).round() as i64;
    let mut start = due;
    if let Some(end) = written_to.filter(|end| (due - end).abs() <= JOINED_WITHIN) {
        start = end;
        let most = pairs / MOST_STRETCH;
        pairs += (due - end).clamp(-most, most);
    }
    if pairs <= 0 {
        return;
    }
    *written_to = Some(start + pairs);
    if pairs == piece.pairs() {
        tap.write(time_of_sample(start), &piece.samples);
    } else {
        stretch(&piece.samples, pairs as usize, stretched);
        tap.write(time_of_sample(start), stretched);
    }
}

/// The same sound in another number of samples, between which lines are drawn.
fn stretch(samples: &[f32], pairs: usize, into: &mut Vec<f32>) {
    into.clear();
    let present = samples.len() / CHANNELS;
    let ratio = present as f64 / pairs as f64;
    for pair in 0..pairs {
        let place = pair as f64 * ratio;
        let (left, share) = (place as usize, place.fract() as f32);
        let right = (left + 1).min(present.saturating_sub(1));
        for channel in 0..CHANNELS {
            let value = |pair: usize| samples.get(pair * CHANNELS + channel).copied().unwrap_or(0.0);
            into.push(value(left) + (value(right) - value(left)) * share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(speed: f64) -> Course {
        Course { from: ShowTime(1_700_000_000_000_000), place: 0, speed }
    }

    /// Starts and lengths in samples from the beginning of the course.
    fn written(tap: &Tap) -> Vec<(i64, usize)> {
        let zero = sample_at(course(1.0).from);
        tap.written().iter().map(|(at, samples)| (sample_at(*at) - zero, samples.len() / CHANNELS)).collect()
    }

    #[test]
    fn pieces_join_although_their_times_are_rounded_or_drift() {
        let tap = Tap::new();
        tap.keep_log();
        let mut sound = Sound::new(tap.clone());
        for piece in 0..200_i64 {
            // 1024 samples are 21333.3 us; this clock runs 0.05 % slow.
            let place = piece * 1024 * 1_000_000 / 48_000 * 10_005 / 10_000;
            sound.push(place, vec![0.5; 2048]);
            sound.feed(&course(1.0), course(1.0).time_of(place).unwrap());
        }
        let written = written(&tap);
        for pair in written.windows(2) {
            assert_eq!(pair[0].0 + pair[0].1 as i64, pair[1].0, "no seam");
        }
        let last = written[199];
        assert!((last.0 - 199 * 1024 * 10_005 / 10_000).abs() < 3, "{last:?} follows the course");
    }

    #[test]
    fn speed_changes_the_length_and_a_pause_is_silent() {
        let tap = Tap::new();
        tap.keep_log();
        let mut sound = Sound::new(tap.clone());
        let now = course(1.0).from;
        assert!(sound.wants_more(&course(2.0), now));
        sound.push(0, vec![0.25; 960]);
        sound.push(10_000, vec![0.25; 960]);
        sound.feed(&course(2.0), now);
        assert_eq!(written(&tap), [(0, 240), (240, 240)]);
        sound.follow(&course(0.0), now);
        assert_eq!(written(&tap), []);
        sound.follow(&course(1.0), now);
        assert_eq!(written(&tap), [(0, 480), (480, 480)]);
        // A gap that was meant.
        sound.push(100_000, vec![0.25; 960]);
        sound.push(300_000, vec![0.25; 960]);
        sound.feed(&course(1.0), now);
        assert_eq!(written(&tap).len(), 3, "what is far ahead waits");
        assert_eq!(written(&tap)[2], (4800, 480));
    }
}
