//! `/api/scenes`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::studio::on_air;
use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::{At, Fields, fresh_id};
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

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("scene", asker.operation.as_ref());
    fill_layer_ids(&mut fields, &asker);
    put(api, asker, fields.parse()?, true).await
}

pub async fn replace(State(api): State<Api>, At(id): At<SceneId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    fill_layer_ids(&mut fields, &asker);
    put(api, asker, fields.parse()?, false).await
}

async fn put(api: Api, asker: Asker, scene: Scene, only_new: bool) -> Answer {
    let id = scene.id.clone();
    let receipt = api.act(&asker, Command::PutScene { scene, only_new }).await?;
    answer(&receipt, &id, saved(&receipt))
}

pub async fn change(State(api): State<Api>, At(id): At<SceneId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let receipt = api.act(&asker, Command::ChangeScene { scene: id.clone(), patch: fields.0 }).await?;
    answer(&receipt, &id, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At(scene): At<SceneId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveScene { scene }).await?)
}

pub async fn take(State(api): State<Api>, At(scene): At<SceneId>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let transition = fields.take("transition")?;
    fields.finish()?;
    on_air(&api.act(&asker, Command::TakeScene { scene, transition }).await?)
}

fn answer(receipt: &Receipt, id: &SceneId, status: StatusCode) -> Answer {
    changed_thing(receipt, status, find(&receipt.snapshot, id))
}

fn fill_layer_ids(fields: &mut Fields, asker: &Asker) {
    let Some(Value::Array(layers)) = fields.0.get_mut("layers") else { return };
    for (number, layer) in layers.iter_mut().filter_map(Value::as_object_mut).enumerate() {
        layer.entry("id").or_insert_with(|| Value::String(fresh_id("layer", asker.operation.as_ref(), number)));
    }
}
