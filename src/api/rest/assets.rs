//! `/api/assets`: files that layers, inputs, texts and transitions can use.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request, State};
use axum::http::StatusCode;
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, changed, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::{At, declared_length};
use crate::base::quote::quoted;
use crate::library::{ChunkError, LibraryError};
use crate::show::Show;
use crate::show::asset::{Asset, AssetKind};
use crate::show::ids::AssetId;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

/// The form around the file.
pub(super) const MAX_AROUND: u64 = 64 * 1024;
/// Between two pieces of an upload.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn find<'a>(show: &'a Show, id: &AssetId) -> Result<&'a Arc<Asset>, ApiError> {
    show.assets.get(id).ok_or_else(|| SubmitError::from(Rejection::NoAsset(id.clone())).into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    kind: Option<AssetKind>,
}

pub async fn list(State(api): State<Api>, wishes: Result<Query<Wishes>, QueryRejection>) -> Answer {
    let Query(Wishes { kind }) = wishes.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let show = &api.state.snapshot().show;
    ok(show.assets.values().filter(|asset| kind.is_none_or(|kind| asset.kind == kind)).collect::<Vec<_>>())
}

pub async fn one(State(api): State<Api>, At(id): At<AssetId>) -> Answer {
    ok(find(&api.state.snapshot().show, &id)?)
}

pub async fn usage(State(api): State<Api>, At(id): At<AssetId>) -> Answer {
    let show = &api.state.snapshot().show;
    find(show, &id)?;
    ok(json!({ "users": show.users_of(&id, api.clock.now()) }))
}

pub async fn replace(State(api): State<Api>, At(id): At<AssetId>, Ask { asker, mut fields }: Ask) -> Answer {
    let with: AssetId = fields.require("with")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::ReplaceAsset { asset: id, with: with.clone() }).await?;
    let users = receipt.snapshot.users_of(&with, api.clock.now());
    changed(&receipt, StatusCode::OK, json!({ "success": true, "users": users }))
}

pub async fn upload(State(api): State<Api>, mut request: Request) -> Answer {
    let asker = Asker::of(&request)?;
    let limit = api.library.largest();
    let expected = declared_length(request.headers()).unwrap_or(0).saturating_sub(MAX_AROUND);
    if expected > limit {
        return Err(ApiError::Library(LibraryError::TooLarge { limit }));
    }
    // What stands in the form besides the file is bounded with it.
    let most = usize::try_from(limit.saturating_add(MAX_AROUND)).unwrap_or(usize::MAX);
    DefaultBodyLimit::max(most).apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| ApiError::NotMultipart)?;
    loop {
        let next = tokio::time::timeout(PATIENCE, form.next_field()).await.map_err(|_| ApiError::RequestTimeout)?;
        let field = next.map_err(|error| ApiError::Library(chunk_error(&error, limit).into()))?;
        match field {
            Some(field) if field.name() == Some("file") => return keep(&api, &asker, field, (limit, expected)).await,
            Some(_) => {}
            None => return Err(ApiError::MissingFile),
        }
    }
}

async fn keep(api: &Api, asker: &Asker, field: Field<'_>, (limit, expected): (u64, u64)) -> Answer {
    let name = field.file_name().unwrap_or("").to_owned();
    let upload = api.library.receive(Box::pin(chunks(field, limit)), expected).await?;
    let (api, asker) = (api.clone(), asker.clone());
    to_the_end(async move {
        let turn = api.library.turn().await;
        let asset = api.library.store(upload, &name, &turn).await?;
        let existed = api.state.snapshot().show.assets.contains_key(&asset.id);
        match api.act(&asker, Command::AddAsset { asset: asset.clone() }).await {
            Ok(receipt) => changed_thing(&receipt, saved(&receipt), find(&receipt.snapshot, &asset.id)),
            Err(refused) => {
                if !existed {
                    api.library.remove(&asset, &turn).await?;
                }
                Err(refused)
            }
        }
    })
    .await
}

/// A file and the show's word about it go together, so this is not given up when the client goes away halfway.
pub(in crate::api) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.unwrap_or(Err(ApiError::Internal))
}

/// The field's bytes. A broken form ends in an error, never just earlier.
pub(super) fn chunks(field: Field<'_>, limit: u64) -> impl Stream<Item = Result<bytes::Bytes, ChunkError>> {
    stream::unfold(Some(field), move |field| async move {
        let mut field = field?;
        match tokio::time::timeout(PATIENCE, field.next()).await {
            Err(_) => Some((Err(ChunkError::Interrupted("nothing came for 30 s".to_owned())), None)),
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(field))),
            Ok(Some(Err(error))) => Some((Err(chunk_error(&error, limit)), None)),
        }
    })
}

pub(super) fn chunk_error(error: &MultipartError, limit: u64) -> ChunkError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ChunkError::TooLarge { limit },
        _ => ChunkError::Interrupted(error.body_text()),
    }
}

pub async fn remove(State(api): State<Api>, At(id): At<AssetId>, Bare(asker): Bare) -> Answer {
    removed(&remove_with_file(api, asker, id, false).await?)
}

pub async fn remove_with_file(api: Api, asker: Asker, id: AssetId, force: bool) -> Result<Receipt, ApiError> {
    to_the_end(async move {
        let turn = api.library.turn().await;
        let asset = api.state.snapshot().show.assets.get(&id).cloned();
        // Gone already, and asked for again: the receipt says so.
        let receipt = api.act(&asker, Command::RemoveAsset { asset: id, force }).await?;
        let Some(asset) = asset.filter(|_| !receipt.repeated) else { return Ok(receipt) };
        // The show has forgotten it; a file that stays is only space, and the next upload of it takes its place.
        if let Err(error) = api.library.remove(&asset, &turn).await {
            tracing::warn!(asset = %asset.id, %error, "the file of a removed asset stays: {error}");
        }
        Ok(receipt)
    })
    .await
}
