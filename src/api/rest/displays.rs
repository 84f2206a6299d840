//! `/api/displays`: screens of this machine that show the program.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::display::DisplayView;
use crate::send::display::found;
use crate::show::Show;
use crate::show::display::Display;
use crate::show::ids::DisplayId;
use crate::state::SubmitError;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

fn view(api: &Api, show: &Show, id: &DisplayId) -> Result<DisplayView, ApiError> {
    let display = show.displays.get(id).ok_or_else(|| SubmitError::from(Rejection::NoDisplay(id.clone())))?;
    Ok(DisplayView::new(display, &api.vitals))
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(DisplayView::all(&api.state.snapshot().show, &api.vitals))
}

pub async fn one(State(api): State<Api>, At(id): At<DisplayId>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, &id)?)
}

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("display", asker.operation.as_ref());
    put(api, asker, fields.parse()?, true).await
}

pub async fn replace(State(api): State<Api>, At(id): At<DisplayId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    put(api, asker, fields.parse()?, false).await
}

async fn put(api: Api, asker: Asker, display: Display, only_new: bool) -> Answer {
    let id = display.id.clone();
    let receipt = api.act(&asker, Command::PutDisplay { display: Box::new(display), only_new }).await?;
    changed_thing(&receipt, saved(&receipt), view(&api, &receipt.snapshot, &id))
}

pub async fn change(State(api): State<Api>, At(id): At<DisplayId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let receipt = api.act(&asker, Command::ChangeDisplay { display: id.clone(), patch: fields.0 }).await?;
    changed_thing(&receipt, StatusCode::OK, view(&api, &receipt.snapshot, &id))
}

pub async fn remove(State(api): State<Api>, At(display): At<DisplayId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveDisplay { display }).await?)
}

/// Displays that this machine could show on.
pub async fn discover(Bare(_): Bare) -> Answer {
    let found = tokio::task::spawn_blocking(found::displays).await;
    ok(found.map_err(|_| ApiError::Internal)?)
}
