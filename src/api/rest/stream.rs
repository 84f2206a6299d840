//! `/api/stream`: on air or not, and how it is encoded.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, changed, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::wire::stream::{StreamMetrics, StreamState};
use crate::state::command::Command;

pub async fn start(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    steer(api, asker, Command::StartStream).await
}

pub async fn stop(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    steer(api, asker, Command::StopStream).await
}

pub async fn pause(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    steer(api, asker, Command::PauseStream).await
}

pub async fn resume(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    steer(api, asker, Command::ResumeStream).await
}

async fn steer(api: Api, asker: Asker, command: Command) -> Answer {
    let receipt = api.act(&asker, command).await?;
    let state = StreamState::new(&receipt.snapshot, &api.figures(), &api.vitals);
    changed(&receipt, StatusCode::OK, json!({ "success": true, "state": state, "seq": receipt.seq }))
}

pub async fn state(State(api): State<Api>) -> Answer {
    ok(StreamState::new(&api.state.snapshot().show, &api.figures(), &api.vitals))
}

pub async fn metrics(State(api): State<Api>) -> Answer {
    ok(StreamMetrics::new(&api.figures(), &api.vitals))
}

pub async fn config(State(api): State<Api>) -> Answer {
    ok(&api.state.snapshot().show.config)
}

pub async fn configure(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let restart = fields.take("restart")?.unwrap_or(false);
    let receipt = api.act(&asker, Command::ChangeStreamConfig { patch: fields.0, restart }).await?;
    changed(&receipt, StatusCode::OK, &receipt.snapshot.config)
}
