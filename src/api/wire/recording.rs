//! Recordings as doors show them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::send::recordings::Recording;
use crate::send::replay::Saved;

#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordingView {
    /// Its name, and the last part of its address.
    name: String,
    bytes: u64,
    /// Milliseconds of Unix time: when it was last written to.
    at: i64,
    /// It is being written, and can not be removed.
    recording: bool,
}

impl From<Recording> for RecordingView {
    fn from(Recording { name, bytes, at, is_open }: Recording) -> Self {
        Self { name, bytes, at: at.millis(), recording: is_open }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReplayView {
    /// The recording's name.
    name: String,
    bytes: u64,
    duration_ms: u64,
}

impl From<Saved> for ReplayView {
    fn from(Saved { name, bytes, duration }: Saved) -> Self {
        Self { name, bytes, duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) }
    }
}
