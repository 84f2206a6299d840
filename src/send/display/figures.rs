//! What is measured of a display: counted as it happens, told once a second, and when its state has changed.

use super::run::News;
use super::{DisplayError, LONGEST};
use crate::base::status::{DisplayState, Reached};
use crate::base::vitals::{DisplayCounts, Vitals};
use crate::show::time::ShowTime;

const SECOND: i64 = 1_000_000;

pub struct Figures {
    id: String,
    counts: DisplayCounts,
    state: DisplayState,
    changed: bool,
    /// When it was told last, and what the counters stood at.
    told: Option<(ShowTime, [u64; 2])>,
}

impl Figures {
    pub fn new(id: &str, vitals: &Vitals) -> Self {
        let state = DisplayState { state: Reached::Connecting, ..DisplayState::default() };
        Self { id: id.to_owned(), counts: vitals.display_counts(id), state, changed: true, told: None }
    }

    pub fn is_live(&self) -> bool {
        self.state.state == Reached::Live
    }

    pub fn hear(&mut self, news: News) {
        match news {
            News::Opened { size: (width, height) } => {
                debug_assert!(width.max(height) <= LONGEST, "what is larger is not opened");
                (self.state.width, self.state.height) = (Some(width), Some(height));
            }
            News::Live => self.is(Reached::Live, None),
            News::Shown { bytes } => {
                self.counts.pictures.inc();
                self.counts.bytes.inc_by(bytes as u64);
            }
            News::Away { error, .. } => {
                self.counts.errors.inc();
                let is_absent = matches!(error, DisplayError::Absent { .. });
                self.is(if is_absent { Reached::Absent } else { Reached::Unreachable }, Some(error.to_string()));
            }
        }
    }

    fn is(&mut self, reached: Reached, reason: Option<String>) {
        if self.state.state != reached {
            tracing::info!(display = self.id, state = reached.label(), reason, "a display's state has changed");
        }
        self.changed |= self.state.state != reached || self.state.reason != reason;
        (self.state.state, self.state.reason) = (reached, reason);
        if reached != Reached::Live {
            (self.state.width, self.state.height) = (None, None);
        }
    }

    pub fn tell(&mut self, vitals: &Vitals, now: ShowTime) {
        let due = self.told.is_none_or(|(at, _)| now.micros() - at.micros() >= SECOND);
        if !due && !self.changed {
            return;
        }
        self.changed = false;
        let counts = [self.counts.pictures.get(), self.counts.bytes.get()];
        if due {
            let (since, before) = self.told.unwrap_or((now, counts));
            let seconds = now.since(since).as_secs_f64();
            let rate = |index: usize| if seconds > 0.0 { (counts[index] - before[index]) as f64 / seconds } else { 0.0 };
            (self.state.fps, self.state.kbit_per_second) = (rate(0), rate(1) * 8.0 / 1_000.0);
            self.told = Some((now, counts));
        }
        self.state.pictures_shown = counts[0];
        self.state.errors = self.counts.errors.get();
        vitals.status.report_display(&self.id, self.state.clone());
    }
}
