//! Uploads that live longer than a request: they go on after a broken connection, a restart or a crash. Two doors stand over one store:
//! bytes appended in order (tus), and numbered chunks in any order; both views of an upload hold at any time.
//!
//! An upload is a directory `<id>/` with `data.part`, a sparse file, and `journal`, which says which bytes of it are there. A record in
//! the journal is a promise: the bytes behind it are on disk. Nothing is reported before it is promised, and bytes beyond the promises do
//! not exist, whatever the file's length says.
//!
//! Finishing goes in two steps, so that a crash anywhere is safe:
//!
//! 1. `begin_finish` checks that all is there and has the checksum that was said, notes the file's BLAKE3 in the journal, and answers
//!    `Ready`. The caller moves the file away (a rename on the same filesystem, never a copy) and tells the show.
//! 2. `finished` notes what became of it; from then on, and for an hour, `begin_finish` answers `Done` with just that.
//!    Or `failed`: given up, the file is removed and the reason told for an hour; not given up, the next `begin_finish` tries again.
//!
//! After a crash in between, `begin_finish` answers `Ready` again while the file is still there, and `Moved` when it is not: then the
//! caller looks whether whatever it moves files to has the one with this BLAKE3, and calls `finished` or `failed`. `unfinished` tells at
//! a start which uploads wait for that.
//!
//! A whole that has another checksum than was said stays open, disputed: chunks may then come again with other bytes (before, other bytes
//! for a chunk that is there are a conflict). Who appends can not send bytes again; they remove the upload and begin a new one.

mod append;
mod checksum;
mod chunk;
mod claims;
mod course;
mod create;
mod disk;
mod error;
mod finish;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod id;
mod incoming;
mod journal;
mod limits;
mod name;
mod ranges;
mod record;
mod recover;
mod session;
mod status;
mod store;
mod tidy;
mod writing;

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use serde_json::Value;
use tokio::sync::watch;

use crate::base::clock::Clock;
use disk::{Disk, Local};
use incoming::pieces;
use store::{Store, to_the_end};

pub use append::Appended;
pub use checksum::{Algorithm, Checksum};
pub use create::New;
pub use error::UploadError;
pub use finish::{Complete, Finishing};
pub use id::{UploadId, hex_of};
pub use limits::{Limits, MAX_METADATA};
pub use name::presentable;
pub use status::{Changes, Cleared, Fault, State, Status, Storage};

/// A cheap handle; all of them know the same.
#[derive(Clone)]
pub struct Uploads(Arc<Store>);

impl Uploads {
    /// Makes the directory if need be, and goes on with every upload in it. What is no upload of ours is removed from there.
    pub async fn open(directory: impl Into<PathBuf>, limits: Limits, clock: Clock) -> io::Result<Uploads> {
        Self::open_on(Arc::new(Local), directory.into(), limits, clock).await
    }

