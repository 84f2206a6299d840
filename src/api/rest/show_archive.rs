//! `/api/export` and `/api/import`: the show with its assets, as one file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::assets::{PATIENCE, to_the_end};
use super::exchange::{Wishes, wished};
use super::{Answer, changed, ok};
use crate::api::Api;
use crate::api::ask::Asker;
use crate::api::error::ApiError;
use crate::api::request::declared_length;
use crate::exchange::archive::{self, ArchiveError, Checked, Manifest};
use crate::library::{ChunkError, Library, LibraryError, Turn, Upload};
use crate::show::asset::Asset;
use crate::show::collection::{Collection, Mode};
use crate::show::ids::AssetId;
use crate::show::light::carried::Lights;
use crate::state::apply::decide;
use crate::state::command::Command;
use crate::state::{Receipt, SubmitError};

/// Each has a thread, and reads the disk as fast as its client takes it.
const EXPORTS: usize = 2;
/// Each needs as much room on the disk as its archive has, twice.
const IMPORTS: usize = 1;
/// Of an archive, in files of the largest kind.
const MOST_FILES: u64 = 8;
/// Pieces of an archive on their way to a client; a piece is what a `Write` is given, at most `PIECE`.
const WAITING: usize = 8;
const PIECE: usize = 64 * 1024;

/// Whose turn it is.
#[derive(Clone)]
pub struct Turns {
    exports: Arc<Semaphore>,
    imports: Arc<Semaphore>,
}

impl Turns {
    /// Whoever exports anything.
    pub(super) fn export(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        self.exports.clone().try_acquire_owned().map_err(|_| ApiError::Busy)
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self { exports: Arc::new(Semaphore::new(EXPORTS)), imports: Arc::new(Semaphore::new(IMPORTS)) }
    }
}

pub async fn export(State(api): State<Api>) -> Answer {
    let turn = api.archives.export()?;
    let manifest = Manifest::new(Collection::of(&api.state.snapshot().show), api.clock.now());
    // Once the archive has begun there is no way to say that a file is missing.
    for asset in &manifest.show.assets {
        let found = tokio::fs::metadata(api.library.path_of(asset)).await;
        if !found.is_ok_and(|file| file.len() == asset.bytes) {
            let why = format!("the file of asset {} is not there as it was", asset.id);
            return Err(ApiError::Library(LibraryError::Storage(why)));
        }
    }
    let library = api.library.clone();
    let body = piped(turn, move |out| archive::write(out, &manifest, |asset| library.path_of(asset)));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"show.marquee.tar\"")),
    ];
    Ok((headers, body).into_response())
}

/// What is written on a thread of its own, as fast as its client takes it.
pub(super) fn piped(
    turn: OwnedSemaphorePermit,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
) -> Body {
    let (sender, mut pieces) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let mut out = BufWriter::with_capacity(PIECE, Pipe(sender.clone()));
        if let Err(error) = write(&mut out).and_then(|()| out.flush()) {
            tracing::warn!(%error, "an export broke off: {error}");
            // The client sees that its body ends in the middle. One that went away sees nothing.
            let _ = sender.blocking_send(Err(error));
        }
    });
    Body::from_stream(stream::poll_fn(move |context| pieces.poll_recv(context)))
}

/// To a client that takes what it can.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody takes it any more");
        self.0.blocking_send(Ok(Bytes::copy_from_slice(piece))).map_err(gone)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub async fn import(State(api): State<Api>, wishes: Result<Query<Wishes>, QueryRejection>, request: Request) -> Answer {
    let Wishes { dry_run, mode } = wished(wishes)?;
    let mode = mode.unwrap_or_default();
    let asker = Asker::of(&request)?;
    if !is_archive(request.headers()) {
        return Err(ApiError::NotAnArchive);
    }
    let _turn = api.archives.imports.clone().try_acquire_owned().map_err(|_| ApiError::Busy)?;
    let limit = api.library.largest().saturating_mul(MOST_FILES);
    let expected = declared_length(request.headers()).unwrap_or(0);
    if expected > limit {
        return Err(ApiError::Library(LibraryError::TooLarge { limit }));
    }
    let upload = api.library.receive_archive(Box::pin(chunks(request)), expected, limit).await?;
    let (upload, checked) = looked_through(upload).await?;
    check_files(&api, &checked)?;
    if dry_run {
        let counted = counted(&checked.show, true);
        let command = Command::Import { collection: Box::new(checked.show), mode };
        decide(&api.state.snapshot().show, command, api.clock.now()).map_err(SubmitError::from)?;
        return ok(counted);
    }
    to_the_end(async move {
        let counted = counted(&checked.show, false);
        let receipt = bring(&api, &asker, &upload, checked, mode).await?;
        changed(&receipt, StatusCode::OK, counted)
    })
    .await
}

fn is_archive(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    ["application/x-tar", "application/tar", "application/octet-stream"].contains(&essence.as_str())
}

