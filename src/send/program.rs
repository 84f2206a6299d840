//! Where the packets of a rendition are to be found while it is encoded, and what its destinations ask of its encoder.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::frame::feed::Feed;
use crate::show::ids::RenditionId;

/// One rendition of the show.
pub struct Program {
    /// Present while the encoder runs.
    pub feed: watch::Sender<Option<Arc<Feed>>>,
    /// The bit rate is kept below this, kbit/s.
    most_kbps: AtomicU32,
    has_one_destination: AtomicBool,
    watchers: AtomicUsize,
}

/// Somebody who watches without being a destination; while there is one, the rendition is encoded.
pub struct Watching {
    program: Arc<Program>,
    rendition: RenditionId,
}

impl Watching {
    pub fn rendition(&self) -> &RenditionId {
        &self.rendition
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.program.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Program {
    pub fn new(feed: watch::Sender<Option<Arc<Feed>>>) -> Arc<Self> {
        let (most_kbps, has_one_destination) = (AtomicU32::new(u32::MAX), AtomicBool::new(false));
        Arc::new(Self { feed, most_kbps, has_one_destination, watchers: AtomicUsize::new(0) })
    }

    /// A feed that has not come to its end.
    pub fn running(&self) -> Option<Arc<Feed>> {
        self.feed.borrow().clone().filter(|feed| !feed.has_ended())
    }

    pub fn watch(self: &Arc<Self>, rendition: RenditionId) -> Watching {
        self.watchers.fetch_add(1, Ordering::Relaxed);
        Watching { program: self.clone(), rendition }
    }

    pub fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Relaxed)
    }

    pub fn most_kbps(&self) -> u32 {
        self.most_kbps.load(Ordering::Relaxed)
    }

    /// By the one destination that there is; `u32::MAX` sets it free.
    pub fn keep_below(&self, kbps: u32) {
        self.most_kbps.store(kbps, Ordering::Relaxed);
    }

    pub fn has_one_destination(&self) -> bool {
        self.has_one_destination.load(Ordering::Relaxed)
    }

    /// What one alone asked for ends when others come.
    pub fn set_destinations(&self, count: usize) {
        self.has_one_destination.store(count == 1, Ordering::Relaxed);
        if count != 1 {
            self.keep_below(u32::MAX);
        }
    }
}

/// All renditions that were ever asked for and still can be: at most five.
#[derive(Clone)]
pub struct Programs(Arc<Mutex<BTreeMap<RenditionId, Arc<Program>>>>);

impl Programs {
    pub fn new(main: watch::Sender<Option<Arc<Feed>>>) -> Self {
        Self(Arc::new(Mutex::new(BTreeMap::from([(RenditionId::main(), Program::new(main))]))))
    }

    pub fn of(&self, rendition: &RenditionId) -> Arc<Program> {
        let mut programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let program = programs.entry(rendition.clone()).or_insert_with(|| Program::new(watch::Sender::new(None)));
        program.clone()
    }

    pub fn keep(&self, mut is_known: impl FnMut(&RenditionId) -> bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|id, _| id.is_main() || is_known(id));
    }
}
