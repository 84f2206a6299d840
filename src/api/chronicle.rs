//! What happened, as clients are told it: each change is written once for each topic and encoding, whoever asks first, and
//! then shared. There is no queue per client: a client is a place in this row.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::wire::encoding::{Encoding, Text, Written};
use super::wire::story;
use crate::state::history::{Change, Replay};
use crate::state::room::Room;
use crate::state::{Epoch, Seq, Snapshot, StateHandle};

/// What a client can follow: everything, or one room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Show,
    Room(Room),
}

impl Topic {
    pub const COUNT: usize = Room::ALL.len() + 1;

    pub fn all() -> impl Iterator<Item = Topic> {
        std::iter::once(Topic::Show).chain(Room::ALL.into_iter().map(Topic::Room))
    }

    pub fn name(self) -> &'static str {
        match self {
            Topic::Show => "show",
            Topic::Room(room) => room.name(),
        }
    }

    pub fn named(name: &str) -> Option<Topic> {
        if name == "show" { Some(Topic::Show) } else { Room::named(name).map(Topic::Room) }
    }

    fn place(self) -> usize {
        Topic::all().position(|topic| topic == self).unwrap_or(0)
    }

    pub fn holds(self, room: Room) -> bool {
        match self {
            Topic::Show => true,
            Topic::Room(own) => own == room,
        }
    }

    /// The topic's own number for a change, if it happened there.
    pub fn number(self, change: &Change) -> Option<u64> {
        match self {
            Topic::Show => Some(change.seq.0),
            Topic::Room(room) => change.rooms.iter().find(|(other, _)| *other == room).map(|(_, number)| *number),
        }
    }

    pub fn number_at(self, snapshot: &Snapshot) -> u64 {
        match self {
            Topic::Show => snapshot.seq.0,
            Topic::Room(room) => snapshot.rooms.of(room),
        }
    }
}

/// The topics that one client follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Topics([bool; Topic::COUNT]);

impl Topics {
    pub fn add(&mut self, topic: Topic) {
        self.0[topic.place()] = true;
    }

    pub fn remove(&mut self, topic: Topic) {
        self.0[topic.place()] = false;
    }

    pub fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::all().filter(move |topic| self.0[topic.place()])
    }

    pub fn is_empty(self) -> bool {
        !self.0.contains(&true)
    }
}

/// A change with the texts that were made of it.
pub struct Told {
    pub change: Arc<Change>,
    texts: [Written; Topic::COUNT],
}

impl Told {
    fn new(change: Arc<Change>) -> Self {
        Self { change, texts: Default::default() }
    }

    /// None where nothing of it happened there.
    pub fn text(&self, topic: Topic, encoding: Encoding) -> Option<Text> {
        topic.number(&self.change)?;
        Some(self.texts[topic.place()].get(encoding, || story::changes(topic, std::slice::from_ref(&self.change))))
    }
}

/// A client that is further behind is told several changes as one.
pub const ONE_BY_ONE: usize = 64;
/// So many as one, at most: the message stays small enough for any client.
pub const AS_ONE: usize = 256;

/// What a client gets that has been told everything up to some number.
pub enum Since {
    Changes(Vec<Arc<Told>>),
    TooOld,
}

#[derive(Default)]
pub struct Chronicle {
    row: Mutex<Row>,
    /// The newest snapshot of each topic: a crowd that comes at once shares it.
    snapshots: Mutex<[Option<KeptSnapshot>; Topic::COUNT]>,
}

/// In one life of the numbers.
#[derive(Default)]
struct Row {
    epoch: Epoch,
    told: VecDeque<Arc<Told>>,
}

type KeptSnapshot = (Epoch, Seq, Arc<Written>);

impl Chronicle {
    /// All changes after `seen`, up to and with `until` (the number of a snapshot that the caller holds).
    pub fn since(&self, state: &StateHandle, seen: Seq, until: Seq) -> Since {
        if seen == until {
            return Since::Changes(Vec::new());
        }
        let mut row = self.row.lock().unwrap_or_else(PoisonError::into_inner);
        row.catch_up(state);
        let row = &row.told;
        let Some(oldest) = row.front().map(|told| told.change.seq) else { return Since::TooOld };
        if seen > until || oldest.0 > seen.0 + 1 {
            return Since::TooOld;
        }
        // No number is left out, so places follow from numbers.
        let place = |seq: Seq| ((seq.0 + 1).saturating_sub(oldest.0) as usize).min(row.len());
        Since::Changes(row.range(place(seen)..place(until).max(place(seen))).cloned().collect())
    }

    pub fn snapshot(&self, topic: Topic, snapshot: &Snapshot, encoding: Encoding) -> Text {
        self.written_snapshot(topic, snapshot).get(encoding, || story::snapshot(topic, snapshot))
    }

    fn written_snapshot(&self, topic: Topic, snapshot: &Snapshot) -> Arc<Written> {
        let (epoch, seq) = (snapshot.epoch, snapshot.seq);
        let mut kept = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut kept[topic.place()];
        match kept {
            Some((life, kept, written)) if (*life, *kept) == (epoch, seq) => written.clone(),
            _ => {
                let written = Arc::new(Written::default());
                *kept = Some((epoch, seq, written.clone()));
                written
            }
        }
    }
}

impl Row {
    /// Takes in what the state has kept since, and lets go what it has let go.
    fn catch_up(&mut self, state: &StateHandle) {
        let epoch = state.snapshot().epoch;
        if std::mem::replace(&mut self.epoch, epoch) != epoch {
            self.told.clear();
        }
        let newest = self.told.back().map_or(Seq::default(), |told| told.change.seq);
        match state.changes_since(newest) {
            Replay::Changes(changes) if !self.told.is_empty() => {
                self.told.extend(changes.into_iter().map(|change| Arc::new(Told::new(change))))
            }
            _ => self.told = state.kept_changes().into_iter().map(|change| Arc::new(Told::new(change))).collect(),
        }
        if let Some(oldest) = state.oldest_change() {
            while self.told.front().is_some_and(|told| told.change.seq < oldest) {
                self.told.pop_front();
            }
        }
    }
}
