//! `/api/macros`: commands in the order of time, and their runs.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::schedule::MacroView;
use crate::show::Show;
use crate::show::ids::MacroId;
use crate::state::SubmitError;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

fn view<'a>(show: &'a Show, id: &MacroId) -> Result<MacroView<'a>, ApiError> {
    MacroView::of(show, id).ok_or_else(|| SubmitError::from(Rejection::NoMacro(id.clone())).into())
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(MacroView::all(&api.state.snapshot().show))
}

pub async fn one(State(api): State<Api>, At(id): At<MacroId>) -> Answer {
    ok(view(&api.state.snapshot().show, &id)?)
}

pub async fn put(State(api): State<Api>, At(id): At<MacroId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.clone().into()));
    let definition = fields.parse()?;
    let receipt = api.act(&asker, Command::PutMacro { definition, only_new: false }).await?;
    changed_thing(&receipt, saved(&receipt), view(&receipt.snapshot, &id))
}

pub async fn remove(State(api): State<Api>, At(id): At<MacroId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveMacro { id }).await?)
}

pub async fn run(State(api): State<Api>, At(id): At<MacroId>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let restart = fields.take("restart")?.unwrap_or(false);
    fields.finish()?;
    let receipt = api.act(&asker, Command::RunMacro { id: id.clone(), restart }).await?;
    changed_thing(&receipt, StatusCode::OK, view(&receipt.snapshot, &id))
}

pub async fn stop(State(api): State<Api>, At(id): At<MacroId>, Bare(asker): Bare) -> Answer {
    let receipt = api.act(&asker, Command::StopMacro { id: id.clone() }).await?;
    changed_thing(&receipt, StatusCode::OK, view(&receipt.snapshot, &id))
}