    async fn open_on(disk: Arc<dyn Disk>, directory: PathBuf, limits: Limits, clock: Clock) -> io::Result<Uploads> {
        let store = Arc::new(Store::new(directory, limits, clock, disk));
        let recovered = store.clone();
        let work = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&recovered.directory)?;
            recover::recover(&recovered)
        });
        work.await.map_err(io::Error::other)??;
        tidy::expire(&store).await;
        Ok(Uploads(store))
    }

    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// On disk when Ok, with all the room set aside that it will need.
    pub async fn create(&self, new: New) -> Result<Status, UploadError> {
        let session = to_the_end(create::create(self.0.clone(), new)).await?;
        Ok(session.status(&self.0.limits))
    }

    /// Says how long a file is that was begun without; the same length twice is fine.
    pub async fn declare_length(&self, id: UploadId, length: u64) -> Result<(), UploadError> {
        let session = self.0.find(id)?;
        session.check_open()?;
        self.0.limits.check_length(length)?;
        let (known, end) = {
            let inside = session.inside();
            (inside.course.length, inside.course.received.end())
        };
        if known == Some(length) {
            return Ok(());
        }
        if known.is_some() || length < end {
            return Err(UploadError::WrongLength);
        }
        let store = self.0.clone();
        to_the_end(async move { create::declare(&store, &session, length).await }).await
    }

    /// Bytes in order: `offset` must be where the last ones ended. An append that is still under way there is ended first. The bytes are
    /// on disk when Ok; when not, what has come is kept, unless there is a checksum.
    pub async fn append<S, E>(
        &self,
        id: UploadId,
        offset: u64,
        body: S,
        checksum: Option<Checksum>,
    ) -> Result<Appended, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let session = self.0.find(id)?;
        to_the_end(append::append(self.0.clone(), session, offset, pieces(body), checksum)).await
    }

    /// One chunk, as a whole; several may come side by side. On disk when Ok. The same bytes again are fine.
    pub async fn put_chunk<S, E>(&self, id: UploadId, index: u64, body: S) -> Result<Status, UploadError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let session = self.0.find(id)?;
        to_the_end(chunk::put(self.0.clone(), session.clone(), index, pieces(body))).await?;
        Ok(session.status(&self.0.limits))
    }

    pub fn status(&self, id: UploadId) -> Result<Status, UploadError> {
        Ok(self.0.find(id)?.status(&self.0.limits))
    }

    /// Ends an append that is under way, and waits until what came with it is kept: then the offset is where to go on.
    pub async fn settled(&self, id: UploadId) -> Result<Status, UploadError> {
        let session = self.0.find(id)?;
        session.claims.end_appends(self.0.limits.turn).await?;
        Ok(session.status(&self.0.limits))
    }

    pub fn owner(&self, id: UploadId) -> Result<String, UploadError> {
        Ok(self.0.find(id)?.beginning.owner.clone())
    }

    /// All, or those in one state, in the order of their names.
    pub fn list(&self, state: Option<State>) -> Vec<Status> {
        let all = self.0.all().into_iter().filter(|session| !self.0.is_over(session));
        all.map(|session| session.status(&self.0.limits))
            .filter(|told| state.is_none_or(|state| told.state == state))
            .collect()
    }

    /// Of which every byte has come, but nobody has said what became of them. For a start, and for whoever wants to try again.
    /// What comes in chunks is finished when its client says so, and may say more about it then.
    pub fn unfinished(&self) -> Vec<UploadId> {
        let waits = |session: &Arc<session::Session>| {
            let inside = session.inside();
            let course = &inside.course;
            let is_asked_for =
                !session.beginning.comes_in_chunks() || matches!(course.stage, course::Stage::Finishing { .. });
            course.is_complete() && !course.has_ended() && is_asked_for
        };
        self.0.all().into_iter().filter(waits).map(|session| session.beginning.id).collect()
    }

    /// See above. Also checks `sha256`, besides what was said at the beginning.
    pub async fn begin_finish(&self, id: UploadId, sha256: Option<[u8; 32]>) -> Result<Finishing, UploadError> {
        let session = self.0.find(id)?;
        to_the_end(finish::begin(self.0.clone(), session, sha256)).await
    }

    /// Says what became of it, for as long as it is remembered. What was said first holds.
    pub async fn finished(&self, id: UploadId, result: Value) -> Result<(), UploadError> {
        let session = self.0.find(id)?;
        to_the_end(finish::finished(self.0.clone(), session, result)).await
    }

    pub async fn failed(&self, id: UploadId, code: &str, message: &str, give_up: bool) -> Result<(), UploadError> {
        let session = self.0.find(id)?;
        let why = (code.to_owned(), message.to_owned());
        to_the_end(finish::failed(self.0.clone(), session, why, give_up)).await
    }

    /// Whoever still sends to it is turned out first.
    pub async fn remove(&self, id: UploadId) -> Result<(), UploadError> {
        let session = self.0.find(id)?;
        to_the_end(tidy::remove(self.0.clone(), session)).await
    }

    /// To be called about once a minute; a new upload does it, too.
    pub async fn expire(&self) -> Cleared {
        tidy::expire(&self.0).await
    }

    /// Removes whatever nothing has come for so long, ended or not, unless somebody is at work on it.
    pub async fn clean_up(&self, max_age: Duration, owner: Option<&str>) -> Cleared {
        tidy::clean_up(&self.0, max_age, owner).await
    }

    /// Turns whenever anything changes: newest only. Look with `changed_since`, at most as often as you want to tell.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.changes().subscribe()
    }

    /// What has changed since the count was `seen`; what was removed is not told.
    pub fn changed_since(&self, seen: u64) -> Changes {
        let until = *self.0.changes().borrow();
        let changed = self.0.all().into_iter().filter(|session| session.changed() > seen);
        Changes { until, uploads: changed.map(|session| session.status(&self.0.limits)).collect() }
    }

    pub fn storage(&self) -> Storage {
        self.0.storage()
    }
}
