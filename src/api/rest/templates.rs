//! `/api/templates`: scenes and captions that are ready to be filled in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, changed_thing, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Asker};
use crate::api::error::ApiError;
use crate::api::request::{At, Fields, fresh_id};
use crate::show::Show;
use crate::show::ids::{LayerId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::scene::Scene;
use crate::state::command::Command;
use crate::template::{Occasion, Template};

pub async fn list(State(api): State<Api>) -> Answer {
    ok(api.templates.all().map(|template| summary(template)).collect::<Vec<_>>())
}

pub async fn one(State(api): State<Api>, At(id): At<String>) -> Answer {
    ok(&**api.templates.find(&id)?)
}

/// Without its layers, which are many and say little.
fn summary(template: &Template) -> Value {
    let Template { id, name, description, kind, parameters, .. } = template;
    json!({ "id": id, "name": name, "description": description, "kind": kind, "parameters": parameters })
}

pub async fn instantiate(State(api): State<Api>, At(id): At<String>, Ask { asker, mut fields }: Ask) -> Answer {
    let template = api.templates.find(&id)?.clone();
    let parameters = fields.take::<Value>("parameters")?.unwrap_or(json!({}));
    match fields.take::<SceneId>("into")? {
        Some(scene) => into_scene(&api, &asker, &template, &parameters, (scene, fields)).await,
        None => as_scene(&api, &asker, &template, &parameters, fields).await,
    }
}

async fn as_scene(api: &Api, asker: &Asker, template: &Template, parameters: &Value, mut fields: Fields) -> Answer {
    let id = fields.take("scene")?.map_or_else(|| made_up::<SceneId>("scene", asker), Ok)?;
    let name = fields.take("name")?.unwrap_or_else(|| template.name.clone());
    fields.finish()?;
    let layers = template.instantiate(parameters, &occasion(api, String::new(), false))?;
    let scene = Scene { id: id.clone(), name, layers };
    let receipt = api.act(asker, Command::PutScene { scene, only_new: true }).await?;
    changed_thing(&receipt, StatusCode::CREATED, made(&receipt.snapshot, &id, None))
}

async fn into_scene(
    api: &Api,
    asker: &Asker,
    template: &Template,
    parameters: &Value,
    (scene, mut fields): (SceneId, Fields),
) -> Answer {
    let id = fields.take("layer")?.map_or_else(|| made_up::<LayerId>(&template.id, asker), Ok)?;
    let name = fields.take("name")?.unwrap_or_else(|| template.name.clone());
    let (parent, index) = (fields.take("parent")?, fields.take("index")?);
    fields.finish()?;
    let layers = template.instantiate(parameters, &occasion(api, id.to_string(), true))?;
    let layer = Arc::new(group(id.clone(), name, layers));
    let command = Command::PutLayer { scene: scene.clone(), layer, parent, index, only_new: true };
    let receipt = api.act(asker, command).await?;
    changed_thing(&receipt, StatusCode::CREATED, made(&receipt.snapshot, &scene, Some(&id)))
}

/// It lies over all of the canvas, so that its layers stand where the template has them.
fn group(id: LayerId, name: String, layers: Vec<Arc<Layer>>) -> Layer {
    Layer { name, ..Layer::plain(id, Content::Group { layers }) }
}

fn occasion(api: &Api, prefix: String, starts_now: bool) -> Occasion {
    let canvas = api.state.snapshot().show.config.canvas();
    Occasion { canvas, now: api.clock.now(), prefix, starts_now }
}

fn made_up<T: TryFrom<String>>(kind: &str, asker: &Asker) -> Result<T, ApiError> {
    // What is made up is always an id.
    T::try_from(fresh_id(&kind.replace('_', "-"), asker.operation.as_ref(), 0)).map_err(|_| ApiError::Internal)
}

fn made(show: &Show, scene: &SceneId, layer: Option<&LayerId>) -> Result<Value, ApiError> {
    let found = super::scenes::find(show, scene)?;
    Ok(match layer.and_then(|layer| found.find(layer)) {
        Some(layer) => json!({ "success": true, "scene": scene, "layer": layer }),
        None => json!({ "success": true, "scene": found }),
    })
}
