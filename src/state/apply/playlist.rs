//! Playlists, and what is in them.

mod check;
mod tracks;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{check_new, patch, player, tag};
use crate::show::Show;
use crate::show::ids::{PlaylistId, TrackId};
use crate::show::playlist::{Head, Playlist, STILL_MS, Track, TrackRef};
use crate::show::time::ShowTime;
use crate::show::timetable::Timetable;
use crate::state::asked::media::NewPlaylist;
use crate::state::command::{Command, Patch};
use crate::state::event::Event;
use crate::state::rejection::Rejection;
pub(super) use check::{check, check_count};
pub(super) use tracks::repointed;

use check::{check_head, check_room};
use tracks::{add, added, change_track, relocate, remove_tracks, reorder};

pub(super) fn decide(show: &Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let mut events = changed(show, command, now)?;
    events.extend(player::looked_again(show, &events, now));
    Ok(events)
}

fn changed(show: &Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
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
    events.extend(tag::without_playlist(show, id));
    events.push(Event::PlaylistRemoved { playlist: id.clone() });
    Ok(events)
}

fn touched(playlist: &Playlist, now: ShowTime) -> Event {
    Event::PlaylistSaved { playlist: Arc::new(Head { updated_at: now, ..playlist.head.changed() }) }
}
