//! `/api/fixtures`: what has LEDs, how it is reached, and how it does.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::fixture::FixtureView;
use crate::send::discover;
use crate::show::Show;
use crate::show::ids::FixtureId;
use crate::show::light::fixture::Fixture;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

fn view(api: &Api, show: &Show, id: &FixtureId) -> Result<FixtureView, ApiError> {
    let fixture = show.fixtures.get(id).ok_or_else(|| SubmitError::from(Rejection::NoFixture(id.clone())))?;
    Ok(FixtureView::new(show, fixture, api.vitals.status.fixture(id.as_str()), api.clock.now()))
}

fn answer(api: &Api, receipt: &Receipt, id: &FixtureId, status: StatusCode) -> Answer {
    changed_thing(receipt, status, view(api, &receipt.snapshot, id))
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(FixtureView::all(&api.state.snapshot().show, &api.vitals, api.clock.now()))
}

pub async fn one(State(api): State<Api>, At(id): At<FixtureId>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, &id)?)
}

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("fixture", asker.operation.as_ref());
    put(api, asker, fields.parse()?, true).await
}

pub async fn replace(State(api): State<Api>, At(id): At<FixtureId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    put(api, asker, fields.parse()?, false).await
}

async fn put(api: Api, asker: Asker, fixture: Fixture, only_new: bool) -> Answer {
    let id = fixture.id.clone();
    let receipt = api.act(&asker, Command::PutFixture { fixture: Box::new(fixture), only_new }).await?;
    answer(&api, &receipt, &id, saved(&receipt))
}

pub async fn change(State(api): State<Api>, At(id): At<FixtureId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let receipt = api.act(&asker, Command::ChangeFixture { fixture: id.clone(), patch: fields.0 }).await?;
    answer(&api, &receipt, &id, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At(fixture): At<FixtureId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveFixture { fixture }).await?)
}

/// Controllers that run WLED and tell the network of themselves, found within `{"seconds": 3}`.
pub async fn discover(State(api): State<Api>, Perhaps { asker: _, mut fields }: Perhaps) -> Answer {
    let seconds: f64 = fields.take("seconds")?.unwrap_or(3.0);
    fields.finish()?;
    if !(0.1..=30.0).contains(&seconds) {
        let error = Rejection::OutOfRange { field: "seconds", value: seconds.to_string(), allowed: "0.1 to 30" };
        return Err(SubmitError::from(error).into());
    }
    let clock = api.clock.clone();
    let search = Duration::from_secs_f64(seconds);
    let found = tokio::task::spawn_blocking(move || discover::wled(search, || clock.now().micros()));
    ok(found.await.map_err(|_| ApiError::Internal)?.map_err(ApiError::from)?)
}

/// It flashes for a while: `{"duration": 5}`.
pub async fn identify(State(api): State<Api>, At(id): At<FixtureId>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let seconds = fields.take("duration")?.unwrap_or(5.0);
    fields.finish()?;
    let receipt = api.act(&asker, Command::IdentifyFixture { fixture: id.clone(), seconds }).await?;
    answer(&api, &receipt, &id, StatusCode::OK)
}
