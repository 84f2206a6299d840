//! `/api/system/{info,logs,restart,power}`: what the machine says of itself, and how it is started anew; in the envelope of music boxes.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::Answer;
use super::unified::{found, made};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::base::quote::quoted;
use crate::devices::system::{LogLevel, PowerAction};

const USUAL_LINES: usize = 100;
const MOST_LINES: usize = 1_000;

pub async fn info(State(api): State<Api>) -> Answer {
    let info = api.machine.info.info().await.ok_or(ApiError::Internal)?;
    let data = json!({
        "system_info": info, "version": info.version, "hostname": info.hostname, "uptime": info.uptime_s,
        "restart": api.machine.restart.refused().map_or("possible", |refused| refused.code()),
    });
    found(&api, "the machine", data)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    lines: Option<usize>,
    level: Option<String>,
    since: Option<u64>,
}

pub async fn logs(State(api): State<Api>, wishes: Result<Query<Wishes>, QueryRejection>) -> Answer {
    let bad = |why: &str| ApiError::InvalidQuery(why.to_owned());
    let Query(Wishes { lines, level, since }) = wishes.map_err(|rejection| bad(&quoted(&rejection.body_text())))?;
    let lines = lines.unwrap_or(USUAL_LINES);
    if !(1..=MOST_LINES).contains(&lines) {
        return Err(bad("lines is 1 to 1000"));
    }
    let level = level.as_deref().unwrap_or("trace").parse::<LogLevel>();
    let level = level.map_err(|_| bad("level is error, warn, info, debug or trace"))?;
    let newest = api.machine.log.newest(lines, level, since.unwrap_or(0));
    let newest: Vec<_> = newest.iter().map(AsRef::as_ref).collect();
    found(&api, "the newest lines of the log", json!({ "logs": newest, "total_lines": api.machine.log.lines() }))
}

/// The answer comes before the end: the server closes in an orderly way, and whoever looks after it starts it again.
pub async fn restart(State(api): State<Api>, Bare(_): Bare) -> Answer {
    api.machine.restart.ask()?;
    made(&api, StatusCode::ACCEPTED, "the server is restarted", json!({ "restart_scheduled": true }))
}

pub async fn power(State(api): State<Api>, Ask { mut fields, .. }: Ask) -> Answer {
    let action: PowerAction = fields.require("action")?;
    fields.finish()?;
    let asked = api.machine.power.ask(action).await?;
    let data = json!({ "token": asked.token.reveal(), "until": asked.until.millis(), "action": action });
    made(&api, StatusCode::ACCEPTED, "confirm it with this token", data)
}

pub async fn confirm_power(State(api): State<Api>, Ask { mut fields, .. }: Ask) -> Answer {
    let token: String = fields.require("token")?;
    fields.finish()?;
    let action = api.machine.power.confirm(&token).await?;
    made(&api, StatusCode::ACCEPTED, "it is done", json!({ "action": action }))
}
