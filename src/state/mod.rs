//! The one writer. Everyone else sends a `Command` or holds a snapshot.

pub mod command;
pub mod event;
pub mod rejection;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::show::Show;
use command::Command;
use rejection::Rejection;

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
pub struct StateHandle {}

impl StateHandle {
    /// Durable when Ok.
    pub async fn submit(&self, _command: Command, _origin: Origin) -> Result<Receipt, SubmitError> {
        Err(SubmitError::Closing)
    }

    /// The newest show, with the number of the change that made it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        unreachable!("filled in with the writer")
    }

    /// Newest only.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        unreachable!("filled in with the writer")
    }
}

/// The show as it was after change `seq`.
#[derive(Debug)]
pub struct Snapshot {
    pub seq: Seq,
    pub show: Arc<Show>,
}
