//! Looks that were given a name, to be shown again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::house::HouseState;
use super::zone::Look;
use crate::show::ids::{LightPresetId, ZoneId};
use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LightPreset {
    pub id: LightPresetId,
    #[serde(default)]
    pub name: String,
    pub saved: Saved,
    /// What it was before, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Arc<Saved>>,
}

/// What was there when it was saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// Counts from 1.
    pub revision: u32,
    pub at: ShowTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Absent: what all lights together do is left as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub house: Option<HouseState>,
    pub zones: BTreeMap<ZoneId, Arc<Look>>,
}

impl LightPreset {
    pub fn revision(&self, revision: u32) -> Option<&Saved> {
        std::iter::once(&self.saved).chain(self.earlier.iter().map(Arc::as_ref)).find(|saved| saved.revision == revision)
    }
}
