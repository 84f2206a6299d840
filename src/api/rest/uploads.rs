//! Uploads in chunks, as music box clients send them: a session, its chunks in any order, and the word that it is whole. In their
//! envelope. The same store as tus'.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;

use axum::body::Body;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::{StatusCode, header};
use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::Answer;
use super::unified::{found, made};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At as InPath;
use crate::api::uploading::{Wishes, finish};
use crate::api::wire::musicbox::At;
use crate::api::wire::upload;
use crate::base::quote::quoted;
use crate::identity::Role;
use crate::library::uploads::{New, State as Stage, UploadError, UploadId, hex_of, presentable};
use crate::show::ids::PlaylistId;
use crate::state::SubmitError;
use crate::state::rejection::Rejection;

/// Of a form, on their way to the disk.
const PIECES: usize = 4;

/// Uploads of one who has no name are nobody's, and everybody's.
fn owner(asker: &Asker) -> String {
    asker.owner()
}

pub(super) fn check_playlist(api: &Api, id: &PlaylistId) -> Result<(), ApiError> {
    let is_there = api.state.snapshot().show.playlists.contains_key(id);
    if is_there { Ok(()) } else { Err(SubmitError::from(Rejection::NoPlaylist(id.clone())).into()) }
}

/// 64 hexadecimal digits: a SHA-256.
fn digest(text: Option<String>) -> Result<Option<[u8; 32]>, ApiError> {
    let wrong =
        || ApiError::InvalidBody { field: "file_hash".to_owned(), why: "a SHA-256 has 64 hexadecimal digits".to_owned() };
    text.map(|text| hex_of(&text.to_ascii_lowercase()).ok_or_else(wrong)).transpose()
}

pub async fn begin(State(api): State<Api>, InPath(playlist): InPath<PlaylistId>, Ask { asker, mut fields }: Ask) -> Answer {
    check_playlist(&api, &playlist)?;
    let (name, length): (String, u64) = (fields.require("filename")?, fields.require("file_size")?);
    let (chunk_size, hash) = (fields.take("chunk_size")?, fields.take("file_hash")?);
    fields.finish()?;
    let new = New {
        name: presentable(&name),
        length: Some(length),
        chunk_size,
        metadata: String::new(),
        playlist: Some(playlist.to_string()),
        sha256: digest(hash)?,
        owner: owner(&asker),
    };
    let status = api.uploads.create(new).await?;
    let chunks = status.chunks_total.unwrap_or(0);
    let data = json!({
        "session_id": status.id, "chunk_size": status.chunk_size, "total_chunks": chunks,
        "expected_chunks": chunks, "filename": status.name,
    });
    made(&api, StatusCode::CREATED, "send its chunks", data)
}

/// Another's upload is not there.
fn own(api: &Api, id: UploadId, asker: &Asker) -> Result<(), ApiError> {
    if api.uploads.owner(id)? == owner(asker) { Ok(()) } else { Err(UploadError::NotFound.into()) }
}

/// Also where the path names another playlist than the one that it was begun for.
fn own_in(api: &Api, playlist: &PlaylistId, id: UploadId, asker: &Asker) -> Result<(), ApiError> {
    own(api, id, asker)?;
    let is_here = api.uploads.status(id)?.playlist.as_deref() == Some(playlist.as_str());
    if is_here { Ok(()) } else { Err(UploadError::NotFound.into()) }
}

pub async fn chunk(
    State(api): State<Api>,
    InPath((playlist, id, index)): InPath<(PlaylistId, UploadId, u64)>,
    request: Request,
) -> Answer {
    let asker = Asker::of(&request)?;
    own_in(&api, &playlist, id, &asker)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let status = if kind.to_ascii_lowercase().starts_with("multipart/") {
        api.uploads.put_chunk(id, index, Box::pin(in_form(request))).await?
    } else {
        api.uploads.put_chunk(id, index, request.into_body().into_data_stream()).await?
    };
    let size = status.chunk_size.min(status.length.unwrap_or(0).saturating_sub(index * status.chunk_size));
    let data = json!({
        "chunk_index": index, "received_size": size, "progress": status.percent(),
        "complete": status.is_complete(), "bytes_uploaded": status.received,
    });
    found(&api, "the chunk is there", data)
}

