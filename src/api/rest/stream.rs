//! `/api/stream`: on air or not, and how it is encoded.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::{Answer, changed, ok};
use crate::api::Api;
use crate::api::request::Fields;
use crate::api::wire::stream::{StreamMetrics, StreamState};
use crate::state::command::Command;

pub async fn start(State(api): State<Api>) -> Answer {
    steer(api, Command::StartStream).await
}

pub async fn stop(State(api): State<Api>) -> Answer {
    steer(api, Command::StopStream).await
}

pub async fn pause(State(api): State<Api>) -> Answer {
    steer(api, Command::PauseStream).await
}

pub async fn resume(State(api): State<Api>) -> Answer {
    steer(api, Command::ResumeStream).await
}

async fn steer(api: Api, command: Command) -> Answer {
    let receipt = api.submit(command).await?;
    let state = StreamState::new(&receipt.snapshot, &api.figures(), &api.vitals);
    changed(receipt.seq, StatusCode::OK, json!({ "success": true, "state": state, "seq": receipt.seq }))
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

pub async fn configure(State(api): State<Api>, mut fields: Fields) -> Answer {
    let restart = fields.take("restart")?.unwrap_or(false);
    let receipt = api.submit(Command::ChangeStreamConfig { patch: fields.0, restart }).await?;
    changed(receipt.seq, StatusCode::OK, &receipt.snapshot.config)
}
