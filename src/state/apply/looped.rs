//! The loop of a display: the playlist of that name, whose tracks go by what they show. What was wished becomes what is asked of any
//! playlist and of the player, as the show is when it is decided: a wish that comes again is then the same wish.

use super::{Given, decide_given};
use crate::show::Show;
use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::player::Repeat;
use crate::show::playlist::{LOOP, TrackRef};
use crate::state::asked::media::{LoopWish, NewPlaylist, NewTrack};
use crate::state::command::{Command, Patch};
use crate::state::event::{Event, evolve};
use crate::state::rejection::Rejection;

/// Each item is seen so often before the next one comes.
const TIMES: u32 = 2;

pub(super) fn decide(show: &Show, wish: LoopWish, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    let (mut after, mut events) = (show.clone(), Vec::new());
    for command in meant(show, wish)? {
        let happened = decide_given(&after, command, given)?;
        happened.iter().for_each(|event| evolve(&mut after, event));
        events.extend(happened);
    }
    Ok(events)
}

fn meant(show: &Show, wish: LoopWish) -> Result<Vec<Command>, Rejection> {
    let playlist = PlaylistId::new(LOOP).expect("a plain word is an id");
    Ok(match wish {
        LoopWish::Add { slug } => made(show, &playlist).into_iter().chain([added(playlist, slug)]).collect(),
        LoopWish::Remove { slug } => vec![Command::RemoveTracks { tracks: vec![named(show, &slug)?], playlist }],
        LoopWish::Order { slugs } => {
            let order = slugs.iter().map(|slug| named(show, slug)).collect::<Result<_, _>>()?;
            vec![Command::OrderTracks { playlist, order }]
        }
        LoopWish::Show { slug } => shown(show, playlist, slug),
        LoopWish::Control { control } => {
            let first = if show.player.now.is_none() { around(show) } else { None };
            first.into_iter().chain([Command::ControlPlayer { control }]).collect()
        }
        LoopWish::Repeat { mode } => vec![repeat(mode.unwrap_or(match show.player.settings.repeat {
            Repeat::All => Repeat::One,
            Repeat::One | Repeat::None => Repeat::All,
        }))],
    })
}

fn shown(show: &Show, playlist: PlaylistId, slug: AssetId) -> Vec<Command> {
    let mut commands: Vec<Command> = made(show, &playlist).into_iter().collect();
    let track = match named(show, &slug) {
        Ok(track) => track,
        Err(_) => {
            let track = TrackRef::Id(TrackId::from(&slug));
            commands.push(added(playlist.clone(), slug));
            track
        }
    };
    commands.extend(around(show));
    commands.push(Command::PlayPlaylist { playlist, track: Some(track), position_ms: None });
    commands
}

fn made(show: &Show, playlist: &PlaylistId) -> Option<Command> {
    let playlist = NewPlaylist {
        id: playlist.clone(),
        title: "Loop".to_owned(),
        description: String::new(),
        still_ms: None,
        times: Some(TIMES),
        resumes: None,
        when: None,
        tracks: None,
    };
    let put = || Command::PutPlaylist { playlist: Box::new(playlist), only_new: true };
    (!show.playlists.contains_key(LOOP)).then(put)
}

/// A track is called like what it shows, so that nothing is in the loop twice.
fn added(playlist: PlaylistId, slug: AssetId) -> Command {
    let (title, artist, album, filename, still_ms, times, when) = (None, None, None, None, None, None, None);
    let id = TrackId::from(&slug);
    let track = NewTrack { id, asset: slug, title, artist, album, filename, still_ms, times, when };
    Command::AddTracks { playlist, tracks: vec![track], number: None }
}

/// Whatever the track is called.
fn named(show: &Show, slug: &AssetId) -> Result<TrackRef, Rejection> {
    let playlist = show.playlists.get(LOOP);
    let track = playlist.and_then(|playlist| playlist.tracks.iter().find(|track| track.asset == *slug));
    Ok(TrackRef::Id(track.ok_or_else(|| Rejection::NotInLoop(slug.clone()))?.id.clone()))
}

/// A display loops unless somebody has said how.
fn around(show: &Show) -> Option<Command> {
    (show.player.settings.repeat == Repeat::None).then(|| repeat(Repeat::All))
}

fn repeat(repeat: Repeat) -> Command {
    Command::ChangePlayer { patch: Patch::from_iter([("repeat".to_owned(), serde_json::json!(repeat))]) }
}
