//! Playlists that start and stop by themselves, when their time comes and when it is over.

use std::sync::Arc;

use super::{player, playlist};
use crate::show::Show;
use crate::show::ids::PlaylistId;
use crate::show::playlist::{Head, Playlist};
use crate::show::time::ShowTime;
use crate::show::timetable::Timetable;
use crate::state::event::{Event, evolve};

/// The next playlist whose timetable opens or closes.
pub(super) fn next_due(show: &Show) -> Option<(ShowTime, &Arc<Playlist>)> {
    let timed = show.playlists.values().filter_map(|playlist| Some((playlist.head.changes_at?, playlist)));
    timed.min_by(|(at, playlist), (other_at, other)| at.cmp(other_at).then_with(|| playlist.id().cmp(other.id())))
}

/// As of `at`, which is the time itself, or later where nobody was there to look at the clock.
pub(super) fn come_due(show: &Show, playlist: &Arc<Playlist>, at: ShowTime) -> Vec<Event> {
    let when = playlist.head.when.as_deref();
    let changes_at = playlist::next_change(when, at);
    let looked = Event::PlaylistSaved { playlist: Arc::new(Head { changes_at, ..playlist.head.changed() }) };
    let mut after = show.clone();
    evolve(&mut after, &looked);
    let more = match when.and_then(|when| turned(when, playlist.head.changes_at.unwrap_or(at), at)) {
        Some(Turn::Opened) => opens(&after, playlist.id(), at),
        Some(Turn::Closed) => closes(&after, playlist.id(), at),
        None => Vec::new(),
    };
    std::iter::once(looked).chain(more).collect()
}

enum Turn {
    Opened,
    Closed,
}

/// What has become of it since a time at which it was to be looked at. A window that begins or ends within another is no turn.
fn turned(when: &Timetable, since: ShowTime, at: ShowTime) -> Option<Turn> {
    match when.open_since(at) {
        Some(opened) => (opened >= since).then_some(Turn::Opened),
        None => (when.is_open(since) || when.is_open(ShowTime(since.0.saturating_sub(1)))).then_some(Turn::Closed),
    }
}

fn is_playing(show: &Show, id: &PlaylistId) -> bool {
    show.player.now.as_ref().is_some_and(|now| now.is_playing() && now.playlist == *id)
}

fn opens(show: &Show, id: &PlaylistId, at: ShowTime) -> Vec<Event> {
    if is_playing(show, id) {
        return Vec::new();
    }
    // Where nothing in it can be played, nothing happens.
    let events = player::play_playlist(show, id, None, None, at).unwrap_or_default();
    player::with_waiting(events, &player::interrupted_by(show, id, at))
}

fn closes(show: &Show, id: &PlaylistId, at: ShowTime) -> Vec<Event> {
    if !is_playing(show, id) {
        return Vec::new();
    }
    player::given_back(show, at).unwrap_or_else(|| player::stopped(show, at))
}
