//! `/api/updates`: newer versions of this program.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::{Bare, Perhaps};

fn view(api: &Api) -> Value {
    json!(api.machine.update.status())
}

pub async fn status(State(api): State<Api>) -> Answer {
    ok(view(&api))
}

pub async fn check(State(api): State<Api>, Bare(_): Bare) -> Answer {
    api.machine.update.check().await?;
    ok(view(&api))
}

/// It takes its time; how far it is, the status tells.
pub async fn download(State(api): State<Api>, Bare(_): Bare) -> Answer {
    api.machine.update.can_download()?;
    let update = api.machine.update.clone();
    tokio::spawn(async move { update.download().await });
    Ok((StatusCode::ACCEPTED, Json(view(&api))).into_response())
}

/// Tried from the next start on, or at once.
pub async fn install(State(api): State<Api>, Perhaps { mut fields, .. }: Perhaps) -> Answer {
    let restart = fields.take("restart")?.unwrap_or(false);
    fields.finish()?;
    if restart && let Some(refused) = api.machine.restart.refused() {
        return Err(refused.into());
    }
    api.machine.update.install().await?;
    if restart {
        api.machine.restart.ask()?;
    }
    ok(view(&api))
}
