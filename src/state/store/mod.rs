//! Where changes are kept. The writer knows this trait, not what is behind it.

pub mod directory;
pub mod journal;

use std::sync::Arc;

use super::Seq;
use super::format::ChangeRecord;
use crate::show::Show;

/// Storage said no. The text is for people.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

pub trait Store: Send {
    /// Appends all or nothing, and returns once it is on disk. `after` is the show with these changes made. The first
    /// record has number `first`; anything that lies there already was never acknowledged and gives way.
    fn append(&mut self, first: Seq, records: &[ChangeRecord], after: &Arc<Show>) -> Result<(), StoreError>;
}

/// What was found at the start.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub seq: Seq,
    pub show: Show,
}
