//! Where jams are kept: one redb file. What happens goes into a row that is written at its end, one commit for all jams together; now
//! and then what happened in one jam moves to that jam's own place, with the whole of it as it was then, and the row is cut.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use super::evolve::evolve;
use super::recording::RecordingId;
use super::sizes::Sizes;
use super::token::KEY_LENGTH;
use super::wire::frame::{Events, Told, events};
use super::wire::item::put_event;
use super::wire::varint::{Reader, put_counted, put_number};
use crate::show::jam::code::JamCode;
use crate::show::jam::color::COLOR_TABLE_VERSION;
use crate::show::jam::event::Entry;
use crate::show::jam::{Jam, Millis};

const ABOUT: TableDefinition<&str, &[u8]> = TableDefinition::new("about");
/// By number: what one commit brought, of all jams.
const ROW: TableDefinition<u64, &[u8]> = TableDefinition::new("row");
/// By jam (its code and when it was made): what it is.
pub const JAMS: TableDefinition<(&str, i64), &[u8]> = TableDefinition::new("jams");
/// By jam and the number of the first event: frames of events.
pub const BLOCKS: TableDefinition<(&str, i64, u64), &[u8]> = TableDefinition::new("blocks");
/// By jam and the number of the last event before it: the jam as a whole.
pub const WHOLES: TableDefinition<(&str, i64, u64), &[u8]> = TableDefinition::new("wholes");
/// By jam: bytes that blocks and wholes of it take up.
pub const SIZES: TableDefinition<(&str, i64), u64> = TableDefinition::new("sizes");
const KEY: &str = "key";
const VERSION: u8 = 1;
const CACHE_BYTES: usize = 8 << 20;
/// What happened in a jam moves to its own place after so many events, or after so long.
const BLOCK_EVENTS: u64 = 500;
const BLOCK_MS: Millis = 30_000;

/// Where all of it lies.
pub type File = Database;

/// Storage said no. The text is for people.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// What a jam is besides its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub v: u8,
    pub code: JamCode,
    pub name: String,
    pub epoch: String,
    pub created_at: Millis,
    pub color_table_version: u8,
    /// When it was over; None while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
}

impl About {
    pub fn new(jam: &Jam, epoch: String) -> Self {
        let Jam { code, name, created_at, .. } = jam;
        let (code, name, created_at) = (*code, name.clone(), *created_at);
        Self { v: VERSION, code, name, epoch, created_at, color_table_version: COLOR_TABLE_VERSION, ended_at: None }
    }
}

/// One jam's part of a commit.
pub struct Written<'a> {
    pub jam: &'a Arc<Jam>,
    pub entries: &'a [Entry],
    /// It is new, or over, or called otherwise.
    pub about: Option<&'a About>,
}

pub struct Loaded {
    pub key: [u8; KEY_LENGTH],
    pub jams: Vec<LoadedJam>,
}

pub struct LoadedJam {
    pub about: About,
    pub jam: Arc<Jam>,
    pub seq: u64,
}

/// What is in the row of a jam, and not yet in its own place.
struct Pending {
    /// The first number of the row that has some of it.
    row: u64,
    first: u64,
    last: u64,
    since: Millis,
    entries: Vec<Entry>,
    jam: Arc<Jam>,
}

pub struct Store {
    path: PathBuf,
    /// None after a failed write: redb refuses everything then, until the file is opened anew.
    database: Option<Arc<Database>>,
    next_row: u64,
    pending: BTreeMap<(JamCode, Millis), Pending>,
    sizes: Sizes,
}

type Place = (JamCode, Millis);

impl Store {
    pub fn open(path: &Path) -> Result<(Self, Loaded), StoreError> {
        unless_it_panics(|| {
            let database = Arc::new(open_database(path)?);
            let key = key(&database)?;
            let sizes = Sizes::read(&database)?;
            let (path, pending) = (path.to_owned(), BTreeMap::new());
            let mut store = Self { path, database: Some(database), next_row: 1, pending, sizes };
            let jams = store.load()?;
            Ok((store, Loaded { key, jams }))
        })
    }

