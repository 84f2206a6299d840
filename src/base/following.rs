//! Where a node that follows another is, as the link last said. Measured, so never part of the show.

use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Following {
    /// Its address, without what opens it.
    pub leader: String,
    pub state: FollowState,
    /// Milliseconds of Unix time, on this node's clock.
    pub since: i64,
    /// The newest change that came from there, and the newest that is known to be there.
    pub last_seq: u64,
    pub leader_seq: u64,
    /// What the leader's clock is ahead of this machine's own, in milliseconds, and how long a question takes there and back; absent
    /// until it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockState>,
    /// Commands that are handed up and not yet answered.
    pub waiting_commands: usize,
    pub assets: AssetsState,
    /// Why it is cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Commands can be handed up.
    pub takes_commands: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowState {
    /// It has not been there yet.
    Connecting,
    Following,
    /// It is there, and not everything has come from it yet.
    Lagging,
    /// It is gone, or the one that it follows is: this is what it was.
    Stale,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClockState {
    pub offset_ms: f64,
    pub round_trip_ms: f64,
}

/// Files of the show, as far as they are here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AssetsState {
    pub missing: usize,
    pub missing_bytes: u64,
    /// The first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
}

impl Following {
    pub fn new(leader: String, now: ShowTime) -> Self {
        Self {
            leader,
            state: FollowState::Connecting,
            since: now.millis(),
            last_seq: 0,
            leader_seq: 0,
            clock: None,
            waiting_commands: 0,
            assets: AssetsState::default(),
            reason: None,
            takes_commands: false,
        }
    }

    /// Why what is held may be old.
    pub fn cut_off(&self) -> Option<String> {
        match self.state {
            FollowState::Following | FollowState::Lagging => None,
            FollowState::Connecting | FollowState::Stale => Some(self.reason.clone().unwrap_or_default()),
        }
    }

    pub fn becomes(&mut self, state: FollowState, now: ShowTime) {
        if self.state != state {
            (self.state, self.since) = (state, now.millis());
        }
    }
}

/// None on a node that follows nobody.
#[derive(Default)]
pub struct FollowBoard(Mutex<Option<Following>>);

impl FollowBoard {
    pub fn set(&self, following: Following) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(following);
    }

    pub fn change(&self, change: impl FnOnce(&mut Following)) {
        if let Some(following) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            change(following);
        }
    }

    pub fn get(&self) -> Option<Following> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
