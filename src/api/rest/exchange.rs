//! `/api/import`: what comes from elsewhere.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, changed, ok};
use crate::api::Api;
use crate::api::ask::Asker;
use crate::api::error::ApiError;
use crate::api::request::json_of;
use crate::base::quote::quoted;
use crate::exchange::obs;
use crate::show::collection::Mode;
use crate::state::SubmitError;
use crate::state::apply::decide;
use crate::state::command::Command;

/// Collections of people who never clear up have some megabytes.
const MOST_OBS: usize = 8 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    #[serde(default)]
    pub dry_run: bool,
    pub mode: Option<Mode>,
}

pub(super) fn wished(wishes: Result<Query<Wishes>, QueryRejection>) -> Result<Wishes, ApiError> {
    wishes.map(|Query(wishes)| wishes).map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))
}

/// Everything in one command, or nothing; a dry run is turned down for the same reasons.
pub async fn obs(State(api): State<Api>, wishes: Result<Query<Wishes>, QueryRejection>, request: Request) -> Answer {
    let Wishes { dry_run, mode } = wished(wishes)?;
    let asker = Asker::of(&request)?;
    let file = json_of(request, MOST_OBS).await?;
    let show = api.state.snapshot().show.clone();
    let (seen, canvas) = (show.clone(), show.config.canvas());
    // A large one takes its time, which others need not wait for.
    let converting = tokio::task::spawn_blocking(move || obs::convert(&file, &obs::Known::new(&seen.assets, canvas)));
    let obs::Converted { collection, report } = converting.await.map_err(|_| ApiError::Internal)??;
    let command = Command::Import { collection: Box::new(collection), mode: mode.unwrap_or(Mode::Add) };
    if dry_run {
        decide(&show, command, api.clock.now()).map_err(SubmitError::from)?;
        return ok(json!({ "success": true, "dry_run": true, "report": report }));
    }
    let receipt = api.act(&asker, command).await?;
    changed(&receipt, StatusCode::OK, json!({ "success": true, "dry_run": false, "report": report }))
}
