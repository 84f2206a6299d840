//! Fuzz targets: records of the journal, and a whole file in which anything may have been damaged.

use std::sync::OnceLock;

use redb::backends::InMemoryBackend;
use redb::{Database, StorageBackend};

use super::{ABOUT, CHANGES, EPOCH, SNAPSHOTS, load};
use crate::base::fuzz::{SECRET, check_told};
use crate::show::time::ShowTime;
use crate::state::apply::{check_whole, decide};
use crate::state::command::Command;
use crate::state::format::{ChangeRecord, SnapshotRecord};
use crate::state::fuzz::{changes_so_far, record_of};
use crate::state::history::Change;
use crate::state::store::{Loaded, StoreError};
use crate::state::{Origin, Seq};

/// Records as texts, one a line: those that read as snapshots lie where they say, all others are changes from 1 on.
pub fn journal_record(bytes: &[u8]) {
    let database = Database::builder().create_with_backend(InMemoryBackend::new()).expect("memory is there");
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut changes = transaction.open_table(CHANGES).expect("a table");
        let mut snapshots = transaction.open_table(SNAPSHOTS).expect("a table");
        let mut number = 0;
        for line in bytes.split(|byte| *byte == b'\n').take(16) {
            if let Some(snapshot) = read_again::<SnapshotRecord>(line) {
                snapshots.insert(snapshot.seq.0, line).expect("room");
                number = snapshot.seq.0;
                continue;
            }
            read_again::<ChangeRecord>(line);
            number = number.saturating_add(1);
            changes.insert(number, line).expect("room");
        }
    }
    transaction.commit().expect("memory is there");
    check_loaded(load(&database).map(|(loaded, _)| loaded));
}

fn read_again<T: serde::Serialize + serde::de::DeserializeOwned>(text: &[u8]) -> Option<T> {
    let record: T = serde_json::from_slice(text).ok()?;
    let written = serde_json::to_string(&record).expect("records are plain data");
    let again: T = serde_json::from_str(&written).expect("what is written can be read");
    assert_eq!(serde_json::to_string(&again).expect("plain data"), written);
    Some(record)
}

/// Edits to a good file: three bytes say where (as a part of the file), one how many bytes follow, which are put there. The
/// last edit's place, where nothing follows it, is where the file ends.
pub fn journal_file(mut edits: &[u8]) {
    let mut file = good_file().to_vec();
    while let [first, second, third, count, rest @ ..] = edits {
        let part = u64::from(u32::from_be_bytes([0, *first, *second, *third]));
        let place = ((part * file.len() as u64) >> 24) as usize;
        let (bytes, after) = rest.split_at(usize::from(*count).min(rest.len()));
        let end = (place + bytes.len()).min(file.len());
        file[place..end].copy_from_slice(&bytes[..end - place]);
        if rest.is_empty() {
            file.truncate(place);
        }
        edits = after;
    }
    check_loaded(open(&file));
}

fn backend_of(file: &[u8]) -> InMemoryBackend {
    let backend = InMemoryBackend::new();
    backend.set_len(file.len() as u64).and_then(|()| backend.write(0, file)).expect("memory is there");
    backend
}

fn open(file: &[u8]) -> Result<Loaded, StoreError> {
    super::unless_it_panics(|| {
        let database = Database::builder().create_with_backend(backend_of(file)).map_err(super::told)?;
        super::epoch(&database)?;
        load(&database).map(|(loaded, _)| loaded)
    })
}

fn good_file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let copy = Copy::default();
        let database = Database::builder().create_with_backend(copy.clone()).expect("memory is there");
        let transaction = database.begin_write().expect("a transaction");
        {
            let (before, after) = (changes_so_far(), transaction.open_table(CHANGES));
            let (mut changes, mut snapshots) =
                (after.expect("a table"), transaction.open_table(SNAPSHOTS).expect("a table"));
            let (snapshot, json) = record_of(&before[0]);
            snapshots.insert(snapshot.seq.0, json.as_slice()).expect("room");
            for change in &before[1..] {
                let Change { seq, at, origin, events, .. } = &**change;
                let record = ChangeRecord { v: 1, at: *at, origin: origin.clone(), events: events.clone() };
                changes.insert(seq.0, serde_json::to_vec(&record).expect("plain data").as_slice()).expect("room");
            }
            transaction.open_table(ABOUT).expect("a table").insert(EPOCH, "00000000000000ab").expect("room");
        }
        transaction.commit().expect("memory is there");
        drop(database);
        let file = copy.0.lock().expect("nobody panicked").clone();
        assert!(String::from_utf8_lossy(&file).contains(SECRET), "there is a secret to keep");
        assert!(open(&file).is_ok_and(|loaded| loaded.snapshot.seq == Seq(6)));
        file
    })
}

/// A file in memory that can be looked at afterwards.
#[derive(Clone, Debug, Default)]
struct Copy(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl StorageBackend for Copy {
    fn len(&self) -> std::io::Result<u64> {
        Ok(self.0.lock().expect("nobody panicked").len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        let file = self.0.lock().expect("nobody panicked");
        let start = offset as usize;
        out.copy_from_slice(file.get(start..start + out.len()).ok_or(std::io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> std::io::Result<()> {
        self.0.lock().expect("nobody panicked").resize(length as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> std::io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.0.lock().expect("nobody panicked")[offset as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

/// Either it is said what is wrong, without telling what else lies in the file, or there is a show to go on with.
fn check_loaded(loaded: Result<Loaded, StoreError>) {
    match loaded {
        Err(error) => check_told(&error.to_string()),
        Ok(Loaded { snapshot, history, operations }) => {
            assert_eq!(check_whole(&snapshot.show), Ok(()), "a show that was not whole would be put on air");
            let (mut show, mut rooms) = ((*snapshot.show).clone(), snapshot.rooms.clone());
            let now = ShowTime(1_800_000_000_000_000);
            let command = Command::ChangeStreamConfig { patch: Default::default(), restart: true };
            let events = decide(&show, command, now).expect("a command that is always possible");
            let next = Seq(snapshot.seq.0 + 1);
            let change = Change::happen(&mut show, &mut rooms, next, now, Origin::door("fuzz"), events.into());
            assert_eq!(check_whole(&change.show), Ok(()));
            for change in history.all() {
                operations.find(&change.origin, now);
            }
        }
    }
}
