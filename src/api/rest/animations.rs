//! `/api/v1/animations`: what there is, and what runs where.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::zones::passage;
use super::{Answer, changed_thing, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::light::AnimationView;
use crate::base::quote::quoted;
use crate::show::Show;
use crate::show::light::animation::Animation;
use crate::state::asked::{Passage, Start};
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    #[serde(default)]
    active: bool,
}

fn view(api: &Api, show: &Show, name: &str) -> Result<AnimationView, ApiError> {
    let found = Animation::named(name).ok_or_else(|| SubmitError::from(Rejection::NoAnimation(quoted(name))))?;
    Ok(AnimationView::new(show, found, api.clock.now()))
}

fn answer(api: &Api, receipt: &Receipt, name: &str) -> Answer {
    changed_thing(receipt, StatusCode::OK, view(api, &receipt.snapshot, name))
}

pub async fn list(State(api): State<Api>, wishes: Result<Query<Wishes>, QueryRejection>) -> Answer {
    let Query(Wishes { active }) = wishes.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    ok(AnimationView::all(&api.state.snapshot().show, active, api.clock.now()))
}

pub async fn active(State(api): State<Api>) -> Answer {
    ok(AnimationView::all(&api.state.snapshot().show, true, api.clock.now()))
}

pub async fn one(State(api): State<Api>, At(name): At<String>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, &name)?)
}

pub async fn start(State(api): State<Api>, At(animation): At<String>, Ask { asker, fields }: Ask) -> Answer {
    // Told before what is wrong with the body: without it there is nothing to start.
    view(&api, &api.state.snapshot().show, &animation)?;
    let start: Box<Start> = Box::new(fields.parse()?);
    let receipt = api.act(&asker, Command::StartAnimation { animation: animation.clone(), start }).await?;
    answer(&api, &receipt, &animation)
}

pub async fn stop(State(api): State<Api>, At(animation): At<String>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let Passage { transition, duration } = passage(&mut fields)?;
    let zones = fields.take("zones")?;
    fields.finish()?;
    let command = Command::StopAnimation { animation: animation.clone(), zones, transition, duration };
    let receipt = api.act(&asker, command).await?;
    answer(&api, &receipt, &animation)
}

/// The parameters stand in the body by themselves; `zones` names some of those that run it.
pub async fn parameters(State(api): State<Api>, At(animation): At<String>, Ask { asker, mut fields }: Ask) -> Answer {
    let zones = fields.take("zones")?;
    let command = Command::ChangeAnimation { animation: animation.clone(), zones, parameters: fields.0 };
    let receipt = api.act(&asker, command).await?;
    answer(&api, &receipt, &animation)
}
