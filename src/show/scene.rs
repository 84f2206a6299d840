//! A scene: layers in the order that they are painted, lowest first.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{LayerId, SceneId};
use super::layer::Layer;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    pub id: SceneId,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub name: String,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub layers: Vec<Arc<Layer>>,
}

impl Scene {
    pub fn position_of(&self, layer: &LayerId) -> Option<usize> {
        self.layers.iter().position(|candidate| candidate.id == *layer)
    }
}
