//! What happens at a time, as doors show it: times in milliseconds.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::show::Show;
use crate::show::ids::BatchId;
use crate::show::schedule::{Refusal, Scheduled};

#[derive(Debug, Serialize, JsonSchema)]
pub struct ScheduledView<'a> {
    id: &'a BatchId,
    /// Milliseconds of Unix time.
    at: i64,
    /// Who asked for it.
    by: Option<&'a str>,
    commands: &'a [Value],
    /// Why nothing of it happened when its time came.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a Refusal>,
}

impl<'a> ScheduledView<'a> {
    pub fn new(batch: &'a Scheduled) -> Self {
        let Scheduled { id, at, by, commands, refused } = batch;
        Self { id, at: at.millis(), by: by.as_deref(), commands, refused: refused.as_ref() }
    }

    /// In the order of time.
    pub fn all(show: &'a Show) -> Vec<Self> {
        let mut batches: Vec<&Scheduled> = show.scheduled.values().map(AsRef::as_ref).collect();
        batches.sort_by_key(|batch| batch.at);
        batches.into_iter().map(Self::new).collect()
    }
}
