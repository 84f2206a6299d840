//! What a scene was when somebody gave that a name.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::VersionId;
use super::scene::Scene;
use super::time::ShowTime;

/// Of one scene.
pub const MAX_VERSIONS: usize = 32;
/// Of all scenes together: each is a whole scene in every snapshot.
pub const MAX_ALL_VERSIONS: usize = 512;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub at: ShowTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub scene: Arc<Scene>,
}

pub type Versions = BTreeMap<VersionId, Arc<Version>>;
