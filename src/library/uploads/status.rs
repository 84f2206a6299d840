//! What is told of an upload.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::id::UploadId;
use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    pub id: UploadId,
    pub name: String,
    pub owner: String,
    pub playlist: Option<String>,
    /// tus' `Upload-Metadata`, as it came.
    pub metadata: String,
    /// None while it is not known.
    pub length: Option<u64>,
    /// Bytes that are on disk, wherever they lie in the file.
    pub received: u64,
    /// Bytes from the beginning on, without a gap.
    pub offset: u64,
    /// From and to (exclusive), in order; of very many gaps the first.
    pub missing: Vec<[u64; 2]>,
    pub chunk_size: u64,
    pub chunks_total: Option<u64>,
    pub chunks_received: u64,
    pub state: State,
    /// Why it has failed; while it is still open, why it could not be finished when that was tried last.
    pub error: Option<Fault>,
    pub created_at: ShowTime,
    pub updated_at: ShowTime,
    pub expires_at: ShowTime,
    /// What became of it.
    pub result: Option<Value>,
}

impl Status {
    /// All bytes have come.
    pub fn is_complete(&self) -> bool {
        self.length == Some(self.offset)
    }

    /// 0 to 100; while the length is not known, 0.
    pub fn percent(&self) -> f64 {
        match self.length {
            None => 0.0,
            Some(0) => 100.0,
            Some(length) => self.received as f64 / length as f64 * 100.0,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub code: String,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Pending,
    Uploading,
    Processing,
    Completed,
    Error,
}

/// What uploads take up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Storage {
    /// Bytes that have come.
    pub staged: u64,
    /// Bytes that were announced, those that have come among them.
    pub reserved: u64,
    pub sessions: usize,
}

/// What was cleared away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cleared {
    pub sessions: u64,
    pub files: u64,
    pub freed_bytes: u64,
}

/// Uploads that have changed since somebody looked.
#[derive(Clone, Debug)]
pub struct Changes {
    /// To ask with the next time.
    pub until: u64,
    pub uploads: Vec<Status>,
}
