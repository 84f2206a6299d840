//! How an upload begins: what it needs is set aside, and it is on disk before anybody hears its name.

use std::sync::Arc;

use super::course::Course;
use super::error::UploadError;
use super::id::{UploadId, hex};
use super::journal::Journal;
use super::limits::{MAX_METADATA, MAX_WORD, chunk_size};
use super::name::presentable;
use super::record::{Beginning, Record, VERSION};
use super::session::{DATA, Session};
use super::store::{Store, blocking};
use super::tidy;

/// What a client says of a file that it is going to send.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// As the client calls it.
    pub name: String,
    /// None: it will be said later.
    pub length: Option<u64>,
    /// A wish.
    pub chunk_size: Option<u64>,
    /// tus' `Upload-Metadata`, as it came.
    pub metadata: String,
    pub playlist: Option<String>,
    /// Of the whole file.
    pub sha256: Option<[u8; 32]>,
    /// Whose uploads are counted together.
    pub owner: String,
}

pub async fn create(store: Arc<Store>, new: New) -> Result<Arc<Session>, UploadError> {
    check_words(&new)?;
    if let Some(length) = new.length {
        store.limits.check_length(length)?;
    }
    tidy::expire(&store).await;
    let free = {
        let store = store.clone();
        blocking(move || Ok(store.disk.free(&store.directory)?)).await?
    };
    blocking(move || begin(&store, new, free)).await
}

fn check_words(new: &New) -> Result<(), UploadError> {
    if new.metadata.len() > MAX_METADATA {
        return Err(UploadError::Metadata("it is too long"));
    }
    if new.owner.len() > MAX_WORD || new.playlist.as_ref().is_some_and(|playlist| playlist.len() > MAX_WORD) {
        return Err(UploadError::Metadata("a name in it is too long"));
    }
    Ok(())
}

fn begin(store: &Store, new: New, free: u64) -> Result<Arc<Session>, UploadError> {
    let beginning = beginning_of(store, new)?;
    let directory = store.directory.join(beginning.id.to_string());
    // Nothing is written to it before the place is taken, below.
    let journal = Journal::unwritten(&directory);
    let course = Course::begin(&beginning);
    let session = Arc::new(Session::new(beginning, directory, journal, course));
    take_place(store, &session, free)?;
    let made = make(store, &session);
    if made.is_err() {
        store.forget(&session);
        // What can not be removed now is removed at the next start.
        store.disk.remove_directory(&session.directory).ok();
    }
    made.map(|()| session)
}

fn beginning_of(store: &Store, new: New) -> Result<Beginning, UploadError> {
    let New { name, length, chunk_size: wished, metadata, playlist, sha256, owner } = new;
    Ok(Beginning {
        version: VERSION,
        id: UploadId::random()?,
        name: presentable(&name),
        owner,
        playlist,
        metadata,
        length,
        chunk_size: chunk_size(wished, length),
        sha256: sha256.map(|digest| hex(&digest)),
        at: store.clock.now(),
    })
}

/// Counts it among the others in the same moment in which there is found to be room for it.
fn take_place(store: &Store, session: &Arc<Session>, free: u64) -> Result<(), UploadError> {
    let mut sessions = store.sessions();
    let owner = &session.beginning.owner;
    let open = |other: &&Arc<Session>| other.beginning.owner == *owner && !other.inside().course.has_ended();
    if sessions.values().filter(open).count() >= store.limits.per_owner {
        return Err(UploadError::TooMany { limit: store.limits.per_owner });
    }
    if sessions.len() >= store.limits.sessions {
        return Err(UploadError::TooMany { limit: store.limits.sessions });
    }
    check_room(store, session.beginning.length.unwrap_or(0), free)?;
    store.insert(&mut sessions, session);
    Ok(())
}

/// For so many bytes more than are spoken for.
pub fn check_room(store: &Store, more: u64, free: u64) -> Result<(), UploadError> {
    let is_within = store.reserved().saturating_add(more) <= store.limits.staged;
    let needed = store.outstanding().saturating_add(more).saturating_add(store.limits.margin);
    if is_within && needed <= free { Ok(()) } else { Err(UploadError::StorageFull) }
}

fn make(store: &Store, session: &Session) -> Result<(), UploadError> {
    let disk = &*store.disk;
    disk.make_directory(&session.directory)?;
    disk.open(&session.directory.join(DATA))?;
    // Nobody else knows this upload yet.
    let mut journal = session.journal.try_lock().map_err(|_| UploadError::Locked)?;
    journal.add(disk, &Record::Begun(session.beginning.clone()))?;
    disk.sync_directory(&session.directory)?;
    disk.sync_directory(&store.directory)?;
    Ok(())
}

/// Says later how long the file is.
pub async fn declare(store: &Arc<Store>, session: &Arc<Session>, length: u64) -> Result<(), UploadError> {
    let free = {
        let store = store.clone();
        blocking(move || Ok(store.disk.free(&store.directory)?)).await?
    };
    let before = session.inside().reserved();
    check_room(store, length.saturating_sub(before), free)?;
    store.note(session, Record::Length { length }).await?;
    // What was set aside as long as nobody knew is not needed any more.
    store.change(session, |inside| inside.ahead = 0);
    Ok(())
}
