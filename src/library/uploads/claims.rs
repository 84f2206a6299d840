//! Who is at work on which bytes of an upload. Chunks come side by side, one request to each; what is appended comes from one request,
//! and a newer one takes its place: the older is most likely a connection that nobody has noticed is dead.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::error::UploadError;

/// Requests at work on one upload; a browser has six connections.
const MOST: usize = 32;

#[derive(Default)]
pub struct Claims {
    held: Mutex<Held>,
    freed: Notify,
}

#[derive(Default)]
struct Held {
    next: u64,
    claims: Vec<Entry>,
}

struct Entry {
    number: u64,
    range: Range<u64>,
    kind: Kind,
    cancel: CancellationToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To the end of the file; gives way to the next.
    Append,
    /// Gives way only when the upload is removed.
    Chunk,
    /// The whole file, by whoever finishes or removes it; gives way to nobody.
    Whole,
}

/// Held until dropped.
pub struct Claim {
    claims: Arc<Claims>,
    number: u64,
    cancel: CancellationToken,
}

impl Claim {
    /// Once somebody else wants these bytes, and goes first.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.lock().claims.retain(|entry| entry.number != self.number);
        self.claims.freed.notify_waiters();
    }
}

impl Claims {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_idle(&self) -> bool {
        self.lock().claims.is_empty()
    }

    /// Whether the upload is being finished.
    pub fn is_whole(&self) -> bool {
        self.lock().claims.iter().any(|entry| entry.kind == Kind::Whole)
    }

    /// Waits for those who are in the way; an append turns out other appends.
    pub async fn take(self: &Arc<Self>, range: Range<u64>, kind: Kind, patience: Duration) -> Result<Claim, UploadError> {
        let gives_way = |other: Kind| kind == Kind::Append && other == Kind::Append;
        self.wait(patience, |held| self.attempt(held, &range, kind, gives_way)).await
    }

    /// The whole file, whoever is at work on it.
    pub async fn take_all(self: &Arc<Self>, patience: Duration) -> Result<Claim, UploadError> {
        let gives_way = |other| other != Kind::Whole;
        self.wait(patience, |held| self.attempt(held, &(0..u64::MAX), Kind::Whole, gives_way)).await
    }

    /// Only if nobody is at work.
    pub fn try_take_all(self: &Arc<Self>) -> Option<Claim> {
        self.attempt(&mut self.lock(), &(0..u64::MAX), Kind::Whole, |_| false)
    }

    /// Turns out whoever appends, and waits until what came from there is kept.
    pub async fn end_appends(&self, patience: Duration) -> Result<(), UploadError> {
        self.wait(patience, |held| {
            let appends = held.claims.iter().filter(|entry| entry.kind == Kind::Append);
            let count = appends.map(|entry| entry.cancel.cancel()).count();
            (count == 0).then_some(())
        })
        .await
    }

    async fn wait<T>(&self, patience: Duration, mut attempt: impl FnMut(&mut Held) -> Option<T>) -> Result<T, UploadError> {
        let deadline = Instant::now() + patience;
        loop {
            // Listens before it looks, so that nothing is freed unheard.
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if let Some(taken) = attempt(&mut self.lock()) {
                return Ok(taken);
            }
            timeout_at(deadline, freed).await.map_err(|_| UploadError::Locked)?;
        }
    }

    fn attempt(
        self: &Arc<Self>,
        held: &mut Held,
        range: &Range<u64>,
        kind: Kind,
        gives_way: impl Fn(Kind) -> bool,
    ) -> Option<Claim> {
        let in_the_way = held.claims.iter().filter(|entry| overlap(&entry.range, range));
        let count = in_the_way
            .filter(|entry| {
                if gives_way(entry.kind) {
                    entry.cancel.cancel();
                }
                true
            })
            .count();
        if count > 0 || held.claims.len() >= MOST {
            return None;
        }
        held.next += 1;
        let (number, cancel) = (held.next, CancellationToken::new());
        held.claims.push(Entry { number, range: range.clone(), kind, cancel: cancel.clone() });
        Some(Claim { claims: self.clone(), number, cancel })
    }
}

/// Of an empty range and one that it lies in, too: an append to a file of no bytes is one.
fn overlap(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn chunks_come_side_by_side_and_each_from_one_request() {
        let claims = Arc::new(Claims::default());
        let first = claims.take(0..10, Kind::Chunk, SOON).await.expect("free");
        let second = claims.take(10..20, Kind::Chunk, SOON).await.expect("another chunk");
        assert_eq!(claims.take(5..6, Kind::Chunk, SOON).await.err(), Some(UploadError::Locked));
        assert_eq!(claims.take(0..u64::MAX, Kind::Append, SOON).await.err(), Some(UploadError::Locked));
        assert!(!first.cancel.is_cancelled() && !second.cancel.is_cancelled(), "they are not turned out");
        drop(first);
        assert!(claims.take(5..6, Kind::Chunk, SOON).await.is_ok());
        assert!(claims.try_take_all().is_none() && !claims.is_idle());
        drop(second);
        assert!(claims.try_take_all().is_some() && claims.is_idle());
    }

    #[tokio::test]
    async fn a_newer_append_turns_the_older_one_out() {
        let claims = Arc::new(Claims::default());
        let older = claims.take(0..u64::MAX, Kind::Append, SOON).await.expect("free");
        let newer = tokio::spawn({
            let claims = claims.clone();
            async move { claims.take(5..u64::MAX, Kind::Append, LATE).await }
        });
        older.cancelled().await;
        assert!(!newer.is_finished(), "what came is kept first");
        drop(older);
        let newer = newer.await.expect("no panic").expect("taken over");
        let look = tokio::spawn({
            let claims = claims.clone();
            async move { claims.end_appends(LATE).await }
        });
        newer.cancelled().await;
        drop(newer);
        look.await.expect("no panic").expect("quiet");
    }

    #[tokio::test]
    async fn who_removes_goes_before_all_but_who_finishes() {
        let claims = Arc::new(Claims::default());
        let chunk = claims.take(0..10, Kind::Chunk, SOON).await.expect("free");
        assert!(claims.take_all(SOON).await.is_err());
        assert!(chunk.cancel.is_cancelled());
        drop(chunk);
        let whole = claims.take(0..u64::MAX, Kind::Whole, SOON).await.expect("free");
        assert!(claims.is_whole() && claims.take_all(SOON).await.is_err() && !whole.cancel.is_cancelled());
        assert!(claims.take(0..1, Kind::Append, SOON).await.is_err());
    }

    #[tokio::test]
    async fn there_is_an_end_to_how_many_work_at_once() {
        let claims = Arc::new(Claims::default());
        let mut held = Vec::new();
        for start in 0..MOST as u64 {
            held.push(claims.take(start..start + 1, Kind::Chunk, SOON).await.expect("free"));
        }
        assert!(claims.take(1_000..1_001, Kind::Chunk, SOON).await.is_err());
    }
}
