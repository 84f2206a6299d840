//! What is to happen at a time: batches of commands that wait.
//!
//! Commands are kept as the API spells them. What they are is known to `state`, which reads them again when their time has
//! come.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::BatchId;
use super::time::ShowTime;

/// Batches that wait at once.
pub const MAX_SCHEDULED: usize = 128;
/// Those that were refused when their time came are kept for people to see; the oldest give way.
pub const MAX_REFUSED: usize = 16;
/// Commands in one batch, or items in one macro.
pub const MAX_COMMANDS: usize = 256;
/// Of a stored batch or macro, as JSON: all of them together stay small enough to be written with every snapshot.
pub const MAX_STORED_BYTES: usize = 64 << 10;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    pub id: BatchId,
    pub at: ShowTime,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub commands: Arc<[Value]>,
    /// Its time came, and nothing of it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
}

/// Why a command that had waited for its time was turned down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Which of the commands.
    pub index: usize,
    pub command: String,
    pub code: String,
    pub message: String,
}
