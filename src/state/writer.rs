//! The one thread that changes the show: take what is waiting, decide, write to the journal once, publish, answer.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::ahead::{self, Ahead};
use super::alarm::Alarm;
use super::apply::due::{self, Happening};
use super::apply::{Given, decide_given};
use super::command::Command;
use super::event::Event;
use super::following::Delivered;
use super::format::{ChangeRecord, VERSION};
use super::history::Change;
use super::operation::Operations;
use super::past::{Direction, remember};
use super::rejection::Rejection;
use super::store::{Loaded, Record, Store, StoreError};
use super::{Origin, Published, Receipt, Seq, Snapshot, StateHandle, SubmitError};
use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::Condition;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::show::Show;
use crate::show::time::ShowTime;

/// Commands that may wait. A full queue is told to the caller at once.
pub(super) const WAITING: usize = 1_024;
/// Commands that share one fsync.
const BATCH: usize = 256;
/// Steps that the show takes by itself before others are heard again; what is left is due at once after that.
const MOST_DUE: usize = 1_024;
/// A disk that takes nothing is asked again by what is due, at this distance.
const TRY_AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Request {
    pub command: Command,
    pub origin: Origin,
    pub answer: oneshot::Sender<Result<Receipt, SubmitError>>,
}

#[expect(clippy::large_enum_variant, reason = "nearly all that is asked is a command")]
pub(super) enum Asked {
    Command(Request),
    /// The show has something to do by itself.
    WakeUp,
    /// Another decided it; only who follows one is told so.
    Delivered(Delivered),
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
    let alarm = Alarm::start(env.clock.clone(), requests.downgrade())?;
    let handle = StateHandle::new(requests, published.clone());
    let writer = Writer { store, published, operations, alarm, env, was_away: true };
    let failing = Failing::of("storage", &writer.env.vitals, Condition::down("the thread that keeps the show has failed"));
    let thread = spawn_watched("state", failing, move || writer.run(waiting))?;
    Ok((handle, thread))
}

struct Writer {
    store: Box<dyn Store>,
    published: Arc<Published>,
    operations: Operations,
    alarm: Alarm,
    env: Env,
    /// What came due while the server was not running has not happened yet.
    was_away: bool,
}

type Answer = oneshot::Sender<Result<Receipt, SubmitError>>;

/// A command that was accepted, not yet on disk.
struct Decided {
    change: Arc<Change>,
    after: Snapshot,
    /// Nobody waits for what the show does by itself.
    answer: Option<Answer>,
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
    fn run(mut self, mut waiting: mpsc::Receiver<Asked>) {
        self.env.vitals.status.report("storage", Condition::ok());
        self.take(&mut Vec::new());
        let mut asked = Vec::with_capacity(BATCH);
        while waiting.blocking_recv_many(&mut asked, BATCH) > 0 {
            self.take(&mut asked);
        }
        self.alarm.end();
    }

    fn take(&mut self, asked: &mut Vec<Asked>) {
        let newest = self.published.snapshot();
        let (show, after) = (Show::clone(&newest.show), Snapshot::clone(&newest));
        let mut batch = Batch { show, after, decided: Vec::new(), records: Vec::new() };
        for asked in asked.drain(..) {
            match asked {
                Asked::Command(request) => self.decide(&mut batch, request),
                // Nobody delivers to the one who decides.
                Asked::WakeUp | Asked::Delivered(_) => {}
            }
        }
        // Also what the commands want to happen at once.
        self.come_due(&mut batch, self.env.clock.now());
        if batch.decided.is_empty() {
            self.was_away = false;
            return self.look_ahead(None);
        }
        match self.write(&batch) {
            Ok(()) => {
                self.was_away = false;
                self.publish(batch.decided);
            }
            Err(error) => {
                self.turn_down(batch.decided, &error);
                self.look_ahead(Some(self.env.clock.now().plus(TRY_AGAIN)));
            }
        }
    }

    /// The engine is told what comes, and the alarm when to come back: not before `earliest`.
    fn look_ahead(&self, earliest: Option<ShowTime>) {
        let newest = self.published.snapshot();
        let Ahead { timeline, wake_at } = ahead::look(&newest.show, newest.at, self.env.clock.now());
        self.published.timeline.store(Arc::new(timeline));
        self.alarm.set(wake_at.map(|wake_at| earliest.map_or(wake_at, |earliest| wake_at.max(earliest))));
    }

    fn come_due(&self, batch: &mut Batch, now: ShowTime) {
        if self.was_away {
            batch.catch_up(now);
        }
        batch.come_due(now);
    }

