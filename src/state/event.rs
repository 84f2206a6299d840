//! What happened: each event carries the whole new value, so that replaying events needs no judgement.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::show::asset::Asset;
use crate::show::destination::Destination;
use crate::show::ids::{AssetId, DestinationId, LayerId, SceneId};
use crate::show::layer::Layer;
use crate::show::scene::Scene;
use crate::show::stream::{Stream, StreamConfig};
use crate::show::{Program, Show};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    StreamConfigured {
        config: Arc<StreamConfig>,
    },
    /// Started, stopped, paused or resumed: what it is now.
    StreamChanged {
        stream: Stream,
    },
    SceneSaved {
        scene: Arc<Scene>,
    },
    SceneRemoved {
        scene: SceneId,
    },
    SceneTaken {
        program: Program,
    },
    /// At `index` from below; it may have been elsewhere before, or nowhere.
    LayerSaved {
        scene: SceneId,
        layer: Arc<Layer>,
        index: usize,
    },
    LayerRemoved {
        scene: SceneId,
        layer: LayerId,
    },
    LayersOrdered {
        scene: SceneId,
        order: Vec<LayerId>,
    },
    DestinationSaved {
        destination: Arc<Destination>,
    },
    DestinationRemoved {
        destination: DestinationId,
    },
    AssetAdded {
        asset: Arc<Asset>,
    },
    AssetRemoved {
        asset: AssetId,
    },
}

/// Makes the show what the event says. Total: an event that names nothing known changes nothing.
pub fn evolve(show: &mut Show, event: &Event) {
    match event {
        Event::StreamConfigured { config } => show.config = config.clone(),
        Event::StreamChanged { stream } => show.stream = *stream,
        Event::SceneSaved { scene } => {
            Arc::make_mut(&mut show.scenes).insert(scene.id.clone(), scene.clone());
        }
        Event::SceneRemoved { scene } => {
            Arc::make_mut(&mut show.scenes).remove(scene);
        }
        Event::SceneTaken { program } => show.program = Some(program.clone()),
        Event::LayerSaved { scene, layer, index } => change_layers(show, scene, |layers| {
            layers.retain(|other| other.id != layer.id);
            layers.insert((*index).min(layers.len()), layer.clone());
        }),
        Event::LayerRemoved { scene, layer } => change_layers(show, scene, |layers| {
            layers.retain(|other| other.id != *layer);
        }),
        Event::LayersOrdered { scene, order } => change_layers(show, scene, |layers| {
            let place = |layer: &Arc<Layer>| order.iter().position(|id| *id == layer.id);
            layers.sort_by_key(|layer| place(layer).unwrap_or(usize::MAX));
        }),
        Event::DestinationSaved { destination } => {
            Arc::make_mut(&mut show.destinations).insert(destination.id.clone(), destination.clone());
        }
        Event::DestinationRemoved { destination } => {
            Arc::make_mut(&mut show.destinations).remove(destination);
        }
        Event::AssetAdded { asset } => {
            Arc::make_mut(&mut show.assets).insert(asset.id.clone(), asset.clone());
        }
        Event::AssetRemoved { asset } => {
            Arc::make_mut(&mut show.assets).remove(asset);
        }
    }
}

fn change_layers(show: &mut Show, scene: &SceneId, change: impl FnOnce(&mut Vec<Arc<Layer>>)) {
    if let Some(scene) = Arc::make_mut(&mut show.scenes).get_mut(scene) {
        change(&mut Arc::make_mut(scene).layers);
    }
}
