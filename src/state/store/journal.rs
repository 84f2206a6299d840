//! The journal: every change, and now and then a snapshot, in one redb file. A commit is one fsync, whatever it holds.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::{Loaded, Record, Store, StoreError};
use crate::base::quote::quoted;
use crate::show::Show;
use crate::show::time::ShowTime;
use crate::state::apply::check_whole;
use crate::state::format::{ChangeRecord, SnapshotRecord, VERSION};
use crate::state::history::Change;
use crate::state::operation::REMEMBERED;
use crate::state::past::remember;
use crate::state::{Epoch, Seq, Snapshot};

const CHANGES: TableDefinition<u64, &[u8]> = TableDefinition::new("changes");
const SNAPSHOTS: TableDefinition<u64, &[u8]> = TableDefinition::new("snapshots");
const ABOUT: TableDefinition<&str, &str> = TableDefinition::new("about");
const EPOCH: &str = "epoch";
/// There while the changes come from a leader.
const FOLLOWS: &str = "follows";

/// A replay of a thousand changes takes milliseconds; a snapshot costs one larger record.
const CHANGES_PER_SNAPSHOT: u64 = 1_000;

/// The empty show, which has no time of its own. It is written as a snapshot with the first one that is due: without it, the changes
/// up to there could not be replayed.
const BEGINNING: (u64, ShowTime) = (0, ShowTime(0));

/// Pages that redb keeps in memory. Its default of a gigabyte is meant for databases, not for a show.
const CACHE_BYTES: usize = 4 << 20;

pub struct Journal {
    path: PathBuf,
    /// None after a failed write: redb refuses everything then, until the file is opened anew.
    database: Option<Database>,
    /// The snapshots in the file, oldest first: their numbers and times.
    snapshots: VecDeque<(u64, ShowTime)>,
}

impl Journal {
    /// Opens or makes the file and replays what is in it.
    pub fn open(path: &Path) -> Result<(Self, Loaded), StoreError> {
        unless_it_panics(|| {
            let database = open_database(path)?;
            let epoch = epoch(&database)?;
            let (mut loaded, snapshots) = load(&database)?;
            loaded.snapshot.epoch = epoch;
            Ok((Self { path: path.to_owned(), database: Some(database), snapshots }, loaded))
        })
    }

    /// Begins anew with a show that was made elsewhere. Its numbers go on from there, in the life that it names.
    pub fn begin_with(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        if self.database.is_none() {
            self.database = Some(open_database(&self.path)?);
        }
        let Some(database) = &self.database else {
            return Err(StoreError("the journal is closed".to_owned()));
        };
        let transaction = database.begin_write().map_err(told)?;
        {
            transaction.open_table(CHANGES).map_err(told)?.retain(|_, _| false).map_err(told)?;
            let mut about = transaction.open_table(ABOUT).map_err(told)?;
            about.insert(EPOCH, String::from(snapshot.epoch).as_str()).map_err(told)?;
            let mut snapshots = transaction.open_table(SNAPSHOTS).map_err(told)?;
            snapshots.retain(|_, _| false).map_err(told)?;
            snapshots.insert(snapshot.seq.0, snapshot_json(snapshot)?.as_slice()).map_err(told)?;
        }
        transaction.commit().map_err(told)?;
        self.snapshots = VecDeque::from([(snapshot.seq.0, snapshot.at)]);
        Ok(())
    }

    /// A journal is either decided here or followed; which one, it says itself. What one has followed and now decides is another life
    /// of the numbers: the leader goes on with its own.
    pub fn is_followed(&mut self, loaded: &mut Loaded, follows: bool) -> Result<(), StoreError> {
        let Some(database) = &self.database else {
            return Err(StoreError("the journal is closed".to_owned()));
        };
        let transaction = database.begin_write().map_err(told)?;
        {
            let mut about = transaction.open_table(ABOUT).map_err(told)?;
            let followed = about.get(FOLLOWS).map_err(told)?.is_some();
            match (followed, follows) {
                (false, true) if loaded.snapshot.seq > Seq::default() => {
                    return Err(StoreError("it has a show of its own, which following would take the place of".to_owned()));
                }
                (false, true) => drop(about.insert(FOLLOWS, "").map_err(told)?),
                (true, false) => {
                    loaded.snapshot.epoch = Epoch::new();
                    about.insert(EPOCH, String::from(loaded.snapshot.epoch).as_str()).map_err(told)?;
                    about.remove(FOLLOWS).map_err(told)?;
                }
                _ => {}
            }
        }
        transaction.commit().map_err(told)
    }

