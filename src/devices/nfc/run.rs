//! The thread of a source: ask what it sees, decide what that means, tell it; and when the source fails, leave it alone for a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::event::{NfcEvent, ReaderName};
use super::outbox::Outbox;
use super::pause::Pauses;
use super::presence::Presence;
use super::reader::{ReaderFault, Sighting, TagReader, Unreadable};
use super::status::{Board, Condition};
use crate::base::clock::Clock;
use crate::base::tasks::StopFlag;

/// Longest wait: so often it is looked whether it is time to stop, should the word that wakes the source have been missed.
const PATIENCE: Duration = Duration::from_secs(1);
/// So soon it is looked again whether a listener that was busy has room.
const UNTIL_ROOM: Duration = Duration::from_millis(50);

pub(super) struct Watch {
    pub source: Box<dyn TagReader>,
    pub clock: Clock,
    pub presence: Presence,
    pub outbox: Outbox,
    pub board: Arc<Board>,
    pub line: usize,
    pub stop: StopFlag,
    pub pauses: Pauses,
    pub troubles: BTreeMap<ReaderName, Unreadable>,
    pub condition: Condition,
}

impl Watch {
    /// What is on the readers when it is time to stop is not told as removed: nobody has taken it away.
    pub fn run(mut self) {
        while !self.stop.is_set() {
            let mut events = Vec::new();
            let patience = self.patience();
            match self.pauses.left() {
                Some(left) => std::thread::park_timeout(left.min(patience)),
                None => match self.source.wait(patience) {
                    Ok(sightings) => self.see(&sightings, &mut events),
                    Err(fault) if fault.is_final() => return self.end(fault),
                    Err(fault) => self.fail(fault, &mut events),
                },
            }
            self.presence.tend(self.clock.now(), &mut events);
            self.outbox.send(&mut events);
            self.report();
        }
    }

    fn patience(&self) -> Duration {
        let due = self.presence.due().map_or(PATIENCE, |due| due.since(self.clock.now()));
        due.min(if self.outbox.is_waiting() { UNTIL_ROOM } else { PATIENCE })
    }

    fn see(&mut self, sightings: &[Sighting], events: &mut Vec<NfcEvent>) {
        self.pauses.forget();
        if self.condition != Condition::Watching {
            self.condition = Condition::Watching;
            tracing::info!(kind = self.source.kind().label(), "card readers are watched");
        }
        for sighting in sightings {
            self.note(sighting);
            self.presence.see(sighting, self.clock.now(), events);
        }
    }

    /// Remembers why a card is no tag, as long as it lies there.
    fn note(&mut self, sighting: &Sighting) {
        match sighting {
            Sighting::Unreadable(reader, why) => {
                tracing::debug!(%reader, %why, "a card is no tag");
                self.troubles.insert(reader.clone(), why.clone());
            }
            Sighting::Appeared(reader) | Sighting::Gone(reader) | Sighting::Tag(reader, _) | Sighting::Nothing(reader) => {
                self.troubles.remove(reader);
            }
        }
    }

    fn fail(&mut self, fault: ReaderFault, events: &mut Vec<NfcEvent>) {
        let pause = self.pauses.begin();
        let condition = Condition::Failed(fault);
        if self.condition != condition
            && let Condition::Failed(fault) = &condition
        {
            tracing::warn!(kind = self.source.kind().label(), code = fault.code(), ?pause, "{fault}");
        }
        self.condition = condition;
        self.troubles.clear();
        self.presence.lose_sight(self.clock.now(), events);
    }

    fn end(mut self, fault: ReaderFault) {
        tracing::info!(kind = self.source.kind().label(), code = fault.code(), "{fault}");
        self.condition = Condition::Failed(fault);
        self.report();
    }

    fn report(&self) {
        let trouble = |reader| self.troubles.get(reader).cloned();
        let readers = self.presence.readers().map(|(reader, tag)| (reader.clone(), tag, trouble(reader))).collect();
        let now = self.clock.now();
        self.board.change(self.line, |status| {
            status.readers = readers;
            status.missed_taps = self.outbox.missed_taps();
            status.looked = now;
            if status.condition != self.condition {
                status.condition = self.condition.clone();
            }
        });
    }
}

/// A thread that fails must not look as if it still watched.
impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.board.change(self.line, |status| (status.condition, status.readers) = (Condition::Broken, Vec::new()));
        }
    }
}
