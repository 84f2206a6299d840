//! `/api/recordings`: what was recorded, and the replay that becomes a recording.

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use tokio_util::io::ReaderStream;

use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::{Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::routes::access_of;
use crate::api::wire::recording::{RecordingView, ReplayView};
use crate::send::recordings::RecordingError;

/// Files are looked at and written where waiting for a disk keeps nobody else waiting.
pub(super) async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::Internal)
}

pub async fn replay(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    let saved = save_replay(&api, &asker).await?;
    Ok((StatusCode::CREATED, axum::Json(saved)).into_response())
}

/// Through whatever door.
pub async fn save_replay(api: &Api, asker: &Asker) -> Result<ReplayView, ApiError> {
    let access = access_of("POST", "/api/stream/replay");
    if !access.allows(Some(asker.caller.role())) {
        return Err(ApiError::RoleNeeded { needed: access.name() });
    }
    let replay = api.replay.clone();
    Ok(on_disk(move || replay.save()).await??.into())
}

pub async fn list(State(api): State<Api>) -> Answer {
    let found = on_disk(move || api.recordings.list()).await??;
    ok(found.into_iter().map(RecordingView::from).collect::<Vec<_>>())
}

/// As far as it has been written.
pub async fn file(State(api): State<Api>, At(name): At<String>) -> Answer {
    let (path, recording) = on_disk(move || api.recordings.find(&name)).await??;
    let opened = tokio::fs::File::open(path).await.map_err(RecordingError::from)?;
    let kind = if recording.name.ends_with(".mp4") { "video/mp4" } else { "video/x-matroska" };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, recording.bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", recording.name)),
    ];
    let known = tokio::io::AsyncReadExt::take(opened, recording.bytes);
    Ok((headers, Body::from_stream(ReaderStream::new(known))).into_response())
}

pub async fn remove(State(api): State<Api>, At(name): At<String>, Bare(_): Bare) -> Answer {
    on_disk(move || api.recordings.remove(&name)).await??;
    Ok(StatusCode::NO_CONTENT.into_response())
}