    fn write(&mut self, records: &[Record], after: &Snapshot) -> Result<(), StoreError> {
        let Some(first) = records.first().map(|record| record.seq.0) else { return Ok(()) };
        if self.database.is_none() {
            self.database = Some(open_database(&self.path)?);
        }
        let Some(database) = &self.database else {
            return Err(StoreError("the journal is closed".to_owned()));
        };
        let newest = self.snapshots.back().map_or(0, |(seq, _)| *seq);
        let due = (after.seq.0 >= newest + CHANGES_PER_SNAPSHOT).then(|| kept_with(&self.snapshots, after));
        let transaction = database.begin_write().map_err(told)?;
        {
            let mut changes = transaction.open_table(CHANGES).map_err(told)?;
            // A commit that failed may have reached the disk all the same; nobody was told that it had.
            changes.retain_in(first.., |_, _| false).map_err(told)?;
            for record in records {
                changes.insert(record.seq.0, record.json.as_slice()).map_err(told)?;
            }
            let mut snapshots = transaction.open_table(SNAPSHOTS).map_err(told)?;
            snapshots.retain_in(first.., |_, _| false).map_err(told)?;
            if let Some(kept) = &due {
                if self.snapshots.is_empty() {
                    snapshots.insert(BEGINNING.0, snapshot_json(&Snapshot::default())?.as_slice()).map_err(told)?;
                }
                snapshots.insert(after.seq.0, snapshot_json(after)?.as_slice()).map_err(told)?;
                let oldest = kept.front().map_or(0, |(seq, _)| *seq);
                snapshots.retain_in(..oldest, |_, _| false).map_err(told)?;
                changes.retain_in(..=oldest, |_, _| false).map_err(told)?;
            }
        }
        transaction.commit().map_err(told)?;
        if let Some(kept) = due {
            self.snapshots = kept;
        }
        Ok(())
    }
}

/// The snapshots to keep once there is one of `after`: the one before it, so that it can be made again should it be unreadable,
/// and so many more that all changes are there by which an operation can be recognised.
fn kept_with(snapshots: &VecDeque<(u64, ShowTime)>, after: &Snapshot) -> VecDeque<(u64, ShowTime)> {
    let mut kept = snapshots.clone();
    if kept.is_empty() {
        kept.push_back(BEGINNING);
    }
    kept.push_back((after.seq.0, after.at));
    while kept.len() > 2 && after.at.since(kept[1].1) >= REMEMBERED {
        kept.pop_front();
    }
    kept
}

fn snapshot_json(snapshot: &Snapshot) -> Result<Vec<u8>, StoreError> {
    let Snapshot { epoch: _, seq, rooms, at, show, past } = snapshot;
    let (rooms, show, past) = (rooms.clone(), show.clone(), past.clone());
    let record = SnapshotRecord { v: VERSION, seq: *seq, at: *at, rooms, show, past };
    serde_json::to_vec(&record).map_err(told)
}

impl Store for Journal {
    fn append(&mut self, records: &[Record], after: &Snapshot) -> Result<(), StoreError> {
        let written = unless_it_panics(|| self.write(records, after));
        if written.is_err() {
            self.database = None;
        }
        written
    }
}

/// Reads a journal without changing what it says: what it holds, or why it can not be read.
pub fn verify(path: &Path) -> Result<Loaded, StoreError> {
    unless_it_panics(|| load(&open_database(path)?).map(|(loaded, _)| loaded))
}

/// The database trusts its file, and panics where a damaged one does not hold what it expects.
fn unless_it_panics<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    // Whatever the work has left half done is dropped, and the file opened anew.
    std::panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(StoreError("the journal's file is damaged: its database can not read it".to_owned())))
}

