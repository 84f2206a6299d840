//! A scene: layers in the order that they are painted, lowest first. Groups and layouts have layers of their own; ids are
//! unique within the scene, so a layer is found wherever it is.

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
    #[schemars(length(max = 2048))]
    pub layers: Vec<Arc<Layer>>,
}

/// Where a layer is: in which group (none: in the scene itself), and how many are below it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub parent: Option<LayerId>,
    pub index: usize,
}

impl Scene {
    /// All layers, those inside others too; each before what is inside it.
    pub fn all(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().flat_map(|layer| layer.all())
    }

    pub fn find(&self, id: &LayerId) -> Option<&Arc<Layer>> {
        find(&self.layers, id)
    }

    pub fn place_of(&self, id: &LayerId) -> Option<Place> {
        place_of(&self.layers, id, None)
    }

    /// The layers in a group, or in the scene itself; None if there is no such group.
    pub fn layers_in(&self, parent: Option<&LayerId>) -> Option<&[Arc<Layer>]> {
        match parent {
            None => Some(&self.layers),
            Some(parent) => self.find(parent).map(|layer| layer.layers()),
        }
    }

    /// Changes the layers in a group, or in the scene itself; nothing happens if there is no such group.
    pub fn change_layers(&mut self, parent: Option<&LayerId>, change: impl FnOnce(&mut Vec<Arc<Layer>>)) {
        match parent {
            None => change(&mut self.layers),
            Some(parent) => self.change_layer(parent, |layer| {
                if let Some(layers) = layer.layers_mut() {
                    change(layers);
                }
            }),
        }
    }

    /// Nothing happens if it is not there.
    pub fn change_layer(&mut self, id: &LayerId, change: impl FnOnce(&mut Layer)) {
        if let Some(layer) = find_mut(&mut self.layers, id) {
            change(layer);
        }
    }
}

fn find<'a>(layers: &'a [Arc<Layer>], id: &LayerId) -> Option<&'a Arc<Layer>> {
    layers.iter().find_map(|layer| if layer.id == *id { Some(layer) } else { find(layer.layers(), id) })
}

/// Only what lies on the way is made one's own.
fn find_mut<'a>(layers: &'a mut [Arc<Layer>], id: &LayerId) -> Option<&'a mut Layer> {
    let holder = layers.iter_mut().find(|layer| layer.all().any(|inner| inner.id == *id))?;
    let holder = Arc::make_mut(holder);
    if holder.id == *id { Some(holder) } else { find_mut(holder.layers_mut()?, id) }
}

fn place_of(layers: &[Arc<Layer>], id: &LayerId, parent: Option<&LayerId>) -> Option<Place> {
    if let Some(index) = layers.iter().position(|layer| layer.id == *id) {
        return Some(Place { parent: parent.cloned(), index });
    }
    layers.iter().find_map(|layer| place_of(layer.layers(), id, Some(&layer.id)))
}
