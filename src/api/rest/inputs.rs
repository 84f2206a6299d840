//! `/api/inputs`: what moves and sounds; and `/api/mixer`, where all of it is heard together.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::{Answer, changed, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::input::InputView;
use crate::show::Show;
use crate::show::ids::InputId;
use crate::show::input::Input;
use crate::state::command::{Command, Playing};
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

fn view(api: &Api, show: &Show, id: &InputId) -> Result<InputView, ApiError> {
    let found: Option<&Arc<Input>> = show.inputs.get(id);
    let input = found.ok_or_else(|| SubmitError::from(Rejection::NoInput(id.clone())))?;
    Ok(InputView::new(input, api.vitals.status.input(id.as_str()).as_ref()))
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(InputView::all(&api.state.snapshot().show, &api.vitals))
}

pub async fn one(State(api): State<Api>, At(id): At<InputId>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, &id)?)
}

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("input", asker.operation.as_ref());
    put(api, asker, fields.parse()?, true).await
}

pub async fn replace(State(api): State<Api>, At(id): At<InputId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    put(api, asker, fields.parse()?, false).await
}

async fn put(api: Api, asker: Asker, input: Input, only_new: bool) -> Answer {
    let id = input.id.clone();
    let receipt = api.act(&asker, Command::PutInput { input, only_new }).await?;
    answer(&api, &receipt, &id, saved(&receipt))
}

pub async fn change(State(api): State<Api>, At(id): At<InputId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let receipt = api.act(&asker, Command::ChangeInput { input: id.clone(), patch: fields.0 }).await?;
    answer(&api, &receipt, &id, StatusCode::OK)
}

pub async fn play(State(api): State<Api>, At(id): At<InputId>, Ask { asker, fields }: Ask) -> Answer {
    let playing: Playing = fields.parse()?;
    let receipt = api.act(&asker, Command::PlayInput { input: id.clone(), playing }).await?;
    answer(&api, &receipt, &id, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At(input): At<InputId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveInput { input }).await?)
}

fn answer(api: &Api, receipt: &Receipt, id: &InputId, status: StatusCode) -> Answer {
    changed_thing(receipt, status, view(api, &receipt.snapshot, id))
}

pub async fn mixer(State(api): State<Api>) -> Answer {
    ok(&*api.state.snapshot().show.mixer)
}

pub async fn mix(State(api): State<Api>, Ask { asker, fields }: Ask) -> Answer {
    let receipt = api.act(&asker, Command::ChangeMixer { patch: fields.0 }).await?;
    changed(&receipt, StatusCode::OK, &*receipt.snapshot.mixer)
}
