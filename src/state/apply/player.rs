//! The player: what it is told, and what it does by itself when a track is over.

use std::sync::Arc;

use super::{patch, playlist};
use crate::show::Show;
use crate::show::asset::AssetKind;
use crate::show::ids::{PlaylistId, TrackId};
use crate::show::input::Playback;
use crate::show::player::{
    BACK_TO_START_MS, Fault, LEAD_MS, Leaving, Now, Pick, Player, SETTLES_AFTER_MS, Settings, Way, at_sample, following,
    pick_first,
};
use crate::show::playlist::{Head, LOOP, Left, MAX_TITLE, Playlist, Track, TrackRef};
use crate::show::time::{FrameNumber, ShowTime};
use crate::state::asked::media::Control;
use crate::state::command::{Command, Patch};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const MAX_REASON: usize = 300;

pub(super) fn decide(show: &Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::PlayPlaylist { playlist, track, position_ms } => {
            play_playlist(show, &playlist, track.as_ref(), position_ms, now).map(forgiven)
        }
        Command::ControlPlayer { control } => control_player(show, control, now).map(forgiven),
        Command::ChangePlayer { patch } => change(show, &patch),
        Command::EndPlay { play, fault } => end_play(show, play, fault, now),
        other => Err(Rejection::NotInBatch { command: other.name(), place: "the player" }),
    }
}

fn changed(player: Player) -> Event {
    Event::PlayerChanged { player: Arc::new(player) }
}

fn micros(ms: i64) -> i64 {
    ms.saturating_mul(1_000)
}

fn later(at: ShowTime, ms: i64) -> ShowTime {
    ShowTime(at.micros().saturating_add(micros(ms)))
}

// === What it is told ===

pub(super) fn play_playlist(
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
        (Some(track), _) => (named(playlist, track, seed)?, 0),
        (None, Some(left)) => (Pick { track: left.track.clone(), round: 1, seed }, left.offset_ms),
        (None, None) => (pick_first(show, playlist, seed, now).ok_or_else(|| nothing_in(playlist))?, 0),
    };
    Ok(begun(show, playlist, pick, position_ms.unwrap_or(offset_ms), soon(show, now)))
}

fn named(playlist: &Playlist, track: &TrackRef, seed: u64) -> Result<Pick, Rejection> {
    let track = playlist::find_track(playlist, track)?;
    Ok(Pick { track: track.id.clone(), round: 1, seed })
}

fn nothing_in(playlist: &Playlist) -> Rejection {
    Rejection::NothingToPlay(format!("nothing in playlist {} can be played now", playlist.id()))
}

/// The first frame for which there is time to open a file.
fn soon(show: &Show, now: ShowTime) -> ShowTime {
    let fps = show.config.fps;
    let frame = fps.frame_at(later(now, LEAD_MS));
    at_sample(fps.time_of(FrameNumber(frame.0 + 1)))
}

fn control_player(show: &Show, control: Control, now: ShowTime) -> Result<Vec<Event>, Rejection> {
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
            let same = Pick { track: playing.track.clone(), round: 1, seed: playing.seed };
            let pick = Some(same).filter(|pick| playlist.track(&pick.track).is_some());
            let pick = pick.or_else(|| pick_first(show, playlist, playing.seed, now)).ok_or_else(|| nothing_in(playlist))?;
            Ok(begun(show, playlist, pick, 0, soon(show, now)))
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
        (Some(pick), _) => Ok(begun(show, playlist, pick, 0, soon(show, now))),
        (None, Way::Previous) => Ok(sought(show, playing, 0, now)),
        (None, _) => Err(Rejection::NothingToPlay("there is no next track".to_owned())),
    }
}

fn change(show: &Show, patch: &Patch) -> Result<Vec<Event>, Rejection> {
    let settings: Settings = patch::merged("player", &show.player.settings, patch)?;
    check_settings(&settings)?;
    Ok(vec![changed(Player { settings, ..Player::clone(&show.player) })])
}

fn check_settings(settings: &Settings) -> Result<(), Rejection> {
    settings.check().map_err(|(field, value, allowed)| Rejection::OutOfRange { field, value, allowed })
}

// === What comes of it ===

/// A track begins at `at`; what was played until then is heard until then.
fn begun(show: &Show, playlist: &Playlist, pick: Pick, offset_ms: u64, at: ShowTime) -> Vec<Event> {
    began(show, playlist, pick, offset_ms, at, at)
}

