//! How loud everything is, for whoever watches: newest only, thirty times a second, and nothing while nobody watches.
//!
//! The thread that mixes puts the newest where others look; it never waits for them, and knows only whether there are any.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::loudness::Loudness;
pub use super::meter::Level;
use crate::show::ids::InputId;
use crate::show::time::ShowTime;

/// What was measured up to `at`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    pub at: ShowTime,
    /// What leaves the mixer.
    pub master: Level,
    pub loudness: Loudness,
    /// Each input after its gain and pan, whether or not it is heard: before mute, solo, fades and ducking.
    pub inputs: Vec<(InputId, Level)>,
}

#[derive(Default)]
struct Shared {
    newest: ArcSwap<Levels>,
    watchers: AtomicUsize,
    began: Notify,
}

/// Cloned to the mixer and to every door.
#[derive(Clone, Default)]
pub struct LevelsHandle(Arc<Shared>);

impl LevelsHandle {
    pub fn new() -> Self {
        Self::default()
    }

    /// While a watcher lives, levels are measured.
    pub fn watch(&self) -> LevelsWatcher {
        self.0.watchers.fetch_add(1, Ordering::AcqRel);
        self.0.began.notify_one();
        LevelsWatcher(self.0.clone())
    }

    pub fn is_watched(&self) -> bool {
        self.0.watchers.load(Ordering::Acquire) > 0
    }

    /// Comes back when somebody has begun to watch. For one task.
    pub async fn watched(&self) {
        while !self.is_watched() {
            self.0.began.notified().await;
        }
    }

    pub fn newest(&self) -> Arc<Levels> {
        self.0.newest.load_full()
    }

    /// Gives back what was the newest until now.
    pub fn publish(&self, levels: Arc<Levels>) -> Arc<Levels> {
        self.0.newest.swap(levels)
    }
}

/// Somebody who watches. Dropping it ends the watching.
pub struct LevelsWatcher(Arc<Shared>);

impl Drop for LevelsWatcher {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::AcqRel);
    }
}
