//! `/api/values`: what the live fields of texts show by name.

use axum::extract::State;
use serde_json::{Value as Json, json};

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::show::values;
use crate::show::Show;
use crate::show::value::ValueName;
use crate::state::SubmitError;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

fn view(show: &Show, name: &ValueName) -> Result<Json, ApiError> {
    let value = show.values.get(name.as_str()).ok_or_else(|| SubmitError::from(Rejection::NoValue(name.clone())))?;
    Ok(json!({ "name": name, "value": value }))
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(values(&api.state.snapshot().show))
}

pub async fn one(State(api): State<Api>, At(name): At<ValueName>) -> Answer {
    ok(view(&api.state.snapshot().show, &name)?)
}

pub async fn set(State(api): State<Api>, At(name): At<ValueName>, Ask { asker, mut fields }: Ask) -> Answer {
    let value = fields.require("value")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::SetValue { name: name.clone(), value }).await?;
    changed_thing(&receipt, saved(&receipt), view(&receipt.snapshot, &name))
}

pub async fn remove(State(api): State<Api>, At(name): At<ValueName>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveValue { name }).await?)
}
