//! Bytes that come in numbered chunks, in any order and side by side. A chunk is there as a whole or not at all; one that comes again
//! with the same bytes is as good as one that comes once.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::claims::{Claim, Kind};
use super::error::UploadError;
use super::incoming::{Pieces, next};
use super::record::Record;
use super::session::Session;
use super::store::Store;
use super::writing::{Compared, Writing};

const GATHERED: u64 = 512 * 1024;

pub async fn put(store: Arc<Store>, session: Arc<Session>, index: u64, body: Pieces) -> Result<u64, UploadError> {
    let bounds = session.bounds(index)?;
    let claim = session.claims.take(bounds.clone(), Kind::Chunk, store.limits.turn).await?;
    session.check_open()?;
    let writing = Writing::open(&store, &session).await?;
    let mut chunk = Chunk { index, at: bounds.start, bounds: bounds.clone(), writing, claim };
    chunk.take_in(body).await.map_err(|error| nothing_kept(error, bounds.start))?;
    if !session.inside().course.received.contains(bounds.clone()) {
        chunk.writing.promise(bounds.clone()).await?;
    }
    Ok(bounds.end - bounds.start)
}

fn nothing_kept(error: UploadError, offset: u64) -> UploadError {
    match error {
        UploadError::Interrupted { why, .. } => UploadError::Interrupted { offset, why },
        other => other,
    }
}

struct Chunk {
    index: u64,
    bounds: Range<u64>,
    /// Up to here it is written or compared.
    at: u64,
    writing: Writing,
    claim: Claim,
}

impl Chunk {
    async fn take_in(&mut self, mut body: Pieces) -> Result<(), UploadError> {
        let patience = self.writing.store.limits.patience;
        let (mut pending, mut gathered) = (Vec::new(), 0);
        while let Some(piece) = next(&mut body, &self.claim, patience).await? {
            gathered += piece.len() as u64;
            pending.push(piece);
            self.check_size(gathered, false)?;
            if gathered >= GATHERED {
                self.write(std::mem::take(&mut pending), gathered).await?;
                gathered = 0;
            }
        }
        self.check_size(gathered, true)?;
        self.write(pending, gathered).await
    }

    fn check_size(&self, more: u64, is_all: bool) -> Result<(), UploadError> {
        let (expected, given) = (self.bounds.end - self.bounds.start, self.at + more - self.bounds.start);
        if given > expected || (is_all && given < expected) {
            return Err(UploadError::ChunkSize { expected, given });
        }
        Ok(())
    }

    async fn write(&mut self, pieces: Vec<Bytes>, bytes: u64) -> Result<(), UploadError> {
        if self.writing.write_or_compare(pieces.clone(), self.at).await? == Compared::Differs {
            self.make_way().await?;
            self.writing.write_or_compare(pieces, self.at).await?;
        }
        self.at += bytes;
        Ok(())
    }

    /// Other bytes than before are taken only where the whole is known to be wrong. The journal forgets the old ones before the first
    /// of them is written over.
    async fn make_way(&self) -> Result<(), UploadError> {
        if !self.writing.session.inside().course.disputed {
            return Err(UploadError::ChunkDiffers { index: self.index });
        }
        let (from, to) = (self.bounds.start, self.bounds.end);
        self.writing.store.note(&self.writing.session, Record::Forgotten { from, to }).await
    }
}
