//! `/api/assets`: pictures that layers can show.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use tokio_util::io::ReaderStream;

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::{At, declared_length};
use crate::library::{ChunkError, MAX_UPLOAD};
use crate::show::Show;
use crate::show::asset::{Asset, ImageFormat};
use crate::show::ids::AssetId;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

/// The file, and some room for the form around it.
pub const MAX_FORM: usize = MAX_UPLOAD + 64 * 1024;
/// Between two pieces of an upload.
const PATIENCE: Duration = Duration::from_secs(30);

fn find<'a>(show: &'a Show, id: &AssetId) -> Result<&'a Arc<Asset>, ApiError> {
    show.assets.get(id).ok_or_else(|| SubmitError::from(Rejection::NoAsset(id.clone())).into())
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(api.state.snapshot().show.assets.values().collect::<Vec<_>>())
}

pub async fn one(State(api): State<Api>, At(id): At<AssetId>) -> Answer {
    ok(find(&api.state.snapshot().show, &id)?)
}

pub async fn upload(State(api): State<Api>, request: Request) -> Answer {
    let asker = Asker::of(&request)?;
    if declared_length(request.headers()).is_some_and(|length| length > MAX_FORM as u64) {
        return Err(ApiError::Library(crate::library::LibraryError::TooLarge { limit: MAX_UPLOAD }));
    }
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| ApiError::NotMultipart)?;
    loop {
        let next = tokio::time::timeout(PATIENCE, form.next_field()).await.map_err(|_| ApiError::RequestTimeout)?;
        let field = next.map_err(|error| ApiError::Library(chunk_error(&error).into()))?;
        match field {
            Some(field) if field.name() == Some("file") => return keep(&api, &asker, field).await,
            Some(_) => {}
            None => return Err(ApiError::MissingFile),
        }
    }
}

async fn keep(api: &Api, asker: &Asker, field: Field<'_>) -> Answer {
    let name = field.file_name().unwrap_or("").to_owned();
    let upload = api.library.receive(Box::pin(chunks(field))).await?;
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
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(work).await.unwrap_or(Err(ApiError::Internal))
}

/// The field's bytes. A broken form ends in an error, never just earlier.
fn chunks(field: Field<'_>) -> impl Stream<Item = Result<bytes::Bytes, ChunkError>> {
    stream::unfold(Some(field), |field| async {
        let mut field = field?;
        match tokio::time::timeout(PATIENCE, field.next()).await {
            Err(_) => Some((Err(ChunkError::Interrupted("nothing came for 30 s".to_owned())), None)),
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(field))),
            Ok(Some(Err(error))) => Some((Err(chunk_error(&error)), None)),
        }
    })
}

fn chunk_error(error: &MultipartError) -> ChunkError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ChunkError::TooLarge,
        _ => ChunkError::Interrupted(error.body_text()),
    }
}

/// The picture itself. Its id is its content, so it may be kept for ever.
pub async fn file(State(api): State<Api>, At(id): At<AssetId>) -> Answer {
    let asset = find(&api.state.snapshot().show, &id)?.clone();
    let Ok(file) = tokio::fs::File::open(api.library.path_of(&asset)).await else {
        return Err(SubmitError::from(Rejection::NoAsset(id)).into());
    };
    let kind = match asset.format {
        ImageFormat::Png => "image/png",
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Webp => "image/webp",
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, asset.bytes.to_string()),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable".to_owned()),
    ];
    let response: Response = (headers, Body::from_stream(ReaderStream::new(file))).into_response();
    Ok(response)
}

pub async fn remove(State(api): State<Api>, At(id): At<AssetId>, Bare(asker): Bare) -> Answer {
    removed(&remove_with_file(api, asker, id).await?)
}

pub async fn remove_with_file(api: Api, asker: Asker, id: AssetId) -> Result<Receipt, ApiError> {
    to_the_end(async move {
        let turn = api.library.turn().await;
        let asset = api.state.snapshot().show.assets.get(&id).cloned();
        // Gone already, and asked for again: the receipt says so.
        let receipt = api.act(&asker, Command::RemoveAsset { asset: id }).await?;
        let Some(asset) = asset.filter(|_| !receipt.repeated) else { return Ok(receipt) };
        // The show has forgotten it; a file that stays is only space, and the next upload of it takes its place.
        if let Err(error) = api.library.remove(&asset, &turn).await {
            tracing::warn!(asset = %asset.id, %error, "the file of a removed asset stays: {error}");
        }
        Ok(receipt)
    })
    .await
}
