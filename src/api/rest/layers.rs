//! `/api/scenes/{scene}/layers`: lowest first.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::scenes::find as find_scene;
use super::{Answer, changed, ok, removed, saved};
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::request::{At, Fields};
use crate::show::Show;
use crate::show::ids::{LayerId, SceneId};
use crate::show::layer::Layer;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

fn find<'a>(show: &'a Show, scene: &SceneId, layer: &LayerId) -> Result<&'a Arc<Layer>, ApiError> {
    let layers = &find_scene(show, scene)?.layers;
    let found = layers.iter().find(|candidate| candidate.id == *layer);
    found.ok_or_else(|| SubmitError::from(Rejection::NoLayer(scene.clone(), layer.clone())).into())
}

fn exists(show: &Show, scene: &SceneId, layer: &LayerId) -> bool {
    show.scenes.get(scene).is_some_and(|scene| scene.position_of(layer).is_some())
}

pub async fn list(State(api): State<Api>, At(scene): At<SceneId>) -> Answer {
    ok(&find_scene(&api.state.snapshot().show, &scene)?.layers)
}

pub async fn one(State(api): State<Api>, At((scene, layer)): At<(SceneId, LayerId)>) -> Answer {
    ok(find(&api.state.snapshot().show, &scene, &layer)?)
}

pub async fn create(State(api): State<Api>, At(scene): At<SceneId>, mut fields: Fields) -> Answer {
    fields.fill_id("layer");
    let index = fields.take("index")?;
    let layer: Layer = fields.parse()?;
    if exists(&api.state.snapshot().show, &scene, &layer.id) {
        return Err(ApiError::AlreadyExists { what: "layer", id: layer.id.to_string() });
    }
    put(api, scene, layer, index).await
}

pub async fn replace(State(api): State<Api>, At((scene, layer)): At<(SceneId, LayerId)>, mut fields: Fields) -> Answer {
    fields.settle_id(layer.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(layer.into()));
    let index = fields.take("index")?;
    put(api, scene, fields.parse()?, index).await
}

async fn put(api: Api, scene: SceneId, layer: Layer, index: Option<usize>) -> Answer {
    let existed = exists(&api.state.snapshot().show, &scene, &layer.id);
    let id = layer.id.clone();
    let receipt =
        api.submit(Command::PutLayer { scene: scene.clone(), layer: Arc::new(layer), index, only_new: false }).await?;
    answer(&receipt, &scene, &id, saved(existed))
}

pub async fn change(State(api): State<Api>, At((scene, layer)): At<(SceneId, LayerId)>, mut fields: Fields) -> Answer {
    fields.settle_id(layer.as_str())?;
    let index = fields.take("index")?;
    let command = Command::ChangeLayer { scene: scene.clone(), layer: layer.clone(), patch: fields.0, index };
    let receipt = api.submit(command).await?;
    answer(&receipt, &scene, &layer, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At((scene, layer)): At<(SceneId, LayerId)>) -> Answer {
    removed(api.submit(Command::RemoveLayer { scene, layer }).await?.seq)
}

pub async fn order(State(api): State<Api>, At(scene): At<SceneId>, mut fields: Fields) -> Answer {
    let order = fields.require("order")?;
    fields.finish()?;
    let receipt = api.submit(Command::OrderLayers { scene: scene.clone(), order }).await?;
    changed(receipt.seq, StatusCode::OK, find_scene(&receipt.snapshot, &scene)?)
}

fn answer(receipt: &Receipt, scene: &SceneId, layer: &LayerId, status: StatusCode) -> Answer {
    changed(receipt.seq, status, find(&receipt.snapshot, scene, layer)?)
}
