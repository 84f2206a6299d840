//! Going elsewhere: seeking, pausing, resuming and other speeds are other courses, and sometimes a jump of the decoder.

use std::time::Duration;

use super::super::course::Course;
use super::super::laps::Laps;
use super::super::queue::FOREVER;
use super::{Left, Player, UNKNOWN, micros};
use crate::base::clock::Stopwatch;
use crate::gst::decode::Part;
use crate::show::input::{AtEnd, Playback};
use crate::show::time::ShowTime;

/// A jump ahead of less than this is decoded through.
const NEAR_US: i64 = 250_000;
/// Of a part that is over, this much is decoded to find its last picture.
const TAIL_US: i64 = 300_000;

impl Player<'_> {
    /// The line that the playback says it is on.
    pub(super) fn course(&self) -> Course {
        match self.video.playback {
            // Nobody knows where in it that would be, so it begins when it is opened.
            Playback::Playing { .. } if self.length == UNKNOWN && self.video.repeat => {
                Course { from: self.session.clock.now(), place: 0, speed: self.video.speed }
            }
            Playback::Playing { since, offset_ms } => {
                Course { from: since, place: micros(offset_ms), speed: self.video.speed }
            }
            Playback::Paused { offset_ms } => Course { from: ShowTime(0), place: micros(offset_ms), speed: 0.0 },
            Playback::Stopped => Course { from: ShowTime(0), place: 0, speed: 0.0 },
        }
    }

    /// Onto another course: where the next pictures are decoded already, or by a jump.
    pub(super) fn turn(&mut self) {
        let course = self.course();
        let now = self.session.shown_at(&self.order);
        if course == self.session.queue.course() {
            self.show_end(course);
            return;
        }
        let place = course.place_at(now);
        if self.session.queue.covers(course.due_at(now), NEAR_US) {
            self.session.queue.set_course(course);
            self.session.sound.follow(&course, now);
            self.show_end(course);
        } else if !self.jump(now, course, place) {
            tracing::warn!("a video can not be sought in");
        }
    }

    fn show_end(&mut self, course: Course) {
        let hides = !self.video.repeat && self.video.at_end == AtEnd::Hide && self.length != UNKNOWN;
        let end = if hides { course.time_of(self.length) } else { None };
        self.session.queue.show_until(end.unwrap_or(FOREVER));
    }

    pub(super) fn part_from(&self, place_in_part: i64) -> Part {
        let from = micros(self.video.from_ms);
        Part { from: from + place_in_part, to: self.video.to_ms.map(micros) }
    }

    pub(super) fn jump(&mut self, now: ShowTime, course: Course, place: i64) -> bool {
        let place = place.max(0);
        let place = if self.video.repeat { place } else { place.min((self.length - TAIL_US).max(0)) };
        let place = if self.length == UNKNOWN { place.min(UNKNOWN / 2) } else { place };
        self.session.queue.jump(now, course);
        self.session.sound.clear();
        self.show_end(course);
        self.go_to(place)
    }

    pub(super) fn go_to(&mut self, place: i64) -> bool {
        self.video_laps = Laps::from(place, micros(self.video.from_ms), self.length);
        self.sound_laps = self.video_laps;
        self.asked = self.video_laps.current();
        self.left = Left::ToRead;
        self.jumped = Stopwatch::start();
        self.jump_took = Duration::ZERO;
        self.decoder.jump(self.part_from(place.rem_euclid(self.length)))
    }
}
