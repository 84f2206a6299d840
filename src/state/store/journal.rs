//! The journal: every change, and now and then a snapshot, in one redb file. A commit is one fsync, whatever it holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::{Loaded, Store, StoreError};
use crate::show::Show;
use crate::state::Seq;
use crate::state::event::evolve;
use crate::state::format::{ChangeRecord, SnapshotRecord, VERSION};

const CHANGES: TableDefinition<u64, &[u8]> = TableDefinition::new("changes");
const SNAPSHOTS: TableDefinition<u64, &[u8]> = TableDefinition::new("snapshots");

/// A replay of a thousand changes takes milliseconds; a snapshot costs one larger record.
const CHANGES_PER_SNAPSHOT: u64 = 1_000;

/// Pages that redb keeps in memory. Its default of a gigabyte is meant for databases, not for a show.
const CACHE_BYTES: usize = 4 << 20;

pub struct Journal {
    path: PathBuf,
    /// None after a failed write: redb refuses everything then, until the file is opened anew.
    database: Option<Database>,
    /// Number of the newest snapshot.
    snapshot: u64,
}

impl Journal {
    /// Opens or makes the file and replays what is in it.
    pub fn open(path: &Path) -> Result<(Self, Loaded), StoreError> {
        let database = open_database(path)?;
        let (loaded, snapshot) = load(&database)?;
        Ok((Self { path: path.to_owned(), database: Some(database), snapshot }, loaded))
    }

    fn write(&mut self, first: Seq, records: &[ChangeRecord], after: &Arc<Show>) -> Result<(), StoreError> {
        if self.database.is_none() {
            self.database = Some(open_database(&self.path)?);
        }
        let Some(database) = &self.database else {
            return Err(StoreError("the journal is closed".to_owned()));
        };
        let last = first.0 + records.len() as u64 - 1;
        let snapshot_due = last >= self.snapshot + CHANGES_PER_SNAPSHOT;
        let transaction = database.begin_write().map_err(told)?;
        {
            let mut changes = transaction.open_table(CHANGES).map_err(told)?;
            // A commit that failed may have reached the disk all the same; nobody was told that it had.
            changes.retain_in(first.0.., |_, _| false).map_err(told)?;
            for (seq, record) in (first.0..).zip(records) {
                changes.insert(seq, json(record)?.as_slice()).map_err(told)?;
            }
            let mut snapshots = transaction.open_table(SNAPSHOTS).map_err(told)?;
            snapshots.retain_in(first.0.., |_, _| false).map_err(told)?;
            if snapshot_due {
                let record = SnapshotRecord { v: VERSION, seq: Seq(last), show: after.clone() };
                snapshots.insert(last, json(&record)?.as_slice()).map_err(told)?;
                // The snapshot before stays, with the changes after it: should the newest be unreadable, it can be made again.
                snapshots.retain_in(..self.snapshot, |_, _| false).map_err(told)?;
                changes.retain_in(..=self.snapshot, |_, _| false).map_err(told)?;
            }
        }
        transaction.commit().map_err(told)?;
        if snapshot_due {
            self.snapshot = last;
        }
        Ok(())
    }
}

impl Store for Journal {
    fn append(&mut self, first: Seq, records: &[ChangeRecord], after: &Arc<Show>) -> Result<(), StoreError> {
        let written = self.write(first, records, after);
        if written.is_err() {
            self.database = None;
        }
        written
    }
}

/// Reads a journal without changing what it says: what it holds, or why it can not be read.
pub fn verify(path: &Path) -> Result<Loaded, StoreError> {
    load(&open_database(path)?).map(|(loaded, _)| loaded)
}

fn told(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}

fn json(record: &impl serde::Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(record).map_err(told)
}

fn open_database(path: &Path) -> Result<Database, StoreError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder.create(path).map_err(|error| StoreError(format!("{}: {error}", path.display())))
}

fn load(database: &Database) -> Result<(Loaded, u64), StoreError> {
    let transaction = database.begin_read().map_err(told)?;
    let mut loaded = Loaded::default();
    match transaction.open_table(SNAPSHOTS) {
        Ok(snapshots) => {
            if let Some((_, bytes)) = snapshots.last().map_err(told)? {
                let record: SnapshotRecord = read("snapshot", bytes.value())?;
                loaded = Loaded { seq: record.seq, show: Arc::unwrap_or_clone(record.show) };
            }
        }
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok((loaded, 0)),
        Err(error) => return Err(told(error)),
    }
    let snapshot = loaded.seq.0;
    let changes = transaction.open_table(CHANGES).map_err(told)?;
    for entry in changes.range(snapshot + 1..).map_err(told)? {
        let (seq, bytes) = entry.map_err(told)?;
        if seq.value() != loaded.seq.0 + 1 {
            return Err(StoreError(format!("change {} is missing from the journal", loaded.seq.0 + 1)));
        }
        let record: ChangeRecord = read("change", bytes.value())?;
        for event in record.events.iter() {
            evolve(&mut loaded.show, event);
        }
        loaded.seq = Seq(seq.value());
    }
    Ok((loaded, snapshot))
}

fn read<T: serde::de::DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError(format!("a {what} in the journal can not be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::stream::Stream;
    use crate::show::time::ShowTime;
    use crate::state::Origin;
    use crate::state::event::Event;

    fn record(number: i64) -> ChangeRecord {
        let stream = Stream::Live { since: ShowTime(number) };
        let origin = Origin { door: "test".to_owned() };
        ChangeRecord { v: VERSION, at: ShowTime(number), origin, events: [Event::StreamChanged { stream }].into() }
    }

    #[test]
    fn what_was_appended_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, loaded) = Journal::open(&path).unwrap();
        assert_eq!(loaded.seq, Seq(0));
        let mut show = Show::default();
        for number in 1..=2_500_i64 {
            show.stream = Stream::Live { since: ShowTime(number) };
            if number % 100 == 0 {
                let batch: Vec<_> = (number - 99..=number).map(record).collect();
                journal.append(Seq(number as u64 - 99), &batch, &Arc::new(show.clone())).unwrap();
            }
        }
        drop(journal);
        let loaded = verify(&path).unwrap();
        assert_eq!((loaded.seq, loaded.show), (Seq(2_500), show));
    }

    #[test]
    fn a_change_that_nobody_was_told_of_gives_way() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        let show = Arc::new(Show::default());
        journal.append(Seq(1), &[record(1), record(2), record(3)], &show).unwrap();
        journal.append(Seq(2), &[record(20)], &show).unwrap();
        drop(journal);
        let loaded = verify(&path).unwrap();
        assert_eq!(loaded.seq, Seq(2));
        assert_eq!(loaded.show.stream, Stream::Live { since: ShowTime(20) });
    }

    #[test]
    fn a_file_that_is_no_journal_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        std::fs::write(&path, vec![7; 10_000]).unwrap();
        assert!(Journal::open(&path).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), vec![7; 10_000]);
    }
}
