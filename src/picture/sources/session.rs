//! What every running source stands on: its orders, its clock, its queue and its sound, and how it is doing.

use std::sync::Arc;
use std::time::Duration;

use super::Outside;
use super::queue::{Order, Queue, Slot};
use super::sound::Sound;
use super::wanted::Wanted;
use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::InputState;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::gst::decode::Wake;
use crate::show::input::{InputKind, Playback, WhenHidden};
use crate::show::time::ShowTime;

/// A source that is hidden goes on for so long: often it is shown again at once.
pub(super) const LINGER: Duration = Duration::from_secs(2);
/// A source that gives nothing for so long is lost, whatever GStreamer thinks.
pub(super) const DEAD_AFTER: Duration = Duration::from_secs(5);
/// Longest that opening may take.
pub(super) const OPEN_WITHIN: Duration = Duration::from_secs(10);

pub(super) struct Session {
    pub slot: Arc<Slot>,
    pub clock: Clock,
    pub queue: Queue,
    pub sound: Sound,
    pub outside: Outside,
    vitals: Arc<Vitals>,
    stop: StopFlag,
    id: String,
    /// What it is counted under.
    label: String,
    /// Since it was last seen by anyone.
    last_seen: Option<Stopwatch>,
    state: Option<InputState>,
}

/// Why a source stopped playing.
#[derive(Debug)]
pub(super) enum End {
    /// It was told to, or is to be opened in another way.
    Left,
    /// Whoever sent it has gone, and may come back at any moment.
    Over { reason: String },
    Broken {
        reason: String,
        /// Whether it played before it broke.
        had_played: bool,
    },
}

impl Session {
    pub fn new(slot: Arc<Slot>, clock: Clock, outside: Outside, vitals: Arc<Vitals>, stop: StopFlag) -> Self {
        let input = slot.ordered().wanted.input.id.clone();
        // Each play has another name, and counters are kept for ever.
        let label = if input.play().is_some() { "player".to_owned() } else { input.to_string() };
        let id = input.to_string();
        let queue = Queue::new(slot.window.clone());
        let sound = Sound::new(slot.tap.clone());
        Self { slot, clock, queue, sound, outside, vitals, stop, id, label, last_seen: None, state: None }
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.is_set()
    }

    /// Whether anything should be decoded under these orders.
    pub fn should_run(&mut self, order: &Order) -> bool {
        if order.wanted.is_visible {
            self.last_seen = Some(Stopwatch::start());
        }
        let is_kept = order.wanted.input.when_hidden == WhenHidden::Keep;
        let is_seen = self.last_seen.is_some_and(|seen| seen.elapsed() < LINGER);
        !self.is_stopped() && (is_kept || is_seen) && !is_put_away(&order.wanted)
    }

    /// What GStreamer's threads call when there is something to take: it wakes this one.
    pub fn wake() -> Wake {
        let thread = std::thread::current();
        Arc::new(move || thread.unpark())
    }

    /// Until something happens, or for so long.
    pub fn rest(&self, longest: Duration) {
        std::thread::park_timeout(longest);
    }

    /// The instant whose pictures are shown now.
    pub fn shown_at(&self, order: &Order) -> ShowTime {
        let now = self.clock.now();
        order.held_at.map_or(now, |held| held.min(now))
    }

    /// For who waits: under these orders nothing that is shown or heard until then changes any more.
    pub fn settle(&self, order: &Order, until: ShowTime) {
        self.slot.window.settle(order.number, until);
    }

    pub fn named(&self) -> (Arc<Vitals>, String) {
        (self.vitals.clone(), self.id.clone())
    }

    pub fn count_frame(&self) {
        self.vitals.input_frames.with_label_values(&[&self.label]).inc();
    }

    pub fn count_late(&self) {
        self.vitals.input_late.with_label_values(&[&self.label]).inc();
    }

    pub fn count_dropped(&self) {
        self.vitals.input_dropped.with_label_values(&[&self.label]).inc();
    }

    pub fn count_missed(&self, count: u64) {
        self.vitals.input_dropped.with_label_values(&[&self.label]).inc_by(count);
    }

    pub fn count_reconnect(&self) {
        self.vitals.input_reconnects.with_label_values(&[&self.label]).inc();
    }

    pub fn is_lost(&self) -> bool {
        matches!(self.state, Some(InputState::Lost { .. }))
    }

    /// It plays, from now on if it did not before.
    pub fn report_playing(&mut self) {
        if !matches!(self.state, Some(InputState::Playing { .. })) {
            self.report(InputState::Playing { since: self.clock.now() });
        }
    }

    /// Only changes are told: telling takes a lock and writes a text.
    pub fn report(&mut self, state: InputState) {
        if self.state.as_ref() == Some(&state) || self.is_stopped() {
            return;
        }
        match &state {
            InputState::Lost { reason, attempt, .. } => {
                tracing::warn!(input = self.id, attempt, reason, "the input is lost")
            }
            InputState::Failed { reason } => tracing::warn!(input = self.id, reason, "the input can not be played"),
            other => tracing::info!(input = self.id, state = other.label(), "the input"),
        }
        self.vitals.status.report_input(&self.id, state.clone());
        self.state = Some(state);
    }
}

fn is_put_away(wanted: &Wanted) -> bool {
    matches!(&wanted.input.kind, InputKind::Video(video) if video.playback == Playback::Stopped)
}

/// Whether what runs can not simply go on under the new orders.
pub(super) fn must_reopen(present: &Wanted, next: &Wanted) -> bool {
    match (&present.input.kind, &next.input.kind) {
        (InputKind::Video(present_video), InputKind::Video(next_video)) => {
            let part = |video: &crate::show::input::Video| (video.asset.clone(), video.repeat, video.from_ms, video.to_ms);
            part(present_video) != part(next_video) || present.file != next.file
        }
        (present, next) => present != next,
    }
}
