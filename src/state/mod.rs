//! The one writer. Everyone else sends a `Command` or holds a snapshot.
//!
//! A command goes to the writer's thread, is decided by `apply`, written to the journal, published, and only then
//! answered: what was acknowledged is on disk.

pub mod ahead;
mod alarm;
pub mod apply;
pub mod asked;
pub mod command;
pub mod effect;
pub mod event;
pub mod following;
pub mod format;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
pub mod history;
pub mod operation;
pub mod past;
pub mod rejection;
pub mod relay;
pub mod room;
pub mod store;
pub mod writer;

#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};

use crate::show::Show;
use crate::show::time::ShowTime;
use crate::show::timeline::Timeline;
use command::Command;
use history::{Change, History, Replay};
use operation::Operation;
use past::Past;
use rejection::Rejection;
use relay::Refused;
use room::RoomSeqs;
use writer::{Asked, Request};

/// Number of a change; the first is 1, none is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// Which life of the numbers this is. It changes when earlier numbers can mean something else: another journal, or one that
/// was made anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Epoch(u64);

impl Epoch {
    pub fn new() -> Self {
        Self(fastrand::u64(1..))
    }
}

impl From<Epoch> for String {
    /// As text: in JavaScript a number of 64 bits loses its last digits.
    fn from(epoch: Epoch) -> String {
        format!("{:016x}", epoch.0)
    }
}

impl TryFrom<String> for Epoch {
    type Error = std::num::ParseIntError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `rest`, `ws`, `start` …
    pub door: String,
    /// The user or token; nobody where no users are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// What the client calls it, so that it can ask again without doing it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
}

impl Origin {
    pub fn door(door: &str) -> Self {
        Self { door: door.to_owned(), actor: None, operation: None }
    }
}

/// A command was accepted, and is on disk.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub seq: Seq,
    /// The show right after it; for one that is repeated long after, the newest show.
    pub snapshot: Arc<Show>,
    /// It made something that was not there before.
    pub created: bool,
    /// It had been carried out earlier: this is the first receipt again.
    pub repeated: bool,
}

/// The show as it was after change `seq`.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub epoch: Epoch,
    pub seq: Seq,
    pub rooms: RoomSeqs,
    /// When change `seq` happened.
    pub at: ShowTime,
    pub show: Arc<Show>,
    /// What its scenes were before.
    pub past: Arc<Past>,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("the change can not be stored, so it was not made: {0}")]
    StorageUnavailable(String),
    #[error("this client_op_id was used for another request within the last five minutes")]
    OperationReused,
    #[error("the server is overloaded: too many commands are waiting")]
    Overloaded,
    #[error("the server is going down")]
    Closing,
    #[error("this server follows another, {0}, and is cut off from it: nothing can be changed until it is back")]
    LeaderAway(String),
    #[error("this server follows another, {0}, which was cut off before it answered: ask again under the same client_op_id")]
    LeaderSilent(String),
    #[error("this server follows another without being able to ask it for anything: send it to the leader")]
    LeadersOwn,
    /// The leader's own no.
    #[error(transparent)]
    Refused(Box<Refused>),
}

/// A command in line.
pub struct Pending(oneshot::Receiver<Result<Receipt, SubmitError>>);

impl Future for Pending {
    type Output = Result<Receipt, SubmitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A writer that ends without an answer has been closed.
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or(Err(SubmitError::Closing)))
    }
}

/// All that anyone outside gets.
#[derive(Clone)]
pub struct StateHandle {
    /// None once closed; shared, so that closing one closes all.
    requests: Arc<Mutex<Option<mpsc::Sender<Asked>>>>,
    published: Arc<Published>,
}

impl StateHandle {
    fn new(requests: mpsc::Sender<Asked>, published: Arc<Published>) -> Self {
        Self { requests: Arc::new(Mutex::new(Some(requests))), published }
    }

    /// Puts the command in line, behind all that were put there before; the answer comes later.
    pub fn begin(&self, command: Command, origin: Origin) -> Result<Pending, SubmitError> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(SubmitError::Closing)?;
        let (answer, answered) = oneshot::channel();
        requests.try_send(Asked::Command(Request { command, origin, answer })).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Closing,
        })?;
        Ok(Pending(answered))
    }

    /// Durable when Ok.
    pub async fn submit(&self, command: Command, origin: Origin) -> Result<Receipt, SubmitError> {
        self.begin(command, origin)?.await
    }

    /// The newest show, with the number of the change that made it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.snapshot()
    }

    /// Newest only, for tasks.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.published.snapshots.subscribe()
    }

    /// The newest show, for threads that read it often and must never wait.
    pub fn live_show(&self) -> Arc<ArcSwap<Show>> {
        self.published.show.clone()
    }

    /// The show with those outputs alone that this node runs itself.
    pub fn outputs(&self) -> Arc<ArcSwap<Show>> {
        self.published.outputs.clone()
    }

    /// The same with what is scheduled for the next seconds, for threads that make something for every instant.
    pub fn timeline(&self) -> Arc<ArcSwap<Timeline>> {
        self.published.timeline.clone()
    }

    /// For doors: what was missed, or that it is too long ago.
    pub fn changes_since(&self, seen: Seq) -> Replay {
        self.published.history.since(seen, self.snapshot().seq)
    }

    /// All changes that are kept, oldest first.
    pub fn kept_changes(&self) -> Vec<Arc<Change>> {
        self.published.history.all()
    }

    pub fn oldest_change(&self) -> Option<Seq> {
        self.published.history.oldest()
    }

    /// Takes no more commands. What is waiting is still answered; then the writer ends.
    pub fn close(&self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Where the writer puts what it has made.
struct Published {
    show: Arc<ArcSwap<Show>>,
    /// The very same where everything is decided here; else what is left of it for this node.
    outputs: Arc<ArcSwap<Show>>,
    timeline: Arc<ArcSwap<Timeline>>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    history: History,
}

impl Published {
    fn new(snapshot: Snapshot, history: History) -> Self {
        let show = Arc::new(ArcSwap::new(snapshot.show.clone()));
        let timeline = Arc::new(ArcSwap::from_pointee(Timeline::new(snapshot.show.clone())));
        let outputs = show.clone();
        Self { show, outputs, timeline, snapshots: watch::Sender::new(Arc::new(snapshot)), history }
    }

    /// For a node that runs nobody's outputs but its viewers'.
    fn for_viewers(snapshot: Snapshot, history: History) -> Self {
        let outputs = Arc::new(ArcSwap::from_pointee(following::for_viewers(&snapshot.show)));
        Self { outputs, ..Self::new(snapshot, history) }
    }

    fn show(&self, show: Arc<Show>) {
        if !Arc::ptr_eq(&self.show, &self.outputs) {
            self.outputs.store(Arc::new(following::for_viewers(&show)));
        }
        self.show.store(show);
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshots.borrow().clone()
    }

    /// With another show, to which no change led that is kept.
    fn begin_anew(&self, snapshot: Snapshot) {
        self.show(snapshot.show.clone());
        self.history.clear();
        self.snapshots.send_replace(Arc::new(snapshot));
    }

    fn publish(&self, change: Arc<Change>, after: Snapshot) {
        self.show(change.show.clone());
        self.history.push(change);
        self.snapshots.send_replace(Arc::new(after));
    }
}
