//! The writer of a node that follows another: changes come down a link instead of being decided here, commands go up it. The
//! handle is the same, so nobody else knows the difference.
//!
//! What the show does by itself is looked ahead with the same pure function, for the engine; it is committed when the leader
//! says so.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::ahead::{self, Ahead};
use super::alarm::Alarm;
use super::command::Command;
use super::format::ChangeRecord;
use super::history::Change;
use super::past::remember;
use super::store::journal::Journal;
use super::store::{Loaded, Record, Store, StoreError};
use super::writer::{Asked, Env, Request, WAITING};
use super::{Origin, Published, Receipt, Seq, Snapshot, StateHandle, SubmitError};
use crate::base::status::Condition;
use crate::base::watched::{Failing, spawn_watched};
use crate::show::Show;
use crate::show::destination::Target;
use crate::show::ids::AssetId;

/// Commands on their way to the link.
const UPWARD: usize = 256;
/// What is taken together.
const BATCH: usize = 256;
/// What was due and has not come down is looked at again at this distance.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// What a node does by itself, because of the show: the leader does it for all.
const BY_ITSELF: [&str; 4] = ["player", "details", "download", "start"];

pub type Answer = oneshot::Sender<Result<Receipt, SubmitError>>;

/// A command that is to be decided elsewhere.
pub struct Forward {
    pub command: Command,
    pub origin: Origin,
    pub answer: Answer,
}

/// What came down the link.
pub enum Delivery {
    /// In order, from the one after the newest.
    Changes(Vec<(Seq, ChangeRecord)>),
    Snapshot(Box<Snapshot>),
    /// The files of the show that are here. The engine is not shown the others: a picture that is made without its file stays so.
    Files(BTreeSet<AssetId>),
    /// What a caller is told once all before it has happened here.
    Done {
        answer: Answer,
        seq: Seq,
        created: bool,
        repeated: bool,
    },
}

pub(super) struct Delivered {
    pub delivery: Delivery,
    /// Why it can not be taken.
    pub taken: oneshot::Sender<Result<(), StoreError>>,
}

/// The link's ends of it.
pub struct Link {
    pub commands: mpsc::Receiver<Forward>,
    pub deliveries: Deliveries,
}

/// It holds no writer up: once all others have let go of it, it is closed.
#[derive(Clone)]
pub struct Deliveries(mpsc::WeakSender<Asked>);

impl Deliveries {
    /// Comes back when it has happened, and is on disk. None when the writer has ended.
    pub async fn deliver(&self, delivery: Delivery) -> Option<Result<(), StoreError>> {
        let (taken, told) = oneshot::channel();
        let sender = self.0.upgrade()?;
        sender.send(Asked::Delivered(Delivered { delivery, taken })).await.ok()?;
        drop(sender);
        told.await.ok()
    }
}

/// Starts the writer; it ends once `StateHandle::close` was called.
pub fn start(journal: Journal, loaded: Loaded, env: Env) -> io::Result<(StateHandle, Link, JoinHandle<()>)> {
    let (requests, waiting) = mpsc::channel(WAITING);
    let (upward, commands) = mpsc::channel(UPWARD);
    let published = Arc::new(Published::for_viewers(loaded.snapshot, loaded.history));
    let alarm = Alarm::start(env.clock.clone(), requests.downgrade())?;
    let link = Link { commands, deliveries: Deliveries(requests.downgrade()) };
    let handle = StateHandle::new(requests, published.clone());
    let writer = Follower { journal, published, upward, alarm, env, owed: Vec::new(), files: BTreeSet::new() };
    let failing = Failing::of("storage", &writer.env.vitals, Condition::down("the thread that keeps the show has failed"));
    let thread = spawn_watched("state", failing, move || writer.run(waiting))?;
    Ok((handle, link, thread))
}

/// Without what sends something elsewhere: that is the leader's, and it alone has the keys for it. HTTP Live Streaming is served by
/// this node to its own viewers.
pub(super) fn for_viewers(show: &Show) -> Show {
    let mut left = show.clone();
    let destinations = Arc::make_mut(&mut left.destinations);
    destinations.retain(|_, destination| matches!(destination.target, Target::Hls { .. }));
    (left.fixtures, left.displays, left.light_feeds) = Default::default();
    left
}

/// A caller whose command is carried out, and has not happened here yet.
struct Owed {
    answer: Answer,
    seq: Seq,
    created: bool,
    repeated: bool,
}

struct Follower {
    journal: Journal,
    published: Arc<Published>,
    upward: mpsc::Sender<Forward>,
    alarm: Alarm,
    env: Env,
    /// No more than there are commands on their way.
    owed: Vec<Owed>,
    files: BTreeSet<AssetId>,
}

