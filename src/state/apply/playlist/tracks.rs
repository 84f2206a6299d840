//! What is in a playlist, and in which order.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::check::{check_room, check_track};
use super::{find, find_track, touched};
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::playlist::{MAX_TITLE, Playlist, Track, TrackRef};
use crate::show::time::ShowTime;
use crate::show::timetable::Timetable;
use crate::state::apply::{patch, player};
use crate::state::asked::media::NewTrack;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(super) fn add(
    show: &Show,
    id: &PlaylistId,
    tracks: Vec<NewTrack>,
    number: Option<u32>,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let playlist = find(show, id)?;
    if tracks.is_empty() {
        return Err(Rejection::Invalid { what: "playlist", why: "no track is named that should be added".to_owned() });
    }
    check_room(show, tracks.len(), 0, playlist.tracks.len())?;
    if let Some(known) = tracks.iter().find(|track| playlist.track(&track.id).is_some()) {
        return Err(Rejection::AlreadyExists { what: "track", id: known.id.to_string() });
    }
    let mut events = added(show, id, tracks, place(number, playlist.tracks.len())?, now)?;
    events.push(touched(playlist, now));
    Ok(events)
}

/// Where something with this number is put. The number after the last one is the end.
fn place(number: Option<u32>, tracks: usize) -> Result<usize, Rejection> {
    let Some(number) = number else { return Ok(tracks) };
    let place = usize::try_from(number).unwrap_or(usize::MAX);
    if (1..=tracks + 1).contains(&place) {
        return Ok(place - 1);
    }
    let allowed = "a number of a track, or the one after the last";
    Err(Rejection::OutOfRange { field: "number", value: number.to_string(), allowed })
}

pub(super) fn added(
    show: &Show,
    playlist: &PlaylistId,
    tracks: Vec<NewTrack>,
    from: usize,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let mut known = BTreeSet::new();
    let mut events = Vec::with_capacity(tracks.len());
    for (index, new) in (from..).zip(tracks) {
        if !known.insert(new.id.clone()) {
            return Err(Rejection::AlreadyExists { what: "track", id: new.id.to_string() });
        }
        let track = Arc::new(made(show, new, now)?);
        events.push(Event::TrackSaved { playlist: playlist.clone(), track, index });
    }
    Ok(events)
}

fn made(show: &Show, new: NewTrack, now: ShowTime) -> Result<Track, Rejection> {
    let asset = asset(show, &new.asset)?;
    let NewTrack { id, asset: _, title, artist, album, filename, still_ms, times, when } = new;
    let details = asset.details.as_deref();
    let track = Track {
        id,
        asset: asset.id.clone(),
        title: title.or_else(|| details?.title.clone()).unwrap_or_else(|| stem(&asset.name)),
        artist: artist.or_else(|| details?.artist.clone()),
        album: album.or_else(|| details?.album.clone()),
        filename: filename.unwrap_or_else(|| asset.name.clone()),
        still_ms,
        times,
        when,
        play_count: 0,
        created_at: now,
        updated_at: now,
    };
    check_track(show, &track)?;
    Ok(track)
}

/// A file's name without what says its kind.
fn stem(name: &str) -> String {
    let stem =
        name.rsplit_once('.').map_or(name, |(stem, _)| stem.trim_end_matches(|end: char| end == '.' || end.is_whitespace()));
    let stem: String = if stem.is_empty() { name } else { stem }.chars().take(MAX_TITLE).collect();
    if stem.is_empty() { "Untitled".to_owned() } else { stem }
}

pub(super) fn asset<'a>(show: &'a Show, id: &AssetId) -> Result<&'a Arc<Asset>, Rejection> {
    show.assets.get(id).ok_or_else(|| Rejection::TrackNeedsAsset(id.clone()))
}

/// What of a track can be changed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeableTrack {
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artist: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    album: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    still_ms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Arc<Timetable>>,
}

