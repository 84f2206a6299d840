//! Between a thread that must not wait and one that may: a few places, and a named choice for when they are full.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
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
    /// Others that get the same, each at its own pace. Changed seldom, read with every item.
    branches: ArcSwap<Vec<Arc<Mailbox<T>>>>,
}

/// A mailbox that gets what another gets, until it is dropped.
pub struct Branch<T> {
    root: Arc<Mailbox<T>>,
    own: Arc<Mailbox<T>>,
}

impl<T> Mailbox<T> {
    pub fn new(places: usize, when_full: WhenFull) -> Arc<Self> {
        Arc::new(Self {
            branches: ArcSwap::from_pointee(Vec::new()),
            places: ArrayQueue::new(places.max(1)),
            when_full,
            wanted: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
            taker: ArcSwapOption::empty(),
        })
    }

    /// Another mailbox beside this one. It is as independent as if the engine knew it: its taker may be slow, or gone.
    pub fn branch(self: &Arc<Self>, places: usize, when_full: WhenFull) -> Branch<T> {
        let own = Self::new(places, when_full);
        self.branches.rcu(|branches| branches.iter().chain([&own]).cloned().collect::<Vec<_>>());
        Branch { root: self.clone(), own }
    }

    /// Never waits. Gives back what was dropped, if anything; it is counted.
    pub fn post(&self, item: T) -> Option<T>
    where
        T: Clone,
    {
        let branches = self.branches.load();
        for branch in branches.iter().filter(|branch| branch.wanted.load(Ordering::Relaxed)) {
            branch.place(item.clone());
        }
        // Without branches, whoever posts has asked whether it is wanted.
        if !branches.is_empty() && !self.wanted.load(Ordering::Relaxed) {
            return None;
        }
        self.place(item)
    }

    fn place(&self, item: T) -> Option<T> {
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

    /// Waits like `take`; when there are several, only the newest counts.
    pub fn take_newest(&self, patience: Duration) -> Option<T> {
        let first = self.take(patience)?;
        Some(std::iter::from_fn(|| self.try_take()).last().unwrap_or(first))
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

    /// Here, or in a branch.
    pub fn is_wanted(&self) -> bool {
        let wanted = |mailbox: &Self| mailbox.wanted.load(Ordering::Relaxed);
        wanted(self) || self.branches.load().iter().any(|branch| wanted(branch))
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

impl<T> Branch<T> {
    pub fn mailbox(&self) -> &Arc<Mailbox<T>> {
        &self.own
    }
}

impl<T> Drop for Branch<T> {
    fn drop(&mut self) {
        let is_other = |branch: &&Arc<Mailbox<T>>| !Arc::ptr_eq(branch, &self.own);
        self.root.branches.rcu(|branches| branches.iter().filter(is_other).cloned().collect::<Vec<_>>());
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
    fn a_branch_gets_the_same_at_its_own_pace_until_it_is_dropped() {
        let root = Mailbox::new(4, WhenFull::DropNewest);
        let branch = root.branch(1, WhenFull::DropNewest);
        root.set_wanted(true);
        root.post(1);
        assert_eq!(branch.mailbox().try_take(), None, "nobody wants it there");
        branch.mailbox().set_wanted(true);
        root.post(2);
        root.post(3);
        assert_eq!((branch.mailbox().try_take(), branch.mailbox().dropped()), (Some(2), 1));
        assert_eq!((root.try_take(), root.try_take(), root.try_take(), root.dropped()), (Some(1), Some(2), Some(3), 0));
        root.set_wanted(false);
        assert!(root.is_wanted(), "for the branch");
        root.post(4);
        assert_eq!((root.try_take(), branch.mailbox().try_take()), (None, Some(4)));
        drop(branch);
        assert!(!root.is_wanted());
    }

    #[test]
    fn of_several_only_the_newest_counts_when_asked_for_it() {
        let mailbox = Mailbox::new(4, WhenFull::DropNewest);
        assert_eq!(mailbox.take_newest(Duration::ZERO), None::<u8>);
        for number in 1..=3 {
            mailbox.post(number);
        }
        assert_eq!((mailbox.take_newest(Duration::ZERO), mailbox.len()), (Some(3), 0));
        mailbox.post(4);
        assert_eq!(mailbox.take_newest(Duration::ZERO), Some(4));
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
