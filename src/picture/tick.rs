//! What happens for each frame that is due. The loop around it is in `run`; here time is an argument, so tests turn it.
//!
//! Nothing here waits or allocates in steady state, and `frames_due = frames_painted + frames_skipped` holds after every call.
//! While nobody wants frames none is due. Wanting begins with the next frame of the grid.

use std::sync::Arc;
use std::time::Duration;

use super::buffers::Buffers;
use super::easel::Easel;
use super::ladder::{Ladder, Rung};
use super::list::DisplayList;
use super::pictures::Pictures;
use super::plan::plan;
use crate::base::clock::Stopwatch;
use crate::base::status::Condition;
use crate::base::vitals::Vitals;
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::frame::video::Films;
use crate::show::Show;
use crate::show::geometry::Canvas;
use crate::show::time::{Fps, FrameNumber, ShowTime};
use crate::show::timeline::ShowAt;

/// The encoder's mailbox holds 8; ten are in the encoder, with the preview, the multiview and lights, or being painted; and each of four
/// displays may hold one for as long as it needs to show it. 1080p: 68 MB.
pub(super) const BUFFERS: usize = 22;

/// The engine's condition is judged over so many frames at a time, and called degraded above this share of skipped ones.
const JUDGED_FRAMES: u64 = 150;
const TOLERATED_SKIPS_PERCENT: u64 = 5;

pub(super) struct Engine {
    outlets: Vec<Arc<Mailbox<Frame>>>,
    films: Arc<dyn Films + Send + Sync>,
    vitals: Arc<Vitals>,
    /// Of the canvas that was painted last.
    buffers: Buffers,
    easel: Easel,
    list: DisplayList,
    /// The grid, and the next frame on it that is due; None while nobody wants frames.
    next: Option<(Fps, FrameNumber)>,
    judged: Judged,
    ladder: Ladder,
}

/// How the engine does, found out every few seconds.
#[derive(Default)]
struct Judged {
    due: u64,
    skipped: u64,
    was_ok: Option<bool>,
}

impl Engine {
    /// The thread that makes it is the one that ticks.
    pub(super) fn new(
        outlets: Vec<Arc<Mailbox<Frame>>>,
        films: Arc<dyn Films + Send + Sync>,
        vitals: Arc<Vitals>,
        canvas: Canvas,
    ) -> Self {
        vitals.pool_size.set(BUFFERS as i64);
        let buffers = Buffers::new(canvas, BUFFERS);
        let (easel, list) = (Easel::of_machine(), DisplayList::default());
        Self {
            outlets,
            films,
            vitals,
            buffers,
            easel,
            list,
            next: None,
            judged: Judged::default(),
            ladder: Ladder::default(),
        }
    }

    /// Makes the newest frame that is due at `now`, if any; says when to come again, and whether a picture was missing.
    pub(super) fn tick(&mut self, shows: &impl ShowAt, pictures: &Pictures, now: ShowTime) -> Ticked {
        let fps = shows.show_at(now).config.fps;
        let newest = fps.frame_at(now);
        let after = FrameNumber(newest.0 + 1);
        let mut ticked = Ticked { again_at: fps.time_of(after), is_missing_pictures: false };
        if !self.outlets.iter().any(|outlet| outlet.is_wanted()) {
            self.next = None;
            return ticked;
        }
        let next = match self.next {
            Some((grid, next)) if grid == fps => next,
            _ => after,
        };
        if next > newest {
            self.next = Some((fps, next));
            ticked.again_at = fps.time_of(next);
            return ticked;
        }
        self.next = Some((fps, after));
        self.observe_lateness(fps, newest, now);
        let due = newest.0 - next.0 + 1;
        let watch = Stopwatch::start();
        // The frame shows what holds at its own time, however late it is made.
        let is_made = self.make(shows.show_at(fps.time_of(newest)), pictures, (newest, fps.time_of(newest)));
        let skipped = if is_made { due - 1 } else { due };
        let has_moved = self.ladder.count(due, skipped, watch.elapsed(), fps.frame_duration());
        self.count(due, skipped, has_moved);
        ticked.is_missing_pictures = self.list.is_missing_pictures();
        ticked
    }

    #[cfg(test)]
    pub(super) fn stand_on(&mut self, rung: Rung) {
        self.ladder.stand_on(rung);
    }

    fn observe_lateness(&self, fps: Fps, frame: FrameNumber, now: ShowTime) {
        let late = now.since(fps.time_of(frame));
        self.vitals.tick_lateness.observe(late.as_secs_f64());
        if late > fps.frame_duration() / 2 {
            self.vitals.frames_late.inc();
        }
    }

    /// Says whether the frame was made.
    fn make(&mut self, show: &Show, pictures: &Pictures, (number, at): (FrameNumber, ShowTime)) -> bool {
        let canvas = show.config.canvas();
        if self.buffers.canvas() != canvas {
            self.buffers = Buffers::new(canvas, BUFFERS);
            self.easel.clear();
        }
        if self.ladder.rung() == Rung::HalfTheFrames
            && number.0 % 2 == 1
            && let Some(last) = self.buffers.last()
        {
            self.vitals.frames_repeated.inc();
            self.post(&last.again(number, at));
            return true;
        }
        self.list.leave_out_filters(self.ladder.rung() >= Rung::FewerFilters);
        let watch = Stopwatch::start();
        plan(show, show.stream.picture_time(at), pictures, &*self.films, &mut self.list);
        let planned = watch.elapsed();
        self.vitals.plan_time.observe(planned.as_secs_f64());
        let frame = match self.buffers.same(&self.list) {
            Some(last) => {
                self.vitals.frames_shared.inc();
                last.again(number, at)
            }
            None => match self.buffers.paint(&self.list, pictures, &mut self.easel, (number, at)) {
                Some(frame) => frame,
                None => return false,
            },
        };
        self.observe_painting(watch.elapsed().saturating_sub(planned));
        self.post(&frame);
        true
    }

    fn post(&self, frame: &Frame) {
        for outlet in self.outlets.iter().filter(|outlet| outlet.is_wanted()) {
            // What a full outlet gives back is counted there.
            outlet.post(frame.clone());
        }
    }

    fn observe_painting(&self, took: Duration) {
        self.vitals.paint_time.observe(took.as_secs_f64());
        self.vitals.pool_free.set(self.buffers.free() as i64);
    }

    fn count(&mut self, due: u64, skipped: u64, has_moved: bool) {
        self.vitals.frames_due.inc_by(due);
        self.vitals.frames_skipped.inc_by(skipped);
        self.vitals.frames_painted.inc_by(due - skipped);
        let judged = &mut self.judged;
        judged.due += due;
        judged.skipped += skipped;
        if judged.due < JUDGED_FRAMES && judged.was_ok.is_some() && !has_moved {
            return;
        }
        let rung = self.ladder.rung();
        self.vitals.engine_rung.set(rung.number());
        let is_ok = judged.skipped * 100 <= judged.due * TOLERATED_SKIPS_PERCENT && rung == Rung::Full;
        // Only changes are told: telling takes a lock and writes a text.
        if judged.was_ok != Some(is_ok) || has_moved {
            let (skipped, due, words) = (judged.skipped, judged.due, rung.words());
            let reason = || format!("{skipped} of the last {due} frames were skipped: {words}");
            let condition = if is_ok { Condition::ok() } else { Condition::degraded(reason()) };
            self.vitals.status.report("engine", condition);
        }
        self.judged = Judged { was_ok: Some(is_ok), ..Judged::default() };
    }
}

pub(super) struct Ticked {
    pub again_at: ShowTime,
    pub is_missing_pictures: bool,
}
