//! What all uploads share: the disk, the table of them, how many bytes they take up, and the count of changes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedMutexGuard, watch};

use super::disk::Disk;
use super::error::UploadError;
use super::id::UploadId;
use super::journal::Journal;
use super::limits::Limits;
use super::record::Record;
use super::session::{Inside, Session, expiry};
use super::status::Storage;
use crate::base::clock::Clock;

pub struct Store {
    pub directory: PathBuf,
    pub limits: Limits,
    pub clock: Clock,
    pub disk: Arc<dyn Disk>,
    sessions: Mutex<BTreeMap<UploadId, Arc<Session>>>,
    staged: AtomicU64,
    reserved: AtomicU64,
    /// How often anything has changed. Only the newest count is kept, however many listen.
    changes: watch::Sender<u64>,
}

impl Store {
    pub fn new(directory: PathBuf, limits: Limits, clock: Clock, disk: Arc<dyn Disk>) -> Store {
        let (sessions, changes) = (Mutex::default(), watch::Sender::new(0));
        Store { directory, limits, clock, disk, sessions, staged: AtomicU64::new(0), reserved: AtomicU64::new(0), changes }
    }

    /// Held for a look or a change in memory. Never taken while an upload's `inside` is held.
    pub fn sessions(&self) -> MutexGuard<'_, BTreeMap<UploadId, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn all(&self) -> Vec<Arc<Session>> {
        self.sessions().values().cloned().collect()
    }

    pub fn find(&self, id: UploadId) -> Result<Arc<Session>, UploadError> {
        let session = self.sessions().get(&id).cloned().ok_or(UploadError::NotFound)?;
        // What somebody is at work on is not given up, however slow it is.
        if self.is_over(&session) && session.claims.is_idle() { Err(UploadError::Expired) } else { Ok(session) }
    }

    /// Nothing has come for too long.
    pub fn is_over(&self, session: &Session) -> bool {
        expiry(&session.inside().course, &self.limits) <= self.clock.now()
    }

    pub fn storage(&self) -> Storage {
        let sessions = self.sessions().len();
        Storage { staged: self.staged.load(Ordering::Relaxed), reserved: self.reserved(), sessions }
    }

    pub fn reserved(&self) -> u64 {
        self.reserved.load(Ordering::Relaxed)
    }

    /// Announced, but not on disk yet.
    pub fn outstanding(&self) -> u64 {
        self.reserved().saturating_sub(self.staged.load(Ordering::Relaxed))
    }

    pub fn changes(&self) -> &watch::Sender<u64> {
        &self.changes
    }

    /// The only way in which what an upload is in memory changes: the sums follow, and whoever listens hears of it.
    pub fn change<T>(&self, session: &Session, change: impl FnOnce(&mut Inside) -> T) -> T {
        let mut inside = session.inside();
        let (staged, reserved) = (inside.staged(), inside.reserved());
        let result = change(&mut inside);
        moved(&self.staged, staged, inside.staged());
        moved(&self.reserved, reserved, inside.reserved());
        drop(inside);
        self.tell(session);
        result
    }

    fn tell(&self, session: &Session) {
        self.changes.send_modify(|count| {
            *count += 1;
            session.mark_changed(*count);
        });
    }

    /// Counts an upload that is new here.
    pub fn insert(&self, sessions: &mut BTreeMap<UploadId, Arc<Session>>, session: &Arc<Session>) {
        let (staged, reserved) = {
            let inside = session.inside();
            (inside.staged(), inside.reserved())
        };
        moved(&self.staged, 0, staged);
        moved(&self.reserved, 0, reserved);
        sessions.insert(session.beginning.id, session.clone());
        self.tell(session);
    }

    /// From here on nobody finds it; whoever still holds it is told that it is gone.
    pub fn forget(&self, session: &Session) {
        self.sessions().remove(&session.beginning.id);
        self.change(session, |inside| inside.is_gone = true);
    }

    /// On disk when Ok, and known in memory only then.
    pub async fn note(self: &Arc<Self>, session: &Arc<Session>, record: Record) -> Result<(), UploadError> {
        let journal = session.journal.clone().lock_owned().await;
        let (store, session) = (self.clone(), session.clone());
        blocking(move || store.write_down(&session, journal, &record)).await
    }

    fn write_down(
        &self,
        session: &Session,
        mut journal: OwnedMutexGuard<Journal>,
        record: &Record,
    ) -> Result<(), UploadError> {
        if session.inside().is_gone {
            return Err(UploadError::NotFound);
        }
        journal.add(&*self.disk, record)?;
        self.change(session, |inside| inside.course.apply(record));
        let records = session.inside().course.records(&session.beginning);
        if journal.is_long(records.len())
            && let Err(error) = journal.shorten(&*self.disk, &records)
        {
            tracing::warn!(upload = %session.beginning.id, %error, "an upload's journal stays long: {error}");
        }
        Ok(())
    }
}

fn moved(sum: &AtomicU64, before: u64, after: u64) {
    // Wraps back where it is less than before.
    sum.fetch_add(after.wrapping_sub(before), Ordering::Relaxed);
}

/// Not on the threads that serve requests. Goes on to its end when nobody waits for it any more.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UploadError> + Send + 'static,
) -> Result<T, UploadError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(UploadError::Storage("the server is going down".to_owned())))
}

/// What must not stop halfway when the client goes away in the middle.
pub async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, UploadError>> + Send + 'static,
) -> Result<T, UploadError> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(UploadError::Storage("the server is going down".to_owned())))
}
