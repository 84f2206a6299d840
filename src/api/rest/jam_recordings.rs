//! `/api/jam-recordings`: what was played, to be kept, and to be played again.

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::jams::entered;
use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::jam::hall::Guest;
use crate::jam::recording::{self, Recording, RecordingId};
use crate::jam::refused::Refused;
use crate::jam::replay::Wish;
use crate::jam::store::{File, StoreError};

fn stored(error: StoreError) -> ApiError {
    Refused::StorageUnavailable(error.to_string()).into()
}

/// The file is read beside the doors: it may be long.
async fn read<T: Send + 'static>(
    api: &Api,
    work: impl FnOnce(&File) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let file = recording::open(api.jams.hall.file()).map_err(stored)?;
    let read = tokio::task::spawn_blocking(move || work(&file)).await;
    read.map_err(|_| ApiError::Internal)?.map_err(stored)
}

fn missing(id: &str) -> ApiError {
    Refused::NoRecording(id.chars().take(40).collect()).into()
}

async fn found(api: &Api, id: &str) -> Result<Recording, ApiError> {
    let known: RecordingId = id.parse().map_err(|()| missing(id))?;
    read(api, move |file| Recording::read(file, known)).await?.ok_or_else(|| missing(id))
}

pub async fn list(State(api): State<Api>) -> Answer {
    let mut listed = read(&api, recording::list).await?;
    // The newest of those that go on is not in its place yet.
    for one in listed.iter_mut().filter(|one| one.ended_at.is_none()) {
        if let Ok(room) = api.jams.hall.room(one.code) {
            let (events, jam) = room.whole();
            (one.events, one.length_ms) = (events, jam.changed_at - jam.created_at);
        }
    }
    ok(listed)
}

/// Line by line, as JSON.
pub async fn file(State(api): State<Api>, At(id): At<String>) -> Result<Response, ApiError> {
    let recording = found(&api, &id).await?;
    let text = tokio::task::spawn_blocking(move || recording.lines().map(|line| line + "\n").collect::<String>()).await;
    let name = format!("attachment; filename=\"{id}.jsonl\"");
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from(text.map_err(|_| ApiError::Internal)?)).into_response())
}

pub async fn remove(State(api): State<Api>, At(id): At<String>, Bare(_): Bare) -> Answer {
    let known: RecordingId = id.parse().map_err(|()| missing(&id))?;
    api.jams.hall.forget(known).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub async fn replay(State(api): State<Api>, At(id): At<String>, Ask { asker: _, mut fields }: Ask) -> Answer {
    let guest = Guest { name: fields.require("by")?, color: fields.take("color")? };
    let wish = Wish { speed: fields.take("speed")?.unwrap_or(1.0), from_ms: fields.take("from_ms")?.unwrap_or(0) };
    fields.finish()?;
    let wish = wish.check()?;
    let recording = found(&api, &id).await?;
    let joined = api.jams.replays.start(&api.jams.hall, &api.clock, recording, wish, guest).await?;
    entered(&joined.room, joined.id, &joined.token)
}

/// Another place or another speed, of one that is being played.
pub async fn steer(State(api): State<Api>, At(code): At<String>, Ask { asker: _, mut fields }: Ask) -> Answer {
    let (speed, from_ms): (Option<f64>, Option<i64>) = (fields.take("speed")?, fields.take("from_ms")?);
    fields.finish()?;
    let code = code.parse().map_err(Refused::from)?;
    api.jams.hall.room(code)?;
    api.jams
        .replays
        .steer(code, |wish| Wish { speed: speed.unwrap_or(wish.speed), from_ms: from_ms.unwrap_or(wish.from_ms) })?;
    ok(json!({ "code": code }))
}
