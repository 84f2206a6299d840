//! Where changes are kept. The writer knows this trait, not what is behind it.

pub mod directory;
pub mod journal;
pub mod redis;
pub mod score;

use super::history::History;
use super::operation::Operations;
use super::{Seq, Snapshot};
use crate::show::time::ShowTime;

/// Storage said no. The text is for people.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// A change as it is written.
#[derive(Clone, Debug)]
pub struct Record {
    pub seq: Seq,
    pub at: ShowTime,
    pub json: Vec<u8>,
}

pub trait Store: Send {
    /// Appends all or nothing, and returns once it is on disk. `after` is what these changes led to. Records that lie there
    /// already under these numbers were never acknowledged and give way.
    fn append(&mut self, records: &[Record], after: &Snapshot) -> Result<(), StoreError>;
}

/// What was found at the start.
#[derive(Default)]
pub struct Loaded {
    pub snapshot: Snapshot,
    pub history: History,
    pub operations: Operations,
}