fn told(error: impl std::fmt::Display) -> StoreError {
    // The database quotes what it finds in the file.
    StoreError(quoted(&error.to_string()))
}

fn open_database(path: &Path) -> Result<Database, StoreError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder.create(path).map_err(|error| StoreError(format!("{}: {}", path.display(), quoted(&error.to_string()))))
}

/// The numbers go on as long as the file does.
fn epoch(database: &Database) -> Result<Epoch, StoreError> {
    let transaction = database.begin_write().map_err(told)?;
    let epoch = {
        let mut about = transaction.open_table(ABOUT).map_err(told)?;
        let known = about.get(EPOCH).map_err(told)?.map(|text| text.value().to_owned());
        match known {
            Some(text) => Epoch::try_from(text).map_err(told)?,
            None => {
                let epoch = Epoch::new();
                about.insert(EPOCH, String::from(epoch).as_str()).map_err(told)?;
                epoch
            }
        }
    };
    transaction.commit().map_err(told)?;
    Ok(epoch)
}

/// Begins at the oldest snapshot, so that the history of the last minutes is there again too.
fn load(database: &Database) -> Result<(Loaded, VecDeque<(u64, ShowTime)>), StoreError> {
    let transaction = database.begin_read().map_err(told)?;
    let mut loaded = Loaded::default();
    let mut known = VecDeque::new();
    match transaction.open_table(SNAPSHOTS) {
        Ok(snapshots) => {
            for entry in snapshots.iter().map_err(told)? {
                let (seq, bytes) = entry.map_err(told)?;
                let record: SnapshotRecord = read("snapshot", bytes.value())?;
                record.check().map_err(|error| damaged("snapshot", error))?;
                if record.seq.0 != seq.value() {
                    return Err(damaged("snapshot", "it lies in another's place"));
                }
                known.push_back((seq.value(), record.at));
                if known.len() == 1 {
                    let SnapshotRecord { v: _, seq, at, rooms, show, past } = record;
                    loaded.snapshot = Snapshot { epoch: Epoch::default(), seq, rooms, at, show, past };
                }
            }
        }
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok((loaded, known)),
        Err(error) => return Err(told(error)),
    }
    let changes = transaction.open_table(CHANGES).map_err(told)?;
    let mut show = Show::clone(&loaded.snapshot.show);
    for entry in changes.range(loaded.snapshot.seq.0 + 1..).map_err(told)? {
        let (seq, bytes) = entry.map_err(told)?;
        let next = loaded.snapshot.seq.0 + 1;
        if seq.value() != next {
            return Err(StoreError(format!("change {next} is missing from the journal")));
        }
        replay(&mut loaded, &mut show, Seq(next), bytes.value())?;
    }
    check_whole(&show).map_err(|error| StoreError(format!("the journal is damaged: its show is not whole: {error}")))?;
    Ok((loaded, known))
}

