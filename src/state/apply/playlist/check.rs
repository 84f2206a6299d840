//! What a playlist and its tracks must be.

use std::collections::BTreeSet;

use super::tracks::asset;
use crate::show::Show;
use crate::show::playlist::{
    Head, MAX_DESCRIPTION, MAX_PLAYLISTS, MAX_STILL_MS, MAX_TIMES, MAX_TITLE, MAX_TRACKS, MAX_TRACKS_IN_ALL, Playlist,
    STILL_MS, Track,
};
use crate::show::timetable::Timetable;
use crate::show::usage::Part;
use crate::state::apply::asset::fits;
use crate::state::rejection::Rejection;

/// Shorter than this a picture is not seen.
const MIN_STILL_MS: u32 = 100;

pub(in crate::state::apply) fn check_count(playlists: usize) -> Result<(), Rejection> {
    if playlists > MAX_PLAYLISTS {
        return Err(Rejection::TooMany { what: "playlists", limit: MAX_PLAYLISTS });
    }
    Ok(())
}

/// `more` come, `fewer` go; in their playlist there are `beside` others.
pub(super) fn check_room(show: &Show, more: usize, fewer: usize, beside: usize) -> Result<(), Rejection> {
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

pub(super) fn check_head(head: &Head) -> Result<(), Rejection> {
    check_text("title", &head.title, 1, MAX_TITLE, "1 to 200 characters")?;
    check_text("description", &head.description, 0, MAX_DESCRIPTION, "at most 2000 characters")?;
    check_times(head.still_ms, head.times)?;
    check_when("playlist", head.when.as_deref())
}

pub(super) fn check_track(show: &Show, track: &Track) -> Result<(), Rejection> {
    check_text("title", &track.title, 1, MAX_TITLE, "1 to 200 characters")?;
    for text in [track.artist.as_deref(), track.album.as_deref(), Some(&track.filename)].into_iter().flatten() {
        check_text("artist, album or filename", text, 0, MAX_TITLE, "at most 200 characters")?;
    }
    check_times(track.still_ms.unwrap_or(STILL_MS), track.times.unwrap_or(1))?;
    check_when("track", track.when.as_deref())?;
    let asset = asset(show, &track.asset)?;
    fits(show, asset.id.as_str(), Part::Track).unwrap_or(Ok(()))
}

pub(in crate::state::apply) fn check(show: &Show, playlist: &Playlist) -> Result<(), Rejection> {
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
