//! Taking back what was done to scenes, taking it again, and named versions.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, changed, changed_thing, ok, removed};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::{At, Fields};
use crate::api::wire::past::{PastView, VersionView};
use crate::show::Show;
use crate::show::ids::{SceneId, VersionId};
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

pub async fn history(State(api): State<Api>, At(scene): At<SceneId>) -> Answer {
    let snapshot = api.state.snapshot();
    let steps = snapshot.past.of(&scene);
    if steps.is_none() && !snapshot.show.scenes.contains_key(&scene) {
        return Err(SubmitError::from(Rejection::NoScene(scene)).into());
    }
    ok(PastView::new(steps))
}

pub async fn undo_scene(State(api): State<Api>, At(scene): At<SceneId>, Perhaps { asker, fields }: Perhaps) -> Answer {
    let force = force(fields)?;
    step_scene(&api, &asker, &scene, Command::UndoScene { scene: scene.clone(), force }).await
}

pub async fn redo_scene(State(api): State<Api>, At(scene): At<SceneId>, Perhaps { asker, fields }: Perhaps) -> Answer {
    let force = force(fields)?;
    step_scene(&api, &asker, &scene, Command::RedoScene { scene: scene.clone(), force }).await
}

/// The scene as it is now; null if it is gone.
async fn step_scene(api: &Api, asker: &Asker, scene: &SceneId, command: Command) -> Answer {
    let receipt = api.act(asker, command).await?;
    let scene = receipt.snapshot.scenes.get(scene);
    changed(&receipt, StatusCode::OK, json!({ "success": true, "seq": receipt.seq, "scene": scene }))
}

pub async fn undo(State(api): State<Api>, Perhaps { asker, fields }: Perhaps) -> Answer {
    let force = force(fields)?;
    stepped(&api.act(&asker, Command::Undo { force }).await?)
}

pub async fn redo(State(api): State<Api>, Perhaps { asker, fields }: Perhaps) -> Answer {
    let force = force(fields)?;
    stepped(&api.act(&asker, Command::Redo { force }).await?)
}

fn stepped(receipt: &Receipt) -> Answer {
    changed(receipt, StatusCode::OK, json!({ "success": true, "seq": receipt.seq }))
}

fn force(mut fields: Fields) -> Result<bool, ApiError> {
    let force = fields.take("force")?.unwrap_or(false);
    fields.finish()?;
    Ok(force)
}

pub async fn versions(State(api): State<Api>, At(scene): At<SceneId>) -> Answer {
    let show = &api.state.snapshot().show;
    if !show.scenes.contains_key(&scene) && !show.versions.contains_key(&scene) {
        return Err(SubmitError::from(Rejection::NoScene(scene)).into());
    }
    ok(VersionView::of_scene(show, &scene))
}

pub async fn save(State(api): State<Api>, At(scene): At<SceneId>, Ask { asker, mut fields }: Ask) -> Answer {
    let name: VersionId = fields.require("name")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::SaveVersion { scene: scene.clone(), name: name.clone() }).await?;
    changed_thing(&receipt, StatusCode::CREATED, view(&receipt.snapshot, &scene, &name))
}

fn view<'a>(show: &'a Show, scene: &'a SceneId, name: &'a VersionId) -> Result<VersionView<'a>, ApiError> {
    let version = show.versions.get(scene).and_then(|versions| versions.get(name));
    let version = version.ok_or_else(|| SubmitError::from(Rejection::NoVersion(scene.clone(), name.clone())))?;
    Ok(VersionView::new(scene, name, version))
}

pub async fn restore(State(api): State<Api>, At((scene, name)): At<(SceneId, VersionId)>, Bare(asker): Bare) -> Answer {
    step_scene(&api, &asker, &scene, Command::RestoreVersion { scene: scene.clone(), name }).await
}

pub async fn remove(State(api): State<Api>, At((scene, name)): At<(SceneId, VersionId)>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveVersion { scene, name }).await?)
}
