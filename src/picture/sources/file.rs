//! A file: what it shows at an instant follows from its playback, and decoding follows that.
//!
//! Repetitions come without a gap: when GStreamer has read the file to its end it is told to go on at the start, long before
//! the last pictures are shown. Where a format can not do that, it jumps there with the pictures that wait in the queue as lead.

mod open;
mod settle;
mod take;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use super::course::Course;
use super::laps::Laps;
use super::queue::{FOREVER, Order};
use super::session::{DEAD_AFTER, End, Session, must_reopen};
use crate::base::clock::Stopwatch;
use crate::base::status::InputState;
use crate::gst::decode::{Decoder, Said};
use crate::show::input::{InputKind, Playback, Video};
use crate::show::time::ShowTime;
use settle::Hunger;

/// Further behind than this it does not catch up by decoding everything, but jumps; not again before it had the time to gain.
const BEHIND_US: f64 = 500_000.0;
const JUMPS_APART: Duration = Duration::from_secs(2);
/// So far behind it need not be tried.
const HOPELESS_US: f64 = 5_000_000.0;
/// A slow decoder jumps to where the show will be when it is there, but not further than this.
const LONGEST_LEAD: Duration = Duration::from_millis(500);
/// A file shorter than this is a still picture, and not repeated more often.
const SHORTEST_US: i64 = 20_000;
/// Stands for a length that the file does not tell.
const UNKNOWN: i64 = i64::MAX / 8;
/// Repetitions that are asked for before anything of them came: enough for no gap, and no endless loop over a file with nothing
/// in it.
const MOST_LAPS_AHEAD: i64 = 2;
/// A decoder that gives nothing for so long, although there is room, has given all.
const DRAINED_AFTER: Duration = Duration::from_millis(200);

const NAP: Duration = Duration::from_millis(10);
const LONG_NAP: Duration = Duration::from_millis(50);

pub(super) fn play(session: &mut Session, order: &Arc<Order>) -> End {
    let InputKind::Video(video) = &order.wanted.input.kind else { return End::Left };
    let broken = |reason: &str| End::Broken { reason: reason.to_owned(), had_played: false };
    let Some(file) = order.wanted.file.clone() else { return broken("there is no such asset") };
    let decoder = match open::opened(session, order, file) {
        Ok(decoder) => decoder,
        Err(end) => return end,
    };
    let length = open::length(&decoder, video);
    let laps = Laps::from(0, micros(video.from_ms), length);
    let player = Player {
        session,
        order: order.clone(),
        video: video.clone(),
        decoder,
        length,
        video_laps: laps,
        sound_laps: laps,
        asked: 0,
        left: Left::ToRead,
        jumped: Stopwatch::start(),
        jump_took: Duration::ZERO,
        last_data: Stopwatch::start(),
        had_played: false,
        video_hungry: Hunger::default(),
        sound_hungry: Hunger::default(),
    };
    player.run()
}

fn micros(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(UNKNOWN).saturating_mul(1_000)
}

/// What of the file is still to come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    ToRead,
    /// The end was read; the next repetition is not asked for yet.
    ToRepeat,
    Nothing,
}

struct Player<'a> {
    session: &'a mut Session,
    order: Arc<Order>,
    video: Video,
    decoder: Decoder,
    /// Of the part that is played.
    length: i64,
    video_laps: Laps,
    sound_laps: Laps,
    /// The last repetition that was asked for.
    asked: i64,
    left: Left,
    jumped: Stopwatch,
    /// How long the last jump took to give its first picture.
    jump_took: Duration,
    last_data: Stopwatch,
    had_played: bool,
    /// Since when each waits for the decoder, and nothing comes.
    video_hungry: Hunger,
    sound_hungry: Hunger,
}

/// A decoder that has just been opened, beside many others, may refuse its first seek and take the next (one in two hundred, on a
/// busy machine). A file in which nothing can be sought refuses all.
const SEEKS_WITHIN: Duration = Duration::from_secs(1);

