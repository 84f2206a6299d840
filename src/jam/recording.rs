//! What was played, read back: a jam from its beginning on, event by event.

use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable};
use serde::Serialize;

use super::evolve::evolve;
use super::store::{self, About, StoreError};
use crate::show::jam::code::JamCode;
use crate::show::jam::event::Entry;
use crate::show::jam::{Jam, Millis};

/// A jam's code, and when it was made: `AB12CD-1700000000000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingId {
    pub code: JamCode,
    pub made: Millis,
}

impl std::str::FromStr for RecordingId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (code, made) = text.split_once('-').ok_or(())?;
        Ok(Self { code: code.parse().map_err(|_| ())?, made: made.parse().map_err(|_| ())? })
    }
}

impl std::fmt::Display for RecordingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.code, self.made)
    }
}

/// One that there is.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    pub id: String,
    pub code: JamCode,
    pub name: String,
    pub created_at: Millis,
    /// Absent while it goes on.
    pub ended_at: Option<Millis>,
    pub events: u64,
    /// When something happened last, in milliseconds from its beginning.
    pub length_ms: Millis,
}

pub struct Recording {
    pub about: About,
    /// As it was before the first entry.
    pub beginning: Jam,
    pub entries: Vec<Entry>,
}

impl Recording {
    /// Reads all of it; None if there is none.
    pub fn read(file: &Database, id: RecordingId) -> Result<Option<Self>, StoreError> {
        let transaction = file.begin_read().map_err(told)?;
        let Some(about) = store::about(&transaction, id.code, id.made)? else { return Ok(None) };
        let beginning = store::beginning(&transaction, id.code, id.made)?;
        let entries = store::entries(&transaction, id.code, id.made)?;
        Ok(Some(Self { about, beginning, entries }))
    }

    /// As it was at that time.
    pub fn jam_at(&self, at: Millis) -> Jam {
        let mut jam = self.beginning.clone();
        self.entries.iter().take_while(|entry| entry.at <= at).for_each(|entry| evolve(&mut jam, entry));
        jam
    }

    pub fn end(&self) -> Millis {
        self.entries.last().map_or(self.about.created_at, |entry| entry.at)
    }

    /// A line for what it is, and one for each thing that happened.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let head = Head { about: &self.about, beginning: &self.beginning };
        let head = serde_json::to_string(&head).unwrap_or_default();
        let entries = self.entries.iter().map(|entry| serde_json::to_string(entry).unwrap_or_default());
        std::iter::once(head).chain(entries)
    }

    /// What `lines` wrote.
    pub fn from_lines<'a>(mut lines: impl Iterator<Item = &'a str>) -> Result<Self, StoreError> {
        let broken = |error: serde_json::Error| StoreError(format!("this is no recording of a jam: {error}"));
        let head: OwnedHead = serde_json::from_str(lines.next().unwrap_or_default()).map_err(broken)?;
        let entries = lines.filter(|line| !line.trim().is_empty()).map(serde_json::from_str).collect::<Result<_, _>>();
        Ok(Self { about: head.about, beginning: head.beginning, entries: entries.map_err(broken)? })
    }
}

#[derive(Serialize)]
struct Head<'a> {
    about: &'a About,
    beginning: &'a Jam,
}

#[derive(serde::Deserialize)]
struct OwnedHead {
    about: About,
    beginning: Jam,
}

/// Newest first.
pub fn list(file: &Database) -> Result<Vec<Listed>, StoreError> {
    let transaction = file.begin_read().map_err(told)?;
    let Some(jams) = store::opened(transaction.open_table(store::JAMS))? else { return Ok(Vec::new()) };
    let mut listed = Vec::new();
    for entry in jams.iter().map_err(told)? {
        let (_, value) = entry.map_err(told)?;
        let about: About = store::read("jam", value.value())?;
        let (events, last) = store::newest_event(&transaction, about.code, about.created_at)?;
        listed.push(Listed {
            id: RecordingId { code: about.code, made: about.created_at }.to_string(),
            code: about.code,
            name: about.name,
            created_at: about.created_at,
            ended_at: about.ended_at,
            events,
            length_ms: last.saturating_sub(about.created_at),
        });
    }
    listed.sort_by_key(|listed| std::cmp::Reverse(listed.created_at));
    Ok(listed)
}

/// What was played can be read while more is.
pub fn open(file: Option<Arc<Database>>) -> Result<Arc<Database>, StoreError> {
    file.ok_or_else(|| StoreError("the file of the jams is being opened anew".to_owned()))
}

fn told(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}