    fn decide(&self, batch: &mut Batch, Request { command, origin, answer }: Request) {
        let Some(answer) = self.answer_repeated(batch, &origin, answer) else { return };
        let now = self.env.clock.now();
        // What was to happen before the command does.
        self.come_due(batch, now);
        match batch.decide(command, Given { now, by: origin.actor.as_deref(), depth: 0 }) {
            Ok(events) => batch.happen(events, now, origin, Some(answer)),
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
        let mut answers = Vec::with_capacity(decided.len());
        for Decided { change, after, answer, repeats } in decided {
            let Change { seq, at, created, .. } = *change;
            self.env.vitals.commands_accepted.inc_by(u64::from(answer.is_some()));
            self.env.vitals.commands_repeated.inc_by(repeats.len() as u64);
            self.operations.remember(&change.origin, seq, at, created);
            let receipt = Receipt { seq, snapshot: change.show.clone(), created, repeated: false };
            self.published.publish(change, after);
            answers.push((answer, repeats, receipt));
        }
        // Before anyone is told: whoever has an answer may look at the picture.
        self.look_ahead(None);
        for (answer, repeats, receipt) in answers {
            for repeat in repeats {
                let _ = repeat.send(Ok(Receipt { repeated: true, ..receipt.clone() }));
            }
            if let Some(answer) = answer {
                let _ = answer.send(Ok(receipt));
            }
        }
    }

    fn turn_down(&self, decided: Vec<Decided>, error: &StoreError) {
        tracing::error!(%error, commands = decided.len(), "changes can not be stored, so they were not made");
        self.env.vitals.journal_errors.inc();
        self.env.vitals.status.report("storage", Condition::degraded(error.to_string()));
        for Decided { answer, repeats, .. } in decided {
            for answer in repeats.into_iter().chain(answer) {
                let _ = answer.send(Err(SubmitError::StorageUnavailable(error.to_string())));
            }
        }
    }
}

impl Batch {
    /// What the show does by itself until `now`, each as of its own time.
    fn come_due(&mut self, now: ShowTime) {
        for _ in 0..MOST_DUE {
            // A clock that was set back must not keep what is due until it is where it was.
            let since = self.after.at.min(now);
            let Some(at) = due::next(&self.show, since).filter(|at| *at <= now) else { return };
            let Some(happening) = due::happen(&self.show, since) else { return };
            self.happen_by_itself(happening, at);
        }
    }

    /// What the show would have done by itself, had the server been there.
    fn catch_up(&mut self, now: ShowTime) {
        for _ in 0..MOST_DUE {
            let Some((at, happening)) = due::missed(&self.show, now) else { return };
            self.happen_by_itself(happening, at);
        }
    }

    fn happen_by_itself(&mut self, Happening { events, by }: Happening, at: ShowTime) {
        let origin = Origin { door: "schedule".to_owned(), actor: by, operation: None };
        self.happen(events, at, origin, None);
    }

    fn decide(&self, command: Command, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
        let (past, show) = (&self.after.past, &self.show);
        match command {
            Command::UndoScene { scene, force } => past.step_scene(show, &scene, Direction::Undo, force, given),
            Command::RedoScene { scene, force } => past.step_scene(show, &scene, Direction::Redo, force, given),
            Command::Undo { force } => past.step_show(show, Direction::Undo, force, given),
            Command::Redo { force } => past.step_show(show, Direction::Redo, force, given),
            command => decide_given(show, command, given),
        }
    }

    fn happen(&mut self, events: Vec<Event>, at: ShowTime, origin: Origin, answer: Option<Answer>) {
        let seq = Seq(self.after.seq.0 + 1);
        let before = self.show.clone();
        let mut change = Change::happen(&mut self.show, &mut self.after.rooms, seq, at, origin, events.into());
        let json = written(&change);
        change.bytes = json.len();
        (self.after.seq, self.after.at, self.after.show) = (seq, at, change.show.clone());
        self.records.push(Record { seq, at, json });
        remember(&mut self.after.past, &before, &change);
        let after = self.after.clone();
        self.decided.push(Decided { change: Arc::new(change), after, answer, repeats: Vec::new() });
    }
}

fn written(change: &Change) -> Vec<u8> {
    let Change { at, origin, events, .. } = change;
    let record = ChangeRecord { v: VERSION, at: *at, origin: origin.clone(), events: events.clone() };
    serde_json::to_vec(&record).expect("events are plain data with text keys, which JSON can hold")
}