fn replay(loaded: &mut Loaded, show: &mut Show, seq: Seq, bytes: &[u8]) -> Result<(), StoreError> {
    let record: ChangeRecord = read("change", bytes)?;
    record.check().map_err(|error| damaged("change", error))?;
    let ChangeRecord { v: _, at, origin, events } = record;
    let before = show.clone();
    let mut change = Change::happen(show, &mut loaded.snapshot.rooms, seq, at, origin, events);
    change.bytes = bytes.len();
    remember(&mut loaded.snapshot.past, &before, &change);
    loaded.operations.remember(&change.origin, seq, at, change.created);
    (loaded.snapshot.seq, loaded.snapshot.at, loaded.snapshot.show) = (seq, at, change.show.clone());
    loaded.history.push(Arc::new(change));
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, StoreError> {
    // Only where: serde's own words may quote a stream key.
    let place = |error: serde_json::Error| format!("line {}, column {}", error.line(), error.column());
    serde_json::from_slice(bytes).map_err(|error| damaged(what, place(error)))
}

fn damaged(what: &str, why: impl std::fmt::Display) -> StoreError {
    StoreError(format!("a {what} in the journal is damaged: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::stream::Stream;
    use crate::state::Origin;
    use crate::state::command::Command;
    use crate::state::event::Event;
    use crate::state::history::Replay;
    use crate::state::operation::{Digest, Operation, OperationId};
    use crate::state::room::{Room, RoomSeqs};

    fn record(number: i64) -> Record {
        let stream = Stream::Live { since: ShowTime(number) };
        let operation =
            Operation { id: OperationId::new(format!("op-{number}")).unwrap(), digest: Digest::of(&Command::StopStream) };
        let origin = Origin { door: "test".to_owned(), actor: None, operation: Some(operation) };
        let events = [Event::StreamChanged { stream }].into();
        let record = ChangeRecord { v: VERSION, at: ShowTime(number), origin, events };
        Record { seq: Seq(number as u64), at: ShowTime(number), json: serde_json::to_vec(&record).unwrap() }
    }

    fn after(number: i64) -> Snapshot {
        let show = Show { stream: Stream::Live { since: ShowTime(number) }, ..Show::default() };
        let mut rooms = RoomSeqs::default();
        (0..number).for_each(|_| drop(rooms.count([Room::Stream])));
        Snapshot { seq: Seq(number as u64), rooms, at: ShowTime(number), show: Arc::new(show), ..Snapshot::default() }
    }

    #[test]
    fn what_was_appended_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, loaded) = Journal::open(&path).unwrap();
        assert_eq!(loaded.snapshot.seq, Seq(0));
        for last in (100..=2_500_i64).step_by(100) {
            let batch: Vec<_> = (last - 99..=last).map(record).collect();
            journal.append(&batch, &after(last)).unwrap();
        }
        drop(journal);
        let (_, again) = Journal::open(&path).unwrap();
        let expected = after(2_500);
        assert_eq!((again.snapshot.seq, &again.snapshot.show), (Seq(2_500), &expected.show));
        assert_eq!(again.snapshot.rooms, expected.rooms);
        assert_eq!(again.snapshot.epoch, loaded.snapshot.epoch, "the numbers go on");
        assert!(matches!(again.history.since(Seq(2_000), Seq(2_500)), Replay::Changes(changes) if changes.len() == 500));
    }

    #[test]
    fn operations_of_the_last_five_minutes_are_known_after_opening_again_and_older_changes_go() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        // Ten changes a second for twenty minutes: twelve snapshots, of which the last five minutes need three or four.
        let at = |number: i64| ShowTime(number * 100_000);
        for last in (100..=12_000_i64).step_by(100) {
            let timed = |number| {
                let mut record = record(number);
                let mut json: serde_json::Value = serde_json::from_slice(&record.json).unwrap();
                json["at"] = serde_json::json!(at(number));
                (record.at, record.json) = (at(number), json.to_string().into_bytes());
                record
            };
            let batch: Vec<_> = (last - 99..=last).map(timed).collect();
            journal.append(&batch, &Snapshot { at: at(last), ..after(last) }).unwrap();
        }
        drop(journal);
        let (journal, loaded) = Journal::open(&path).unwrap();
        assert!((4..=5).contains(&journal.snapshots.len()), "{:?}", journal.snapshots);
        let known = |number: i64| {
            let operation = Operation {
                id: OperationId::new(format!("op-{number}")).unwrap(),
                digest: Digest::of(&Command::StopStream),
            };
            let origin = Origin { door: "another".to_owned(), actor: None, operation: Some(operation) };
            loaded.operations.find(&origin, at(12_000)).map(|done| done.seq)
        };
        assert_eq!((known(12_000), known(9_001)), (Some(Seq(12_000)), Some(Seq(9_001))));
        assert_eq!(known(8_999), None, "five minutes and longer ago");
    }

    #[test]
    fn operations_from_before_the_first_snapshot_are_known_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        for last in (100..=1_500_i64).step_by(100) {
            let batch: Vec<_> = (last - 99..=last).map(record).collect();
            journal.append(&batch, &after(last)).unwrap();
        }
        drop(journal);
        let (_, loaded) = Journal::open(&path).unwrap();
        let ChangeRecord { origin, .. } = serde_json::from_slice(&record(1).json).unwrap();
        assert_eq!(loaded.operations.find(&origin, ShowTime(1_500)).map(|done| done.seq), Some(Seq(1)));
        assert_eq!((loaded.snapshot.seq, loaded.snapshot.rooms), (Seq(1_500), after(1_500).rooms));
    }

    #[test]
    fn a_change_that_nobody_was_told_of_gives_way() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.append(&[record(1), record(2), record(3)], &after(3)).unwrap();
        journal.append(&[Record { seq: Seq(2), ..record(20) }], &Snapshot { seq: Seq(2), ..after(20) }).unwrap();
        drop(journal);
        let loaded = verify(&path).unwrap();
        assert_eq!(loaded.snapshot.seq, Seq(2));
        assert_eq!(loaded.snapshot.show.stream, Stream::Live { since: ShowTime(20) });
    }

    /// Puts texts where records belong, below what would check them.
    fn journal_of(snapshots: &[(u64, String)], changes: &[(u64, String)]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("j");
        let database = open_database(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        for (table, records) in [(SNAPSHOTS, snapshots), (CHANGES, changes)] {
            let mut table = transaction.open_table(table).unwrap();
            records.iter().for_each(|(seq, text)| drop(table.insert(seq, text.as_bytes()).unwrap()));
        }
        transaction.commit().unwrap();
        (dir, path)
    }

    #[track_caller]
    fn is_damaged(snapshots: &[(u64, String)], changes: &[(u64, String)]) {
        let (_dir, path) = journal_of(snapshots, changes);
        let errors = [verify(&path).err(), Journal::open(&path).err()];
        for error in errors {
            let error = error.expect("it is damaged").to_string();
            assert!(!error.contains("s3cret") && error.len() < 1_000, "{error}");
        }
    }

    fn snapshot_of(seq: u64, show: &Show) -> String {
        serde_json::json!({"v": VERSION, "seq": seq, "show": show}).to_string()
    }

    fn change_of(event: serde_json::Value) -> String {
        serde_json::json!({"v": VERSION, "at": 1, "origin": {"door": "test"}, "events": [event]}).to_string()
    }

    #[test]
    fn numbers_without_a_next_are_damage() {
        is_damaged(&[(u64::MAX, snapshot_of(u64::MAX, &Show::default()))], &[]);
        let rooms = serde_json::json!({"v": VERSION, "seq": 1, "rooms": {"stream": u64::MAX}, "show": Show::default()});
        is_damaged(&[(1, rooms.to_string())], &[]);
        is_damaged(&[(7, snapshot_of(3, &Show::default()))], &[]);
    }

    #[test]
    fn a_damaged_record_is_not_quoted() {
        let event =
            serde_json::json!({"event": "destination_saved", "destination": {"id": "tv", "kind": "rtmp", "s3cret": 1}});
        is_damaged(&[], &[(1, change_of(event))]);
        is_damaged(&[], &[(1, "\"s3cret\"".to_owned())]);
    }

    #[test]
    fn a_record_of_a_newer_format_is_not_touched() {
        let newer = change_of(serde_json::json!({"event": "scene_removed", "scene": "a"})).replace("\"v\":1", "\"v\":2");
        is_damaged(&[], &[(1, newer)]);
    }

    /// The engine would be given sizes and scenes that no command is allowed to ask for.
    #[test]
    fn a_show_that_no_command_would_have_led_to_is_damage() {
        let mut show = Show::default();
        Arc::make_mut(&mut show.config).width = 0;
        is_damaged(&[(1, snapshot_of(1, &show))], &[]);
        is_damaged(
            &[],
            &[(1, change_of(serde_json::json!({"event": "scene_taken", "program": {"scene": "x", "since": 1}})))],
        );
    }

    #[test]
    fn a_file_that_its_database_panics_at_is_an_error() {
        let (_dir, path) = journal_of(&[(1, snapshot_of(1, &Show::default()))], &[]);
        let mut file = std::fs::read(&path).unwrap();
        // Where the database keeps count of its pages.
        file[4_096..4_200].fill(0xff);
        std::fs::write(&path, file).unwrap();
        let error = verify(&path).err().expect("it is damaged").to_string();
        assert!(error.contains("damaged"), "{error}");
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
