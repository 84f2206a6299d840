//! The taps of all sources, by name: decoders come and go, the mixer looks at all of them a hundred times a second.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::tap::Tap;
use crate::show::ids::InputId;

type Map = BTreeMap<InputId, Arc<Tap>>;

/// Read without a lock: the mixer never waits for whoever adds or removes a source.
#[derive(Default)]
pub struct Taps(ArcSwap<Map>);

impl Taps {
    pub fn new() -> Arc<Taps> {
        Arc::default()
    }

    /// The tap of that source, made now if it has none.
    pub fn get_or_insert(&self, id: &InputId) -> Arc<Tap> {
        if let Some(tap) = self.0.load().get(id) {
            return tap.clone();
        }
        let made = Tap::new();
        // Two may insert at once: then the one that came first is everyone's.
        let before = self.0.rcu(|map| {
            let mut map = Map::clone(map);
            map.entry(id.clone()).or_insert_with(|| made.clone());
            map
        });
        before.get(id).cloned().unwrap_or(made)
    }

    /// Whoever holds the tap may go on writing; nobody hears it.
    pub fn remove(&self, id: &InputId) {
        self.0.rcu(|map| {
            let mut map = Map::clone(map);
            map.remove(id);
            map
        });
    }

    /// As they are now. Cheap, but not to be held for long: a few threads can hold one without cost.
    pub fn snapshot(&self) -> Guard<Arc<Map>> {
        self.0.load()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::pixels::allocations;

    #[test]
    fn a_source_has_one_tap_until_it_is_removed() {
        let taps = Taps::new();
        let id = |name| InputId::new(name).unwrap();
        let first = taps.get_or_insert(&id("a"));
        assert!(Arc::ptr_eq(&first, &taps.get_or_insert(&id("a"))));
        assert!(!Arc::ptr_eq(&first, &taps.get_or_insert(&id("b"))));
        assert_eq!(taps.snapshot().len(), 2);
        // The first look of a thread prepares it.
        assert_eq!(allocations::during(|| assert!(taps.snapshot().contains_key("a"))), 0);
        taps.remove(&id("a"));
        assert!(!taps.snapshot().contains_key("a"));
        assert!(!Arc::ptr_eq(&first, &taps.get_or_insert(&id("a"))));
    }

    #[test]
    fn two_that_ask_at_once_get_the_same() {
        let taps = Taps::new();
        let id = InputId::new("a").unwrap();
        let found: Vec<Arc<Tap>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| taps.get_or_insert(&id))).collect();
            threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
        });
        assert!(found.iter().all(|tap| Arc::ptr_eq(tap, &found[0])));
    }
}
