//! Between a thread that must not wait and one that may: a few places, and a named choice for when they are full.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use crossbeam_queue::ArrayQueue;

/// What `post` gives up when every place is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The oldest makes room: a preview wants the newest.
    DropOldest,
    /// The new one is turned away: an encoder keeps what it has begun.
    DropNewest,
}

/// Many may post, one thread at a time takes.
pub struct Mailbox<T> {
    places: ArrayQueue<T>,
    when_full: WhenFull,
    /// Whether the taker wants anything at all; the engine paints nothing while nobody does.
    wanted: AtomicBool,
    dropped: AtomicU64,
    /// Known from the taker's first `take`; another thread may take its place.
    taker: ArcSwapOption<Thread>,
}

impl<T> Mailbox<T> {
    pub fn new(places: usize, when_full: WhenFull) -> Arc<Self> {
        Arc::new(Self {
            places: ArrayQueue::new(places.max(1)),
            when_full,
            wanted: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
            taker: ArcSwapOption::empty(),
        })
    }

    /// Never waits. Gives back what was dropped, if anything; it is counted.
    pub fn post(&self, item: T) -> Option<T> {
        let dropped = match self.when_full {
            WhenFull::DropOldest => self.places.force_push(item),
            WhenFull::DropNewest => self.places.push(item).err(),
        };
        if dropped.is_some() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(taker) = &*self.taker.load() {
            taker.unpark();
        }
        dropped
    }

    pub fn try_take(&self) -> Option<T> {
        self.places.pop()
    }

    /// Waits at most `patience`; may return early with nothing.
    pub fn take(&self, patience: Duration) -> Option<T> {
        self.become_taker();
        if let Some(item) = self.places.pop() {
            return Some(item);
        }
        std::thread::park_timeout(patience);
        self.places.pop()
    }

    fn become_taker(&self) {
        let current = std::thread::current();
        if self.taker.load().as_ref().is_none_or(|taker| taker.id() != current.id()) {
            self.taker.store(Some(Arc::new(current)));
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    pub fn set_wanted(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
        if !wanted {
            self.empty();
        }
    }

    /// Before wanting anything anew: what was posted just as it stopped being wanted must not be the first of another time.
    pub fn empty(&self) {
        while self.places.pop().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_mailbox_drops_by_its_name_and_counts() {
        let newest = Mailbox::new(2, WhenFull::DropOldest);
        let oldest = Mailbox::new(2, WhenFull::DropNewest);
        for number in 1..=3 {
            newest.post(number);
            oldest.post(number);
        }
        assert_eq!((newest.try_take(), newest.try_take(), newest.try_take()), (Some(2), Some(3), None));
        assert_eq!((oldest.try_take(), oldest.try_take(), oldest.try_take()), (Some(1), Some(2), None));
        assert_eq!((newest.dropped(), oldest.dropped()), (1, 1));
    }

    #[test]
    fn whoever_takes_last_is_woken() {
        let mailbox = Mailbox::new(1, WhenFull::DropOldest);
        assert_eq!(mailbox.take(Duration::ZERO), None);
        let taker = {
            let mailbox = mailbox.clone();
            std::thread::spawn(move || {
                loop {
                    if let Some(item) = mailbox.take(Duration::from_secs(60)) {
                        return item;
                    }
                }
            })
        };
        mailbox.post(7);
        assert_eq!(taker.join().expect("the taker ends"), 7);
    }
}
