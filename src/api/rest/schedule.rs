//! `/api/batch`: several commands as one, now or at a time; and `/api/scheduled`, those that wait.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, changed, ok, removed};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::request::{At, Fields};
use crate::api::wire::message::command;
use crate::api::wire::schedule::ScheduledView;
use crate::show::Show;
use crate::show::ids::BatchId;
use crate::state::SubmitError;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

pub async fn batch(State(api): State<Api>, Ask { asker, fields: Fields(mut fields) }: Ask) -> Answer {
    fields.insert("command".to_owned(), json!("batch"));
    let command = asker.with_batch_id(command(fields)?);
    let id = batch_of(&command);
    let receipt = api.act(&asker, command).await?;
    let waiting = id.and_then(|id| receipt.snapshot.scheduled.get(&id)).map(|batch| ScheduledView::new(batch));
    let status = if waiting.is_some() { StatusCode::ACCEPTED } else { StatusCode::OK };
    changed(&receipt, status, json!({ "success": true, "seq": receipt.seq, "scheduled": waiting }))
}

fn batch_of(command: &Command) -> Option<BatchId> {
    match command {
        Command::Batch { id, .. } => id.clone(),
        _ => None,
    }
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(ScheduledView::all(&api.state.snapshot().show))
}

pub async fn one(State(api): State<Api>, At(id): At<BatchId>) -> Answer {
    ok(view(&api.state.snapshot().show, &id)?)
}

fn view<'a>(show: &'a Show, id: &BatchId) -> Result<ScheduledView<'a>, ApiError> {
    let batch = show.scheduled.get(id).ok_or_else(|| SubmitError::from(Rejection::NoBatch(id.clone())))?;
    Ok(ScheduledView::new(batch))
}

pub async fn cancel(State(api): State<Api>, At(id): At<BatchId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::CancelBatch { id }).await?)
}
