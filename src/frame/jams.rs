//! Jams as those see them who make light and sound of them: the newest of each, and how its time stands to ours.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;

use crate::show::jam::Jam;
use crate::show::jam::code::JamCode;
use crate::show::time::ShowTime;

/// One that goes on.
#[derive(Clone)]
pub struct LiveJam {
    jam: Arc<ArcSwap<Jam>>,
    /// How far the clock of the node that keeps it is ahead of ours, in microseconds.
    ahead: Arc<AtomicI64>,
}

impl LiveJam {
    pub fn new(jam: Arc<ArcSwap<Jam>>) -> Self {
        Self { jam, ahead: Arc::default() }
    }

    pub fn set_ahead(&self, micros: i64) {
        self.ahead.store(micros, Ordering::Relaxed);
    }

    /// What it is, and what time it has there.
    pub fn look(&self, at: ShowTime) -> (Arc<Jam>, ShowTime) {
        (self.jam.load_full(), ShowTime(at.0.saturating_add(self.ahead.load(Ordering::Relaxed))))
    }
}

/// All that this node keeps or has joined.
#[derive(Default)]
pub struct JamBoard(ArcSwap<BTreeMap<JamCode, LiveJam>>);

impl JamBoard {
    pub fn put(&self, code: JamCode, jam: &LiveJam) {
        self.change(|jams| drop(jams.insert(code, jam.clone())));
    }

    /// Unless another one has taken its place.
    pub fn remove(&self, code: JamCode, jam: &LiveJam) {
        self.change(|jams| {
            if jams.get(&code).is_some_and(|known| Arc::ptr_eq(&known.jam, &jam.jam)) {
                jams.remove(&code);
            }
        });
    }

    pub fn get(&self, code: JamCode) -> Option<LiveJam> {
        self.0.load().get(&code).cloned()
    }

    fn change(&self, change: impl Fn(&mut BTreeMap<JamCode, LiveJam>)) {
        self.0.rcu(|jams| {
            let mut jams = BTreeMap::clone(jams);
            change(&mut jams);
            jams
        });
    }
}
