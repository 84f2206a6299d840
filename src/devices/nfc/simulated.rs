//! A reader that is not there: somebody says what lies on it. For tests, for demonstrations, and for whoever has no reader yet.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::event::{ReaderKind, ReaderName};
use super::reader::{ReaderFault, Sighting, TagReader, Wake};
use crate::show::tag::TagId;

/// More than hands can do while the thread of the reader looks elsewhere.
const MOST_MOVES: usize = 64;

/// The hand that puts tags on it and takes them away. Each of its clones is the same hand.
#[derive(Clone)]
pub struct SimulatedReader(Arc<Table>);

/// The reader itself, to be watched.
pub struct SimulatedSource {
    table: Arc<Table>,
    has_appeared: bool,
}

struct Table {
    name: ReaderName,
    moves: Mutex<Moves>,
    moved: Condvar,
}

#[derive(Default)]
struct Moves {
    lies: Option<TagId>,
    unseen: VecDeque<Option<TagId>>,
    is_woken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimulatedError {
    #[error("the tag {0} does not lie on the simulated reader")]
    NotThere(TagId),
    #[error("too much is done with the simulated reader at once: try again in a moment")]
    Busy,
}

impl SimulatedError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            SimulatedError::NotThere(_) => "tag_not_present",
            SimulatedError::Busy => "simulated_reader_busy",
        }
    }
}

/// A simulated reader, and what lets it be watched.
pub fn simulated(name: &str) -> (SimulatedReader, SimulatedSource) {
    let table = Table { name: ReaderName::new(name), moves: Mutex::default(), moved: Condvar::new() };
    let table = Arc::new(table);
    (SimulatedReader(table.clone()), SimulatedSource { table, has_appeared: false })
}

impl SimulatedReader {
    pub fn name(&self) -> &ReaderName {
        &self.0.name
    }

    /// What lies there already is taken away with the same move.
    pub fn insert(&self, tag: TagId) -> Result<(), SimulatedError> {
        self.0.make(Some(tag), self.0.moves())
    }

    pub fn remove(&self, tag: TagId) -> Result<(), SimulatedError> {
        let moves = self.0.moves();
        if moves.lies != Some(tag) {
            return Err(SimulatedError::NotThere(tag));
        }
        self.0.make(None, moves)
    }

    pub fn present(&self) -> Option<TagId> {
        self.0.moves().lies
    }
}

impl Table {
    fn moves(&self) -> MutexGuard<'_, Moves> {
        self.moves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make(&self, lies: Option<TagId>, mut moves: MutexGuard<'_, Moves>) -> Result<(), SimulatedError> {
        if moves.unseen.len() >= MOST_MOVES {
            return Err(SimulatedError::Busy);
        }
        moves.lies = lies;
        moves.unseen.push_back(lies);
        drop(moves);
        self.moved.notify_one();
        Ok(())
    }
}

impl TagReader for SimulatedSource {
    fn kind(&self) -> ReaderKind {
        ReaderKind::Simulated
    }

    fn wait(&mut self, patience: Duration) -> Result<Vec<Sighting>, ReaderFault> {
        let name = &self.table.name;
        if !self.has_appeared {
            self.has_appeared = true;
            return Ok(vec![Sighting::Appeared(name.clone())]);
        }
        let nothing_new = |moves: &mut Moves| moves.unseen.is_empty() && !moves.is_woken;
        let waited = self.table.moved.wait_timeout_while(self.table.moves(), patience, nothing_new);
        let (mut moves, _) = waited.unwrap_or_else(PoisonError::into_inner);
        moves.is_woken = false;
        let seen = |lies| match lies {
            Some(tag) => Sighting::Tag(name.clone(), tag),
            None => Sighting::Nothing(name.clone()),
        };
        Ok(moves.unseen.drain(..).map(seen).collect())
    }

    fn wake(&self) -> Wake {
        let table = self.table.clone();
        Arc::new(move || {
            table.moves().is_woken = true;
            table.moved.notify_one();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> TagId {
        text.parse().unwrap()
    }

    #[test]
    fn what_the_hand_does_is_seen_in_order() {
        let (hand, mut source) = simulated("desk");
        let desk = hand.name().clone();
        let (one, two) = (tag("04A1B2C3"), tag("04010203040506"));
        hand.insert(one).unwrap();
        hand.insert(two).unwrap();
        assert_eq!(hand.present(), Some(two));
        hand.remove(two).unwrap();
        assert_eq!(source.wait(Duration::ZERO), Ok(vec![Sighting::Appeared(desk.clone())]));
        let wanted = vec![Sighting::Tag(desk.clone(), one), Sighting::Tag(desk.clone(), two), Sighting::Nothing(desk)];
        assert_eq!(source.wait(Duration::ZERO), Ok(wanted));
        assert_eq!(source.wait(Duration::ZERO), Ok(vec![]));
    }

    #[test]
    fn only_what_lies_there_can_be_taken_away() {
        let (hand, _source) = simulated("desk");
        let (one, two) = (tag("04A1B2C3"), tag("04010203040506"));
        assert_eq!(hand.remove(one), Err(SimulatedError::NotThere(one)));
        hand.insert(two).unwrap();
        assert_eq!(hand.remove(one), Err(SimulatedError::NotThere(one)));
        assert_eq!(hand.present(), Some(two));
    }

    #[test]
    fn a_reader_that_nobody_watches_takes_only_so_much() {
        let (hand, _source) = simulated("desk");
        let done = (0..1_000).filter(|_| hand.insert(tag("04A1B2C3")).is_ok()).count();
        assert_eq!(done, MOST_MOVES);
        assert_eq!(hand.remove(tag("04A1B2C3")), Err(SimulatedError::Busy));
        assert_eq!(hand.present(), Some(tag("04A1B2C3")), "what was refused has not been done");
    }

    #[test]
    fn a_source_is_woken_from_another_thread_and_by_a_hand() {
        let (hand, mut source) = simulated("desk");
        source.wait(Duration::ZERO).unwrap();
        let wake = source.wake();
        let long = Duration::from_secs(600);
        let waker = std::thread::spawn(move || wake());
        assert_eq!(source.wait(long), Ok(vec![]));
        waker.join().unwrap();
        let putter = std::thread::spawn(move || hand.insert(tag("04A1B2C3")));
        assert_eq!(source.wait(long).map(|seen| seen.len()), Ok(1));
        putter.join().unwrap().unwrap();
    }
}
