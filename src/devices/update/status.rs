//! How far an update is, for whoever watches.

use serde::Serialize;

use super::error::{Unavailable, UpdateError};
use super::layout::RolledBack;
use super::manifest::Manifest;
use super::version::Version;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum UpdateState {
    Idle,
    Checking,
    Available {
        version: Version,
        size: u64,
        notes: Option<String>,
    },
    Downloading {
        version: Version,
        bytes: u64,
        size: u64,
    },
    /// Downloaded and checked.
    Ready {
        version: Version,
    },
    Installing {
        version: Version,
    },
    /// It is tried from the next start on.
    RestartNeeded {
        version: Version,
    },
    /// A release that did not work was given up for the one before it.
    RolledBack {
        version: Version,
        to: Version,
        reason: String,
    },
    Failed {
        code: &'static str,
        message: String,
    },
    Unavailable {
        code: &'static str,
        message: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdateStatus {
    /// What runs now.
    pub version: Version,
    /// It still has to show that it works.
    pub on_trial: bool,
    #[serde(flatten)]
    pub state: UpdateState,
}

impl UpdateState {
    pub fn available(manifest: &Manifest) -> Self {
        let Manifest { version, size, notes, .. } = manifest.clone();
        UpdateState::Available { version, size, notes }
    }
}

impl From<&UpdateError> for UpdateState {
    fn from(error: &UpdateError) -> Self {
        UpdateState::Failed { code: error.code(), message: error.to_string() }
    }
}

impl From<&Unavailable> for UpdateState {
    fn from(why: &Unavailable) -> Self {
        UpdateState::Unavailable { code: why.code(), message: why.to_string() }
    }
}

impl From<RolledBack> for UpdateState {
    fn from(told: RolledBack) -> Self {
        UpdateState::RolledBack { version: told.version, to: told.to, reason: told.reason }
    }
}
