//! Plays one animated picture again and again. Pictures come only in order, each perhaps made of those before it: to be anywhere
//! is to have decoded everything up to there, so behind the time it decodes what it does not show.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use image::Frames;

use super::super::course::Course;
use super::super::queue::{FOREVER, Queue, Window};
use super::cells::frame_of;
use super::{Moving, Orders};
use crate::base::clock::Clock;
use crate::media::animation::{frames, survey};
use crate::show::ids::AssetId;
use crate::show::time::ShowTime;

/// Pictures that are decoded ahead: so many, or as many as fill the time.
const AHEAD_PICTURES: usize = 2;
const AHEAD_US: i64 = 100_000;
const MOST_AHEAD: usize = 8;
/// Behind the time, one in a while is shown all the same: better late than frozen.
const LATE_US: i64 = 100_000;
const NAP: Duration = Duration::from_millis(10);

/// All begin at the epoch.
const COURSE: Course = Course { from: ShowTime(0), place: 0, speed: 1.0 };

pub(super) struct Player {
    id: AssetId,
    moving: Moving,
    clock: Clock,
    orders: Arc<Orders>,
    window: Arc<Window>,
    queue: Queue,
    /// When each picture begins, from the start, in microseconds.
    starts: Vec<i64>,
    period: i64,
    frames: Option<Frames<'static>>,
    lap: i64,
    index: usize,
    /// The clock's time when one was last shown.
    shown: i64,
}

/// Why it can not go on.
struct Broken(String);

impl Player {
    pub fn new(id: &AssetId, moving: Moving, clock: Clock, orders: Arc<Orders>, window: Arc<Window>) -> Self {
        let mut queue = Queue::new(window.clone());
        queue.set_course(COURSE);
        let id = id.clone();
        let (starts, frames) = (Vec::new(), None);
        Self { id, moving, clock, orders, window, queue, starts, period: 1, frames, lap: 0, index: 0, shown: 0 }
    }

    pub fn run(mut self) {
        // A decoder that panics on a mad file takes its picture's motion with it, and nothing else.
        let played = catch_unwind(AssertUnwindSafe(|| self.play()));
        let why = match played {
            Ok(Ok(())) => None,
            Ok(Err(Broken(why))) => Some(why),
            Err(_) => Some("the decoder failed".to_owned()),
        };
        if let Some(why) = why {
            tracing::warn!(asset = %self.id, error = why, "an animated picture stands still: {why}");
        }
        self.queue.clear();
        self.queue.publish();
        self.window.settle(0, FOREVER);
    }

    fn play(&mut self) -> Result<(), Broken> {
        self.survey()?;
        while !self.orders.stop.is_set() {
            let now = self.clock.now().min(self.orders.held_at());
            let has_worked = self.step(now)?;
            self.queue.prune(now);
            self.queue.publish();
            self.window.settle(0, self.queue.decided_until(now));
            if !has_worked {
                std::thread::park_timeout(NAP);
            }
        }
        Ok(())
    }

    fn survey(&mut self) -> Result<(), Broken> {
        let bytes = std::fs::read(&self.moving.file).map_err(|error| Broken(error.to_string()))?;
        let found = survey(self.moving.format, &bytes).map_err(|error| Broken(error.to_string()))?;
        let animation = found.ok_or(Broken("it does not move".to_owned()))?;
        // What the show says counts for all who show it, whatever a file says that was exchanged behind our back.
        let period_ms = if self.moving.period_ms == 0 { animation.duration_ms() } else { self.moving.period_ms };
        self.period = i64::try_from(period_ms).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000).max(1);
        let mut at = 0;
        for delay in &animation.delays {
            self.starts.push(at);
            at += i64::try_from(*delay).unwrap_or(self.period);
        }
        Ok(())
    }

    /// When the next picture is due.
    fn next_place(&self) -> i64 {
        self.lap * self.period + self.starts.get(self.index).copied().unwrap_or(self.period)
    }

    /// Says whether there was anything to do.
    fn step(&mut self, now: ShowTime) -> Result<bool, Broken> {
        let due = COURSE.due_at(now);
        let is_too_far = due.saturating_sub(self.next_place()) > 2 * self.period;
        let is_too_early = !self.queue.is_empty() && !self.queue.covers(due, i64::MAX);
        if self.frames.is_none() || is_too_far || is_too_early {
            // At the start, or the time itself has jumped.
            self.queue.clear();
            self.shown = 0;
            self.begin(due.div_euclid(self.period))?;
        }
        if !self.queue.has_room(now, AHEAD_PICTURES, AHEAD_US, MOST_AHEAD) {
            return Ok(false);
        }
        let is_over = self.index >= self.starts.len();
        match self.frames.as_mut().filter(|_| !is_over).and_then(Iterator::next) {
            Some(Ok(frame)) => self.take(frame.buffer(), now, due),
            // Whatever follows a damaged picture is damaged too: what was good is repeated.
            Some(Err(error)) if self.index == 0 => return Err(Broken(error.to_string())),
            None if self.index == 0 => return Err(Broken("there is no picture in it".to_owned())),
            Some(Err(_)) | None => {
                // Where it takes longer to decode than to show, rounds are left out.
                let lap = (self.lap + 1).max((due - self.period).div_euclid(self.period));
                self.begin(lap)?;
            }
        }
        Ok(true)
    }

    fn begin(&mut self, lap: i64) -> Result<(), Broken> {
        let file = File::open(&self.moving.file).map_err(|error| Broken(error.to_string()))?;
        let opened = frames(self.moving.format, BufReader::new(file)).map_err(|error| Broken(error.to_string()))?;
        self.frames = Some(opened);
        (self.lap, self.index) = (lap, 0);
        Ok(())
    }

    fn take(&mut self, pixels: &image::RgbaImage, now: ShowTime, due: i64) {
        let place = self.next_place();
        self.index += 1;
        let is_past = self.next_place() <= due;
        if is_past && now.micros() - self.shown < LATE_US {
            return;
        }
        self.shown = now.micros();
        // Longer than the show knows of, it is cut off.
        if place < (self.lap + 1) * self.period {
            self.queue.push(place, frame_of(pixels, place));
        }
    }
}
