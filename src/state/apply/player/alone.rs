//! What the player does by itself: tracks end, wait for their time, or can not be played.

use std::sync::Arc;

use super::play::{Begins, begun, length_us, stopped};
use super::waiting::given_back;
use super::{at_sample, changed, later, micros};
use crate::show::Show;
use crate::show::input::Playback;
use crate::show::player::{Fault, LEAD_MS, Now, Pick, Player, SETTLES_AFTER_MS, Way, following, pick_first};
use crate::show::playlist::{MAX_TITLE, Playlist};
use crate::show::time::ShowTime;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(super) const MAX_REASON: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::state::apply) enum Due {
    /// What is played is over, or gives way.
    Over,
    /// What was played before is not heard any more.
    Settled,
    /// It may be time to play something again.
    Awake,
}

/// What the player does next, and when.
pub(in crate::state::apply) fn next_due(show: &Show) -> Option<(ShowTime, Due)> {
    let player = &show.player;
    let settled = player.leaving.as_ref().map(|leaving| (later(leaving.until, SETTLES_AFTER_MS), Due::Settled));
    let playing = player.now.as_ref();
    let awake = playing.and_then(|playing| Some((playing.waits_until?, Due::Awake)));
    let over = playing.and_then(|playing| Some((switches_at(show, playing)?, Due::Over)));
    [over, awake, settled].into_iter().flatten().min()
}

/// When the next track begins: at the end of this one, or so long before it that the two fade into each other.
fn switches_at(show: &Show, playing: &Now) -> Option<ShowTime> {
    let ends = playing.ends_at()?;
    let fade = fade_us(show, playing, ends);
    Some(at_sample(ShowTime(ends.micros().saturating_sub(fade))))
}

fn fade_us(show: &Show, playing: &Now, ends: ShowTime) -> i64 {
    let wanted = micros(i64::from(show.player.settings.crossfade_ms));
    if wanted == 0 {
        return 0;
    }
    let Some(pick) = following(show, playing, Way::On, ends) else { return 0 };
    let playlist = show.playlists.get(&playing.playlist);
    let next = playlist.and_then(|playlist| length_us(show, playlist.track(&pick.track)?, &playlist.head));
    // Half of each is heard alone.
    let half = |length: Option<u64>| length.and_then(|length| i64::try_from(length / 2).ok()).unwrap_or(i64::MAX);
    let Playback::Playing { since, .. } = playing.playback else { return 0 };
    // It is not over before it began.
    let whole = ends.micros().saturating_sub(since.micros()).max(0);
    wanted.min(half(playing.length_us)).min(half(next)).min(whole)
}

pub(in crate::state::apply) fn come_due(show: &Show, at: ShowTime, due: Due) -> Vec<Event> {
    match (due, &show.player.now) {
        (Due::Over, Some(playing)) => {
            let begins = if is_unforeseen(show, playing, at) { Begins::soon(show, at) } else { Begins::at_once(at) };
            went_on(show, playing, begins)
        }
        (Due::Awake, Some(playing)) => woke(show, playing, at),
        _ => vec![changed(Player { leaving: None, ..Player::clone(&show.player) })],
    }
}

/// Whether nobody knew so long before that what follows is open: what was wished made it due, or it was sought to its end.
fn is_unforeseen(show: &Show, playing: &Now, at: ShowTime) -> bool {
    let is_sought = match playing.playback {
        Playback::Playing { since, offset_ms } => offset_ms > 0 && at < later(since, LEAD_MS),
        _ => false,
    };
    is_sought || switches_at(show, playing).is_some_and(|due| due < at)
}

pub(super) fn went_on(show: &Show, playing: &Now, begins: Begins) -> Vec<Event> {
    let at = begins.told;
    let before_until = playing.ends_at().unwrap_or(begins.at).max(begins.at);
    let playlist = show.playlists.get(&playing.playlist);
    match (following(show, playing, Way::On, before_until), playlist) {
        (Some(pick), Some(playlist)) => forgiven(begun(show, playlist, pick, 0, Begins { before_until, ..begins })),
        _ => given_back(show, at).map_or_else(|| ended(show, playing, at), forgiven),
    }
}

/// Something was played to its end, or somebody wants something else: what could not be played before does not count any more.
pub(super) fn forgiven(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let Event::PlayerChanged { player } = event
            && player.faults > 0
        {
            Arc::make_mut(player).faults = 0;
        }
    }
    events
}

