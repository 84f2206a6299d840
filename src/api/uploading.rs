//! An upload that is whole goes into the library, and the show is told. Everything here may be done again: after a crash anywhere it
//! is, and leads to the same.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Api;
use super::error::ApiError;
use super::rest::assets::to_the_end;
use crate::library::uploads::{Complete, Finishing, UploadId};
use crate::show::asset::Asset;
use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::playlist::MAX_TITLE;
use crate::state::asked::media::NewTrack;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Origin, SubmitError};

/// What may be said of the track that it becomes.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub title: Option<String>,
    pub artist: Option<String>,
    pub album: Option<String>,
}

impl Wishes {
    /// Refuses what no track could be called, as long as nothing has become of the upload: afterwards it could not be said again.
    pub fn of(mut fields: Map<String, Value>) -> Result<Self, ApiError> {
        let mut text = |name: &str| match fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= MAX_TITLE => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(_) => Err(ApiError::InvalidBody {
                field: format!("metadata_override.{name}"),
                why: format!("this is a text of at most {MAX_TITLE} characters"),
            }),
        };
        Ok(Self { title: text("title")?, artist: text("artist")?, album: text("album")? })
    }
}

/// Says what became of it: `{asset, playlist_id?, track?}`. It is done to its end, whoever goes away meanwhile.
pub async fn finish(api: &Api, id: UploadId, sha256: Option<[u8; 32]>, wishes: Wishes) -> Result<Value, ApiError> {
    let api = api.clone();
    to_the_end(async move {
        let complete = match api.uploads.begin_finish(id, sha256).await? {
            Finishing::Done(result) => return Ok(result),
            Finishing::Ready(complete) | Finishing::Moved(complete) => complete,
        };
        let kept = keep(&api, &complete, wishes).await;
        match &kept {
            Ok(result) => api.uploads.finished(id, result.clone()).await?,
            Err(error) => api.uploads.failed(id, error.code(), &error.to_string(), is_final(error)).await?,
        }
        kept
    })
    .await
}

/// What the disk or the writer refuse at the moment, or a show that is full, may be taken later; what the file is will not change.
fn is_final(error: &ApiError) -> bool {
    match error {
        ApiError::Library(error) if error.may_pass() => false,
        ApiError::State(SubmitError::Rejected(Rejection::TooMany { .. })) => false,
        error => error.status().is_client_error(),
    }
}

async fn keep(api: &Api, complete: &Complete, wishes: Wishes) -> Result<Value, ApiError> {
    let turn = api.library.turn().await;
    let Complete { path, blake3, bytes, name, .. } = complete;
    let asset = api.library.adopt(path, blake3, *bytes, name, &turn).await?;
    let existed = api.state.snapshot().show.assets.contains_key(&asset.id);
    if let Err(refused) = tell(api, Command::AddAsset { asset: asset.clone() }, complete).await {
        // There is no other copy of it: what may be taken later stays where it is found then.
        if !existed && is_final(&refused) {
            api.library.remove(&asset, &turn).await?;
        }
        return Err(refused);
    }
    let mut result = json!({ "asset": asset.id });
    if let Some(playlist) = &complete.playlist {
        let playlist = PlaylistId::new(playlist).map_err(|error| ApiError::BadRequest(error.to_string()))?;
        let track = add_track(api, complete, &asset, &playlist, wishes).await?;
        result["playlist_id"] = json!(playlist);
        result["track"] = json!(track);
    }
    Ok(result)
}

async fn tell(api: &Api, command: Command, complete: &Complete) -> Result<(), ApiError> {
    let actor = Some(complete.owner.clone()).filter(|owner| !owner.is_empty());
    api.state.submit(command, Origin { door: "upload".to_owned(), actor, operation: None }).await?;
    Ok(())
}

/// Its id follows from the upload's, so that it is added once.
async fn add_track(
    api: &Api,
    complete: &Complete,
    asset: &Asset,
    playlist: &PlaylistId,
    Wishes { title, artist, album }: Wishes,
) -> Result<TrackId, ApiError> {
    let id = format!("track-{}", &complete.id.to_string()[..12]);
    let id = TrackId::new(&id).map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let (still_ms, times, when) = (None, None, None);
    let (asset, filename): (AssetId, _) = (asset.id.clone(), Some(complete.name.clone()));
    let track = NewTrack { id: id.clone(), asset, title, artist, album, filename, still_ms, times, when };
    let command = Command::AddTracks { playlist: playlist.clone(), tracks: vec![track], number: None };
    match tell(api, command, complete).await {
        Err(ApiError::State(SubmitError::Rejected(Rejection::AlreadyExists { .. }))) | Ok(()) => Ok(id),
        Err(error) => Err(error),
    }
}

/// How often uploads are looked at for which nothing comes any more.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Finishes what a crash has left unfinished, and lets go of what nobody goes on with.
pub async fn look_after(api: Api) {
    for id in api.uploads.unfinished() {
        if let Err(error) = finish(&api, id, None, Wishes::default()).await {
            tracing::warn!(upload = %id, %error, "an upload that was whole before could not be finished: {error}");
        }
    }
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            () = api.closed() => return,
            _ = look.tick() => api.uploads.expire().await,
        };
    }
}
