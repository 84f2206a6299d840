//! `GET /api/follow`: whose show this node holds, how it stands with them, and how many hold this one's.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Answer, ok};
use crate::api::Api;
use crate::api::error::ApiError;
use crate::base::following::Following;

#[derive(Debug, Serialize, JsonSchema)]
pub struct FollowView {
    /// Null on a node that follows nobody.
    following: Option<Following>,
    /// Nodes that follow this one.
    followers: i64,
}

pub async fn state(State(api): State<Api>) -> Answer {
    ok(FollowView { following: api.vitals.following.get(), followers: api.vitals.followers.get() })
}

/// Where files are taken in: the leader has to have them.
const OF_FILES: [&str; 5] = ["/api/assets", "/api/import", "/api/media", "/api/media/cleanup", "/api/youtube/download"];

impl Api {
    /// Files go to the leader: what a follower took in by itself nobody else would have.
    pub fn takes_files(&self, method: &str, path: &str) -> Result<(), ApiError> {
        let is_one = || OF_FILES.contains(&path) || path.contains("/uploads/");
        if !matches!(method, "POST" | "PUT" | "PATCH") || !is_one() {
            return Ok(());
        }
        self.leads()
    }

    /// Not so on a node that follows another.
    pub fn leads(&self) -> Result<(), ApiError> {
        self.vitals.following.get().map_or(Ok(()), |following| Err(ApiError::AskTheLeader(following.leader)))
    }
}
