//! `/api/loop` and `/api/playback`: what a display shows one after the other, and how.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, changed, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::looped;
use crate::show::Show;
use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::player::Repeat;
use crate::show::playlist::{LOOP, TrackRef};
use crate::state::asked::media::{Control, NewPlaylist, NewTrack};
use crate::state::command::{Command, Patch};
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

/// Each item is seen so often before the next one comes.
const TIMES: u32 = 2;

fn playlist_id() -> PlaylistId {
    PlaylistId::new(LOOP).expect("a plain word is an id")
}

fn track_id(slug: &AssetId) -> Result<TrackId, ApiError> {
    TrackId::new(slug.as_str()).map_err(|error| ApiError::BadRequest(error.to_string()))
}

/// Commands that are carried out together, or none of them.
async fn act(api: &Api, asker: &Asker, mut commands: Vec<Command>) -> Result<Receipt, ApiError> {
    if commands.len() == 1
        && let Some(command) = commands.pop()
    {
        return api.act(asker, command).await;
    }
    api.act(asker, Command::Batch { commands, at: None, id: None }).await
}

pub async fn queue(State(api): State<Api>) -> Answer {
    ok(looped::queue(&api.state.snapshot().show))
}

fn answer(receipt: &Receipt, status: StatusCode) -> Answer {
    let mut body = looped::queue(&receipt.snapshot);
    body["success"] = json!(true);
    changed(receipt, status, body)
}

/// A loop that is not there yet is made.
fn made(show: &Show) -> Option<Command> {
    let (title, description) = ("Loop".to_owned(), String::new());
    let playlist = NewPlaylist {
        id: playlist_id(),
        title,
        description,
        still_ms: None,
        times: Some(TIMES),
        resumes: None,
        when: None,
        tracks: None,
    };
    let put = || Command::PutPlaylist { playlist: Box::new(playlist), only_new: true };
    (!show.playlists.contains_key(LOOP)).then(put)
}

fn added(slug: &AssetId) -> Result<Command, ApiError> {
    let (id, asset) = (track_id(slug)?, slug.clone());
    let (title, artist, album, filename, still_ms, times, when) = (None, None, None, None, None, None, None);
    let track = NewTrack { id, asset, title, artist, album, filename, still_ms, times, when };
    Ok(Command::AddTracks { playlist: playlist_id(), tracks: vec![track], number: None })
}

pub async fn add(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let slug: AssetId = fields.require("slug")?;
    fields.finish()?;
    let show = api.state.snapshot().show.clone();
    let commands = made(&show).into_iter().chain([added(&slug)?]).collect();
    answer(&act(&api, &asker, commands).await?, StatusCode::CREATED)
}

pub async fn reorder(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let slugs: Vec<AssetId> = fields.require("order")?;
    fields.finish()?;
    let show = api.state.snapshot().show.clone();
    let order = slugs.iter().map(|slug| named(&show, slug)).collect::<Result<_, _>>()?;
    answer(&api.act(&asker, Command::OrderTracks { playlist: playlist_id(), order }).await?, StatusCode::OK)
}

/// Whatever the track is called.
fn named(show: &Show, slug: &AssetId) -> Result<TrackRef, ApiError> {
    let playlist = show.playlists.get(LOOP);
    let track = playlist.and_then(|playlist| playlist.tracks.iter().find(|track| track.asset == *slug));
    let missing = || SubmitError::from(Rejection::NotInLoop(slug.clone()));
    Ok(TrackRef::Id(track.ok_or_else(missing)?.id.clone()))
}

pub async fn remove(State(api): State<Api>, At(slug): At<AssetId>, Bare(asker): Bare) -> Answer {
    let tracks = vec![named(&api.state.snapshot().show, &slug)?];
    answer(&api.act(&asker, Command::RemoveTracks { playlist: playlist_id(), tracks }).await?, StatusCode::OK)
}

/// Shows it now, and puts it into the loop if it is not there.
pub async fn activate(State(api): State<Api>, At(slug): At<AssetId>, Bare(asker): Bare) -> Answer {
    let show = api.state.snapshot().show.clone();
    super::assets::find(&show, &slug)?;
    let mut commands: Vec<Command> = made(&show).into_iter().collect();
    let track = match named(&show, &slug) {
        Ok(track) => track,
        Err(_) => {
            commands.push(added(&slug)?);
            TrackRef::Id(track_id(&slug)?)
        }
    };
    commands.extend(around(&show));
    commands.push(Command::PlayPlaylist { playlist: playlist_id(), track: Some(track), position_ms: None });
    answer(&act(&api, &asker, commands).await?, StatusCode::OK)
}

/// A display loops unless somebody has said how.
fn around(show: &Show) -> Option<Command> {
    (show.player.settings.repeat == Repeat::None).then(|| repeat(Repeat::All))
}

fn repeat(repeat: Repeat) -> Command {
    Command::ChangePlayer { patch: Patch::from_iter([("repeat".to_owned(), json!(repeat))]) }
}

fn played(api: &Api, receipt: &Receipt) -> Answer {
    let mut body = looped::playback(&receipt.snapshot, api.clock.now());
    body["success"] = json!(true);
    changed(receipt, StatusCode::OK, body)
}

async fn control(api: Api, asker: Asker, control: Control) -> Answer {
    let show = api.state.snapshot().show.clone();
    let first = if show.player.now.is_none() { around(&show) } else { None };
    let commands = first.into_iter().chain([Command::ControlPlayer { control }]).collect();
    played(&api, &act(&api, &asker, commands).await?)
}

pub async fn playback(State(api): State<Api>) -> Answer {
    ok(looped::playback(&api.state.snapshot().show, api.clock.now()))
}

pub async fn toggle(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Toggle {}).await
}

pub async fn next(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Next {}).await
}

pub async fn previous(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Previous {}).await
}

/// `{mode}`, or the other one where nothing is said.
pub async fn loop_mode(State(api): State<Api>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let mode: Option<Repeat> = fields.take("mode")?;
    fields.finish()?;
    let other = match api.state.snapshot().show.player.settings.repeat {
        Repeat::All => Repeat::One,
        Repeat::One | Repeat::None => Repeat::All,
    };
    played(&api, &api.act(&asker, repeat(mode.unwrap_or(other))).await?)
}

pub async fn display(State(api): State<Api>) -> Answer {
    let show = api.state.snapshot().show.clone();
    ok(looped::display(show.displays.values().map(AsRef::as_ref)))
}

/// `{brightness: 0–100, gamma, on, test_card}`, each of which may be left out; of all displays.
pub async fn set_display(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let mut patch = Patch::new();
    if let Some(percent) = fields.take::<f64>("brightness")? {
        patch.insert("brightness".to_owned(), json!(percent / 100.0));
    }
    for (said, meant) in [("gamma", "gamma"), ("on", "enabled"), ("test_card", "test_card")] {
        if let Some(value) = fields.take::<Value>(said)? {
            patch.insert(meant.to_owned(), value);
        }
    }
    fields.finish()?;
    let show = api.state.snapshot().show.clone();
    let change = |display| Command::ChangeDisplay { display, patch: patch.clone() };
    let commands: Vec<Command> = show.displays.keys().cloned().map(change).collect();
    if commands.is_empty() {
        return Err(ApiError::NoDisplay);
    }
    let receipt = act(&api, &asker, commands).await?;
    changed(&receipt, StatusCode::OK, looped::display(receipt.snapshot.displays.values().map(AsRef::as_ref)))
}
