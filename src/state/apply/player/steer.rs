//! What the player is told.

use super::play::{Begins, begun, stopped};
use super::waiting::with_waiting;
use super::{at_sample, changed, check_settings};
use crate::show::Show;
use crate::show::ids::{PlaylistId, TrackId};
use crate::show::input::Playback;
use crate::show::player::{BACK_TO_START_MS, Now, Pick, Player, Settings, Way, following, may_be_played, pick_first, same};
use crate::show::playlist::{LOOP, Playlist, TrackRef};
use crate::show::time::ShowTime;
use crate::state::apply::{patch, playlist};
use crate::state::asked::media::Control;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(in crate::state::apply) fn play_playlist(
    show: &Show,
    id: &PlaylistId,
    track: Option<&TrackRef>,
    position_ms: Option<u64>,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let playlist = playlist::find(show, id)?;
    let seed = now.micros().unsigned_abs() ^ show.player.plays;
    let left = playlist.head.left.as_ref().filter(|left| playlist.head.resumes && playlist.track(&left.track).is_some());
    let (pick, offset_ms) = match (track, left) {
        (Some(track), _) => (chosen(&playlist::find_track(playlist, track)?.id, seed), 0),
        (None, Some(left)) => (chosen(&left.track, seed), left.offset_ms),
        (None, None) => (pick_first(show, playlist, seed, now).ok_or_else(|| nothing_in(playlist))?, 0),
    };
    let events = begun(show, playlist, pick, position_ms.unwrap_or(offset_ms), Begins::soon(show, now));
    // Whoever wants something else does not wait for what was interrupted.
    let is_same = show.player.now.as_ref().is_some_and(|playing| playing.playlist == *id);
    Ok(with_waiting(events, if is_same { &show.player.waiting } else { &[] }))
}

fn chosen(track: &TrackId, seed: u64) -> Pick {
    Pick { track: track.clone(), round: 1, seed, first: Some(track.clone()) }
}

fn nothing_in(playlist: &Playlist) -> Rejection {
    Rejection::NothingToPlay(format!("nothing in playlist {} can be played now", playlist.id()))
}

pub(super) fn control_player(show: &Show, control: Control, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let Some(playing) = &show.player.now else { return begin_with_something(show, control, now) };
    let is_playing = playing.is_playing();
    match control {
        Control::Play {} | Control::Toggle {} if !is_playing => resumed(show, playing, now),
        Control::Pause {} | Control::Toggle {} => Ok(with_playback(show, paused(playing, now))),
        Control::Play {} => Ok(with_playback(show, playing.playback)),
        Control::Stop {} => Ok(stopped(show, now)),
        Control::Next {} => skipped(show, playing, Way::Next, now),
        Control::Previous {} if playing.offset_ms(now) > BACK_TO_START_MS => Ok(sought(show, playing, 0, now)),
        Control::Previous {} => skipped(show, playing, Way::Previous, now),
        Control::Seek { position_ms } => Ok(sought(show, playing, position_ms, now)),
    }
}

/// Where nothing has been played yet, there may be a loop.
fn begin_with_something(show: &Show, control: Control, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    match control {
        Control::Play {} | Control::Toggle {} | Control::Next {} | Control::Previous {} => {
            let id = PlaylistId::new(LOOP).ok().filter(|id| show.playlists.contains_key(id));
            let id = id.ok_or_else(|| Rejection::NothingToPlay("nothing is to be played: start a playlist".to_owned()))?;
            play_playlist(show, &id, None, None, now)
        }
        // It is silent already.
        Control::Pause {} | Control::Stop {} => Ok(vec![Event::PlayerChanged { player: show.player.clone() }]),
        Control::Seek { .. } => Err(Rejection::NothingToPlay("nothing is played that could be sought in".to_owned())),
    }
}

fn paused(playing: &Now, now: ShowTime) -> Playback {
    match playing.playback {
        Playback::Stopped => Playback::Stopped,
        _ => Playback::Paused { offset_ms: playing.offset_ms(now) },
    }
}

fn with_playback(show: &Show, playback: Playback) -> Vec<Event> {
    let mut player = Player::clone(&show.player);
    if let Some(playing) = &mut player.now {
        if playing.playback != playback {
            player.leaving = None;
        }
        playing.playback = playback;
        playing.waits_until = None;
    }
    vec![changed(player)]
}

fn resumed(show: &Show, playing: &Now, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    match playing.playback {
        Playback::Paused { offset_ms } => Ok(with_playback(show, Playback::Playing { since: at_sample(now), offset_ms })),
        _ => {
            let playlist = playlist::find(show, &playing.playlist)?;
            let pick = Some(same(playing, 1)).filter(|_| may_be_played(show, playing, now));
            let pick = pick.or_else(|| pick_first(show, playlist, playing.seed, now)).ok_or_else(|| nothing_in(playlist))?;
            Ok(begun(show, playlist, pick, 0, Begins::soon(show, now)))
        }
    }
}

fn sought(show: &Show, playing: &Now, position_ms: u64, now: ShowTime) -> Vec<Event> {
    // At its very end it would be over at once, and whoever drags a slider there sees what comes.
    let offset_ms = playing.length_ms().map_or(position_ms, |length| position_ms.min(length));
    with_playback(show, playing.playback.sought(offset_ms, at_sample(now)))
}

fn skipped(show: &Show, playing: &Now, way: Way, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let playlist = playlist::find(show, &playing.playlist)?;
    match (following(show, playing, way, now), way) {
        (Some(pick), _) => Ok(begun(show, playlist, pick, 0, Begins::soon(show, now))),
        (None, Way::Previous) => Ok(sought(show, playing, 0, now)),
        (None, _) => Err(Rejection::NothingToPlay("there is no next track".to_owned())),
    }
}

pub(super) fn change(show: &Show, patch: &Patch) -> Result<Vec<Event>, Rejection> {
    let settings: Settings = patch::merged("player", &show.player.settings, patch)?;
    check_settings(&settings)?;
    let mut player = Player::clone(&show.player);
    if settings.shuffle && !player.settings.shuffle {
        // What is played when the others are shuffled is the first of them.
        player.now.iter_mut().chain(&mut player.waiting).for_each(|now| now.first = Some(now.track.clone()));
    }
    Ok(vec![changed(Player { settings, ..player })])
}
