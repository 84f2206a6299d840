//! What lights show, on its way from who computes it to who sends it, and to who looks on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Thread;

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::exchange::Exchange;
use crate::show::ids::{FeedId, FixtureId, ZoneId};
use crate::show::time::ShowTime;

/// What a fixture is to show.
#[derive(Default)]
pub struct LedFrame {
    pub due: ShowTime,
    /// A byte for each channel of each LED, in the order in which it wants them.
    pub bytes: Vec<u8>,
    /// For those that can do more than bytes say: red, green and blue of each LED, 16 bits each; then there are no bytes.
    pub deep: Vec<[u16; 3]>,
    /// What it draws, in mW, and how far its power limit lets it shine.
    pub draw_mw: f32,
    pub scale: f32,
}

/// Fixtures that another node lights for now: nothing is sent to them from here.
#[derive(Clone, Default)]
pub struct LitElsewhere(Arc<ArcSwap<BTreeSet<FixtureId>>>);

impl LitElsewhere {
    pub fn set(&self, fixtures: BTreeSet<FixtureId>) {
        self.0.store(Arc::new(fixtures));
    }

    pub fn contains(&self, fixture: &FixtureId) -> bool {
        self.0.load().contains(fixture)
    }
}

/// What came in over the network.
#[derive(Default)]
pub struct FeedFrame {
    pub pixels: Vec<[u8; 3]>,
    /// It is not seen any more from then on.
    pub until: ShowTime,
}

type Slots<K, T> = BTreeMap<K, Arc<Exchange<T>>>;

/// Where the newest of each lies: what fixtures are to show, or what feeds have brought.
pub struct Board<K, T> {
    slots: ArcSwap<Slots<K, T>>,
    /// Who is woken when all frames of one time are there.
    waiting: ArcSwap<Vec<Thread>>,
}

pub type LedBoard = Board<FixtureId, LedFrame>;
pub type FeedBoard = Board<FeedId, FeedFrame>;

impl<K, T> Default for Board<K, T> {
    fn default() -> Self {
        Self { slots: ArcSwap::from_pointee(BTreeMap::new()), waiting: ArcSwap::from_pointee(Vec::new()) }
    }
}

impl<K: Clone + Ord, T: Default> Board<K, T> {
    /// The same for whoever asks first and for whoever asks later.
    pub fn slot(&self, id: &K) -> Arc<Exchange<T>> {
        if let Some(slot) = self.slots.load().get(id) {
            return slot.clone();
        }
        let new = Exchange::new();
        self.slots.rcu(|slots| {
            let mut slots = BTreeMap::clone(slots);
            slots.entry(id.clone()).or_insert_with(|| new.clone());
            slots
        });
        self.slots.load().get(id).cloned().unwrap_or(new)
    }

    /// What somebody still holds stays, too: its owner may be back before that one has seen that it was away, and then both must
    /// have the same.
    pub fn keep_only(&self, is_kept: impl Fn(&K) -> bool) {
        if self.slots.load().keys().all(&is_kept) {
            return;
        }
        self.slots.rcu(|slots| {
            let mut kept = BTreeMap::clone(slots);
            // It is in both maps.
            kept.retain(|id, slot| is_kept(id) || Arc::strong_count(slot) > 2);
            kept
        });
    }
}

impl<K, T> Board<K, T> {
    /// This thread is woken from now on.
    pub fn wait_here(&self) {
        let own = std::thread::current();
        self.waiting.rcu(|waiting| {
            let mut waiting = Vec::clone(waiting);
            waiting.push(own.clone());
            waiting
        });
    }

    pub fn leave(&self) {
        let own = std::thread::current().id();
        self.waiting.rcu(|waiting| waiting.iter().filter(|thread| thread.id() != own).cloned().collect::<Vec<_>>());
    }

    /// All frames of one time are there.
    pub fn ring(&self) {
        self.waiting.load().iter().for_each(Thread::unpark);
    }
}

/// What all zones show, as a screen would show it: red, green and blue of each LED, a byte each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZoneFrame {
    pub number: u64,
    pub at: ShowTime,
    /// Frames each second, and the time that one takes to compute, over the last second.
    pub fps: f32,
    pub frame_time_ms: f32,
    pub zones: Vec<(ZoneId, Vec<u8>)>,
}

#[derive(Default)]
struct Shown {
    newest: ArcSwap<ZoneFrame>,
    watchers: AtomicUsize,
    began: Notify,
    came: Notify,
}

/// The newest frame of all zones, and nothing while nobody watches. Cloned to who computes and to every door.
#[derive(Clone, Default)]
pub struct ZoneFrames(Arc<Shown>);

impl ZoneFrames {
    /// While a watcher lives, frames come.
    pub fn watch(&self) -> ZoneWatcher {
        self.0.watchers.fetch_add(1, Ordering::AcqRel);
        self.0.began.notify_one();
        ZoneWatcher(self.0.clone())
    }

    pub fn is_watched(&self) -> bool {
        self.0.watchers.load(Ordering::Acquire) > 0
    }

    /// Comes back when somebody has begun to watch. For one task.
    pub async fn watched(&self) {
        while !self.is_watched() {
            self.0.began.notified().await;
        }
    }

    /// Comes back when there is a frame that was not there at the last call. For one task.
    pub async fn next(&self) -> Arc<ZoneFrame> {
        self.0.came.notified().await;
        self.newest()
    }

    pub fn newest(&self) -> Arc<ZoneFrame> {
        self.0.newest.load_full()
    }

    /// Gives back what was the newest until now.
    pub fn publish(&self, frame: Arc<ZoneFrame>) -> Arc<ZoneFrame> {
        let before = self.0.newest.swap(frame);
        self.0.came.notify_one();
        before
    }
}

/// Somebody who watches. Dropping it ends the watching.
pub struct ZoneWatcher(Arc<Shown>);

impl Drop for ZoneWatcher {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_the_same_for_everyone_until_its_fixture_is_gone_and_nobody_holds_it() {
        let board = LedBoard::default();
        let id = |text: &str| FixtureId::new(text).unwrap();
        let (first, again) = (board.slot(&id("a")), board.slot(&id("a")));
        assert!(Arc::ptr_eq(&first, &again));
        assert!(!Arc::ptr_eq(&first, &board.slot(&id("b"))));
        let only_b = |fixture: &FixtureId| fixture.as_str() == "b";
        board.keep_only(only_b);
        assert!(
            Arc::ptr_eq(&first, &board.slot(&id("a"))),
            "one that comes back at once is the same to who did not see it go"
        );
        let left = Arc::downgrade(&first);
        drop((first, again));
        board.keep_only(only_b);
        assert!(left.upgrade().is_none());
    }
}
