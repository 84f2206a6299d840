//! The newest book, for everyone to read without waiting, and the one way to change it: lock the file, read it, change it, write
//! it. So a running server and `marquee user …` beside it never lose each other's changes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use arc_swap::ArcSwap;
use tokio::sync::Semaphore;

use crate::base::clock::Clock;
use crate::show::time::ShowTime;

use super::book::Book;
use super::error::IdentityError;
use super::file::{BookFile, Stamp};

/// How often reading looks whether another process has changed the file: a user that was removed is out after a second, and
/// a thousand requests cost one look.
const LOOK_EVERY_MICROS: i64 = 1_000_000;

pub struct Register {
    file: BookFile,
    clock: Clock,
    newest: ArcSwap<Page>,
    looked_at: AtomicI64,
    /// So that a damaged file is in the log once, not once a second.
    has_complained: AtomicBool,
    /// Those who wait for their turn to write wait as tasks, not as threads.
    writing: Arc<Semaphore>,
}

/// A book, and the file it was read from or written to: None before there is one.
struct Page {
    book: Arc<Book>,
    stamp: Option<Stamp>,
}

impl Page {
    fn new(book: Book, stamp: Option<Stamp>) -> Arc<Self> {
        Arc::new(Self { book: Arc::new(book), stamp })
    }
}

impl Register {
    pub fn open(dir: &Path, clock: Clock) -> Result<Self, IdentityError> {
        let file = BookFile::new(dir);
        let page = match file.read()? {
            Some((book, stamp)) => Page::new(book, Some(stamp)),
            None => Page::new(Book::new(), None),
        };
        Ok(Self {
            looked_at: AtomicI64::new(clock.now().micros()),
            file,
            clock,
            newest: ArcSwap::new(page),
            has_complained: AtomicBool::new(false),
            writing: Arc::new(Semaphore::new(1)),
        })
    }

    pub fn now(&self) -> ShowTime {
        self.clock.now()
    }

    /// At most a second old.
    pub fn book(&self) -> Arc<Book> {
        let now = self.clock.now().micros();
        let last = self.looked_at.load(Ordering::Relaxed);
        let is_due = now - last >= LOOK_EVERY_MICROS;
        // One of those who come at the same time looks; the others need not wait for it.
        if is_due && self.looked_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.look();
        }
        self.newest.load().book.clone()
    }

    /// As it is on disk at this moment.
    pub fn fresh_book(&self) -> Arc<Book> {
        self.look();
        self.newest.load().book.clone()
    }

    /// A file that can not be read now leaves the last good book in place: nobody gets in or out by damaging it.
    fn look(&self) {
        let before = self.newest.load_full();
        if !self.file.is_changed_since(before.stamp.as_ref()) {
            self.has_complained.store(false, Ordering::Relaxed);
            return;
        }
        match self.file.read() {
            Ok(Some((book, stamp))) => {
                // Unless a change of our own has come between, which is newer than what was read here.
                self.newest.compare_and_swap(&before, Page::new(book, Some(stamp)));
                self.has_complained.store(false, Ordering::Relaxed);
            }
            Ok(None) if before.stamp.is_some() => self.complain("identity.json is gone"),
            Ok(None) => {}
            Err(error) => self.complain(&error.to_string()),
        }
    }

    fn complain(&self, why: &str) {
        if !self.has_complained.swap(true, Ordering::Relaxed) {
            tracing::error!(why, "users and tokens can not be read again: the last good ones stay in force");
        }
    }

    /// On disk when it returns Ok; an error of `change` leaves everything as it was. Once begun it is finished, whether or not
    /// the caller waits for it.
    pub async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Book, ShowTime) -> Result<T, IdentityError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let turn = self.writing.clone().acquire_owned().await.expect("the semaphore is never closed");
        let register = self.clone();
        on_blocking_thread(move || {
            let _turn = turn;
            register.change_now(change)
        })
        .await
    }

    fn change_now<T>(
        &self,
        change: impl FnOnce(&mut Book, ShowTime) -> Result<T, IdentityError>,
    ) -> Result<T, IdentityError> {
        let locked = self.file.lock()?;
        let (before, stamp) = match self.file.read()? {
            Some((book, stamp)) => (book, Some(stamp)),
            // Gone or not yet there: the last good one is what counts.
            None => (self.newest.load().book.as_ref().clone(), None),
        };
        let now = self.clock.now();
        let mut after = before.clone();
        let answer = change(&mut after, now)?;
        after.purge(now);
        // What has changed nothing, such as a logout that came twice, need not wait for the disk.
        let stamp = if after == before { stamp } else { Some(self.file.write(&after, &locked)?) };
        // Published before the lock is let go, so that books follow each other here as they do on disk.
        self.newest.store(Page::new(after, stamp));
        drop(locked);
        Ok(answer)
    }
}

pub async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IdentityError> + Send + 'static,
) -> Result<T, IdentityError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(IdentityError::BrokenOff),
    }
}