fn began(
    show: &Show,
    playlist: &Playlist,
    Pick { track, round, seed }: Pick,
    offset_ms: u64,
    at: ShowTime,
    before_until: ShowTime,
) -> Vec<Event> {
    let Some(entry) = playlist.track(&track).cloned() else { return Vec::new() };
    let before = show.player.now.as_ref();
    let leaving = before.filter(|before| before.is_playing()).map(|before| before.leaving(at, before_until));
    let plays = show.player.plays + 1;
    let place = playlist.place_of(&track).unwrap_or(0);
    let length_us = length_us(show, &entry, &playlist.head);
    let offset_ms = length_us.map_or(offset_ms, |length| offset_ms.min(length / 1_000));
    let asset = entry.asset.clone();
    let (playlist_id, playback) = (playlist.id().clone(), Playback::Playing { since: at, offset_ms });
    let now = Now {
        playlist: playlist_id.clone(),
        track,
        asset,
        play: plays,
        round,
        seed,
        place,
        length_us,
        playback,
        waits_until: None,
    };
    let mut events: Vec<Event> = before.and_then(|before| left(show, before, &playlist_id, at)).into_iter().collect();
    events.push(changed(Player { now: Some(now), leaving, plays, ..Player::clone(&show.player) }));
    let played = Track { play_count: entry.play_count.saturating_add(1), ..Track::clone(&entry) };
    events.push(Event::TrackSaved { playlist: playlist_id, track: Arc::new(played), index: place });
    let head = Head { last_played: Some(at), left: None, ..playlist.head.changed() };
    events.push(Event::PlaylistSaved { playlist: Arc::new(head) });
    events
}

fn length_us(show: &Show, track: &Track, head: &Head) -> Option<u64> {
    let asset = show.assets.get(&track.asset)?;
    let still = u64::from(track.still_ms(head)) * 1_000;
    match asset.kind {
        // One that moves is seen once at least, unless it is said how long it is seen.
        AssetKind::Image if track.still_ms.is_none() => Some(asset.length_us().map_or(still, |length| length.max(still))),
        AssetKind::Image => Some(still),
        _ => asset.length_us(),
    }
}

/// Remembers where a playlist is left that goes on there.
fn left(show: &Show, before: &Now, next: &PlaylistId, at: ShowTime) -> Option<Event> {
    let playlist = show.playlists.get(&before.playlist).filter(|playlist| playlist.head.resumes)?;
    if before.playlist == *next || before.playback == Playback::Stopped {
        return None;
    }
    let left = Some(Left { track: before.track.clone(), offset_ms: before.offset_ms(at) });
    Some(Event::PlaylistSaved { playlist: Arc::new(Head { left, ..playlist.head.changed() }) })
}

/// As it is when somebody stops it: it begins again with the same track, or where the playlist was left.
pub(super) fn stopped(show: &Show, now: ShowTime) -> Vec<Event> {
    let mut player = Player::clone(&show.player);
    let mut events = Vec::new();
    if let Some(playing) = &mut player.now {
        if let Some(playlist) = show.playlists.get(&playing.playlist).filter(|playlist| playlist.head.resumes)
            && playing.playback != Playback::Stopped
        {
            let left = Some(Left { track: playing.track.clone(), offset_ms: playing.offset_ms(now) });
            events.push(Event::PlaylistSaved { playlist: Arc::new(Head { left, ..playlist.head.changed() }) });
        }
        (playing.playback, playing.waits_until) = (Playback::Stopped, None);
    }
    player.leaving = None;
    events.push(changed(player));
    events
}

/// What is played of that playlist ends, and nothing is left of it.
pub(super) fn without_playlist(show: &Show, id: &PlaylistId) -> Option<Event> {
    let player = &show.player;
    let is_fault = player.fault.as_ref().is_some_and(|fault| fault.playlist == *id);
    let is_now = player.now.as_ref().is_some_and(|playing| playing.playlist == *id);
    let is_interrupted = player.interrupted.as_ref() == Some(id);
    if !is_now && !is_fault && !is_interrupted {
        return None;
    }
    let mut player = Player::clone(player);
    if is_now {
        (player.now, player.leaving) = (None, None);
    }
    player.fault = player.fault.filter(|_| !is_fault);
    player.interrupted = player.interrupted.filter(|_| !is_interrupted);
    Some(changed(player))
}

/// What is played goes on to its end, although it stands in its playlist no more; what comes after it is where it was.
pub(super) fn without_tracks(show: &Show, playlist: &Playlist, gone: &[TrackId]) -> Option<Event> {
    let playing = show.player.now.as_ref().filter(|playing| playing.playlist == *playlist.id())?;
    let here = playlist.place_of(&playing.track).filter(|_| gone.contains(&playing.track))?;
    let place = playlist.tracks[..here].iter().filter(|track| !gone.contains(&track.id)).count();
    let now = Some(Now { place, ..playing.clone() });
    Some(changed(Player { now, ..Player::clone(&show.player) }))
}