impl Player<'_> {
    fn begins(&mut self, now: ShowTime, course: Course) -> bool {
        let watch = Stopwatch::start();
        while !self.jump(now, course, course.place_at(now)) {
            if watch.elapsed() > SEEKS_WITHIN {
                return false;
            }
            self.session.rest(NAP);
        }
        true
    }

    fn run(mut self) -> End {
        let course = self.course();
        let now = self.session.shown_at(&self.order);
        self.session.queue.show_until(FOREVER);
        if !self.begins(now, course) {
            return self.broken("it can not be sought in, so it can not follow the time");
        }
        if let Err(error) = self.decoder.play() {
            return self.broken(&error.to_string());
        }
        loop {
            if let Some(end) = self.follow_orders().or_else(|| self.listen()) {
                return end;
            }
            let now = self.session.shown_at(&self.order);
            let has_enough = self.take_pictures(now) | self.take_sound(now);
            if let Some(end) = self.repeat() {
                return end;
            }
            self.keep_up(now);
            let course = self.session.queue.course();
            self.session.sound.feed(&course, now);
            self.session.queue.prune(now);
            self.session.queue.publish();
            self.session.settle(&self.order, self.settled_until(now));
            if has_enough || self.left == Left::Nothing {
                self.last_data = Stopwatch::start();
            }
            if self.last_data.elapsed() > DEAD_AFTER {
                return self.broken(&format!("nothing came out of it for {} seconds", DEAD_AFTER.as_secs()));
            }
            let is_quiet = self.report(now);
            self.session.rest(if is_quiet { LONG_NAP } else { NAP });
        }
    }

    fn broken(&self, reason: &str) -> End {
        End::Broken { reason: reason.to_owned(), had_played: self.had_played }
    }

    fn follow_orders(&mut self) -> Option<End> {
        let next = self.session.slot.ordered();
        if !self.session.should_run(&next) || must_reopen(&self.order.wanted, &next.wanted) {
            return Some(End::Left);
        }
        self.order = next;
        let InputKind::Video(video) = &self.order.wanted.input.kind else { return Some(End::Left) };
        if *video != self.video {
            self.video = video.clone();
            self.turn();
        }
        None
    }

    fn listen(&mut self) -> Option<End> {
        while let Some(said) = self.decoder.said() {
            match said {
                Said::Failed(reason) => return Some(self.broken(&reason)),
                Said::Ready => {}
                Said::ReadAll if self.video.repeat => self.left = Left::ToRepeat,
                Said::ReadAll => self.left = Left::Nothing,
                Said::Ended if self.video.repeat => return self.begin_again(),
                Said::Ended => self.left = Left::Nothing,
            }
        }
        None
    }

    /// For formats that can not go on at the start by themselves.
    fn begin_again(&mut self) -> Option<End> {
        let Some(newest) = self.session.queue.newest().filter(|_| self.had_played) else {
            return Some(self.broken("there is neither picture nor sound in it"));
        };
        if self.length == UNKNOWN {
            // A picture's length after its last one it was over.
            self.length = (newest + 33_333).max(SHORTEST_US);
        }
        let lap = self.asked + 1;
        if self.go_to(lap * self.length) { None } else { Some(self.broken("it can not be repeated")) }
    }

    /// Asks for the next repetition as soon as the one before has begun to come.
    fn repeat(&mut self) -> Option<End> {
        if self.left != Left::ToRepeat {
            return None;
        }
        if self.length == UNKNOWN {
            // How long it is is known when its last picture has come.
            let has_drained = self.had_played && self.last_data.elapsed() > DRAINED_AFTER;
            return if has_drained { self.begin_again() } else { None };
        }
        let laps = [(self.decoder.has_video(), self.video_laps), (self.decoder.has_sound(), self.sound_laps)];
        let newest = laps.iter().filter(|(has, _)| *has).map(|(_, laps)| laps.current()).max();
        if self.asked - newest.unwrap_or(self.asked) >= MOST_LAPS_AHEAD {
            return None;
        }
        self.left = Left::ToRead;
        self.decoder.go_on(self.part_from(0));
        self.asked += 1;
        None
    }

    /// Far behind, it gives up what it would never show.
    fn keep_up(&mut self, now: ShowTime) {
        let course = self.session.queue.course();
        let Some(newest) = self.session.queue.newest().filter(|_| course.speed > 0.0 && self.left != Left::Nothing) else {
            return;
        };
        let place = course.place_at(now);
        let behind = place.saturating_sub(newest) as f64 / course.speed;
        // The time itself has jumped: nobody was slow.
        let is_hopeless = behind > HOPELESS_US && !self.jump_took.is_zero();
        if behind > BEHIND_US && (is_hopeless || self.jumped.elapsed() > JUMPS_APART) && self.decoder.has_video() {
            let took = if is_hopeless { Duration::ZERO } else { self.jump_took.min(LONGEST_LEAD) };
            let lead = took.as_micros() as f64 * course.speed;
            self.jump(now, course, place + lead as i64);
        }
    }

    /// Says whether nothing moves.
    fn report(&mut self, now: ShowTime) -> bool {
        if !self.had_played {
            return false;
        }
        let place = self.session.queue.course().place_at(now);
        let is_over = !self.video.repeat && (place >= self.length || (self.left == Left::Nothing && self.length == UNKNOWN));
        if matches!(self.video.playback, Playback::Paused { .. }) {
            self.session.report(InputState::Paused);
        } else if is_over {
            self.session.report(InputState::Ended);
        } else {
            self.session.report_playing();
            return false;
        }
        true
    }
}
