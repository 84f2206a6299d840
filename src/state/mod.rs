//! The one writer. Everyone else sends a `Command` or holds a snapshot.
//!
//! A command goes to the writer's thread, is decided by `apply`, written to the journal, published, and only then
//! answered: what was acknowledged is on disk.

pub mod apply;
pub mod command;
pub mod event;
pub mod format;
pub mod history;
pub mod rejection;
pub mod store;
pub mod writer;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};

use crate::show::Show;
use command::Command;
use history::{Change, History, Replay};
use rejection::Rejection;
use writer::Request;

/// Number of a change; the first is 1, none is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `rest`, `ws`, `start` …
    pub door: String,
}

/// A command was accepted, and is on disk.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub seq: Seq,
    /// The show right after it.
    pub snapshot: Arc<Show>,
}

/// The show as it was after change `seq`.
#[derive(Debug)]
pub struct Snapshot {
    pub seq: Seq,
    pub show: Arc<Show>,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Rejected(#[from] Rejection),
    #[error("the change can not be stored, so it was not made: {0}")]
    StorageUnavailable(String),
    #[error("the server is overloaded: too many commands are waiting")]
    Overloaded,
    #[error("the server is going down")]
    Closing,
}

/// All that anyone outside gets.
#[derive(Clone)]
pub struct StateHandle {
    /// None once closed; shared, so that closing one closes all.
    requests: Arc<Mutex<Option<mpsc::Sender<Request>>>>,
    published: Arc<Published>,
}

impl StateHandle {
    fn new(requests: mpsc::Sender<Request>, published: Arc<Published>) -> Self {
        Self { requests: Arc::new(Mutex::new(Some(requests))), published }
    }

    /// Durable when Ok.
    pub async fn submit(&self, command: Command, origin: Origin) -> Result<Receipt, SubmitError> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(SubmitError::Closing)?;
        let (answer, answered) = oneshot::channel();
        requests.try_send(Request { command, origin, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Closing,
        })?;
        drop(requests);
        answered.await.map_err(|_| SubmitError::Closing)?
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

    /// For doors: what was missed, or that it is too long ago.
    pub fn changes_since(&self, seen: Seq) -> Replay {
        self.published.history.since(seen, self.snapshot().seq)
    }

    /// Takes no more commands. What is waiting is still answered; then the writer ends.
    pub fn close(&self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Where the writer puts what it has made.
struct Published {
    show: Arc<ArcSwap<Show>>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    history: History,
}

impl Published {
    fn new(snapshot: Snapshot) -> Self {
        Self {
            show: Arc::new(ArcSwap::new(snapshot.show.clone())),
            snapshots: watch::Sender::new(Arc::new(snapshot)),
            history: History::default(),
        }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshots.borrow().clone()
    }

    fn publish(&self, change: Arc<Change>) {
        self.show.store(change.show.clone());
        let snapshot = Arc::new(Snapshot { seq: change.seq, show: change.show.clone() });
        self.history.push(change);
        self.snapshots.send_replace(snapshot);
    }
}
