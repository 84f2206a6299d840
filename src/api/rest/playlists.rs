//! `/api/playlists`: media in an order, in the envelope of music boxes.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::unified::{at, done, found};
use super::{Answer, removed};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::{At as InPath, Fields, fresh_id};
use crate::api::wire::musicbox::At;
use crate::base::quote::quoted;
use crate::show::Show;
use crate::show::ids::PlaylistId;
use crate::show::playlist::{Playlist, TrackRef};
use crate::state::asked::media::{NewPlaylist, NewTrack};
use crate::state::command::{Command, Patch};
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

const PAGE: usize = 50;
const LARGEST_PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    page: Option<usize>,
    limit: Option<usize>,
}

pub async fn list(State(api): State<Api>, page: Result<Query<Page>, QueryRejection>) -> Answer {
    let Query(Page { page, limit }) = page.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let (page, limit) = (page.unwrap_or(1), limit.unwrap_or(PAGE));
    if page == 0 || !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(ApiError::InvalidQuery("page counts from 1, and limit is 1 to 100".to_owned()));
    }
    let snapshot = api.state.snapshot();
    let at = At { show: &snapshot.show, now: api.clock.now(), seq: snapshot.seq };
    let all = at.all();
    let shown: Vec<Value> =
        all.iter().skip((page - 1).saturating_mul(limit)).take(limit).map(|playlist| at.playlist(playlist)).collect();
    let (total, total_pages) = (all.len(), all.len().div_ceil(limit));
    let data = json!({ "playlists": shown, "page": page, "limit": limit, "total": total, "total_pages": total_pages });
    found(&api, "the playlists", data)
}

fn find<'a>(show: &'a Show, id: &PlaylistId) -> Result<&'a Playlist, ApiError> {
    let found = show.playlists.get(id).map(AsRef::as_ref);
    found.ok_or_else(|| SubmitError::from(Rejection::NoPlaylist(id.clone())).into())
}

pub async fn one(State(api): State<Api>, InPath(id): InPath<PlaylistId>) -> Answer {
    let snapshot = api.state.snapshot();
    let at = At { show: &snapshot.show, now: api.clock.now(), seq: snapshot.seq };
    let playlist = at.playlist(find(&snapshot.show, &id)?);
    found(&api, "the playlist", json!({ "playlist": playlist }))
}

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("playlist", asker.operation.as_ref());
    if let Some(Value::Array(tracks)) = fields.0.get_mut("tracks") {
        fill_ids(tracks.iter_mut().filter_map(Value::as_object_mut), &asker);
    }
    let playlist: NewPlaylist = fields.parse()?;
    let id = playlist.id.clone();
    let receipt = api.act(&asker, Command::PutPlaylist { playlist: Box::new(playlist), only_new: true }).await?;
    let playlist = whole(&api, &receipt, &id);
    done(&receipt, StatusCode::CREATED, "the playlist was made", json!({ "playlist": playlist }))
}

/// Asked for again much later it may be gone, which is no error of the request.
fn whole(api: &Api, receipt: &Receipt, id: &PlaylistId) -> Value {
    let playlist = receipt.snapshot.playlists.get(id);
    playlist.map_or(Value::Null, |playlist| at(api, receipt).playlist(playlist))
}

pub async fn change(State(api): State<Api>, InPath(id): InPath<PlaylistId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let patch = without_nothing(fields);
    let receipt = api.act(&asker, Command::ChangePlaylist { playlist: id.clone(), patch }).await?;
    done(&receipt, StatusCode::OK, "the playlist was changed", whole(&api, &receipt, &id))
}

/// These clients say null where they say nothing.
fn without_nothing(fields: Fields) -> Patch {
    let is_kept = |(name, value): &(String, Value)| !value.is_null() || name == "when";
    fields.0.into_iter().filter(is_kept).collect::<Map<_, _>>()
}

pub async fn remove(State(api): State<Api>, InPath(playlist): InPath<PlaylistId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemovePlaylist { playlist }).await?)
}

pub async fn start(
    State(api): State<Api>,
    InPath(id): InPath<PlaylistId>,
    Perhaps { asker, mut fields }: Perhaps,
) -> Answer {
    let (track, position_ms) = (fields.take("track")?, fields.take("position_ms")?);
    fields.finish()?;
    let receipt = play(&api, &asker, id.clone(), track, position_ms).await?;
    let mut data = at(&api, &receipt).player();
    data["playlist_id"] = json!(id);
    data["started"] = json!(true);
    done(&receipt, StatusCode::OK, "the playlist plays", data)
}

async fn play(
    api: &Api,
    asker: &Asker,
    playlist: PlaylistId,
    track: Option<TrackRef>,
    position_ms: Option<u64>,
) -> Result<Receipt, ApiError> {
    api.act(asker, Command::PlayPlaylist { playlist, track, position_ms }).await
}

