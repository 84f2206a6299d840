//! Something that is to be fetched from elsewhere, and how that went. How far it is was measured, and is not here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{AssetId, DownloadId, PlaylistId, TrackId};
use super::time::ShowTime;

/// Those that wait or run; and all of them together, of which the oldest that are over give way.
pub const MAX_WAITING: usize = 32;
pub const MAX_DOWNLOADS: usize = 128;
pub const MAX_URL: usize = 2_048;
/// Characters of why one has failed.
pub const MAX_MESSAGE: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Download {
    pub id: DownloadId,
    pub url: String,
    pub playlist: PlaylistId,
    pub quality: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub created_at: ShowTime,
    pub updated_at: ShowTime,
    #[serde(flatten)]
    pub course: DownloadCourse,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum DownloadCourse {
    /// It waits for its turn, or runs.
    Pending {},
    Completed {
        track: TrackId,
        asset: AssetId,
    },
    Error {
        code: String,
        message: String,
    },
    Cancelled {},
}

impl Download {
    pub fn is_pending(&self) -> bool {
        matches!(self.course, DownloadCourse::Pending {})
    }
}
