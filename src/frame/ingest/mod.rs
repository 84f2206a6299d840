//! Streams that are pushed to this server, on their way from the door that takes them to the inputs that show them.
//!
//! The door writes and the inputs read; neither waits for the other, and what nobody reads is forgotten. One stream at a time
//! goes under a key. A key is a secret: nothing here prints one.

mod ring;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::Duration;

use bytes::Bytes;

use crate::base::clock::Stopwatch;
use ring::Ring;
pub use ring::{MOST_BYTES, MOST_PIECES};

/// What is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    H264,
    Aac,
}

/// What a decoder must know first: of H.264 an `avcC`, of AAC its `AudioSpecificConfig`.
#[derive(Debug, PartialEq, Eq)]
pub struct Setup {
    pub codec: Codec,
    pub config: Bytes,
}

/// A coded picture or a coded piece of sound.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Another one than the last piece's when the publisher changes its size in the midst of it.
    pub setup: Arc<Setup>,
    /// Microseconds on the publication's own time line, which begins near zero and has no jumps.
    pub decoded_at: i64,
    pub shown_at: i64,
    /// A decoder can begin here.
    pub key: bool,
    pub data: Bytes,
}

impl Piece {
    pub fn is_picture(&self) -> bool {
        self.setup.codec == Codec::H264
    }
}

/// Where doors and inputs find each other.
#[derive(Default)]
pub struct Ingest {
    streams: Mutex<BTreeMap<String, Arc<Stream>>>,
    /// Inputs that wait for a publisher; told of each that comes.
    waiting: Mutex<Vec<Thread>>,
}

impl Ingest {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Begins a stream. Whoever published under the key before is told to go.
    pub fn publish(self: &Arc<Self>, key: &str) -> Publication {
        let stream = Arc::new(Stream::new());
        let before = self.streams().insert(key.to_owned(), stream.clone());
        if let Some(before) = before {
            before.end("another publisher has taken its place");
        }
        Publication { ingest: self.clone(), key: key.to_owned(), stream }
    }

    pub fn stream(&self, key: &str) -> Option<Arc<Stream>> {
        self.streams().get(key).cloned()
    }

    /// The stream, or a promise that this thread is unparked when there may be one.
    pub fn stream_or_wake(&self, key: &str) -> Option<Arc<Stream>> {
        // Registered before looking, so that none is missed in between.
        let me = std::thread::current();
        let mut waiting = locked(&self.waiting);
        if !waiting.iter().any(|thread| thread.id() == me.id()) {
            waiting.push(me);
        }
        drop(waiting);
        self.stream(key)
    }

    fn wake_waiting(&self) {
        let waiting = std::mem::take(&mut *locked(&self.waiting));
        waiting.iter().for_each(Thread::unpark);
    }

    fn streams(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Stream>>> {
        locked(&self.streams)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The publisher's end. Dropping it ends the stream.
pub struct Publication {
    ingest: Arc<Ingest>,
    key: String,
    stream: Arc<Stream>,
}

impl Publication {
    pub fn push(&self, piece: Piece) {
        if self.stream.push(piece) {
            self.ingest.wake_waiting();
        }
    }

    /// Another publisher has taken its place.
    pub fn is_over(&self) -> bool {
        self.stream.inner().end.is_some()
    }
}

impl Drop for Publication {
    fn drop(&mut self) {
        self.stream.end("the publisher has left");
        let mut streams = self.ingest.streams();
        if streams.get(&self.key).is_some_and(|stream| Arc::ptr_eq(stream, &self.stream)) {
            streams.remove(&self.key);
        }
    }
}

/// What one publisher sends, from its beginning to its end.
pub struct Stream {
    inner: Mutex<Inner>,
}

struct Inner {
    ring: Ring,
    /// Pieces that ever came.
    came: u64,
    since_last: Stopwatch,
    readers: Vec<Thread>,
    end: Option<&'static str>,
}

impl Stream {
    fn new() -> Self {
        let (ring, readers) = (Ring::default(), Vec::new());
        Self { inner: Mutex::new(Inner { ring, came: 0, since_last: Stopwatch::start(), readers, end: None }) }
    }

    /// How many pieces came, and how long ago the last one, or the publisher itself.
    pub fn came(&self) -> (u64, Duration) {
        let inner = self.inner();
        (inner.came, inner.since_last.elapsed())
    }

    /// From the newest picture that a decoder can begin with. The thread that calls this is woken by what comes.
    pub fn read(self: &Arc<Self>) -> Reader {
        let mut inner = self.inner();
        let me = std::thread::current();
        if !inner.readers.iter().any(|thread| thread.id() == me.id()) {
            inner.readers.push(me);
        }
        let next = inner.ring.beginning();
        drop(inner);
        Reader { stream: self.clone(), next, awaits_key: true }
    }

    /// Says whether it was the first.
    fn push(&self, piece: Piece) -> bool {
        let mut inner = self.inner();
        if inner.end.is_some() {
            return false;
        }
        inner.ring.push(piece);
        inner.came += 1;
        inner.since_last = Stopwatch::start();
        inner.readers.iter().for_each(Thread::unpark);
        inner.came == 1
    }

    fn end(&self, why: &'static str) {
        let mut inner = self.inner();
        inner.end.get_or_insert(why);
        inner.readers.iter().for_each(Thread::unpark);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        locked(&self.inner)
    }
}

/// One input's place in a stream.
pub struct Reader {
    stream: Arc<Stream>,
    next: u64,
    /// Pictures are of no use before the next that a decoder can begin with.
    awaits_key: bool,
}

#[derive(Debug)]
pub enum Next {
    Piece(Piece),
    /// It was too slow for this many pieces, and goes on at the newest key picture.
    Missed(u64),
    Pending,
    Ended(&'static str),
}

impl Reader {
    #[expect(clippy::should_implement_trait, reason = "the stream goes on after an answer without a piece")]
    pub fn next(&mut self) -> Next {
        let inner = self.stream.inner();
        if self.next < inner.ring.first() {
            let from = inner.ring.beginning();
            let missed = from - self.next;
            (self.next, self.awaits_key) = (from, true);
            return Next::Missed(missed);
        }
        while let Some(piece) = inner.ring.get(self.next) {
            self.next += 1;
            if piece.is_picture() && self.awaits_key && !piece.key {
                continue;
            }
            self.awaits_key &= !piece.is_picture();
            return Next::Piece(piece.clone());
        }
        inner.end.map_or(Next::Pending, Next::Ended)
    }
}
