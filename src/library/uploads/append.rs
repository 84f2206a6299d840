//! Bytes that come in order, from where the last ones ended: tus. What has come before a connection breaks is kept, unless a checksum
//! was sent along, because then only the whole counts.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::checksum::{Checksum, Sum};
use super::claims::{Claim, Kind};
use super::error::UploadError;
use super::incoming::{Pieces, next};
use super::session::Session;
use super::store::Store;
use super::writing::Writing;
use crate::base::clock::Stopwatch;

/// Pieces are small, and each write costs a visit to another thread.
const GATHERED: u64 = 512 * 1024;
/// A promise costs two syncs.
const PROMISED: u64 = 8 * 1024 * 1024;
/// On a slow line 8 MiB are long in coming, and would be lost in a crash.
const PROMISED_AFTER: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub offset: u64,
    /// That was the last byte.
    pub is_complete: bool,
}

pub async fn append(
    store: Arc<Store>,
    session: Arc<Session>,
    offset: u64,
    body: Pieces,
    checksum: Option<Checksum>,
) -> Result<Appended, UploadError> {
    let claim = session.claims.take(offset..u64::MAX, Kind::Append, store.limits.turn).await?;
    match session.check_open() {
        // The last answer was lost, and this asks whether anything is missing. The file may have been moved away already.
        Err(UploadError::Finished | UploadError::Finishing) if session.inside().course.length == Some(offset) => {
            return nothing_more(body, &claim, offset, store.limits.patience).await;
        }
        open => open?,
    }
    check_offset(&session, offset)?;
    let writing = Writing::open(&store, &session).await?;
    let sum = checksum.as_ref().map(Sum::new);
    let run = Run {
        writing,
        claim,
        body,
        sum,
        pending: Vec::new(),
        gathered: 0,
        written: offset,
        promised: offset,
        since: Stopwatch::start(),
    };
    run.finish(checksum).await
}

async fn nothing_more(mut body: Pieces, claim: &Claim, length: u64, patience: Duration) -> Result<Appended, UploadError> {
    while let Some(piece) = next(&mut body, claim, patience).await? {
        if !piece.is_empty() {
            return Err(UploadError::TooLong { length });
        }
    }
    Ok(Appended { offset: length, is_complete: true })
}

/// In the same turn in which the bytes are written: two requests that go on at one place would mix.
fn check_offset(session: &Session, given: u64) -> Result<(), UploadError> {
    let expected = session.inside().course.received.prefix();
    if expected == given { Ok(()) } else { Err(UploadError::WrongOffset { expected, given }) }
}

struct Run {
    writing: Writing,
    claim: Claim,
    body: Pieces,
    sum: Option<Sum>,
    pending: Vec<Bytes>,
    /// Bytes of `pending`.
    gathered: u64,
    /// Up to here they are written, up to there they are promised.
    written: u64,
    promised: u64,
    since: Stopwatch,
}

impl Run {
    async fn finish(mut self, checksum: Option<Checksum>) -> Result<Appended, UploadError> {
        let taken = self.take_in().await;
        if let (Some(checksum), Some(sum)) = (checksum, self.sum.take()) {
            taken?;
            self.write().await?;
            sum.check(&checksum)?;
            self.promise().await?;
        } else {
            let kept = self.keep().await;
            taken.and(kept).map_err(|error| self.with_offset(error))?;
        }
        let is_complete = self.writing.session.inside().course.is_complete();
        Ok(Appended { offset: self.promised, is_complete })
    }

    async fn take_in(&mut self) -> Result<(), UploadError> {
        let patience = self.writing.store.limits.patience;
        while let Some(piece) = next(&mut self.body, &self.claim, patience).await? {
            self.check_end(piece.len() as u64)?;
            if let Some(sum) = &mut self.sum {
                sum.update(&piece);
            }
            self.gathered += piece.len() as u64;
            self.pending.push(piece);
            if self.gathered >= GATHERED {
                self.write().await?;
            }
            self.promise_now_and_then().await?;
        }
        Ok(())
    }

    /// A piece that reaches behind the end is not taken, what came before it is.
    fn check_end(&self, more: u64) -> Result<(), UploadError> {
        let end = self.written.saturating_add(self.gathered).saturating_add(more);
        match self.writing.session.inside().course.length {
            Some(length) if end > length => Err(UploadError::TooLong { length }),
            _ => self.writing.store.limits.check_length(end),
        }
    }

    async fn promise_now_and_then(&mut self) -> Result<(), UploadError> {
        let is_due = self.written - self.promised >= PROMISED || self.since.elapsed() >= PROMISED_AFTER;
        if is_due && self.sum.is_none() {
            self.write().await?;
            self.promise().await?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), UploadError> {
        self.gathered = 0;
        let pieces = std::mem::take(&mut self.pending);
        if pieces.is_empty() {
            return Ok(());
        }
        let (written, result) = self.writing.write(pieces, self.written).await;
        self.written = written;
        result
    }

    async fn promise(&mut self) -> Result<(), UploadError> {
        self.writing.promise(self.promised..self.written).await?;
        self.promised = self.written;
        self.since = Stopwatch::start();
        Ok(())
    }

    /// Whatever has come and can be written. A disk that is full has perhaps taken some of it.
    async fn keep(&mut self) -> Result<(), UploadError> {
        let written = self.write().await;
        let promised = self.promise().await;
        written.and(promised)
    }

    fn with_offset(&self, error: UploadError) -> UploadError {
        match error {
            UploadError::Interrupted { why, .. } => UploadError::Interrupted { offset: self.promised, why },
            other => other,
        }
    }
}
