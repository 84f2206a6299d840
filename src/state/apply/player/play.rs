//! A play begins, or ends before its time: what becomes of the player, and of the playlist.

use std::sync::Arc;

use super::{at_sample, changed, later};
use crate::show::Show;
use crate::show::ids::{PlaylistId, TrackId};
use crate::show::input::Playback;
use crate::show::player::{LEAD_MS, Leaving, Now, Pick, Player};
use crate::show::playlist::{Head, Left, Playlist, Track};
use crate::show::time::{FrameNumber, ShowTime};
use crate::state::event::Event;

/// When a track begins.
#[derive(Clone, Copy)]
pub(super) struct Begins {
    /// When that was decided.
    pub told: ShowTime,
    pub at: ShowTime,
    /// So long what was played before is heard.
    pub before_until: ShowTime,
}

impl Begins {
    pub fn at_once(at: ShowTime) -> Self {
        Self { told: at, at, before_until: at }
    }

    /// In the first frame for which there is time to open a file.
    pub fn soon(show: &Show, told: ShowTime) -> Self {
        let fps = show.config.fps;
        let frame = fps.frame_at(later(told, LEAD_MS));
        Self { told, ..Self::at_once(at_sample(fps.time_of(FrameNumber(frame.0 + 1)))) }
    }

    /// What is heard until then. Something that has not begun by now never was, and what was played before it still is.
    fn leaving(self, player: &Player) -> Option<Leaving> {
        let before = player.now.as_ref().filter(|before| before.is_playing())?;
        match before.playback {
            Playback::Playing { since, .. } if since > self.told => {
                player.leaving.clone().map(|leaving| Leaving { from: self.at, until: self.at, ..leaving })
            }
            _ => Some(before.leaving(self.at, self.before_until)),
        }
    }
}

pub(super) fn begun(
    show: &Show,
    playlist: &Playlist,
    Pick { track, round, seed, first }: Pick,
    offset_ms: u64,
    begins: Begins,
) -> Vec<Event> {
    let Some(entry) = playlist.track(&track).cloned() else { return Vec::new() };
    let (before, leaving, at) = (show.player.now.as_ref(), begins.leaving(&show.player), begins.at);
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
        first,
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

pub(super) fn length_us(show: &Show, track: &Track, head: &Head) -> Option<u64> {
    track.length_us(show.assets.get(&track.asset)?, head)
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
pub(in crate::state::apply) fn stopped(show: &Show, now: ShowTime) -> Vec<Event> {
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
    (player.leaving, player.waiting) = (None, Vec::new());
    events.push(changed(player));
    events
}

/// What is played of that playlist ends, and nothing is left of it.
pub(in crate::state::apply) fn without_playlist(show: &Show, id: &PlaylistId) -> Option<Event> {
    let player = &show.player;
    let is_fault = player.fault.as_ref().is_some_and(|fault| fault.playlist == *id);
    let is_now = player.now.as_ref().is_some_and(|playing| playing.playlist == *id);
    let is_waiting = player.waiting.iter().any(|left| left.playlist == *id);
    if !is_now && !is_fault && !is_waiting {
        return None;
    }
    let mut player = Player::clone(player);
    if is_now {
        (player.now, player.leaving, player.waiting) = (None, None, Vec::new());
    }
    player.fault = player.fault.filter(|_| !is_fault);
    player.waiting.retain(|left| left.playlist != *id);
    Some(changed(player))
}

/// What is played goes on to its end, although it stands in its playlist no more; what comes after it is where it was.
pub(in crate::state::apply) fn without_tracks(show: &Show, playlist: &Playlist, gone: &[TrackId]) -> Option<Event> {
    let playing = show.player.now.as_ref().filter(|playing| playing.playlist == *playlist.id())?;
    let here = playlist.place_of(&playing.track).filter(|_| gone.contains(&playing.track))?;
    let place = playlist.tracks[..here].iter().filter(|track| !gone.contains(&track.id)).count();
    let now = Some(Now { place, ..playing.clone() });
    Some(changed(Player { now, ..Player::clone(&show.player) }))
}
