//! `/api/jam-links`: jams of other servers that this node has joined, to show them on its own lights.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, changed_thing, ok, removed};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::jam::refused::Refused;
use crate::show::Show;
use crate::show::jam::address::JamAddress;
use crate::show::jam::code::JamCode;
use crate::state::SubmitError;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

fn view(api: &Api, show: &Show, code: JamCode) -> Result<Value, ApiError> {
    let link = show.jam_links.get(&code).ok_or_else(|| SubmitError::from(Rejection::NoJamLink(code)))?;
    Ok(json!({ "jam": link.jam, "url": link.url, "name": link.name, "link": api.jams.links.states().get(&code) }))
}

fn code_of(text: &str) -> Result<JamCode, ApiError> {
    text.parse().map_err(|error| Refused::from(error).into())
}

pub async fn list(State(api): State<Api>) -> Answer {
    let show = api.state.snapshot().show.clone();
    ok(show.jam_links.keys().map(|code| view(&api, &show, *code)).collect::<Result<Vec<_>, _>>()?)
}

pub async fn one(State(api): State<Api>, At(code): At<String>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, code_of(&code)?)?)
}

pub async fn join(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let url: String = fields.require("url")?;
    let (name, zones) = (fields.take("name")?, fields.take("zones")?);
    fields.finish()?;
    let code = JamAddress::parse(&url).map_err(|error| SubmitError::from(Rejection::BadJamAddress(error)))?.code;
    let receipt = api.act(&asker, Command::JoinJam { url, name, zones }).await?;
    changed_thing(&receipt, StatusCode::CREATED, view(&api, &receipt.snapshot, code))
}

pub async fn leave(State(api): State<Api>, At(code): At<String>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::LeaveJam { jam: code_of(&code)? }).await?)
}
