//! `/api/youtube`: what is fetched from elsewhere, by yt-dlp; in the envelope of music boxes. Off unless the configuration says
//! otherwise.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Answer;
use super::unified::{done, found};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::fetching::progress;
use crate::api::request::{At as InPath, fresh_id};
use crate::base::quote::quoted;
use crate::library::downloads::{Address, Downloads, Query as Words};
use crate::show::download::{Download, DownloadCourse};
use crate::show::ids::DownloadId;
use crate::state::SubmitError;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

const USUAL_RESULTS: usize = 10;

fn on(api: &Api) -> Result<&Downloads, ApiError> {
    api.downloads.as_ref().ok_or(ApiError::DownloadsOff)
}

pub async fn download(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let downloads = on(&api)?;
    let (url, playlist): (String, _) = (fields.require("url")?, fields.require("playlist_id")?);
    let quality: Option<String> = fields.take("quality")?;
    fields.finish()?;
    let url = Address::parse(&url)?.to_string();
    let quality = quality.unwrap_or_else(|| "best".to_owned());
    downloads.available().await.map_err(ApiError::DownloaderMissing)?;
    let id = DownloadId::new(&fresh_id("download", asker.operation.as_ref(), 0));
    let id = id.map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let receipt = api.act(&asker, Command::BeginDownload { id: id.clone(), url, playlist, quality }).await?;
    done(&receipt, StatusCode::ACCEPTED, "it is being fetched", json!({ "task_id": id, "status": "pending" }))
}

fn find(api: &Api, id: &DownloadId) -> Result<std::sync::Arc<Download>, ApiError> {
    let found = api.state.snapshot().show.downloads.get(id).cloned();
    found.ok_or_else(|| SubmitError::from(Rejection::NoDownload(id.clone())).into())
}

pub async fn status(State(api): State<Api>, InPath(id): InPath<DownloadId>) -> Answer {
    found(&api, "how far it is", progress(&api, &*find(&api, &id)?))
}

pub async fn list(State(api): State<Api>) -> Answer {
    let show = api.state.snapshot().show.clone();
    let all: Vec<Value> = show.downloads.values().map(|download| progress(&api, download)).collect();
    found(&api, "the downloads", json!({ "downloads": all, "enabled": api.downloads.is_some() }))
}

/// Calls it off; one that is over is forgotten.
pub async fn remove(State(api): State<Api>, InPath(id): InPath<DownloadId>, Bare(asker): Bare) -> Answer {
    let command = if find(&api, &id)?.is_pending() {
        Command::EndDownload { id: id.clone(), course: DownloadCourse::Cancelled {} }
    } else {
        Command::RemoveDownload { id: id.clone() }
    };
    let receipt = api.act(&asker, command).await?;
    done(&receipt, StatusCode::OK, "it was called off", json!({ "task_id": id, "success": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    query: String,
    max_results: Option<usize>,
}

pub async fn search(State(api): State<Api>, wishes: Result<Query<Wishes>, QueryRejection>) -> Answer {
    let downloads = on(&api)?;
    let Query(Wishes { query, max_results }) =
        wishes.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let words = Words::new(&query, max_results.unwrap_or(USUAL_RESULTS))?;
    let results = downloads.search(&words).await?;
    let results: Vec<Value> = results
        .into_iter()
        .map(|found| {
            json!({
                "id": found.id, "title": found.title, "duration_ms": found.duration_ms, "thumbnail_url": found.thumbnail_url,
                "channel": found.channel, "view_count": found.view_count,
            })
        })
        .collect();
    let total = results.len();
    found(&api, "what was found", json!({ "results": results, "total_results": total }))
}
