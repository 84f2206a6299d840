//! The newest changes, kept for doors that missed some.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::effect::{self, Key};
use super::event::{Event, evolve};
use super::room::{Room, RoomSeqs};
use super::{Origin, Seq};
use crate::show::Show;
use crate::show::time::ShowTime;

/// At sixty changes a second this is a minute; whoever was away longer takes the snapshot.
pub const KEPT: usize = 4_096;
/// Changes may be large (a whole scene each): this bounds them together, as they are written in the journal.
pub const KEPT_BYTES: usize = 8 << 20;

/// Something that happened, as it was written to the journal.
#[derive(Clone, Debug)]
pub struct Change {
    pub seq: Seq,
    pub at: ShowTime,
    pub origin: Origin,
    pub events: Arc<[Event]>,
    /// For each event: what it merely gave another value (see `effect::revalues`).
    pub keys: Vec<Option<Key>>,
    /// The rooms it happened in, with their own numbers for it.
    pub rooms: Vec<(Room, u64)>,
    /// It made something new.
    pub created: bool,
    /// The show right after it.
    pub show: Arc<Show>,
    /// What it takes in the journal.
    pub bytes: usize,
}

impl Change {
    /// Lets events that were decided happen to `show`.
    pub(super) fn happen(
        show: &mut Show,
        rooms: &mut RoomSeqs,
        seq: Seq,
        at: ShowTime,
        origin: Origin,
        events: Arc<[Event]>,
    ) -> Change {
        let mut keys = Vec::with_capacity(events.len());
        let mut created = false;
        for event in events.iter() {
            keys.push(effect::revalues(show, event));
            created |= effect::creates(show, event);
            evolve(show, event);
        }
        let numbered = rooms.count(events.iter().map(Event::room));
        Change { seq, at, origin, events, keys, rooms: numbered, created, show: Arc::new(show.clone()), bytes: 0 }
    }
}

/// The events of several changes in the rooms of interest, told as one: a value that is replaced later on is left out. Whoever lets
/// them happen in this order ends up where all of them lead.
pub fn condensed(changes: &[Arc<Change>], of_interest: impl Fn(Room) -> bool) -> Vec<&Event> {
    let happened = changes.iter().flat_map(|change| change.events.iter().zip(&change.keys));
    let mut replaced = HashSet::new();
    let mut events: Vec<&Event> = happened
        .rev()
        .filter(|(event, _)| of_interest(event.room()))
        .filter(|(_, key)| key.as_ref().is_none_or(|key| replaced.insert(key)))
        .map(|(event, _)| event)
        .collect();
    events.reverse();
    events
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
pub struct History(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    changes: VecDeque<Arc<Change>>,
    bytes: usize,
}

impl History {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, change: Arc<Change>) {
        let mut ring = self.ring();
        ring.bytes += change.bytes;
        ring.changes.push_back(change);
        while ring.changes.len() > KEPT || (ring.bytes > KEPT_BYTES && ring.changes.len() > 1) {
            if let Some(oldest) = ring.changes.pop_front() {
                ring.bytes -= oldest.bytes;
            }
        }
    }

    pub(super) fn clear(&self) {
        *self.ring() = Ring::default();
    }

    /// `newest` is the number of the newest change, which may be older than the ring (right after a start).
    pub(super) fn since(&self, seen: Seq, newest: Seq) -> Replay {
        if seen == newest {
            return Replay::Changes(Vec::new());
        }
        let ring = self.ring();
        match ring.changes.front() {
            Some(oldest) if seen < newest && oldest.seq.0 <= seen.0 + 1 => {
                // No number is left out, so the place follows from it.
                let first = (seen.0 + 1 - oldest.seq.0) as usize;
                Replay::Changes(ring.changes.range(first.min(ring.changes.len())..).cloned().collect())
            }
            _ => Replay::TooOld,
        }
    }

    pub(super) fn all(&self) -> Vec<Arc<Change>> {
        self.ring().changes.iter().cloned().collect()
    }

    pub(super) fn oldest(&self) -> Option<Seq> {
        self.ring().changes.front().map(|change| change.seq)
    }

    pub(super) fn find(&self, seq: Seq) -> Option<Arc<Change>> {
        let ring = self.ring();
        let place = seq.0.checked_sub(ring.changes.front()?.seq.0)?;
        ring.changes.get(usize::try_from(place).ok()?).cloned()
    }
}
