//! What comes out of the decoder, and where on the course it belongs.

use super::{Player, micros};
use crate::base::clock::Stopwatch;
use crate::gst::decode::{Picture, Stamp};
use crate::show::time::ShowTime;

/// Pictures that are decoded ahead: so many, or as many as fill the time, which at high rates is more.
const AHEAD_PICTURES: usize = 3;
const AHEAD_US: f64 = 150_000.0;
const MOST_AHEAD: usize = 12;
/// Played fast, pictures that are nearer to each other than this are left out: no canvas is that fast.
const CLOSEST_US: f64 = 10_000.0;

impl Player<'_> {
    /// Says whether the queue is full.
    pub(super) fn take_pictures(&mut self, now: ShowTime) -> bool {
        let speed = self.session.queue.course().speed;
        let span = (AHEAD_US * speed) as i64;
        while self.session.queue.has_room(now, AHEAD_PICTURES, span, MOST_AHEAD) {
            let Some(Picture { frame, at }) = self.decoder.picture() else {
                self.video_hungry.waits();
                return false;
            };
            self.came();
            self.video_hungry.is_fed();
            self.session.count_frame();
            let lap = self.video_laps.of(&at, self.asked);
            let Some(place) = self.place(lap, &at) else { continue };
            let stands_at = self.session.queue.course().place_at(now);
            // The first ones after a jump are, and nobody waits for those.
            if speed > 0.0 && place < stands_at && !self.session.queue.is_empty() {
                self.session.count_late();
            }
            if speed > 0.0 && place + at.duration < stands_at {
                self.session.count_dropped();
            }
            let closest = (CLOSEST_US * speed) as i64;
            // A seek cuts the first picture short; what follows it is not too close for that.
            let is_short = speed > 1.0 && at.duration < closest;
            let is_close =
                is_short && self.session.queue.newest().is_some_and(|newest| (1..closest).contains(&(place - newest)));
            if !is_close {
                self.session.queue.push(place, frame);
            }
        }
        self.video_hungry.is_fed();
        true
    }

    fn came(&mut self) {
        self.last_data = Stopwatch::start();
        self.had_played = true;
        if self.jump_took.is_zero() {
            self.jump_took = self.jumped.elapsed();
            // Until now nobody could have come.
            self.video_hungry.is_fed();
            self.sound_hungry.is_fed();
        }
    }

    /// None if it lies outside the part.
    fn place(&self, lap: i64, at: &Stamp) -> Option<i64> {
        let within = at.media - micros(self.video.from_ms);
        let is_over = self.video.repeat && within >= self.length;
        if is_over { None } else { Some(lap * if lap == 0 { 0 } else { self.length } + within) }
    }

    /// Says whether there is as much as will be heard soon, which while it is paused stays so.
    pub(super) fn take_sound(&mut self, now: ShowTime) -> bool {
        let course = self.session.queue.course();
        while self.session.sound.wants_more(&course, now) {
            let mut samples = Vec::with_capacity(4_096);
            let Some(at) = self.decoder.sound(&mut samples) else {
                self.sound_hungry.waits();
                return false;
            };
            self.came();
            self.sound_hungry.is_fed();
            let lap = self.sound_laps.of(&at, self.asked);
            let Some(place) = self.place(lap, &at) else { continue };
            if self.video.repeat {
                // The next repetition begins there, and is written over it.
                let rest = (lap + 1).saturating_mul(self.length).saturating_sub(place);
                let pairs = usize::try_from(rest.saturating_mul(48) / 1_000).unwrap_or(usize::MAX / 2);
                samples.truncate(pairs.saturating_mul(2));
            }
            self.session.sound.push(place, samples);
        }
        self.sound_hungry.is_fed();
        true
    }
}
