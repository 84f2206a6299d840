//! The one thread that changes the show: take what is waiting, decide, write to the journal once, publish, answer.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::apply::decide;
use super::command::Command;
use super::format::{ChangeRecord, VERSION};
use super::history::Change;
use super::operation::Operations;
use super::store::{Loaded, Record, Store, StoreError};
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
    let Loaded { snapshot, history, operations } = loaded;
    let published = Arc::new(Published::new(snapshot, history));
    let handle = StateHandle::new(requests, published.clone());
    let mut writer = Writer { store, published, operations, env };
    let thread = spawn_thread("state", move || writer.run(waiting))?;
    Ok((handle, thread))
}

struct Writer {
    store: Box<dyn Store>,
    published: Arc<Published>,
    operations: Operations,
    env: Env,
}

type Answer = oneshot::Sender<Result<Receipt, SubmitError>>;

/// A command that was accepted, not yet on disk.
struct Decided {
    change: Arc<Change>,
    after: Snapshot,
    answer: Answer,
    /// The same operation, asked for again while it was being carried out.
    repeats: Vec<Answer>,
}

/// What a batch has led to so far.
struct Batch {
    show: Show,
    after: Snapshot,
    decided: Vec<Decided>,
    records: Vec<Record>,
}

impl Writer {
    fn run(&mut self, mut waiting: mpsc::Receiver<Request>) {
        self.env.vitals.status.report("storage", Condition::ok());
        let mut requests = Vec::with_capacity(BATCH);
        while waiting.blocking_recv_many(&mut requests, BATCH) > 0 {
            let newest = self.published.snapshot();
            let (show, after) = (Show::clone(&newest.show), Snapshot::clone(&newest));
            let mut batch = Batch { show, after, decided: Vec::new(), records: Vec::new() };
            for request in requests.drain(..) {
                self.decide(&mut batch, request);
            }
            if batch.decided.is_empty() {
                continue;
            }
            match self.write(&batch) {
                Ok(()) => self.publish(batch.decided),
                Err(error) => self.turn_down(batch.decided, &error),
            }
        }
    }

    fn decide(&self, batch: &mut Batch, Request { command, origin, answer }: Request) {
        let Some(answer) = self.answer_repeated(batch, &origin, answer) else { return };
        let now = self.env.clock.now();
        match decide(&batch.show, command, now) {
            Ok(events) => {
                let seq = Seq(batch.after.seq.0 + 1);
                let rooms = &mut batch.after.rooms;
                let mut change = Change::happen(&mut batch.show, rooms, seq, now, origin, events.into());
                let json = written(&change);
                change.bytes = json.len();
                (batch.after.seq, batch.after.at, batch.after.show) = (seq, now, change.show.clone());
                batch.records.push(Record { seq, at: now, json });
                let after = batch.after.clone();
                batch.decided.push(Decided { change: Arc::new(change), after, answer, repeats: Vec::new() });
            }
            Err(rejection) => {
                self.env.vitals.commands_rejected.inc();
                // A caller that went away does not want to know.
                let _ = answer.send(Err(rejection.into()));
            }
        }
    }

    /// Gives back the answer to be given, unless the operation is known already.
    fn answer_repeated(&self, batch: &mut Batch, origin: &Origin, answer: Answer) -> Option<Answer> {
        let Some(operation) = &origin.operation else { return Some(answer) };
        let same = |other: &Origin| {
            other.actor == origin.actor && other.operation.as_ref().is_some_and(|other| other.id == operation.id)
        };
        if let Some(decided) = batch.decided.iter_mut().find(|decided| same(&decided.change.origin)) {
            if decided.change.origin.operation.as_ref() == Some(operation) {
                decided.repeats.push(answer);
            } else {
                let _ = answer.send(Err(SubmitError::OperationReused));
            }
            return None;
        }
        let Some(done) = self.operations.find(origin, self.env.clock.now()) else { return Some(answer) };
        let receipt = if done.digest == operation.digest {
            self.env.vitals.commands_repeated.inc();
            let then = self.published.history.find(done.seq).map(|change| change.show.clone());
            let snapshot = then.unwrap_or_else(|| self.published.snapshot().show.clone());
            Ok(Receipt { seq: done.seq, snapshot, created: done.created, repeated: true })
        } else {
            Err(SubmitError::OperationReused)
        };
        let _ = answer.send(receipt);
        None
    }

    fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let watch = Stopwatch::start();
        let written = self.store.append(&batch.records, &batch.after);
        self.env.vitals.journal_time.observe(watch.elapsed().as_secs_f64());
        written
    }

    fn publish(&mut self, decided: Vec<Decided>) {
        self.env.vitals.status.report("storage", Condition::ok());
        for Decided { change, after, answer, repeats } in decided {
            let Change { seq, at, created, .. } = *change;
            self.env.vitals.commands_accepted.inc();
            self.env.vitals.commands_repeated.inc_by(repeats.len() as u64);
            self.operations.remember(&change.origin, seq, at, created);
            let receipt = Receipt { seq, snapshot: change.show.clone(), created, repeated: false };
            self.published.publish(change, after);
            for repeat in repeats {
                let _ = repeat.send(Ok(Receipt { repeated: true, ..receipt.clone() }));
            }
            let _ = answer.send(Ok(receipt));
        }
    }

    fn turn_down(&self, decided: Vec<Decided>, error: &StoreError) {
        tracing::error!(%error, commands = decided.len(), "changes can not be stored, so they were not made");
        self.env.vitals.journal_errors.inc();
        self.env.vitals.status.report("storage", Condition::degraded(error.to_string()));
        for Decided { answer, repeats, .. } in decided {
            for answer in repeats.into_iter().chain([answer]) {
                let _ = answer.send(Err(SubmitError::StorageUnavailable(error.to_string())));
            }
        }
    }
}

fn written(change: &Change) -> Vec<u8> {
    let Change { at, origin, events, .. } = change;
    let record = ChangeRecord { v: VERSION, at: *at, origin: origin.clone(), events: events.clone() };
    serde_json::to_vec(&record).expect("events are plain data with text keys, which JSON can hold")
}
