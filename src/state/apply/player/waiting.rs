//! What was played when the time of another playlist came: it waits, and goes on when that is over. And a playlist of which nothing
//! may be played for now.

use std::sync::Arc;

use super::play::{Begins, begun};
use crate::show::Show;
use crate::show::ids::PlaylistId;
use crate::show::input::Playback;
use crate::show::player::{MAX_WAITING, Now, Player, pick_again};
use crate::show::time::ShowTime;
use crate::state::event::Event;

/// What waits once `id` interrupts what is played. Nothing does where nothing is played.
pub(in crate::state::apply) fn interrupted_by(show: &Show, id: &PlaylistId, at: ShowTime) -> Vec<Now> {
    let Some(playing) = show.player.now.as_ref().filter(|playing| playing.is_playing()) else { return Vec::new() };
    let playback = Playback::Paused { offset_ms: playing.offset_ms(at) };
    let waiting = show.player.waiting.iter().filter(|one| one.playlist != *id).cloned();
    let mut waiting: Vec<Now> = waiting.chain([Now { playback, ..playing.clone() }]).collect();
    waiting.drain(..waiting.len().saturating_sub(MAX_WAITING));
    waiting
}

/// The newest that waits goes on where it was. None if nothing does, or the time of all that did is over.
pub(in crate::state::apply) fn given_back(show: &Show, at: ShowTime) -> Option<Vec<Event>> {
    let mut waiting = show.player.waiting.clone();
    while let Some(left) = waiting.pop() {
        if let Some(events) = gone_on(show, &left, at) {
            return Some(with_waiting(events, &waiting));
        }
    }
    None
}

fn gone_on(show: &Show, left: &Now, at: ShowTime) -> Option<Vec<Event>> {
    let playlist = show.playlists.get(&left.playlist)?;
    playlist.head.when.as_ref().is_none_or(|when| when.is_open(at)).then_some(())?;
    let (pick, offset_ms) = pick_again(show, left, at)?;
    Some(begun(show, playlist, pick, offset_ms, Begins::soon(show, at)))
}

pub(in crate::state::apply) fn with_waiting(mut events: Vec<Event>, waiting: &[Now]) -> Vec<Event> {
    for event in &mut events {
        if let Event::PlayerChanged { player } = event
            && player.waiting != waiting
        {
            *player = Arc::new(Player { waiting: waiting.to_vec(), ..Player::clone(player) });
        }
    }
    events
}

/// Where a playlist waits until something in it may be played, that is looked at again once something in it has changed.
pub(in crate::state::apply) fn looked_again(show: &Show, events: &[Event], now: ShowTime) -> Option<Event> {
    let told = events.iter().rev().find_map(|event| match event {
        Event::PlayerChanged { player } => Some(player),
        _ => None,
    });
    let player = told.unwrap_or(&show.player);
    let playing = player.now.as_ref().filter(|playing| playing.waits_until.is_some())?;
    let is_in_it = |event: &Event| match event {
        Event::TrackSaved { playlist, .. } | Event::TracksRemoved { playlist, .. } => *playlist == playing.playlist,
        _ => false,
    };
    events.iter().any(is_in_it).then_some(())?;
    let waits_until = Some(Begins::soon(show, now).at);
    let now = Some(Now { waits_until, ..playing.clone() });
    Some(Event::PlayerChanged { player: Arc::new(Player { now, ..Player::clone(player) }) })
}
