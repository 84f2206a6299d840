//! `POST /api/media`: a file, and perhaps the frames that the client has made of it for panels (a ZIP archive). Both are taken, or neither.
//! Where the file itself can be shown, it is; the frames stand in for one that nothing here can decode.

use std::pin::Pin;

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::assets::{MAX_AROUND, PATIENCE, chunk_error, chunks, find, to_the_end};
use super::{Answer, changed, saved};
use crate::api::Api;
use crate::api::ask::Asker;
use crate::api::error::ApiError;
use crate::api::request::declared_length;
use crate::api::wire::looped;
use crate::library::frames::{Frames, FramesError, LARGEST_ARCHIVE};
use crate::library::{ChunkError, LibraryError, Turn, Upload};
use crate::show::asset::Asset;
use crate::state::command::Command;

const ZIP: &[u8] = b"PK";
/// They are held in memory.
static ARCHIVES: Semaphore = Semaphore::const_new(2);

/// What came in the form.
#[derive(Default)]
struct Came {
    original: Option<(Upload, String)>,
    frames: Option<Archive>,
}

struct Archive {
    bytes: Vec<u8>,
    frames: Frames,
    _place: SemaphorePermit<'static>,
}

type Pieces<'a> = Pin<Box<dyn Stream<Item = Result<Bytes, ChunkError>> + Send + 'a>>;

pub async fn upload(State(api): State<Api>, mut request: Request) -> Answer {
    let asker = Asker::of(&request)?;
    let limit = api.library.largest();
    let around = MAX_AROUND + LARGEST_ARCHIVE as u64;
    let expected = declared_length(request.headers()).unwrap_or(0).saturating_sub(around);
    if expected > limit {
        return Err(ApiError::Library(LibraryError::TooLarge { limit }));
    }
    let most = usize::try_from(limit.saturating_add(around)).unwrap_or(usize::MAX);
    DefaultBodyLimit::max(most).apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| ApiError::NotMultipart)?;
    let mut came = Came::default();
    loop {
        let next = tokio::time::timeout(PATIENCE, form.next_field()).await.map_err(|_| ApiError::RequestTimeout)?;
        let Some(field) = next.map_err(|error| ApiError::Library(chunk_error(&error, limit).into()))? else { break };
        if field.file_name().is_some() {
            take(&api, field, limit, &mut came).await?;
        }
    }
    if came.original.is_none() && came.frames.is_none() {
        return Err(ApiError::MissingFile);
    }
    to_the_end(async move { keep(&api, &asker, came).await }).await
}

/// By its content: fields have other names from client to client.
async fn take(api: &Api, field: Field<'_>, limit: u64, came: &mut Came) -> Result<(), ApiError> {
    let name = field.file_name().unwrap_or("").to_owned();
    let mut pieces: Pieces<'_> = Box::pin(chunks(field, limit));
    let mut head = BytesMut::new();
    while head.len() < ZIP.len() {
        match pieces.next().await {
            Some(piece) => head.extend_from_slice(&piece.map_err(LibraryError::from)?),
            None if head.is_empty() => return Err(ApiError::MissingFile),
            None => break,
        }
    }
    let is_archive = head.starts_with(ZIP);
    let all: Pieces<'_> = Box::pin(stream::iter([Ok(head.freeze())]).chain(pieces));
    if is_archive && came.frames.is_none() {
        came.frames = Some(read(all).await?);
    } else if !is_archive && came.original.is_none() {
        came.original = Some((api.library.receive(all, 0).await?, name));
    } else {
        return Err(ApiError::BadRequest("one file and one archive of its frames belong together, no more".to_owned()));
    }
    Ok(())
}

async fn read(mut pieces: Pieces<'_>) -> Result<Archive, ApiError> {
    let place = ARCHIVES.acquire().await.map_err(|_| ApiError::Internal)?;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(LibraryError::from)?;
        if bytes.len() + piece.len() > LARGEST_ARCHIVE {
            return Err(FramesError::TooLarge.into());
        }
        bytes.extend_from_slice(&piece);
    }
    let looked_at =
        tokio::task::spawn_blocking(move || Frames::read(&bytes).map(|frames| Archive { bytes, frames, _place: place }));
    Ok(looked_at.await.map_err(|_| ApiError::Internal)??)
}

async fn keep(api: &Api, asker: &Asker, Came { original, frames }: Came) -> Answer {
    let turn = api.library.turn().await;
    let name = frames.as_ref().and_then(|archive| archive.frames.metadata.filename.clone());
    let count = frames.as_ref().map(|archive| archive.frames.len());
    let (asset, stand_in) = match original {
        Some((upload, name)) => match (api.library.store(upload, &name, &turn).await, frames) {
            (Ok(asset), _) => (asset, false),
            (Err(error), Some(frames)) if is_unknown(&error) => (animated(api, frames, &name, &turn).await?, true),
            (Err(error), _) => return Err(error.into()),
        },
        None => {
            let frames = frames.ok_or(ApiError::MissingFile)?;
            (animated(api, frames, name.as_deref().unwrap_or("frames"), &turn).await?, true)
        }
    };
    let existed = api.state.snapshot().show.assets.contains_key(&asset.id);
    match api.act(asker, Command::AddAsset { asset: asset.clone() }).await {
        Ok(receipt) => {
            let media = looped::media(find(&receipt.snapshot, &asset.id)?);
            let frames = count.map(|count| json!({ "count": count, "shown": stand_in }));
            changed(
                &receipt,
                saved(&receipt),
                json!({ "success": true, "slug": asset.id, "media": media, "frames": frames }),
            )
        }
        Err(refused) => {
            if !existed {
                api.library.remove(&asset, &turn).await?;
            }
            Err(refused)
        }
    }
}

/// Nothing is wrong with the file, as far as is known; it is only that nobody here can read it.
fn is_unknown(error: &LibraryError) -> bool {
    matches!(error, LibraryError::UnknownFormat(_) | LibraryError::Unsupported(_) | LibraryError::UnplayableMedia(_))
}

async fn animated(api: &Api, archive: Archive, name: &str, turn: &Turn<'_>) -> Result<Asset, ApiError> {
    let made = tokio::task::spawn_blocking(move || archive.frames.animation(&archive.bytes));
    let bytes = made.await.map_err(|_| ApiError::Internal)??;
    let pieces = Box::pin(stream::iter([Ok::<_, ChunkError>(Bytes::from(bytes))]));
    let upload = api.library.receive(pieces, 0).await?;
    Ok(api.library.store(upload, name, turn).await?)
}
