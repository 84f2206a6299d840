//! How the readers are, for whoever asks. Measured, so never part of the show.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::event::{ReaderKind, ReaderName};
use super::reader::{ReaderFault, Unreadable};
use crate::show::tag::TagId;
use crate::show::time::ShowTime;

/// Sources look at least once a second, and a bit later when cards do not answer. One that has not for so long is held by something.
const LONGEST_LOOK: Duration = Duration::from_secs(30);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NfcStatus {
    /// Whether there is any reader that a tag can be put on.
    pub available: bool,
    /// Why there is none, or why some are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    pub readers: Vec<ReaderStatus>,
    /// Taps that were not told, because whoever listens was too busy.
    pub missed_taps: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReaderStatus {
    pub name: ReaderName,
    pub kind: ReaderKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<TagId>,
    /// Why what lies on it is no tag to us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// What a source says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    pub kind: ReaderKind,
    pub condition: Condition,
    pub readers: Vec<(ReaderName, Option<TagId>, Option<Unreadable>)>,
    pub missed_taps: u64,
    /// When it has looked last.
    pub looked: ShowTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It has not looked yet.
    Starting,
    Watching,
    Failed(ReaderFault),
    /// Whoever it asks does not answer.
    Held,
    /// Its thread has ended as it should not.
    Broken,
}

impl SourceStatus {
    pub fn starting(kind: ReaderKind, now: ShowTime) -> Self {
        Self { kind, condition: Condition::Starting, readers: Vec::new(), missed_taps: 0, looked: now }
    }

    /// What is lying on its readers is not known any more if it has not looked for long.
    fn at(mut self, now: ShowTime) -> Self {
        let may_be_held = matches!(self.condition, Condition::Starting | Condition::Watching);
        if may_be_held && now.since(self.looked) > LONGEST_LOOK {
            (self.condition, self.readers) = (Condition::Held, Vec::new());
        }
        self
    }

    fn reason(&self) -> Option<(String, &'static str)> {
        match &self.condition {
            Condition::Starting => Some(("card readers are being looked for".to_owned(), "nfc_starting")),
            Condition::Watching => None,
            Condition::Failed(fault) => Some((fault.to_string(), fault.code())),
            Condition::Held => {
                Some(("the card readers do not answer: restart pcscd, or plug them in anew".to_owned(), "nfc_held"))
            }
            Condition::Broken => {
                Some(("card readers can not be used until the server is started anew".to_owned(), "nfc_broken"))
            }
        }
    }
}

/// Each source writes its own line, anyone reads all of them.
#[derive(Default)]
pub struct Board(Mutex<Vec<SourceStatus>>);

impl Board {
    /// Which line the new source has.
    pub fn add(&self, status: SourceStatus) -> usize {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(status);
        lines.len() - 1
    }

    pub fn change(&self, line: usize, change: impl FnOnce(&mut SourceStatus)) {
        if let Some(status) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(line) {
            change(status);
        }
    }

    pub fn status(&self, now: ShowTime) -> NfcStatus {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let lines: Vec<_> = lines.into_iter().map(|line| line.at(now)).collect();
        let works = |line: &&SourceStatus| line.condition == Condition::Watching;
        let available = lines.iter().filter(works).any(|line| !line.readers.is_empty());
        let none = || (!available).then(|| ("no card reader is connected: plug one in".to_owned(), "nfc_no_reader"));
        let (reason, code) = lines.iter().find_map(SourceStatus::reason).or_else(none).unzip();
        let missed_taps = lines.iter().map(|line| line.missed_taps).sum();
        NfcStatus { available, reason, code, readers: lines.into_iter().flat_map(readers).collect(), missed_taps }
    }
}

fn readers(line: SourceStatus) -> impl Iterator<Item = ReaderStatus> {
    let told = move |(name, present, trouble): (_, _, Option<Unreadable>)| ReaderStatus {
        name,
        kind: line.kind,
        present,
        trouble: trouble.map(|trouble| trouble.to_string()),
    };
    line.readers.into_iter().map(told)
}