pub(super) fn change_track(
    show: &Show,
    id: &PlaylistId,
    track: &TrackRef,
    patch: &Patch,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let playlist = find(show, id)?;
    let before = find_track(playlist, track)?;
    let Track { title, artist, album, still_ms, times, when, .. } = Track::clone(before);
    let present = ChangeableTrack { title, artist, album, still_ms, times, when };
    let ChangeableTrack { title, artist, album, still_ms, times, when } = patch::merged("track", &present, patch)?;
    let track = Track { title, artist, album, still_ms, times, when, updated_at: now, ..Track::clone(before) };
    check_track(show, &track)?;
    let index = playlist.place_of(&track.id).unwrap_or(playlist.tracks.len());
    Ok(vec![Event::TrackSaved { playlist: id.clone(), track: Arc::new(track), index }, touched(playlist, now)])
}

/// Those that are named, each once.
fn named(playlist: &Playlist, tracks: &[TrackRef]) -> Result<Vec<TrackId>, Rejection> {
    let mut seen = BTreeSet::new();
    let mut named = Vec::with_capacity(tracks.len());
    for track in tracks {
        let id = &find_track(playlist, track)?.id;
        if seen.insert(id) {
            named.push(id.clone());
        }
    }
    Ok(named)
}

pub(super) fn remove_tracks(
    show: &Show,
    id: &PlaylistId,
    tracks: &[TrackRef],
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let playlist = find(show, id)?;
    let gone = named(playlist, tracks)?;
    if gone.is_empty() {
        return Err(Rejection::Invalid { what: "playlist", why: "no track is named that should go".to_owned() });
    }
    let kept = player::without_tracks(show, playlist, &gone);
    let removed = Event::TracksRemoved { playlist: id.clone(), tracks: gone };
    Ok([removed, touched(playlist, now)].into_iter().chain(kept).collect())
}

pub(super) fn reorder(show: &Show, id: &PlaylistId, order: &[TrackRef], now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let playlist = find(show, id)?;
    let wanted = named(playlist, order)?;
    if wanted.len() != playlist.tracks.len() || order.len() != wanted.len() {
        return Err(Rejection::TrackOrderMismatch);
    }
    Ok(vec![Event::TracksOrdered { playlist: id.clone(), order: wanted }, touched(playlist, now)])
}

pub(super) fn relocate(
    show: &Show,
    (from, track): (&PlaylistId, &TrackRef),
    (to, number): (&PlaylistId, Option<u32>),
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let (source, target) = (find(show, from)?, find(show, to)?);
    let track = find_track(source, track)?;
    let others = target.tracks.iter().filter(|known| known.id != track.id).count();
    let index = place(number, others)?;
    let arrived = |track: Track| Event::TrackSaved { playlist: to.clone(), track: Arc::new(track), index };
    let changed = Track { updated_at: now, ..Track::clone(track) };
    if from == to {
        return Ok(vec![arrived(changed), touched(source, now)]);
    }
    if target.track(&track.id).is_some() {
        return Err(Rejection::AlreadyExists { what: "track", id: track.id.to_string() });
    }
    check_room(show, 1, 1, others)?;
    let gone = vec![track.id.clone()];
    let kept = player::without_tracks(show, source, &gone);
    let gone = Event::TracksRemoved { playlist: from.clone(), tracks: gone };
    Ok([gone, touched(source, now), arrived(changed), touched(target, now)].into_iter().chain(kept).collect())
}

/// Tracks of the one asset are of the other from now on. What is played of it goes on to its end.
pub(in crate::state::apply) fn repointed(show: &Show, from: &AssetId, to: &AssetId, now: ShowTime) -> Vec<Event> {
    let mut events = Vec::new();
    for (id, playlist) in show.playlists.iter() {
        let tracks = playlist.tracks.iter().enumerate().filter(|(_, track)| track.asset == *from);
        let saved: Vec<Event> = tracks
            .map(|(index, track)| {
                let track = Track { asset: to.clone(), updated_at: now, ..Track::clone(track) };
                Event::TrackSaved { playlist: id.clone(), track: Arc::new(track), index }
            })
            .collect();
        if !saved.is_empty() {
            events.extend(saved);
            events.push(touched(playlist, now));
        }
    }
    events
}
