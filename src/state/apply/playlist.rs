//! Playlists, and what is in them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{check_new, patch, player};
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::playlist::{
    Head, MAX_DESCRIPTION, MAX_PLAYLISTS, MAX_STILL_MS, MAX_TIMES, MAX_TITLE, MAX_TRACKS, MAX_TRACKS_IN_ALL, Playlist,
    STILL_MS, Track, TrackRef,
};
use crate::show::time::ShowTime;
use crate::show::timetable::Timetable;
use crate::state::asked::media::{NewPlaylist, NewTrack};
use crate::state::command::{Command, Patch};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// Shorter than this a picture is not seen.
const MIN_STILL_MS: u32 = 100;

pub(super) fn decide(show: &Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::PutPlaylist { playlist, only_new } => put(show, *playlist, only_new, now),
        Command::ChangePlaylist { playlist, patch } => change(show, &playlist, &patch, now),
        Command::RemovePlaylist { playlist } => remove(show, &playlist),
        Command::AddTracks { playlist, tracks, number } => add(show, &playlist, tracks, number, now),
        Command::ChangeTrack { playlist, track, patch } => change_track(show, &playlist, &track, &patch, now),
        Command::RemoveTracks { playlist, tracks } => remove_tracks(show, &playlist, &tracks, now),
        Command::OrderTracks { playlist, order } => reorder(show, &playlist, &order, now),
        Command::MoveTrack { playlist, track, to, number } => relocate(show, (&playlist, &track), (&to, number), now),
        other => Err(Rejection::NotInBatch { command: other.name(), place: "a playlist" }),
    }
}

pub(super) fn find<'a>(show: &'a Show, id: &PlaylistId) -> Result<&'a Arc<Playlist>, Rejection> {
    show.playlists.get(id).ok_or_else(|| Rejection::NoPlaylist(id.clone()))
}

pub(super) fn find_track<'a>(playlist: &'a Playlist, track: &TrackRef) -> Result<&'a Arc<Track>, Rejection> {
    playlist.find(track).ok_or_else(|| Rejection::NoTrack(playlist.id().clone(), track.clone()))
}

/// What of a playlist can be changed, by its names on the wire.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changeable {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default = "still_ms")]
    still_ms: u32,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    resumes: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Arc<Timetable>>,
}

fn still_ms() -> u32 {
    STILL_MS
}

fn once() -> u32 {
    1
}

impl Changeable {
    fn of(head: &Head) -> Self {
        let Head { title, description, still_ms, times, resumes, when, .. } = head.clone();
        Self { title, description, still_ms, times, resumes, when }
    }

    fn made(self, before: &Head, now: ShowTime) -> Head {
        let Self { title, description, still_ms, times, resumes, when } = self;
        let changes_at = if when == before.when { before.changes_at } else { next_change(when.as_deref(), now) };
        Head { title, description, still_ms, times, resumes, when, changes_at, updated_at: now, ..before.changed() }
    }
}

/// What is looked at then, and again: nothing is known beyond.
pub(super) fn next_change(when: Option<&Timetable>, at: ShowTime) -> Option<ShowTime> {
    when?.next_change(at)
}

fn blank(id: PlaylistId, now: ShowTime) -> Head {
    Head {
        id,
        title: String::new(),
        description: String::new(),
        still_ms: STILL_MS,
        times: 1,
        resumes: false,
        when: None,
        changes_at: None,
        version: 0,
        created_at: now,
        updated_at: now,
        last_played: None,
        left: None,
    }
}

fn put(show: &Show, new: NewPlaylist, only_new: bool, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let before = show.playlists.get(&new.id);
    check_new(only_new, before.is_some(), "playlist", new.id.as_str())?;
    check_count(show.playlists.len() + usize::from(before.is_none()))?;
    let base = before.map_or_else(|| blank(new.id.clone(), now), |playlist| Head::clone(&playlist.head));
    let NewPlaylist { id, title, description, still_ms, times, resumes, when, tracks } = new;
    let (still_ms, times) = (still_ms.unwrap_or(STILL_MS), times.unwrap_or(1));
    let wanted = Changeable { title, description, still_ms, times, resumes: resumes.unwrap_or(false), when };
    let mut events = vec![saved(wanted.made(&base, now))?];
    if let Some(tracks) = tracks {
        let present = before.map_or(&[][..], |playlist| &playlist.tracks);
        let gone: Vec<TrackId> = present.iter().map(|track| track.id.clone()).collect();
        check_room(show, tracks.len(), gone.len(), 0)?;
        events.extend((!gone.is_empty()).then(|| Event::TracksRemoved { playlist: id.clone(), tracks: gone }));
        events.extend(added(show, &id, tracks, 0, now)?);
    }
    Ok(events)
}

fn saved(head: Head) -> Result<Event, Rejection> {
    check_head(&head)?;
    Ok(Event::PlaylistSaved { playlist: Arc::new(head) })
}

fn change(show: &Show, id: &PlaylistId, patch: &Patch, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let playlist = find(show, id)?;
    let wanted: Changeable = patch::merged("playlist", &Changeable::of(&playlist.head), patch)?;
    Ok(vec![saved(wanted.made(&playlist.head, now))?])
}