/// There is nothing more: it stands at the beginning of the playlist, and waits where that is a matter of time.
fn ended(show: &Show, playing: &Now, at: ShowTime) -> Vec<Event> {
    let mut player = Player::clone(&show.player);
    let leaving = playing.is_playing().then(|| playing.leaving(at, at));
    let mut rest = Now { playback: Playback::Stopped, round: 1, ..playing.clone() };
    if let Some(playlist) = show.playlists.get(&playing.playlist) {
        match pick_first(show, playlist, playing.seed, at) {
            Some(first) => point_at(show, &mut rest, playlist, first),
            None => rest.waits_until = opens_at(playlist, at),
        }
    }
    (player.now, player.leaving, player.waiting) = (Some(rest), leaving, Vec::new());
    vec![changed(player)]
}

fn point_at(show: &Show, rest: &mut Now, playlist: &Playlist, pick: Pick) {
    if let Some(track) = playlist.track(&pick.track) {
        rest.asset = track.asset.clone();
        rest.length_us = length_us(show, track, &playlist.head);
        rest.place = playlist.place_of(&track.id).unwrap_or(0);
        (rest.track, rest.seed, rest.first) = (pick.track, pick.seed, pick.first);
    }
}

/// When one of its tracks may be played again.
fn opens_at(playlist: &Playlist, at: ShowTime) -> Option<ShowTime> {
    playlist.tracks.iter().filter_map(|track| track.when.as_ref()?.next_change(at)).min()
}

fn woke(show: &Show, playing: &Now, at: ShowTime) -> Vec<Event> {
    let Some(playlist) = show.playlists.get(&playing.playlist) else { return ended(show, playing, at) };
    match pick_first(show, playlist, playing.seed, at) {
        Some(pick) => begun(show, playlist, pick, 0, Begins::at_once(at)),
        None => ended(show, playing, at),
    }
}

/// It was over before anyone knew its length; or it can not be played, and the next one is.
pub(super) fn end_play(show: &Show, play: u64, fault: Option<String>, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let playing = show.player.now.as_ref().filter(|playing| playing.play == play && playing.playback != Playback::Stopped);
    let playing = playing.ok_or(Rejection::PlayOver(play))?;
    let Some(reason) = fault else { return Ok(went_on(show, playing, Begins::soon(show, now))) };
    let playlist = show.playlists.get(&playing.playlist);
    let title = playlist.and_then(|playlist| playlist.track(&playing.track)).map_or("", |track| &track.title);
    let fault = Fault {
        playlist: playing.playlist.clone(),
        track: playing.track.clone(),
        title: title.chars().take(MAX_TITLE).collect(),
        reason: reason.chars().take(MAX_REASON).collect(),
        at: now,
    };
    let faults = show.player.faults.saturating_add(1);
    let is_hopeless = playlist.is_none_or(|playlist| faults as usize > playlist.tracks.len());
    let mut noted = show.clone();
    noted.player = Arc::new(Player { fault: Some(fault), faults, ..Player::clone(&show.player) });
    // Whoever has paused wants to hear nothing.
    let next = following(&noted, playing, Way::Next, now).filter(|_| !is_hopeless && playing.is_playing());
    Ok(match (next, playlist) {
        (Some(pick), Some(playlist)) => {
            let mut events = begun(&noted, playlist, pick, 0, Begins::soon(show, now));
            // It was not heard, so it does not leave either.
            events.iter_mut().for_each(|event| {
                if let Event::PlayerChanged { player } = event
                    && player.leaving.as_ref().is_some_and(|leaving| leaving.play == play)
                {
                    Arc::make_mut(player).leaving = None;
                }
            });
            events
        }
        _ => given_back(&noted, now).filter(|_| playing.is_playing()).unwrap_or_else(|| stopped(&noted, now)),
    })
}

/// The player of a show that was left alone from `last_alive` until `now`, with nobody there to play: it goes on where it was then. None
/// if nothing was played.
pub fn left_alone(show: &Show, last_alive: ShowTime, now: ShowTime) -> Option<Arc<Player>> {
    let playing = show.player.now.as_ref().filter(|playing| playing.is_playing())?;
    let playback = Playback::Playing { since: at_sample(now), offset_ms: playing.offset_ms(last_alive) };
    let now = Some(Now { playback, ..playing.clone() });
    Some(Arc::new(Player { now, leaving: None, ..Player::clone(&show.player) }))
}
