//! How this node stands to the jams of other servers that it joined.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::show::jam::code::JamCode;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkState {
    Connecting,
    Joined {
        seq: u64,
        /// The way there and back, and how far its clock is ahead of ours.
        way_us: Option<i64>,
        ahead_us: Option<i64>,
    },
    /// It goes on with what it knew.
    Lost {
        reason: String,
    },
}

#[derive(Clone, Default)]
pub struct LinkBoard(Arc<Mutex<BTreeMap<JamCode, Known>>>);

#[derive(Clone, Default)]
struct Known {
    state: Option<LinkState>,
    /// Devices that are ours to light; None before anything was said.
    granted: Option<BTreeSet<String>>,
}

impl LinkBoard {
    fn known(&self) -> MutexGuard<'_, BTreeMap<JamCode, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether it was joined before.
    pub fn set(&self, code: JamCode, state: LinkState) -> bool {
        let mut known = self.known();
        let was = known.entry(code).or_default().state.replace(state);
        matches!(was, Some(LinkState::Joined { .. }))
    }

    pub fn grant(&self, code: JamCode, devices: &[String]) {
        self.known().entry(code).or_default().granted = Some(devices.iter().cloned().collect());
    }

    /// There is nobody to share devices with.
    pub fn release(&self, code: JamCode) {
        if let Some(known) = self.known().get_mut(&code) {
            known.granted = None;
        }
    }

    pub fn remove(&self, code: JamCode) {
        self.known().remove(&code);
    }

    pub fn states(&self) -> BTreeMap<JamCode, LinkState> {
        let known = self.known();
        known.iter().filter_map(|(code, known)| Some((*code, known.state.clone()?))).collect()
    }

    /// Another node of a jam lights it.
    pub fn is_elsewhere(&self, device: &str) -> bool {
        let known = self.known();
        known.values().any(|known| known.granted.as_ref().is_some_and(|granted| !granted.contains(device)))
    }
}
