//! What was decided: the nouns of a show, as pure data.
//!
//! `Show` is cheap to clone (its big parts are behind `Arc`), so everyone can hold a snapshot. Nothing here does I/O,
//! knows the time, or was measured; nothing here changes except through `state::apply`.

pub mod asset;
pub mod color;
pub mod destination;
pub mod geometry;
pub mod ids;
pub mod input;
pub mod layer;
pub mod scene;
pub mod stream;
pub mod time;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use asset::Asset;
use destination::Destination;
use ids::{AssetId, DestinationId, SceneId};
use scene::Scene;
use stream::{Stream, StreamConfig};
use time::ShowTime;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Show {
    pub config: Arc<StreamConfig>,
    pub stream: Stream,
    pub scenes: Arc<BTreeMap<SceneId, Arc<Scene>>>,
    /// What is on air; nothing before the first take.
    pub program: Option<Program>,
    pub destinations: Arc<BTreeMap<DestinationId, Arc<Destination>>>,
    pub assets: Arc<BTreeMap<AssetId, Arc<Asset>>>,
}

/// The scene on air, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    pub scene: SceneId,
    pub since: ShowTime,
}

impl Show {
    pub fn program_scene(&self) -> Option<&Arc<Scene>> {
        self.scenes.get(&self.program.as_ref()?.scene)
    }
}
