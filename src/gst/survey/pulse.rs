//! What the one who waits for a survey sees of it, and the word to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::base::tasks::StopFlag;

#[derive(Clone, Default)]
pub struct Pulse(Arc<Inner>);

#[derive(Default)]
struct Inner {
    beats: AtomicU64,
    percent: AtomicU8,
    stop: StopFlag,
}

impl Pulse {
    /// Something was read or decoded.
    pub(super) fn beat(&self) {
        self.0.beats.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn set_percent(&self, percent: u8) {
        self.0.percent.store(percent, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.0.stop.is_set()
    }

    /// Grows while there is progress.
    pub fn beats(&self) -> u64 {
        self.0.beats.load(Ordering::Relaxed)
    }

    pub fn percent(&self) -> u8 {
        self.0.percent.load(Ordering::Relaxed)
    }

    pub fn stop(&self) {
        self.0.stop.stop();
    }
}
