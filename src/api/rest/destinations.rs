//! `/api/destinations`: where the stream goes. Keys go in and never come out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::destination::DestinationView;
use crate::show::Show;
use crate::show::destination::Destination;
use crate::show::ids::DestinationId;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

fn view(api: &Api, show: &Show, id: &DestinationId) -> Result<DestinationView, ApiError> {
    let found: Option<&Arc<Destination>> = show.destinations.get(id);
    let destination = found.ok_or_else(|| SubmitError::from(Rejection::NoDestination(id.clone())))?;
    Ok(DestinationView::new(destination, api.vitals.status.destination(id.as_str())))
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(DestinationView::all(&api.state.snapshot().show, &api.vitals))
}

pub async fn one(State(api): State<Api>, At(id): At<DestinationId>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, &id)?)
}

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("destination", asker.operation.as_ref());
    put(api, asker, fields.parse()?, true).await
}

pub async fn replace(State(api): State<Api>, At(id): At<DestinationId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    put(api, asker, fields.parse()?, false).await
}

async fn put(api: Api, asker: Asker, destination: Destination, only_new: bool) -> Answer {
    let id = destination.id.clone();
    let receipt = api.act(&asker, Command::PutDestination { destination, only_new }).await?;
    answer(&api, &receipt, &id, saved(&receipt))
}

pub async fn change(State(api): State<Api>, At(id): At<DestinationId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let receipt = api.act(&asker, Command::ChangeDestination { destination: id.clone(), patch: fields.0 }).await?;
    answer(&api, &receipt, &id, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At(destination): At<DestinationId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveDestination { destination }).await?)
}

fn answer(api: &Api, receipt: &Receipt, id: &DestinationId, status: StatusCode) -> Answer {
    changed_thing(receipt, status, view(api, &receipt.snapshot, id))
}
