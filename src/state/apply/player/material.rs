//! The file of what is played: it may go, and how long it is may be found out while it is heard.

use std::sync::Arc;

use super::alone::went_on;
use super::changed;
use super::play::{Begins, length_us, stopped};
use crate::show::Show;
use crate::show::ids::AssetId;
use crate::show::input::Playback;
use crate::show::player::{Leaving, Now, Player};
use crate::show::playlist::{Playlist, heard_us};
use crate::show::time::ShowTime;
use crate::state::event::Event;

/// `show` is without it already. What was played of it is over, as if it had come to its end.
pub(in crate::state::apply) fn without_asset(show: &Show, id: &AssetId, now: ShowTime) -> Vec<Event> {
    let playing = show.player.now.as_ref().filter(|playing| playing.asset == *id);
    let is_gone = |leaving: &Leaving| leaving.asset == *id;
    let mut events = match playing.map(|playing| (playing, playing.playback)) {
        Some((playing, Playback::Playing { .. })) => went_on(show, playing, Begins::soon(show, now)),
        Some((_, Playback::Paused { .. })) => stopped(show, now),
        _ if show.player.leaving.as_ref().is_some_and(is_gone) => vec![Event::PlayerChanged { player: show.player.clone() }],
        _ => return Vec::new(),
    };
    for event in &mut events {
        if let Event::PlayerChanged { player } = event
            && player.leaving.as_ref().is_some_and(is_gone)
        {
            Arc::make_mut(player).leaving = None;
        }
    }
    events
}

/// `show` knows what was found in it. What has been played for longer than that by now ends as it would have.
pub(in crate::state::apply) fn described(show: &Show, id: &AssetId, now: ShowTime) -> Option<Event> {
    let playing = show.player.now.as_ref().filter(|playing| playing.asset == *id)?;
    let playlist = show.playlists.get(&playing.playlist);
    // Its track may be of another file by now.
    let own = |playlist: &Playlist| playlist.track(&playing.track).filter(|track| track.asset == *id).cloned();
    let track = playlist.and_then(|playlist| Some((own(playlist)?, &playlist.head)));
    let plain = || heard_us(show.assets.get(id)?);
    let length_us = track.map_or_else(plain, |(track, head)| length_us(show, &track, head));
    let known = Now { length_us, ..playing.clone() };
    let is_over = known.ends_at().is_some_and(|ends| ends <= now);
    (!is_over && known != *playing).then(|| changed(Player { now: Some(known), ..Player::clone(&show.player) }))
}
