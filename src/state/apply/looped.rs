//! The loop of a display: the playlist of that name, whose tracks go by what they show. What was wished becomes what is asked of any
//! playlist and of the player, as the show is when it is decided: a wish that comes again is then the same wish.

use super::{Given, decide_given};
use crate::show::Show;
use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::player::Repeat;
use crate::show::playlist::{LOOP, MAX_TRACKS, TrackRef};
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
        LoopWish::Add { slug } if named(show, &slug).is_ok() => {
            return Err(Rejection::AlreadyExists { what: "track", id: slug.to_string() });
        }
        LoopWish::Add { slug } => made(show, &playlist).into_iter().chain([added(show, playlist, slug).1]).collect(),
        LoopWish::Remove { slug } => vec![Command::RemoveTracks { tracks: vec![named(show, &slug)?], playlist }],
        LoopWish::Order { slugs } => {
            vec![Command::OrderTracks { playlist, order: ordered(show, &slugs)? }]
        }
        LoopWish::Show { slug } => shown(show, playlist, slug)?,
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

fn shown(show: &Show, playlist: PlaylistId, slug: AssetId) -> Result<Vec<Command>, Rejection> {
    if !show.assets.contains_key(&slug) {
        return Err(Rejection::NoAsset(slug));
    }
    let mut commands: Vec<Command> = made(show, &playlist).into_iter().collect();
    let track = match named(show, &slug) {
        Ok(track) => track,
        Err(_) => {
            let (track, command) = added(show, playlist.clone(), slug);
            commands.push(command);
            TrackRef::Id(track)
        }
    };
    commands.extend(around(show));
    commands.push(Command::PlayPlaylist { playlist, track: Some(track), position_ms: None });
    Ok(commands)
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

/// A track is called like what it shows, or as it may be where another has that name: its file has been replaced since.
fn added(show: &Show, playlist: PlaylistId, slug: AssetId) -> (TrackId, Command) {
    let (title, artist, album, filename, still_ms, times, when) = (None, None, None, None, None, None, None);
    let is_free = |id: &TrackId| show.playlists.get(&playlist).is_none_or(|playlist| playlist.track(id).is_none());
    let others = (2..=MAX_TRACKS).filter_map(|number| TrackId::new(&format!("{slug}-{number}")).ok());
    let own = TrackId::from(&slug);
    let id = std::iter::once(own.clone()).chain(others).find(is_free).unwrap_or(own);
    let track = NewTrack { id: id.clone(), asset: slug, title, artist, album, filename, still_ms, times, when };
    (id, Command::AddTracks { playlist, tracks: vec![track], number: None })
}

/// What is there more than once, is so in the order too: its second mention is its second track.
fn ordered(show: &Show, slugs: &[AssetId]) -> Result<Vec<TrackRef>, Rejection> {
    let tracks = show.playlists.get(LOOP).map_or(&[][..], |playlist| &playlist.tracks);
    let mut order: Vec<TrackRef> = Vec::with_capacity(slugs.len());
    for slug in slugs {
        let next = tracks.iter().filter(|track| track.asset == *slug).map(|track| TrackRef::Id(track.id.clone()));
        let next = next.into_iter().find(|track| !order.contains(track));
        order.push(next.map_or_else(|| named(show, slug), Ok)?);
    }
    Ok(order)
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
