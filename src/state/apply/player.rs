//! The player: what it is told, what becomes of it, and what it does by itself when a track is over.

mod alone;
mod material;
mod play;
mod steer;
mod waiting;

use std::sync::Arc;

use super::playlist;
use crate::show::Show;
use crate::show::ids::PlaylistId;
use crate::show::player::{Leaving, MAX_WAITING, Player, Settings, at_sample};
use crate::show::playlist::MAX_TITLE;
use crate::show::time::ShowTime;
use crate::state::command::Command;
use crate::state::event::Event;
use crate::state::rejection::Rejection;
pub use alone::left_alone;
pub(super) use alone::{Due, come_due, next_due};
pub(super) use material::{described, without_asset};
pub(super) use play::{stopped, without_playlist, without_tracks};
pub(super) use steer::play_playlist;
pub(super) use waiting::{given_back, interrupted_by, looked_again, with_waiting};

use alone::{MAX_REASON, end_play, forgiven};
use steer::{change, control_player};

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

fn check_settings(settings: &Settings) -> Result<(), Rejection> {
    settings.check().map_err(|(field, value, allowed)| Rejection::OutOfRange { field, value, allowed })
}

pub(super) fn check(show: &Show) -> Result<(), Rejection> {
    check_settings(&show.player.settings)?;
    let known = |playlist: &PlaylistId| playlist::find(show, playlist).map(drop);
    let Player { now, leaving, fault, waiting, .. } = &*show.player;
    now.as_ref().map_or(Ok(()), |playing| known(&playing.playlist))?;
    fault.as_ref().map_or(Ok(()), |fault| known(&fault.playlist))?;
    waiting.iter().try_for_each(|left| known(&left.playlist))?;
    let too_long = fault
        .as_ref()
        .is_some_and(|fault| fault.title.chars().count() > MAX_TITLE || fault.reason.chars().count() > MAX_REASON);
    let is_mixed_up = leaving.as_ref().is_some_and(|leaving: &Leaving| leaving.until < leaving.from);
    if too_long || is_mixed_up || waiting.len() > MAX_WAITING {
        return Err(Rejection::Invalid { what: "player", why: "it holds what no player does".to_owned() });
    }
    Ok(())
}