pub async fn play_track(
    State(api): State<Api>,
    InPath((id, track)): InPath<(PlaylistId, String)>,
    Bare(asker): Bare,
) -> Answer {
    let receipt = play(&api, &asker, id, Some(track_in_path(&track)?), None).await?;
    done(&receipt, StatusCode::OK, "the track plays", at(&api, &receipt).player())
}

/// A number, or an id.
fn track_in_path(text: &str) -> Result<TrackRef, ApiError> {
    if let Ok(number) = text.parse() {
        return Ok(TrackRef::Number(number));
    }
    let id = crate::show::ids::TrackId::new(text).map_err(|error| ApiError::BadRequest(error.to_string()))?;
    Ok(TrackRef::Id(id))
}

/// Tracks that come without an id are given one; asked for again under the same name, the same one.
fn fill_ids<'a>(tracks: impl Iterator<Item = &'a mut Map<String, Value>>, asker: &Asker) {
    for (index, track) in tracks.enumerate() {
        let fresh = || Value::String(fresh_id("track", asker.operation.as_ref(), index));
        track.entry("id").or_insert_with(fresh);
    }
}

pub async fn add_tracks(State(api): State<Api>, InPath(id): InPath<PlaylistId>, Ask { asker, mut fields }: Ask) -> Answer {
    let mut tracks: Vec<Map<String, Value>> = fields.require("tracks")?;
    let number = fields.take("number")?;
    fields.finish()?;
    fill_ids(tracks.iter_mut(), &asker);
    let tracks: Result<Vec<NewTrack>, ApiError> = tracks.into_iter().map(|track| Fields(track).parse()).collect();
    let receipt = api.act(&asker, Command::AddTracks { playlist: id.clone(), tracks: tracks?, number }).await?;
    let playlist = whole(&api, &receipt, &id);
    done(&receipt, StatusCode::CREATED, "the tracks were added", json!({ "playlist": playlist }))
}

pub async fn change_track(
    State(api): State<Api>,
    InPath((id, track)): InPath<(PlaylistId, String)>,
    Ask { asker, fields }: Ask,
) -> Answer {
    let track = track_in_path(&track)?;
    let command = Command::ChangeTrack { playlist: id.clone(), track: track.clone(), patch: fields.0 };
    let receipt = api.act(&asker, command).await?;
    let playlist = receipt.snapshot.playlists.get(&id);
    let found = playlist.and_then(|playlist| Some((playlist.find(&track)?, playlist)));
    let data = found.map_or(Value::Null, |(track, playlist)| {
        at(&api, &receipt).track(playlist, track, playlist.place_of(&track.id).unwrap_or(0) + 1)
    });
    done(&receipt, StatusCode::OK, "the track was changed", data)
}

pub async fn remove_tracks(
    State(api): State<Api>,
    InPath(id): InPath<PlaylistId>,
    Ask { asker, mut fields }: Ask,
) -> Answer {
    let tracks = fields.require("track_numbers")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::RemoveTracks { playlist: id, tracks }).await?;
    done(&receipt, StatusCode::OK, "the tracks were removed", named(&asker))
}

fn named(asker: &Asker) -> Value {
    json!({ "client_op_id": asker.operation })
}

pub async fn reorder(State(api): State<Api>, InPath(id): InPath<PlaylistId>, Ask { asker, mut fields }: Ask) -> Answer {
    let order = fields.require("track_order")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::OrderTracks { playlist: id.clone(), order }).await?;
    let mut data = named(&asker);
    data["playlist_id"] = json!(id);
    done(&receipt, StatusCode::OK, "the tracks are in that order", data)
}

pub async fn move_track(State(api): State<Api>, ask: Ask) -> Answer {
    relocate(api, ask, None).await
}

/// The same, where the path names the playlist that the track is in.
pub async fn move_track_from(State(api): State<Api>, InPath(id): InPath<PlaylistId>, ask: Ask) -> Answer {
    relocate(api, ask, Some(id)).await
}

async fn relocate(api: Api, Ask { asker, mut fields }: Ask, from: Option<PlaylistId>) -> Answer {
    let named_source: Option<PlaylistId> = fields.take("source_playlist_id")?;
    let missing =
        || ApiError::InvalidBody { field: "source_playlist_id".to_owned(), why: "this field is missing".to_owned() };
    let playlist = named_source.or(from).ok_or_else(missing)?;
    let (to, track) = (fields.require("target_playlist_id")?, fields.require("track_number")?);
    let number = fields.take("target_position")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::MoveTrack { playlist, track, to, number }).await?;
    done(&receipt, StatusCode::OK, "the track was moved", named(&asker))
}

/// Everybody is told of every change anyway; all who are in the room are told all of it once more.
pub async fn sync(State(api): State<Api>, Bare(_): Bare) -> Answer {
    let snapshot = api.state.snapshot();
    let count = snapshot.show.playlists.len();
    api.playlists_again.send_replace(());
    found(&api, "everybody has been told", json!({ "server_seq": snapshot.seq, "playlists_count": count, "success": true }))
}