// === What it does by itself ===

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// What is played is over, or gives way.
    Over,
    /// What was played before is not heard any more.
    Settled,
    /// It may be time to play something again.
    Awake,
}

/// What the player does next, and when.
pub(super) fn next_due(show: &Show) -> Option<(ShowTime, Due)> {
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

pub(super) fn come_due(show: &Show, at: ShowTime, due: Due) -> Vec<Event> {
    match (due, &show.player.now) {
        (Due::Over, Some(playing)) => went_on(show, playing, at),
        (Due::Awake, Some(playing)) => woke(show, playing, at),
        _ => vec![changed(Player { leaving: None, ..Player::clone(&show.player) })],
    }
}

fn went_on(show: &Show, playing: &Now, at: ShowTime) -> Vec<Event> {
    let until = playing.ends_at().unwrap_or(at).max(at);
    let playlist = show.playlists.get(&playing.playlist);
    match (following(show, playing, Way::On, at), playlist) {
        (Some(pick), Some(playlist)) => forgiven(began(show, playlist, pick, 0, at, until)),
        _ => ended(show, playing, at),
    }
}

/// Something was played to its end, or somebody wants something else: what could not be played before does not count any more.
fn forgiven(mut events: Vec<Event>) -> Vec<Event> {
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
    (player.now, player.leaving) = (Some(rest), leaving);
    vec![changed(player)]
}

fn point_at(show: &Show, rest: &mut Now, playlist: &Playlist, pick: Pick) {
    if let Some(track) = playlist.track(&pick.track) {
        rest.asset = track.asset.clone();
        rest.length_us = length_us(show, track, &playlist.head);
        rest.place = playlist.place_of(&track.id).unwrap_or(0);
        (rest.track, rest.seed) = (pick.track, pick.seed);
    }
}

/// When one of its tracks may be played again.
fn opens_at(playlist: &Playlist, at: ShowTime) -> Option<ShowTime> {
    playlist.tracks.iter().filter_map(|track| track.when.as_ref()?.next_change(at)).min()
}

fn woke(show: &Show, playing: &Now, at: ShowTime) -> Vec<Event> {
    let Some(playlist) = show.playlists.get(&playing.playlist) else { return ended(show, playing, at) };
    match pick_first(show, playlist, playing.seed, at) {
        Some(pick) => begun(show, playlist, pick, 0, at),
        None => ended(show, playing, at),
    }
}

/// It was over before anyone knew its length; or it can not be played, and the next one is.
fn end_play(show: &Show, play: u64, fault: Option<String>, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let playing = show.player.now.as_ref().filter(|playing| playing.play == play && playing.playback != Playback::Stopped);
    let playing = playing.ok_or(Rejection::PlayOver(play))?;
    let Some(reason) = fault else { return Ok(went_on(show, playing, now)) };
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
            let mut events = begun(&noted, playlist, pick, 0, soon(show, now));
            // It was not heard, so it does not leave either.
            events.iter_mut().for_each(|event| {
                if let Event::PlayerChanged { player } = event {
                    Arc::make_mut(player).leaving = None;
                }
            });
            events
        }
        _ => stopped(&noted, now),
    })
}

/// The player of a show that was left alone at that time, with nobody there to play: it is paused where it was then. None if nothing
/// was played.
pub fn left_alone(show: &Show, last_alive: ShowTime) -> Option<Arc<Player>> {
    let playing = show.player.now.as_ref().filter(|playing| playing.is_playing())?;
    let playback = Playback::Paused { offset_ms: playing.offset_ms(last_alive) };
    let now = Some(Now { playback, ..playing.clone() });
    Some(Arc::new(Player { now, leaving: None, ..Player::clone(&show.player) }))
}

// === What it must be ===

pub(super) fn check(show: &Show) -> Result<(), Rejection> {
    check_settings(&show.player.settings)?;
    let known = |playlist: &PlaylistId| playlist::find(show, playlist).map(drop);
    let Player { now, leaving, fault, interrupted, .. } = &*show.player;
    now.as_ref().map_or(Ok(()), |playing| known(&playing.playlist))?;
    fault.as_ref().map_or(Ok(()), |fault| known(&fault.playlist))?;
    interrupted.as_ref().map_or(Ok(()), known)?;
    let too_long = fault
        .as_ref()
        .is_some_and(|fault| fault.title.chars().count() > MAX_TITLE || fault.reason.chars().count() > MAX_REASON);
    let is_mixed_up = leaving.as_ref().is_some_and(|leaving: &Leaving| leaving.until < leaving.from);
    if too_long || is_mixed_up {
        return Err(Rejection::Invalid { what: "player", why: "it holds what no player does".to_owned() });
    }
    Ok(())
}
