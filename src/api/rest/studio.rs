//! `/api/studio`: what is taken next and how, the bar between program and preview; and `/api/transitions`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, changed, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::show::{StudioView, TransitionView, program};
use crate::show::Show;
use crate::show::ids::TransitionId;
use crate::show::transition::Transition;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

pub async fn one(State(api): State<Api>) -> Answer {
    ok(StudioView::new(&api.state.snapshot().show))
}

pub async fn change(State(api): State<Api>, Ask { asker, fields }: Ask) -> Answer {
    let receipt = api.act(&asker, Command::ChangeStudio { patch: fields.0 }).await?;
    changed(&receipt, StatusCode::OK, StudioView::new(&receipt.snapshot))
}

pub async fn take(State(api): State<Api>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let transition = fields.take("transition")?;
    fields.finish()?;
    on_air(&api.act(&asker, Command::TakePreview { transition }).await?)
}

pub async fn bar(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let (position, transition) = (fields.require("position")?, fields.take("transition")?);
    fields.finish()?;
    on_air(&api.act(&asker, Command::MoveBar { position, transition }).await?)
}

pub async fn release(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    on_air(&api.act(&asker, Command::ReleaseBar).await?)
}

pub fn on_air(receipt: &Receipt) -> Answer {
    let body = json!({ "success": true, "program": program(receipt.snapshot.program.as_ref()), "seq": receipt.seq });
    changed(receipt, StatusCode::OK, body)
}

fn find<'a>(show: &'a Show, id: &TransitionId) -> Result<&'a Arc<Transition>, ApiError> {
    show.transitions.get(id).ok_or_else(|| SubmitError::from(Rejection::NoTransition(id.clone())).into())
}

fn view(show: &Show, id: &TransitionId) -> Result<TransitionView, ApiError> {
    Ok(TransitionView::new(id, find(show, id)?))
}

pub async fn transitions(State(api): State<Api>) -> Answer {
    ok(TransitionView::all(&api.state.snapshot().show))
}

pub async fn transition(State(api): State<Api>, At(id): At<TransitionId>) -> Answer {
    ok(view(&api.state.snapshot().show, &id)?)
}

pub async fn put_transition(State(api): State<Api>, At(id): At<TransitionId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let transition = fields.parse()?;
    let receipt = api.act(&asker, Command::PutTransition { id: id.clone(), transition, only_new: false }).await?;
    changed_thing(&receipt, saved(&receipt), view(&receipt.snapshot, &id))
}

pub async fn remove_transition(State(api): State<Api>, At(id): At<TransitionId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveTransition { id }).await?)
}
