//! After a start: every upload is what its journal says. Bytes beyond that do not exist, and what has no journal is no upload.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::course::{Course, Stage};
use super::disk::length_of;
use super::id::UploadId;
use super::journal::{Journal, SHORTER, Unreadable};
use super::record::{Beginning, Record};
use super::session::{DATA, Session};
use super::store::Store;

/// File systems make it, at their root.
const NOT_OURS: &str = "lost+found";

enum Verdict {
    Upload(Box<Session>),
    /// Nobody touches it.
    Leave(String),
    Remove(String),
}

pub fn recover(store: &Store) -> io::Result<()> {
    for entry in fs::read_dir(&store.directory)? {
        let entry = entry?;
        let verdict = judge(store, &entry).unwrap_or_else(|error| Verdict::Leave(error.to_string()));
        let path = entry.path();
        match verdict {
            Verdict::Upload(session) => {
                let mut sessions = store.sessions();
                store.insert(&mut sessions, &Arc::new(*session));
            }
            Verdict::Leave(why) => tracing::warn!(path = %path.display(), "this among the uploads is left alone: {why}"),
            Verdict::Remove(why) => {
                tracing::info!(path = %path.display(), "this among the uploads is removed: {why}");
                remove(store, &entry)?;
            }
        }
    }
    Ok(())
}

fn remove(store: &Store, entry: &DirEntry) -> io::Result<()> {
    // A symbolic link is removed itself, not what it leads to.
    if entry.file_type()?.is_dir() { store.disk.remove_directory(&entry.path()) } else { store.disk.remove(&entry.path()) }
}

fn judge(store: &Store, entry: &DirEntry) -> io::Result<Verdict> {
    if entry.file_name() == NOT_OURS {
        return Ok(Verdict::Leave("it belongs to the file system".to_owned()));
    }
    let id = entry.file_name().to_str().and_then(|name| name.parse::<UploadId>().ok());
    let (Some(id), true) = (id, entry.file_type()?.is_dir()) else {
        return Ok(Verdict::Remove("it is no upload".to_owned()));
    };
    let (journal, records) = match Journal::read(&entry.path()) {
        Ok(Ok(read)) => read,
        Ok(Err(Unreadable::Newer(version))) => {
            return Ok(Verdict::Leave(format!("a newer version of this program wrote it (format {version})")));
        }
        Ok(Err(Unreadable::Broken(why))) => return Ok(Verdict::Remove(why.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Verdict::Remove("it has no journal".to_owned()));
        }
        Err(error) => return Err(error),
    };
    restore(store, id, &entry.path(), journal, records)
}

fn restore(
    store: &Store,
    id: UploadId,
    directory: &Path,
    mut journal: Journal,
    records: Vec<Record>,
) -> io::Result<Verdict> {
    let Some((beginning, mut course)) = course_of(&records).filter(|(beginning, _)| beginning.id == id) else {
        return Ok(Verdict::Remove("its journal is not an upload's".to_owned()));
    };
    // A clock that was set back in the meantime must not make it live for ever.
    course.updated_at = course.updated_at.min(store.clock.now());
    store.disk.remove(&directory.join(SHORTER))?;
    let (beginning, lost) = (beginning.clone(), hold_to_data(store, directory, &mut course)?);
    if let Some((from, to)) = lost {
        tracing::error!(upload = %id, "bytes {from} to {to} of an upload are gone from the disk, and have to come again");
        if let Err(error) = journal.add(&*store.disk, &Record::Forgotten { from, to }) {
            tracing::warn!(upload = %id, %error, "that could not be noted: {error}");
        }
    }
    Ok(Verdict::Upload(Box::new(Session::new(beginning, directory.to_owned(), journal, course))))
}

/// What the records say; None when they do not begin as they should.
pub fn course_of(records: &[Record]) -> Option<(&Beginning, Course)> {
    let Some(Record::Begun(beginning)) = records.first() else { return None };
    let mut course = Course::begin(beginning);
    records.iter().for_each(|record| course.apply(record));
    Some((beginning, course))
}

/// Bytes that nobody was promised are cut off; tells what was promised and is not there, which only a broken disk can bring about.
fn hold_to_data(store: &Store, directory: &Path, course: &mut Course) -> io::Result<Option<(u64, u64)>> {
    let data = directory.join(DATA);
    if course.has_ended() {
        store.disk.remove(&data)?;
        return Ok(None);
    }
    if course.stage != Stage::Receiving {
        return Ok(None);
    }
    let (length, end) = (length_of(&data)?.unwrap_or(0), course.received.end());
    if length > end {
        store.disk.cut(&store.disk.open(&data)?, end)?;
    }
    if length < end {
        course.received.remove(length..end);
        return Ok(Some((length, end)));
    }
    Ok(None)
}