/// Tags and downloads that name it go with it; what is played of it ends.
pub(super) fn remove(show: &Show, id: &PlaylistId) -> Result<Vec<Event>, Rejection> {
    find(show, id)?;
    let mut events: Vec<Event> = player::without_playlist(show, id).into_iter().collect();
    let tags = show.nfc.tags.values().filter(|tag| tag.playlist == *id);
    events.extend(tags.map(|tag| Event::TagRemoved { tag: tag.id }));
    events.extend(super::tag::without_playlist(show, id));
    events.push(Event::PlaylistRemoved { playlist: id.clone() });
    Ok(events)
}

fn add(
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

fn added(
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

fn asset<'a>(show: &'a Show, id: &AssetId) -> Result<&'a Arc<Asset>, Rejection> {
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

fn change_track(
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

fn remove_tracks(show: &Show, id: &PlaylistId, tracks: &[TrackRef], now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let playlist = find(show, id)?;
    let gone = named(playlist, tracks)?;
    if gone.is_empty() {
        return Err(Rejection::Invalid { what: "playlist", why: "no track is named that should go".to_owned() });
    }
    let kept = player::without_tracks(show, playlist, &gone);
    let removed = Event::TracksRemoved { playlist: id.clone(), tracks: gone };
    Ok([removed, touched(playlist, now)].into_iter().chain(kept).collect())
}

fn reorder(show: &Show, id: &PlaylistId, order: &[TrackRef], now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let playlist = find(show, id)?;
    let wanted = named(playlist, order)?;
    if wanted.len() != playlist.tracks.len() || order.len() != wanted.len() {
        return Err(Rejection::TrackOrderMismatch);
    }
    Ok(vec![Event::TracksOrdered { playlist: id.clone(), order: wanted }, touched(playlist, now)])
}

fn relocate(
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

fn touched(playlist: &Playlist, now: ShowTime) -> Event {
    Event::PlaylistSaved { playlist: Arc::new(Head { updated_at: now, ..playlist.head.changed() }) }
}

pub(super) fn check_count(playlists: usize) -> Result<(), Rejection> {
    if playlists > MAX_PLAYLISTS {
        return Err(Rejection::TooMany { what: "playlists", limit: MAX_PLAYLISTS });
    }
    Ok(())
}

/// `more` come, `fewer` go; in their playlist there are `beside` others.
fn check_room(show: &Show, more: usize, fewer: usize, beside: usize) -> Result<(), Rejection> {
    if beside + more > MAX_TRACKS {
        return Err(Rejection::TooMany { what: "tracks of a playlist", limit: MAX_TRACKS });
    }
    let all: usize = show.playlists.values().map(|playlist| playlist.tracks.len()).sum();
    if (all + more).saturating_sub(fewer) > MAX_TRACKS_IN_ALL {
        return Err(Rejection::TooMany { what: "tracks", limit: MAX_TRACKS_IN_ALL });
    }
    Ok(())
}

fn check_text(field: &'static str, text: &str, least: usize, most: usize, allowed: &'static str) -> Result<(), Rejection> {
    let length = text.chars().count();
    if (least..=most).contains(&length) {
        return Ok(());
    }
    Err(Rejection::OutOfRange { field, value: format!("{length} characters"), allowed })
}

fn check_number(field: &'static str, value: u32, least: u32, most: u32, allowed: &'static str) -> Result<(), Rejection> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Rejection::OutOfRange { field, value: value.to_string(), allowed })
}

fn check_when(what: &'static str, when: Option<&Timetable>) -> Result<(), Rejection> {
    let invalid = |error: crate::show::timetable::InvalidTimetable| Rejection::Invalid { what, why: error.to_string() };
    when.map_or(Ok(()), |when| when.check().map_err(invalid))
}

fn check_times(still_ms: u32, times: u32) -> Result<(), Rejection> {
    check_number("still_ms", still_ms, MIN_STILL_MS, MAX_STILL_MS, "100 to 86400000 (a day)")?;
    check_number("times", times, 1, MAX_TIMES, "1 to 1000")
}

fn check_head(head: &Head) -> Result<(), Rejection> {
    check_text("title", &head.title, 1, MAX_TITLE, "1 to 200 characters")?;
    check_text("description", &head.description, 0, MAX_DESCRIPTION, "at most 2000 characters")?;
    check_times(head.still_ms, head.times)?;
    check_when("playlist", head.when.as_deref())
}

fn check_track(show: &Show, track: &Track) -> Result<(), Rejection> {
    check_text("title", &track.title, 1, MAX_TITLE, "1 to 200 characters")?;
    for text in [track.artist.as_deref(), track.album.as_deref(), Some(&track.filename)].into_iter().flatten() {
        check_text("artist, album or filename", text, 0, MAX_TITLE, "at most 200 characters")?;
    }
    check_times(track.still_ms.unwrap_or(STILL_MS), track.times.unwrap_or(1))?;
    check_when("track", track.when.as_deref())?;
    let asset = asset(show, &track.asset)?;
    super::asset::fits(show, asset.id.as_str(), crate::show::usage::Part::Track).unwrap_or(Ok(()))
}

pub(super) fn check(show: &Show, playlist: &Playlist) -> Result<(), Rejection> {
    check_head(&playlist.head)?;
    if playlist.tracks.len() > MAX_TRACKS {
        return Err(Rejection::TooMany { what: "tracks of a playlist", limit: MAX_TRACKS });
    }
    let mut known = BTreeSet::new();
    for track in &playlist.tracks {
        if !known.insert(&track.id) {
            return Err(Rejection::AlreadyExists { what: "track", id: track.id.to_string() });
        }
        check_track(show, track)?;
    }
    Ok(())
}
