//! Bytes on their way to the disk. A promise is made in this order and no other: the bytes are written, the bytes are synced, the
//! journal says that they are there, the journal is synced.

use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;

use super::create::check_room;
use super::disk::Opened;
use super::error::UploadError;
use super::record::Record;
use super::session::Session;
use super::store::{Store, blocking};

/// An upload of unknown length has room made for it in steps.
const STEP: u64 = 8 * 1024 * 1024;

#[derive(Clone)]
pub struct Writing {
    pub store: Arc<Store>,
    pub session: Arc<Session>,
    file: Arc<Opened>,
}

impl Writing {
    pub async fn open(store: &Arc<Store>, session: &Arc<Session>) -> Result<Writing, UploadError> {
        let (disk, path) = (store.disk.clone(), session.data());
        let file = Arc::new(blocking(move || Ok(disk.open(&path)?)).await?);
        Ok(Writing { store: store.clone(), session: session.clone(), file })
    }

    /// How far it got, and what stopped it there.
    pub async fn write(&self, pieces: Vec<Bytes>, at: u64) -> (u64, Result<(), UploadError>) {
        let bytes: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
        if let Err(error) = self.make_room(at.saturating_add(bytes)).await {
            return (at, Err(error));
        }
        let this = self.clone();
        let written = blocking(move || Ok(this.write_all(&pieces, at))).await;
        written.unwrap_or_else(|error| (at, Err(error)))
    }

    fn write_all(&self, pieces: &[Bytes], mut at: u64) -> (u64, Result<(), UploadError>) {
        for piece in pieces {
            if let Err(error) = self.store.disk.write(&self.file, piece, at) {
                return (at, Err(error.into()));
            }
            at += piece.len() as u64;
        }
        (at, Ok(()))
    }

    /// Where bytes are already, they must be the same; the others are written.
    pub async fn write_or_compare(&self, pieces: Vec<Bytes>, at: u64) -> Result<Compared, UploadError> {
        let bytes: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
        let parts = self.session.inside().course.received.parts(at..at + bytes);
        let this = self.clone();
        blocking(move || this.compare_all(&pieces.concat(), at, parts)).await
    }

    fn compare_all(&self, bytes: &[u8], at: u64, parts: Vec<(Range<u64>, bool)>) -> Result<Compared, UploadError> {
        for (part, is_there) in parts {
            let piece = &bytes[(part.start - at) as usize..(part.end - at) as usize];
            if !is_there {
                self.store.disk.write(&self.file, piece, part.start)?;
            } else if !self.is_there(piece, part.start)? {
                return Ok(Compared::Differs);
            }
        }
        Ok(Compared::Same)
    }

    fn is_there(&self, piece: &[u8], at: u64) -> Result<bool, UploadError> {
        let mut found = vec![0; piece.len()];
        self.file.file.read_exact_at(&mut found, at)?;
        Ok(found == piece)
    }

    /// Once Ok, these bytes outlive whatever happens.
    pub async fn promise(&self, range: Range<u64>) -> Result<(), UploadError> {
        if range.is_empty() {
            return Ok(());
        }
        let (disk, file) = (self.store.disk.clone(), self.file.clone());
        blocking(move || Ok(disk.sync(&file)?)).await?;
        let record = Record::Received { from: range.start, to: range.end, at: self.store.clock.now() };
        self.store.note(&self.session, record).await
    }

    /// For a file of which nobody has said how long it is.
    async fn make_room(&self, end: u64) -> Result<(), UploadError> {
        let has_room = {
            let inside = self.session.inside();
            inside.course.length.is_some() || inside.ahead >= end
        };
        if has_room {
            return Ok(());
        }
        let this = self.clone();
        blocking(move || {
            let free = this.store.disk.free(&this.store.directory)?;
            let before = this.session.inside().reserved();
            // As large as the longest file, where that is less than a whole step.
            let ahead = end.saturating_add(STEP).min(this.store.limits.longest()).max(end);
            check_room(&this.store, ahead.saturating_sub(before), free)?;
            this.store.change(&this.session, |inside| inside.ahead = ahead);
            Ok(())
        })
        .await
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    Same,
    Differs,
}
