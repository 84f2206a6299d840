//! `/api/scenes/{scene}/layers`: lowest first.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::scenes::find as find_scene;
use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::show::Show;
use crate::show::ids::{LayerId, SceneId};
use crate::show::layer::Layer;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

fn find<'a>(show: &'a Show, scene: &SceneId, layer: &LayerId) -> Result<&'a Arc<Layer>, ApiError> {
    find_scene(show, scene)?
        .find(layer)
        .ok_or_else(|| SubmitError::from(Rejection::NoLayer(scene.clone(), layer.clone())).into())
}

pub async fn list(State(api): State<Api>, At(scene): At<SceneId>) -> Answer {
    ok(&find_scene(&api.state.snapshot().show, &scene)?.layers)
}

pub async fn one(State(api): State<Api>, At((scene, layer)): At<(SceneId, LayerId)>) -> Answer {
    ok(find(&api.state.snapshot().show, &scene, &layer)?)
}

pub async fn create(State(api): State<Api>, At(scene): At<SceneId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("layer", asker.operation.as_ref());
    let (parent, index) = (fields.take("parent")?, fields.take("index")?);
    put(api, asker, scene, (fields.parse()?, parent, index), true).await
}

pub async fn replace(
    State(api): State<Api>,
    At((scene, layer)): At<(SceneId, LayerId)>,
    Ask { asker, mut fields }: Ask,
) -> Answer {
    fields.settle_id(layer.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(layer.into()));
    let (parent, index) = (fields.take("parent")?, fields.take("index")?);
    put(api, asker, scene, (fields.parse()?, parent, index), false).await
}

/// A layer, and where it is to go.
type Wanted = (Layer, Option<LayerId>, Option<usize>);

async fn put(api: Api, asker: Asker, scene: SceneId, (layer, parent, index): Wanted, only_new: bool) -> Answer {
    let id = layer.id.clone();
    let command = Command::PutLayer { scene: scene.clone(), layer: Arc::new(layer), parent, index, only_new };
    let receipt = api.act(&asker, command).await?;
    answer(&receipt, &scene, &id, saved(&receipt))
}

pub async fn change(
    State(api): State<Api>,
    At((scene, layer)): At<(SceneId, LayerId)>,
    Ask { asker, mut fields }: Ask,
) -> Answer {
    fields.settle_id(layer.as_str())?;
    let index = fields.take("index")?;
    let command = Command::ChangeLayer { scene: scene.clone(), layer: layer.clone(), patch: fields.0, index };
    let receipt = api.act(&asker, command).await?;
    answer(&receipt, &scene, &layer, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At((scene, layer)): At<(SceneId, LayerId)>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveLayer { scene, layer }).await?)
}

pub async fn order(State(api): State<Api>, At(scene): At<SceneId>, Ask { asker, mut fields }: Ask) -> Answer {
    let parent = fields.take("parent")?;
    let order = fields.require("order")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::OrderLayers { scene: scene.clone(), parent, order }).await?;
    changed_thing(&receipt, StatusCode::OK, find_scene(&receipt.snapshot, &scene))
}

fn answer(receipt: &Receipt, scene: &SceneId, layer: &LayerId, status: StatusCode) -> Answer {
    changed_thing(receipt, status, find(&receipt.snapshot, scene, layer))
}