fn chunks(request: Request) -> impl Stream<Item = Result<Bytes, ChunkError>> {
    let body = request.into_body().into_data_stream();
    stream::unfold(Some(body), |body| async move {
        let mut body = body?;
        match tokio::time::timeout(PATIENCE, body.next()).await {
            Err(_) => Some((Err(ChunkError::Interrupted("nothing came for 30 s".to_owned())), None)),
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(body))),
            Ok(Some(Err(error))) => Some((Err(ChunkError::Interrupted(error.to_string())), None)),
        }
    })
}

fn counted(show: &Collection, dry_run: bool) -> Value {
    let Collection { assets, inputs, scenes, transitions, destinations, lights, music, .. } = show;
    let none = Lights::default();
    let lights = lights.as_deref().unwrap_or(&none);
    let (playlists, tags) = music.as_ref().map_or((0, 0), |music| (music.playlists.len(), music.tags.len()));
    json!({
        "success": true,
        "dry_run": dry_run,
        "scenes": scenes.len(),
        "inputs": inputs.len(),
        "transitions": transitions.len(),
        "destinations": destinations.len(),
        "assets": assets.len(),
        "zones": lights.zones.len(),
        "fixtures": lights.fixtures.len(),
        "light_feeds": lights.feeds.len(),
        "palettes": lights.palettes.len(),
        "light_presets": lights.presets.len(),
        "playlists": playlists,
        "tags": tags,
    })
}

/// Every asset has its file, in the archive or here already.
fn check_files(api: &Api, checked: &Checked) -> Result<(), ApiError> {
    let present = &api.state.snapshot().show.assets;
    let is_there = |asset: &&Asset| present.contains_key(&asset.id) || checked.files.contains(&asset.id);
    match checked.show.assets.iter().find(|asset| !is_there(asset)) {
        Some(asset) => Err(ArchiveError::Broken(format!("the file of asset {} is not in it", asset.id)).into()),
        None => Ok(()),
    }
}

/// From its beginning to its end, before anything is done with it.
async fn looked_through(upload: Upload) -> Result<(Upload, Checked), ApiError> {
    let looked = tokio::task::spawn_blocking(move || {
        let file = File::open(upload.path()).map_err(LibraryError::from)?;
        let checked = archive::check(BufReader::new(file))?;
        Ok((upload, checked))
    });
    looked.await.unwrap_or(Err(ApiError::Internal))
}

/// Files that the library does not have go there, then all of the show is told in one command. Where that is turned down, the files
/// go again.
async fn bring(api: &Api, asker: &Asker, upload: &Upload, checked: Checked, mode: Mode) -> Result<Receipt, ApiError> {
    let turn = api.library.turn().await;
    let mut kept = Vec::new();
    let told = match keep_files(api, upload, &checked, &turn, &mut kept) {
        Ok(()) => {
            let present = api.state.snapshot().show.assets.clone();
            let collection = with_what_is_known(checked.show, &kept, &present);
            api.act(asker, Command::Import { collection: Box::new(collection), mode }).await
        }
        Err(error) => Err(error),
    };
    if told.is_err() {
        for asset in &kept {
            api.library.remove(asset, &turn).await?;
        }
    }
    told
}

/// What an asset is follows from its file, as with every upload; of what the archive says only the name counts, and that only
/// where the file is new. So the same archive, sent again, makes the same command.
fn with_what_is_known(mut show: Collection, kept: &[Asset], present: &BTreeMap<AssetId, Arc<Asset>>) -> Collection {
    for asset in &mut show.assets {
        let new = kept.iter().find(|kept| kept.id == asset.id);
        if let Some(known) = new.or_else(|| present.get(&asset.id).map(Arc::as_ref)) {
            *asset = Asset::clone(known);
        }
    }
    show
}

/// Reading and checking files takes its time, and one after the other is enough: it happens on this very thread, whose other tasks
/// are taken over by others meanwhile.
fn keep_files(
    api: &Api,
    upload: &Upload,
    checked: &Checked,
    turn: &Turn<'_>,
    kept: &mut Vec<Asset>,
) -> Result<(), ApiError> {
    // Again: one may have been removed meanwhile.
    check_files(api, checked)?;
    let present = api.state.snapshot().show.assets.clone();
    let file = File::open(upload.path()).map_err(LibraryError::from)?;
    let each = |asset: &Asset, file: &mut dyn Read| -> Result<(), ApiError> {
        if present.contains_key(&asset.id) {
            return Ok(());
        }
        let stored = Handle::current().block_on(stored(&api.library, asset, file, turn))?;
        kept.push(stored);
        Ok(())
    };
    tokio::task::block_in_place(|| archive::each_file(BufReader::new(file), each)).map(drop)
}

async fn stored(library: &Library, asset: &Asset, file: &mut dyn Read, turn: &Turn<'_>) -> Result<Asset, ApiError> {
    let pieces = std::iter::from_fn(|| {
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece) {
            Ok(0) => None,
            Ok(count) => {
                piece.truncate(count);
                Some(Ok(Bytes::from(piece)))
            }
            Err(error) => Some(Err(ChunkError::Interrupted(error.to_string()))),
        }
    });
    let upload = library.receive(stream::iter(pieces), asset.bytes).await?;
    Ok(library.store(upload, &asset.name, turn).await?)
}
