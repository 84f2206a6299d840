//! The one thread that changes the show: take what is waiting, decide, write to the journal once, publish, answer.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::apply::apply;
use super::command::Command;
use super::format::{ChangeRecord, VERSION};
use super::history::Change;
use super::store::{Loaded, Store, StoreError};
use super::{Origin, Published, Receipt, Seq, Snapshot, StateHandle, SubmitError};
use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::Condition;
use crate::base::tasks::spawn_thread;
use crate::base::vitals::Vitals;
use crate::show::Show;

/// Commands that may wait. A full queue is told to the caller at once.
const WAITING: usize = 1_024;
/// Commands that share one fsync.
const BATCH: usize = 256;

pub(super) struct Request {
    pub command: Command,
    pub origin: Origin,
    pub answer: oneshot::Sender<Result<Receipt, SubmitError>>,
}

pub struct Env {
    pub clock: Clock,
    pub vitals: Arc<Vitals>,
}

/// Starts the writer. It ends once `StateHandle::close` was called, after answering what was waiting.
pub fn start(store: Box<dyn Store>, loaded: Loaded, env: Env) -> io::Result<(StateHandle, JoinHandle<()>)> {
    let (requests, waiting) = mpsc::channel(WAITING);
    let snapshot = Snapshot { seq: loaded.seq, show: Arc::new(loaded.show) };
    let published = Arc::new(Published::new(snapshot));
    let handle = StateHandle::new(requests, published.clone());
    let mut writer = Writer { store, published, env };
    let thread = spawn_thread("state", move || writer.run(waiting))?;
    Ok((handle, thread))
}

struct Writer {
    store: Box<dyn Store>,
    published: Arc<Published>,
    env: Env,
}

/// A command that was accepted, not yet on disk.
struct Decided {
    change: Arc<Change>,
    answer: oneshot::Sender<Result<Receipt, SubmitError>>,
}

impl Writer {
    fn run(&mut self, mut waiting: mpsc::Receiver<Request>) {
        self.env.vitals.status.report("storage", Condition::ok());
        let mut batch = Vec::with_capacity(BATCH);
        while waiting.blocking_recv_many(&mut batch, BATCH) > 0 {
            let decided = self.decide(&mut batch);
            if decided.is_empty() {
                continue;
            }
            match self.write(&decided) {
                Ok(()) => self.publish(decided),
                Err(error) => self.turn_down(decided, &error),
            }
        }
    }

    fn decide(&self, batch: &mut Vec<Request>) -> Vec<Decided> {
        let newest = self.published.snapshot();
        let mut show = Show::clone(&newest.show);
        let mut seq = newest.seq;
        let mut decided = Vec::new();
        for Request { command, origin, answer } in batch.drain(..) {
            let now = self.env.clock.now();
            match apply(&mut show, command, now) {
                Ok(events) => {
                    seq = Seq(seq.0 + 1);
                    let change = Change { seq, at: now, origin, events: events.into(), show: Arc::new(show.clone()) };
                    decided.push(Decided { change: Arc::new(change), answer });
                }
                Err(rejection) => {
                    self.env.vitals.commands_rejected.inc();
                    // A caller that went away does not want to know.
                    let _ = answer.send(Err(rejection.into()));
                }
            }
        }
        decided
    }

    fn write(&mut self, decided: &[Decided]) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (decided.first(), decided.last()) else { return Ok(()) };
        let record = |Decided { change, .. }: &Decided| ChangeRecord {
            v: VERSION,
            at: change.at,
            origin: change.origin.clone(),
            events: change.events.clone(),
        };
        let records: Vec<_> = decided.iter().map(record).collect();
        let watch = Stopwatch::start();
        let written = self.store.append(first.change.seq, &records, &last.change.show);
        self.env.vitals.journal_time.observe(watch.elapsed().as_secs_f64());
        written
    }

    fn publish(&self, decided: Vec<Decided>) {
        self.env.vitals.status.report("storage", Condition::ok());
        for Decided { change, answer } in decided {
            self.env.vitals.commands_accepted.inc();
            self.published.publish(change.clone());
            let _ = answer.send(Ok(Receipt { seq: change.seq, snapshot: change.show.clone() }));
        }
    }

    fn turn_down(&self, decided: Vec<Decided>, error: &StoreError) {
        tracing::error!(%error, commands = decided.len(), "changes can not be stored, so they were not made");
        self.env.vitals.journal_errors.inc();
        self.env.vitals.status.report("storage", Condition::degraded(error.to_string()));
        for Decided { answer, .. } in decided {
            let _ = answer.send(Err(SubmitError::StorageUnavailable(error.to_string())));
        }
    }
}
