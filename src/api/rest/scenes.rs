//! `/api/scenes`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, changed, ok, removed, saved};
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::request::{At, Fields, fresh_id};
use crate::api::wire::show::program;
use crate::show::Show;
use crate::show::ids::SceneId;
use crate::show::scene::Scene;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

pub fn find<'a>(show: &'a Show, id: &SceneId) -> Result<&'a Arc<Scene>, ApiError> {
    show.scenes.get(id).ok_or_else(|| SubmitError::from(Rejection::NoScene(id.clone())).into())
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(api.state.snapshot().show.scenes.values().collect::<Vec<_>>())
}

pub async fn one(State(api): State<Api>, At(id): At<SceneId>) -> Answer {
    ok(find(&api.state.snapshot().show, &id)?)
}

pub async fn create(State(api): State<Api>, mut fields: Fields) -> Answer {
    fields.fill_id("scene");
    fill_layer_ids(&mut fields);
    let scene: Scene = fields.parse()?;
    if api.state.snapshot().show.scenes.contains_key(&scene.id) {
        return Err(ApiError::AlreadyExists { what: "scene", id: scene.id.to_string() });
    }
    put(api, scene).await
}

pub async fn replace(State(api): State<Api>, At(id): At<SceneId>, mut fields: Fields) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    fill_layer_ids(&mut fields);
    put(api, fields.parse()?).await
}

async fn put(api: Api, scene: Scene) -> Answer {
    let existed = api.state.snapshot().show.scenes.contains_key(&scene.id);
    let id = scene.id.clone();
    let receipt = api.submit(Command::PutScene { scene, only_new: false }).await?;
    answer(&receipt, &id, saved(existed))
}

pub async fn change(State(api): State<Api>, At(id): At<SceneId>, mut fields: Fields) -> Answer {
    fields.settle_id(id.as_str())?;
    let receipt = api.submit(Command::ChangeScene { scene: id.clone(), patch: fields.0 }).await?;
    answer(&receipt, &id, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At(scene): At<SceneId>) -> Answer {
    removed(api.submit(Command::RemoveScene { scene }).await?.seq)
}

pub async fn take(State(api): State<Api>, At(scene): At<SceneId>) -> Answer {
    let receipt = api.submit(Command::TakeScene { scene }).await?;
    let body = json!({ "success": true, "program": program(&receipt.snapshot), "seq": receipt.seq });
    changed(receipt.seq, StatusCode::OK, body)
}

fn answer(receipt: &Receipt, id: &SceneId, status: StatusCode) -> Answer {
    changed(receipt.seq, status, find(&receipt.snapshot, id)?)
}

fn fill_layer_ids(fields: &mut Fields) {
    let Some(Value::Array(layers)) = fields.0.get_mut("layers") else { return };
    for layer in layers.iter_mut().filter_map(Value::as_object_mut) {
        layer.entry("id").or_insert_with(|| Value::String(fresh_id("layer")));
    }
}
