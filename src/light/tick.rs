//! What happens for each frame of lights that is due. Time is an argument, so tests turn it.
//!
//! Nothing here waits or allocates while the show stays as it is, and `due = computed + skipped` holds after every call.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::ears::Ears;
use super::eye::Eye;
use super::feeds::Feeds;
use super::films::Films;
use super::jams::Jams;
use super::pace::Pace;
use super::stage::Stage;
use super::zone::Around;
use crate::base::clock::Stopwatch;
use crate::base::status::{Condition, LightPace};
use crate::base::vitals::Vitals;
use crate::frame::jams::JamBoard;
use crate::frame::leds::{FeedBoard, LedBoard, LitElsewhere, ZoneFrame, ZoneFrames};
use crate::show::Show;
use crate::show::time::ShowTime;
use crate::show::timeline::ShowAt;

/// Frames of zones that go round between here and whoever looks on.
const SHOWN: usize = 4;
/// The condition is judged over so many frames at a time, and called degraded above this share of skipped ones.
const JUDGED: u64 = 300;
const TOLERATED_PERCENT: u64 = 5;

/// Where it looks, and where others look.
#[derive(Clone, Default)]
pub struct Boards {
    pub leds: Arc<LedBoard>,
    pub inlets: Arc<FeedBoard>,
    pub jams: Arc<JamBoard>,
    /// What another node lights.
    pub elsewhere: LitElsewhere,
}

pub struct Engine {
    eye: Eye,
    ears: Ears,
    films: Films,
    board: Arc<LedBoard>,
    inlets: Arc<FeedBoard>,
    feeds: Feeds,
    jams: Jams,
    elsewhere: LitElsewhere,
    shown: ZoneFrames,
    spare: Vec<Arc<ZoneFrame>>,
    vitals: Arc<Vitals>,
    stage: Stage,
    pace: Pace,
    /// When the last frame was due.
    last: Option<ShowTime>,
    judged: (u64, u64),
    was_ok: Option<bool>,
}

impl Engine {
    pub fn new(
        eye: Eye,
        ears: Ears,
        films: Films,
        Boards { leds: board, inlets, jams, elsewhere }: Boards,
        shown: ZoneFrames,
        vitals: Arc<Vitals>,
    ) -> Self {
        let spare = (0..SHOWN).map(|_| Arc::default()).collect();
        let (stage, pace) = (Stage::default(), Pace::default());
        let (last, judged, was_ok) = (None, (0, 0), None);
        let (feeds, jams) = (Feeds::default(), Jams::new(jams));
        Self {
            eye,
            ears,
            films,
            board,
            inlets,
            feeds,
            jams,
            elsewhere,
            shown,
            spare,
            vitals,
            stage,
            pace,
            last,
            judged,
            was_ok,
        }
    }

    /// Computes the newest frame that is due at `now`, if any; says when to come again.
    pub fn tick(&mut self, shows: &impl ShowAt, now: ShowTime) -> ShowTime {
        let fps = shows.show_at(now).house.settings.fps;
        let ticked = self.pace.due(fps, now);
        let Some(due) = ticked.due else { return ticked.again_at };
        // The frame shows what holds at its own time, however late it is computed.
        let show = shows.show_at(due);
        self.stage.set(show, &self.board);
        let is_watched = self.shown.is_watched();
        if self.stage.is_empty() || !(self.stage.has_fixtures() || is_watched) {
            self.eye.look(false, due, Duration::ZERO);
            self.last = None;
            return ticked.again_at;
        }
        self.vitals.lights_lateness.observe(now.since(due).as_secs_f64());
        let skipped = if self.last.is_some() { ticked.skipped } else { 0 };
        let watch = Stopwatch::start();
        self.compute(show, due);
        if is_watched {
            self.publish(ticked.number, due);
        }
        let took = watch.elapsed();
        self.vitals.lights_time.observe(took.as_secs_f64());
        self.count(skipped, took, due);
        self.last = Some(due);
        ticked.again_at
    }

    fn compute(&mut self, show: &Show, due: ShowTime) {
        let latest = Duration::from_millis(u64::try_from(self.stage.latest_ms()).unwrap_or(0));
        self.eye.look(self.stage.needs_picture(due), due, latest);
        self.ears.listen(self.stage.sounds(), due);
        self.feeds.look(show, &self.inlets);
        self.jams.look(self.stage.jams());
        let films = self.films.wanted(|| self.stage.assets(), &show.assets);
        let (eye, ears, feeds, jams) = (&self.eye, &self.ears, &self.feeds, &self.jams);
        let utc_offset_minutes = show.house.settings.timezone.minutes() as i32;
        let around = |at: ShowTime| Around {
            picture: eye.at(at),
            ears: Some(ears),
            films: Some(&**films as &BTreeMap<_, _>),
            feeds: Some(feeds),
            jams: Some(jams),
            utc_offset_minutes,
        };
        self.stage.light(due, around);
        let dt = self.last.map_or(Duration::ZERO, |last| due.since(last));
        self.stage.post(due, dt.as_secs_f64(), &self.elsewhere);
        self.board.ring();
    }

    fn publish(&mut self, number: u64, at: ShowTime) {
        // One that nobody reads any more; there may be none while several read slowly, and then this frame is not shown.
        let Some(place) = self.spare.iter_mut().position(|spare| Arc::get_mut(spare).is_some()) else { return };
        let mut frame = self.spare.swap_remove(place);
        if let Some(frame) = Arc::get_mut(&mut frame) {
            (frame.number, frame.at) = (number, at);
            let LightPace { fps, frame_time_ms } = self.pace.measured();
            (frame.fps, frame.frame_time_ms) = (fps as f32, frame_time_ms as f32);
            self.stage.show(frame);
        }
        let before = self.shown.publish(frame);
        self.spare.push(before);
    }

    fn count(&mut self, skipped: u64, took: Duration, due: ShowTime) {
        self.vitals.lights_due.inc_by(skipped + 1);
        self.vitals.lights_frames.inc();
        self.vitals.lights_skipped.inc_by(skipped);
        if self.pace.count(took, due) {
            self.vitals.status.report_light_pace(self.pace.measured());
        }
        self.judged.0 += skipped + 1;
        self.judged.1 += skipped;
        if self.judged.0 < JUDGED && self.was_ok.is_some() {
            return;
        }
        let (due, skipped) = std::mem::take(&mut self.judged);
        let is_ok = skipped * 100 <= due * TOLERATED_PERCENT;
        // Only changes are told: telling takes a lock and writes a text.
        if self.was_ok.replace(is_ok) != Some(is_ok) {
            let reason = || format!("{skipped} of the last {due} frames of lights were skipped");
            let condition = if is_ok { Condition::ok() } else { Condition::degraded(reason()) };
            self.vitals.status.report("lights", condition);
        }
    }

    /// Every fixture is dark when the server goes.
    pub fn go_dark(&mut self, now: ShowTime) {
        self.stage.go_dark(now, &self.elsewhere);
        self.board.ring();
    }
}