    /// Returns once all of it is on disk; or nothing is.
    pub fn append(&mut self, written: &[Written<'_>], now: Millis) -> Result<(), StoreError> {
        let result = unless_it_panics(|| self.write(written, now));
        if result.is_err() {
            self.database = None;
        }
        result
    }

    fn database(&mut self) -> Result<Arc<Database>, StoreError> {
        if let Some(database) = &self.database {
            return Ok(database.clone());
        }
        let database = Arc::new(open_database(&self.path)?);
        self.database = Some(database.clone());
        Ok(database)
    }

    fn write(&mut self, written: &[Written<'_>], now: Millis) -> Result<(), StoreError> {
        let database = self.database()?;
        let row = row_of(written);
        let mut pending = std::mem::take(&mut self.pending);
        let result = self.commit(&database, written, &row, &mut pending, now);
        self.pending = pending;
        result
    }

    fn commit(
        &mut self,
        database: &Database,
        written: &[Written<'_>],
        row: &[u8],
        pending: &mut BTreeMap<Place, Pending>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let number = self.next_row;
        let transaction = database.begin_write().map_err(told)?;
        let (mut moved, mut grown) = (Vec::new(), Vec::new());
        {
            let mut rows = transaction.open_table(ROW).map_err(told)?;
            // A commit that failed may have reached the disk all the same; nobody was told that it had.
            rows.retain_in(number.., |_, _| false).map_err(told)?;
            if !row.is_empty() {
                rows.insert(number, row).map_err(told)?;
            }
            let mut jams = transaction.open_table(JAMS).map_err(told)?;
            for about in written.iter().filter_map(|written| written.about) {
                jams.insert((about.code.as_str(), about.created_at), json(about)?.as_slice()).map_err(told)?;
            }
            let (mut blocks, mut wholes) =
                (transaction.open_table(BLOCKS).map_err(told)?, transaction.open_table(WHOLES).map_err(told)?);
            for (place, due) in pending.iter().filter(|(_, pending)| pending.is_due(now)) {
                let (code, made) = (place.0.as_str(), place.1);
                let (block, whole) = (frame(made, &due.entries), json(&due.jam)?);
                blocks.insert((code, made, due.first), block.as_slice()).map_err(told)?;
                wholes.insert((code, made, due.last), whole.as_slice()).map_err(told)?;
                moved.push(*place);
                grown.push((*place, (block.len() + whole.len()) as u64));
            }
            // A new jam begins with itself.
            for Written { jam, entries, about } in written {
                if about.is_some_and(|about| about.ended_at.is_none()) && entries.first().is_none_or(|entry| entry.seq == 1)
                {
                    let beginning = Jam::new(jam.code, jam.name.clone(), jam.created_at);
                    let whole = json(&beginning)?;
                    wholes.insert((jam.code.as_str(), jam.created_at, 0), whole.as_slice()).map_err(told)?;
                    grown.push(((jam.code, jam.created_at), whole.len() as u64));
                }
            }
            let left = pending.iter().filter(|(place, _)| !moved.contains(place)).map(|(_, pending)| pending.row).min();
            rows.retain_in(..left.unwrap_or(number), |_, _| false).map_err(told)?;
            self.sizes.write(&transaction, &grown)?;
        }
        transaction.commit().map_err(told)?;
        self.sizes.grow(&grown);
        moved.iter().for_each(|place| drop(pending.remove(place)));
        for Written { jam, entries, .. } in written {
            note(pending, (jam.code, jam.created_at), jam, entries, number, now);
        }
        self.next_row = number + u64::from(!row.is_empty());
        Ok(())
    }

    fn load(&mut self) -> Result<Vec<LoadedJam>, StoreError> {
        let database = self.database()?;
        let transaction = database.begin_read().map_err(told)?;
        let Some(jams) = opened(transaction.open_table(JAMS))? else { return Ok(Vec::new()) };
        let (mut loaded, mut ended) = (BTreeMap::new(), BTreeMap::new());
        for entry in jams.iter().map_err(told)? {
            let (key, value) = entry.map_err(told)?;
            let about: About = read("jam", value.value())?;
            if about.v != VERSION {
                return Err(StoreError(format!("a jam is of format {}, this version knows {VERSION}", about.v)));
            }
            let place = (about.code, key.value().1);
            if about.ended_at.is_none() {
                loaded.insert(place, LoadedJam::read(&transaction, about)?);
            } else {
                ended.insert(place, about);
            }
        }
        if let Some(rows) = opened(transaction.open_table(ROW))? {
            for entry in rows.iter().map_err(told)? {
                let (number, value) = entry.map_err(told)?;
                self.next_row = number.value() + 1;
                for (place, entries) in parts(value.value()).ok_or_else(|| damaged("row", "it ends too early"))? {
                    // The end of a jam that is over, too, has yet to move to its own place.
                    if let Some(about) = ended.remove(&place) {
                        loaded.insert(place, LoadedJam::read(&transaction, about)?);
                    }
                    if let Some(known) = loaded.get_mut(&place) {
                        self.take_part(place, known, number.value(), entries)?;
                    }
                }
            }
        }
        Ok(loaded.into_values().filter(|loaded| loaded.about.ended_at.is_none()).collect())
    }

    fn take_part(&mut self, place: Place, known: &mut LoadedJam, row: u64, entries: Vec<Entry>) -> Result<(), StoreError> {
        let new: Vec<Entry> = entries.into_iter().filter(|entry| entry.seq > known.seq).collect();
        for entry in &new {
            if entry.seq != known.seq + 1 {
                return Err(damaged("row", "an event is missing"));
            }
            evolve(Arc::make_mut(&mut known.jam), entry);
            known.seq = entry.seq;
        }
        let at = new.first().map_or(0, |entry| entry.at);
        note(&mut self.pending, place, &known.jam.clone(), &new, row, at);
        Ok(())
    }

    /// All that is kept of these recordings goes; says whether anything was. What is in the row of them is passed over until it is cut.
    pub fn forget(&mut self, recordings: &[RecordingId]) -> Result<bool, StoreError> {
        let result = unless_it_panics(|| self.remove(recordings));
        if result.is_err() {
            self.database = None;
        }
        result
    }

    fn remove(&mut self, recordings: &[RecordingId]) -> Result<bool, StoreError> {
        let transaction = self.database()?.begin_write().map_err(told)?;
        let mut was = false;
        {
            let mut jams = transaction.open_table(JAMS).map_err(told)?;
            let mut sizes = transaction.open_table(SIZES).map_err(told)?;
            let mut blocks = transaction.open_table(BLOCKS).map_err(told)?;
            let mut wholes = transaction.open_table(WHOLES).map_err(told)?;
            for RecordingId { code, made } in recordings {
                let (code, made) = (code.as_str(), *made);
                was |= jams.remove((code, made)).map_err(told)?.is_some();
                sizes.remove((code, made)).map_err(told)?;
                let all = (code, made, 0)..=(code, made, u64::MAX);
                blocks.retain_in(all.clone(), |_, _| false).map_err(told)?;
                wholes.retain_in(all, |_, _| false).map_err(told)?;
            }
        }
        transaction.commit().map_err(told)?;
        for RecordingId { code, made } in recordings {
            self.pending.remove(&(*code, *made));
            self.sizes.forget((*code, *made));
        }
        Ok(was)
    }

    /// Oldest first, with the bytes that each takes up.
    pub fn recordings(&self) -> impl Iterator<Item = (RecordingId, u64)> {
        let mut all: Vec<_> = self.sizes.iter().map(|((code, made), bytes)| (RecordingId { code, made }, bytes)).collect();
        all.sort_by_key(|(id, _)| id.made);
        all.into_iter()
    }

    pub fn recorded_bytes(&self) -> u64 {
        self.sizes.total()
    }

    /// Something is to move to its own place.
    pub fn is_due(&self, now: Millis) -> bool {
        self.pending.values().any(|pending| pending.is_due(now))
    }

    /// For reading what was recorded, beside the writing.
    pub fn reader(&self) -> Option<Arc<Database>> {
        self.database.clone()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl LoadedJam {
    fn read(transaction: &redb::ReadTransaction, about: About) -> Result<Self, StoreError> {
        let (seq, jam) = newest(transaction, (about.code.as_str(), about.created_at))?;
        Ok(Self { about, jam: Arc::new(jam), seq })
    }
}

impl Pending {
    fn is_due(&self, now: Millis) -> bool {
        self.entries.len() as u64 >= BLOCK_EVENTS || now - self.since >= BLOCK_MS
    }
}

fn note(pending: &mut BTreeMap<Place, Pending>, place: Place, jam: &Arc<Jam>, entries: &[Entry], row: u64, now: Millis) {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
    let new = || Pending { row, first: first.seq, last: 0, since: now, entries: Vec::new(), jam: jam.clone() };
    let known = pending.entry(place).or_insert_with(new);
    known.entries.extend_from_slice(entries);
    (known.last, known.jam) = (last.seq, jam.clone());
}

fn row_of(written: &[Written<'_>]) -> Vec<u8> {
    let mut row = Vec::new();
    for Written { jam, entries, .. } in written.iter().filter(|written| !written.entries.is_empty()) {
        row.extend_from_slice(jam.code.as_str().as_bytes());
        put_number(&mut row, jam.created_at.unsigned_abs());
        put_counted(&mut row, &frame(jam.created_at, entries));
    }
    row
}

fn parts(row: &[u8]) -> Option<Vec<(Place, Vec<Entry>)>> {
    let mut reader = Reader(row);
    let mut parts = Vec::new();
    while !reader.is_empty() {
        let code = std::str::from_utf8(reader.bytes(6)?).ok()?.parse().ok()?;
        let made = i64::try_from(reader.number()?).ok()?;
        let entries = entries_of(reader.counted()?, made)?;
        parts.push(((code, made), entries));
    }
    Some(parts)
}

/// Events as they lie in logs: with their authors' own numbers.
pub fn frame(since: Millis, entries: &[Entry]) -> Vec<u8> {
    let mut frame = Events::new(since, entries.first().map_or(0, |entry| entry.seq));
    let mut bytes = Vec::new();
    for entry in entries {
        if entry.op > 0 {
            frame.put_op(entry.at, entry.op);
        }
        bytes.clear();
        put_event(&mut bytes, &entry.event);
        frame.put(entry.at, entry.by, &bytes);
    }
    frame.bytes()
}

pub fn entries_of(frame: &[u8], since: Millis) -> Option<Vec<Entry>> {
    let told = events(frame, since).ok()?;
    let entry = |told| match told {
        Told::Entry(entry) => Some(entry),
        Told::Ack(_) => None,
    };
    Some(told.into_iter().filter_map(entry).collect())
}

/// The newest whole of a jam, and what came after it in its own place.
fn newest(transaction: &redb::ReadTransaction, (code, made): (&str, i64)) -> Result<(u64, Jam), StoreError> {
    let wholes = transaction.open_table(WHOLES).map_err(told)?;
    let mut of_jam = wholes.range((code, made, 0)..=(code, made, u64::MAX)).map_err(told)?;
    let last = of_jam.next_back().ok_or_else(|| damaged("jam", "it has no beginning"))?;
    let (key, value) = last.map_err(told)?;
    Ok((key.value().2, read("jam", value.value())?))
}

pub fn opened<T>(table: Result<T, redb::TableError>) -> Result<Option<T>, StoreError> {
    match table {
        Ok(table) => Ok(Some(table)),
        Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(told(error)),
    }
}

/// What is known of a jam; None if there is none.
pub fn about(transaction: &redb::ReadTransaction, code: JamCode, made: Millis) -> Result<Option<About>, StoreError> {
    let Some(jams) = opened(transaction.open_table(JAMS))? else { return Ok(None) };
    let found = jams.get((code.as_str(), made)).map_err(told)?;
    found.map(|found| read("jam", found.value())).transpose()
}

pub fn beginning(transaction: &redb::ReadTransaction, code: JamCode, made: Millis) -> Result<Jam, StoreError> {
    let wholes = transaction.open_table(WHOLES).map_err(told)?;
    let first = wholes.range((code.as_str(), made, 0)..=(code.as_str(), made, u64::MAX)).map_err(told)?.next();
    let (_, value) = first.ok_or_else(|| damaged("jam", "it has no beginning"))?.map_err(told)?;
    read("jam", value.value())
}

/// All that happened, in order: what lies in its own place, and what is still in the row.
pub fn entries(transaction: &redb::ReadTransaction, code: JamCode, made: Millis) -> Result<Vec<Entry>, StoreError> {
    let mut entries: Vec<Entry> = Vec::new();
    if let Some(blocks) = opened(transaction.open_table(BLOCKS))? {
        for block in blocks.range((code.as_str(), made, 0)..=(code.as_str(), made, u64::MAX)).map_err(told)? {
            let (_, value) = block.map_err(told)?;
            entries.extend(entries_of(value.value(), made).ok_or_else(|| damaged("block", "it can not be read"))?);
        }
    }
    if let Some(rows) = opened(transaction.open_table(ROW))? {
        for row in rows.iter().map_err(told)? {
            let (_, value) = row.map_err(told)?;
            let parts = parts(value.value()).ok_or_else(|| damaged("row", "it ends too early"))?;
            for (_, new) in parts.into_iter().filter(|(place, _)| *place == (code, made)) {
                let last = entries.last().map_or(0, |entry| entry.seq);
                entries.extend(new.into_iter().filter(|entry| entry.seq > last));
            }
        }
    }
    Ok(entries)
}

/// How many events there are, and when the last one was, to within what is still in the row.
pub fn newest_event(transaction: &redb::ReadTransaction, code: JamCode, made: Millis) -> Result<(u64, Millis), StoreError> {
    let (seq, jam) = newest(transaction, (code.as_str(), made))?;
    Ok((seq, jam.changed_at))
}

fn key(database: &Database) -> Result<[u8; KEY_LENGTH], StoreError> {
    let transaction = database.begin_write().map_err(told)?;
    let key = {
        let mut about = transaction.open_table(ABOUT).map_err(told)?;
        let known = about.get(KEY).map_err(told)?.and_then(|key| key.value().try_into().ok());
        match known {
            Some(key) => key,
            None => {
                let mut key = [0; KEY_LENGTH];
                getrandom::fill(&mut key).map_err(told)?;
                about.insert(KEY, key.as_slice()).map_err(told)?;
                key
            }
        }
    };
    transaction.commit().map_err(told)?;
    Ok(key)
}

fn open_database(path: &Path) -> Result<Database, StoreError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder.create(path).map_err(|error| StoreError(format!("{}: {error}", path.display())))
}

pub fn told(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}

fn damaged(what: &str, why: &str) -> StoreError {
    StoreError(format!("a {what} among the jams is damaged: {why}"))
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(told)
}

pub fn read<T: serde::de::DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| damaged(what, &error.to_string()))
}

/// The database trusts its file, and panics where a damaged one does not hold what it expects.
fn unless_it_panics<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    std::panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(StoreError("the file of the jams is damaged: its database can not read it".to_owned())))
}