/// The bytes of the field `file`. A broken form ends in an error, never just earlier.
fn in_form(request: Request<Body>) -> impl Stream<Item = Result<Bytes, String>> {
    let (out, chunks) = mpsc::channel(PIECES);
    tokio::spawn(async move {
        if let Err(error) = pass_on(request, &out).await {
            // Nobody may be listening any more.
            let _ = out.send(Err(error)).await;
        }
    });
    stream::unfold(chunks, |mut chunks| async move { chunks.recv().await.map(|chunk| (chunk, chunks)) })
}

async fn pass_on(request: Request<Body>, out: &mpsc::Sender<Result<Bytes, String>>) -> Result<(), String> {
    let broken = |error: MultipartError| error.body_text();
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| error.body_text())?;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            if out.send(Ok(chunk)).await.is_err() {
                return Ok(());
            }
        }
        return Ok(());
    }
    Err("there is no field `file`".to_owned())
}

pub async fn finalize(
    State(api): State<Api>,
    InPath((playlist, id)): InPath<(PlaylistId, UploadId)>,
    Perhaps { asker, mut fields }: Perhaps,
) -> Answer {
    own_in(&api, &playlist, id, &asker)?;
    let hash = fields.take("file_hash")?;
    let wishes: Option<Map<String, Value>> = fields.take("metadata_override")?;
    fields.finish()?;
    let wishes = wishes.map(Wishes::of).transpose()?.unwrap_or_default();
    let result = finish(&api, id, digest(hash)?, wishes).await?;
    let track = track(&api, &playlist, &result["track"]);
    let mut data = track.clone();
    data["track"] = track;
    data["session_id"] = json!(id);
    made(&api, StatusCode::OK, "the track is in the playlist", data)
}

pub(in crate::api) fn track(api: &Api, playlist: &PlaylistId, track: &Value) -> Value {
    let snapshot = api.state.snapshot();
    let at = At { show: &snapshot.show, now: api.clock.now(), seq: snapshot.seq };
    let told = snapshot.show.playlists.get(playlist).and_then(|playlist| {
        let place = playlist.tracks.iter().position(|found| track.as_str() == Some(found.id.as_str()))?;
        Some(at.track(playlist, &playlist.tracks[place], place + 1))
    });
    told.unwrap_or_else(|| json!({ "id": track }))
}

pub async fn status(
    State(api): State<Api>,
    InPath((playlist, id)): InPath<(PlaylistId, UploadId)>,
    Bare(asker): Bare,
) -> Answer {
    own_in(&api, &playlist, id, &asker)?;
    found(&api, "the upload", upload::status(&api.uploads.status(id)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfState {
    status: Option<Stage>,
}

pub async fn sessions(State(api): State<Api>, wishes: Result<Query<OfState>, QueryRejection>, Bare(asker): Bare) -> Answer {
    let Query(OfState { status }) = wishes.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let own = owner(&asker);
    let all = api.uploads.list(status);
    let sessions: Vec<Value> = all.iter().filter(|status| status.owner == own).map(upload::status).collect();
    found(&api, "the uploads", json!({ "sessions": sessions }))
}

pub async fn remove(State(api): State<Api>, InPath(id): InPath<UploadId>, Bare(asker): Bare) -> Answer {
    own(&api, id, &asker)?;
    api.uploads.remove(id).await?;
    found(&api, "the upload is gone", json!({ "session_id": id, "success": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfAge {
    max_age_hours: Option<f64>,
}

const MAX_AGE_HOURS: f64 = 24.0 * 365.0;

pub async fn clean_up(State(api): State<Api>, wishes: Result<Query<OfAge>, QueryRejection>, Bare(asker): Bare) -> Answer {
    let Query(OfAge { max_age_hours }) =
        wishes.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let hours = max_age_hours.unwrap_or(24.0);
    if !(0.0..=MAX_AGE_HOURS).contains(&hours) {
        return Err(ApiError::InvalidQuery("max_age_hours is 0 to 8760".to_owned()));
    }
    // Others' are the business of who looks after the whole server.
    let owner = Some(asker.owner()).filter(|_| asker.caller.role() != Role::Admin);
    let age = std::time::Duration::from_secs_f64(hours * 3_600.0);
    let cleared = api.uploads.clean_up(age, owner.as_deref()).await;
    let data = json!({
        "cleaned_sessions": cleared.sessions, "cleaned_files": cleared.files, "freed_bytes": cleared.freed_bytes,
    });
    found(&api, "what was left lying is gone", data)
}
