//! Macros: commands in the order of time, to be carried out again and again; and how the newest run of each is doing.
//!
//! Where a run stands follows from when it was started: the time of each item is a sum, so its frame is exact.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::MacroId;
use super::schedule::Refusal;
use super::time::ShowTime;

pub const MAX_MACROS: usize = 128;
/// Runs at once.
pub const MAX_RUNNING: usize = 32;
/// Macros that start macros that start macros.
pub const MAX_DEPTH: u8 = 4;
/// A day: what comes later is scheduled.
pub const MAX_AFTER_MS: u64 = 86_400_000;
/// Refusals of a run that are kept.
pub const MAX_REFUSALS: usize = 16;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Macro {
    pub id: MacroId,
    #[serde(default)]
    pub name: String,
    /// In the order of time.
    pub items: Arc<[Item]>,
    #[serde(default)]
    pub on_refusal: OnRefusal,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Counted from the start of the run.
    pub after_ms: u64,
    /// As the API spells it.
    pub command: Value,
}

/// What becomes of a run when one of its commands is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRefusal {
    /// It ends there.
    #[default]
    Stop,
    /// The others are carried out all the same.
    GoOn,
}

/// The newest run of a macro. It goes on with what the macro was when it was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub of: Arc<Macro>,
    pub started: ShowTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How many macros have started each other to start this one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u8,
    pub course: Course,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Course {
    /// `next` is the item that is carried out next.
    Running {
        next: usize,
    },
    Done {
        at: ShowTime,
    },
    /// By somebody.
    Stopped {
        at: ShowTime,
    },
    /// One of its commands was refused.
    Failed {
        at: ShowTime,
    },
}

impl Run {
    pub fn is_running(&self) -> bool {
        matches!(self.course, Course::Running { .. })
    }

    /// When its next item is carried out; None once it has ended.
    pub fn next_at(&self) -> Option<ShowTime> {
        let Course::Running { next } = self.course else { return None };
        // A run without a next item ends at once.
        let after = self.of.items.get(next).map_or(0, |item| item.after_ms);
        Some(self.started.plus(Duration::from_millis(after)))
    }
}

fn is_zero(depth: &u8) -> bool {
    *depth == 0
}