impl Follower {
    fn run(mut self, mut waiting: mpsc::Receiver<Asked>) {
        self.env.vitals.status.report("storage", Condition::ok());
        self.look_ahead();
        let mut asked = Vec::with_capacity(BATCH);
        while waiting.blocking_recv_many(&mut asked, BATCH) > 0 {
            for asked in asked.drain(..) {
                match asked {
                    Asked::Command(request) => self.hand_up(request),
                    Asked::Delivered(Delivered { delivery, taken }) => {
                        // A link that went away does not want to know.
                        let _ = taken.send(self.take(delivery));
                    }
                    Asked::WakeUp => {}
                }
            }
            // Before anyone is told: whoever has an answer may look at the picture.
            self.look_ahead();
            self.answer_what_has_happened();
        }
        self.alarm.end();
    }

    fn hand_up(&self, Request { command, origin, answer }: Request) {
        if BY_ITSELF.contains(&origin.door.as_str()) {
            let _ = answer.send(Err(SubmitError::LeadersOwn));
            return;
        }
        let refused = match self.upward.try_send(Forward { command, origin, answer }) {
            Ok(()) => return,
            Err(refused) => refused,
        };
        let (Forward { answer, .. }, error) = match refused {
            mpsc::error::TrySendError::Full(forward) => (forward, SubmitError::Overloaded),
            mpsc::error::TrySendError::Closed(forward) => (forward, SubmitError::Closing),
        };
        let _ = answer.send(Err(error));
    }

    fn take(&mut self, delivery: Delivery) -> Result<(), StoreError> {
        match delivery {
            Delivery::Changes(changes) => self.happen(changes),
            Delivery::Snapshot(snapshot) => self.begin_anew(*snapshot),
            Delivery::Files(files) => {
                self.files = files;
                Ok(())
            }
            Delivery::Done { answer, seq, created, repeated } => {
                self.owed.push(Owed { answer, seq, created, repeated });
                Ok(())
            }
        }
    }

    fn answer_what_has_happened(&mut self) {
        let newest = self.published.snapshot();
        for Owed { answer, seq, created, repeated } in self.owed.extract_if(.., |owed| owed.seq <= newest.seq) {
            let then = self.published.history.find(seq).map(|change| change.show.clone());
            let snapshot = then.unwrap_or_else(|| newest.show.clone());
            let _ = answer.send(Ok(Receipt { seq, snapshot, created, repeated }));
        }
    }

    fn happen(&mut self, changes: Vec<(Seq, ChangeRecord)>) -> Result<(), StoreError> {
        let newest = self.published.snapshot();
        let (mut show, mut after) = (Show::clone(&newest.show), Snapshot::clone(&newest));
        let (mut records, mut happened) = (Vec::with_capacity(changes.len()), Vec::with_capacity(changes.len()));
        for (seq, record) in changes {
            if seq.0 != after.seq.0 + 1 {
                return Err(StoreError(format!("change {} came where {} should", seq.0, after.seq.0 + 1)));
            }
            let json = serde_json::to_vec(&record).map_err(|error| StoreError(error.to_string()))?;
            let before = show.clone();
            let ChangeRecord { v: _, at, origin, events } = record;
            let mut change = Change::happen(&mut show, &mut after.rooms, seq, at, origin, events);
            change.bytes = json.len();
            (after.seq, after.at, after.show) = (seq, at, change.show.clone());
            remember(&mut after.past, &before, &change);
            records.push(Record { seq, at, json });
            happened.push((Arc::new(change), after.clone()));
        }
        self.on_disk(|journal| journal.append(&records, &after))?;
        self.env.vitals.follow_changes.inc_by(happened.len() as u64);
        happened.into_iter().for_each(|(change, after)| self.published.publish(change, after));
        Ok(())
    }

    /// Nothing that was kept leads here.
    fn begin_anew(&mut self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.on_disk(|journal| journal.begin_with(&snapshot))?;
        self.published.begin_anew(snapshot);
        self.env.vitals.follow_snapshots.inc();
        Ok(())
    }

    fn on_disk(&mut self, write: impl FnOnce(&mut Journal) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let written = write(&mut self.journal);
        self.env.vitals.status.report(
            "storage",
            match &written {
                Ok(()) => Condition::ok(),
                Err(error) => {
                    self.env.vitals.journal_errors.inc();
                    Condition::degraded(error.to_string())
                }
            },
        );
        written
    }

    fn look_ahead(&self) {
        let (newest, now) = (self.published.snapshot(), self.env.clock.now());
        let Ahead { mut timeline, wake_at } = ahead::look(&newest.show, newest.at, now);
        timeline.for_each_show(|show| {
            if show.assets.keys().any(|id| !self.files.contains(id)) {
                let assets = &mut Arc::make_mut(show).assets;
                Arc::make_mut(assets).retain(|id, _| self.files.contains(id));
            }
        });
        self.published.timeline.store(Arc::new(timeline));
        self.alarm.set(wake_at.map(|wake_at| if wake_at <= now { now.plus(LOOK_AGAIN) } else { wake_at }));
    }
}
