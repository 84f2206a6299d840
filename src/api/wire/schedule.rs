//! What happens at a time, as doors show it: times in milliseconds.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::show::Show;
use crate::show::ids::{BatchId, MacroId};
use crate::show::macros::{Course, Item, Macro, OnRefusal, Run};
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

#[derive(Debug, Serialize, JsonSchema)]
pub struct MacroView<'a> {
    id: &'a MacroId,
    name: &'a str,
    items: Vec<ItemView<'a>>,
    on_refusal: OnRefusal,
    /// Its newest run; null if it was never run.
    run: Option<RunView<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ItemView<'a> {
    after_ms: u64,
    command: &'a Value,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RunView<'a> {
    /// Milliseconds of Unix time.
    started: i64,
    by: Option<&'a str>,
    #[serde(flatten)]
    course: CourseView,
    /// Of the macro that it was started with.
    items: usize,
    refused: &'a [Refusal],
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CourseView {
    /// `next` is the item that is carried out next.
    Running {
        next: usize,
    },
    Done {
        at: i64,
    },
    Stopped {
        at: i64,
    },
    /// One of its commands was refused.
    Failed {
        at: i64,
    },
}

impl<'a> MacroView<'a> {
    pub fn new(definition: &'a Macro, run: Option<&'a Run>) -> Self {
        let Macro { id, name, items, on_refusal } = definition;
        let items = items.iter().map(|Item { after_ms, command }| ItemView { after_ms: *after_ms, command }).collect();
        Self { id, name, items, on_refusal: *on_refusal, run: run.map(RunView::new) }
    }

    pub fn of(show: &'a Show, id: &MacroId) -> Option<Self> {
        Some(Self::new(show.macros.get(id)?, show.runs.get(id).map(AsRef::as_ref)))
    }

    pub fn all(show: &'a Show) -> Vec<Self> {
        show.macros.keys().filter_map(|id| Self::of(show, id)).collect()
    }
}

impl<'a> RunView<'a> {
    pub fn new(run: &'a Run) -> Self {
        let Run { of, started, by, depth: _, course, refused } = run;
        let (started, by, course) = (started.millis(), by.as_deref(), CourseView::new(course));
        Self { started, by, course, items: of.items.len(), refused }
    }
}

impl CourseView {
    pub fn new(course: &Course) -> Self {
        match course {
            Course::Running { next } => CourseView::Running { next: *next },
            Course::Done { at } => CourseView::Done { at: at.millis() },
            Course::Stopped { at } => CourseView::Stopped { at: at.millis() },
            Course::Failed { at } => CourseView::Failed { at: at.millis() },
        }
    }
}
