//! The newest changes, kept for doors that missed some.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::Event;
use super::{Origin, Seq};
use crate::show::Show;
use crate::show::time::ShowTime;

/// At ten changes a second this is a hundred seconds; whoever was away longer takes the snapshot.
pub const KEPT: usize = 1_024;

/// Something that happened, as it was written to the journal.
#[derive(Clone, Debug)]
pub struct Change {
    pub seq: Seq,
    pub at: ShowTime,
    pub origin: Origin,
    pub events: Arc<[Event]>,
    /// The show right after it.
    pub show: Arc<Show>,
}

/// What a door gets that has seen everything up to some number.
#[derive(Clone, Debug)]
pub enum Replay {
    /// All that it missed, in order; nothing if it is up to date.
    Changes(Vec<Arc<Change>>),
    /// Too long ago, or from another life of the server: take the snapshot.
    TooOld,
}

#[derive(Default)]
pub struct History(Mutex<VecDeque<Arc<Change>>>);

impl History {
    fn ring(&self) -> MutexGuard<'_, VecDeque<Arc<Change>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, change: Arc<Change>) {
        let mut ring = self.ring();
        if ring.len() == KEPT {
            ring.pop_front();
        }
        ring.push_back(change);
    }

    /// `newest` is the number of the newest change, which may be older than the ring (right after a start).
    pub(super) fn since(&self, seen: Seq, newest: Seq) -> Replay {
        if seen == newest {
            return Replay::Changes(Vec::new());
        }
        let ring = self.ring();
        match ring.front() {
            Some(oldest) if oldest.seq.0 <= seen.0 + 1 && seen < newest => {
                Replay::Changes(ring.iter().filter(|change| change.seq > seen).cloned().collect())
            }
            _ => Replay::TooOld,
        }
    }
}
