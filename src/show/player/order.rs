//! Which track comes after which: pure, so that everyone who looks ahead sees the same.

use crate::show::Show;
use crate::show::asset::AssetKind;
use crate::show::ids::TrackId;
use crate::show::playlist::{Playlist, Track};
use crate::show::time::ShowTime;

use super::{Now, Repeat};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By itself, when a track is over.
    On,
    Next,
    Previous,
}

/// What is to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    pub track: TrackId,
    pub round: u32,
    pub seed: u64,
    pub first: Option<TrackId>,
}

/// Tried until one does not begin with what was just heard.
const SEEDS: u64 = 8;

/// Where each track stands in the order, as something that can be compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u64, usize);

/// How one round through a playlist is shuffled.
#[derive(Clone, Copy)]
struct Deal<'a> {
    seed: u64,
    first: Option<&'a TrackId>,
}

fn rank(shuffle: bool, deal: Deal<'_>, id: &TrackId, place: usize) -> Rank {
    if !shuffle || deal.first == Some(id) {
        return Rank(0, place);
    }
    Rank(hash(deal.seed, id.as_str()).max(1), place)
}

fn dealt(now: &Now) -> Deal<'_> {
    Deal { seed: now.seed, first: now.first.as_ref() }
}

/// FNV-1a, then stirred until one bit more or less changes all others.
fn hash(seed: u64, text: &str) -> u64 {
    let basis = 0xcbf2_9ce4_8422_2325 ^ seed;
    let mixed = text.bytes().fold(basis, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Whether there is something to play, and it is its time.
fn is_playable(show: &Show, track: &Track, at: ShowTime) -> bool {
    let is_there =
        show.assets.get(&track.asset).is_some_and(|asset| asset.kind.is_played() || asset.kind == AssetKind::Image);
    is_there && track.when.as_ref().is_none_or(|when| when.is_open(at))
}

/// Whether what is played, or was, may be played at that time.
pub fn may_be_played(show: &Show, now: &Now, at: ShowTime) -> bool {
    let playlist = show.playlists.get(&now.playlist);
    playlist.and_then(|playlist| playlist.track(&now.track)).is_some_and(|track| is_playable(show, track, at))
}

struct Order<'a> {
    show: &'a Show,
    playlist: &'a Playlist,
    shuffle: bool,
    at: ShowTime,
}

impl<'a> Order<'a> {
    fn ranked(&self, deal: Deal<'_>) -> impl Iterator<Item = (Rank, &'a Track)> {
        let (show, at, shuffle) = (self.show, self.at, self.shuffle);
        let tracks = self.playlist.tracks.iter().enumerate();
        let ranked = tracks.map(move |(place, track)| (rank(shuffle, deal, &track.id, place), &**track));
        ranked.filter(move |(_, track)| is_playable(show, track, at))
    }

    fn first(&self, deal: Deal<'_>) -> Option<&'a Track> {
        self.ranked(deal).min_by_key(|(rank, _)| *rank).map(|(_, track)| track)
    }

    fn last(&self, deal: Deal<'_>) -> Option<&'a Track> {
        self.ranked(deal).max_by_key(|(rank, _)| *rank).map(|(_, track)| track)
    }

    fn after(&self, deal: Deal<'_>, rank: Rank) -> Option<&'a Track> {
        let later = self.ranked(deal).filter(|(other, _)| *other > rank);
        later.min_by_key(|(rank, _)| *rank).map(|(_, track)| track)
    }

    fn before(&self, deal: Deal<'_>, rank: Rank) -> Option<&'a Track> {
        let earlier = self.ranked(deal).filter(|(other, _)| *other < rank);
        earlier.max_by_key(|(rank, _)| *rank).map(|(_, track)| track)
    }

    /// Of another round through the playlist: it does not begin with what was just heard, if there is anything else.
    fn seed_after(&self, seed: u64, heard: &TrackId) -> u64 {
        let seeds = (1..=SEEDS).map(|step| hash(seed, "again").wrapping_add(step));
        let begins_otherwise =
            |seed: &u64| self.first(Deal { seed: *seed, first: None }).is_some_and(|first| first.id != *heard);
        if self.shuffle { seeds.clone().find(begins_otherwise).unwrap_or(seed.wrapping_add(1)) } else { seed }
    }
}

/// What a playlist begins with.
pub fn pick_first(show: &Show, playlist: &Playlist, seed: u64, at: ShowTime) -> Option<Pick> {
    let order = Order { show, playlist, shuffle: show.player.settings.shuffle, at };
    Some(Pick { track: order.first(Deal { seed, first: None })?.id.clone(), round: 1, seed, first: None })
}

/// What was left goes on where it was; where it can not, what comes after it begins.
pub fn pick_again(show: &Show, left: &Now, at: ShowTime) -> Option<(Pick, u64)> {
    let playlist = show.playlists.get(&left.playlist)?;
    if may_be_played(show, left, at) {
        return Some((same(left, left.round), left.offset_ms(at)));
    }
    let next = following(show, left, Way::Next, at).or_else(|| pick_first(show, playlist, left.seed, at));
    next.map(|pick| (pick, 0))
}

/// The same track once more, in the same order.
pub fn same(now: &Now, round: u32) -> Pick {
    Pick { track: now.track.clone(), round, seed: now.seed, first: now.first.clone() }
}

/// What is played after it (or before). None if that is the end.
pub fn following(show: &Show, now: &Now, way: Way, at: ShowTime) -> Option<Pick> {
    let playlist = show.playlists.get(&now.playlist)?;
    let settings = &show.player.settings;
    let order = Order { show, playlist, shuffle: settings.shuffle, at };
    let here = playlist.track(&now.track);
    if let (Way::On, Some(track)) = (way, here.filter(|track| is_playable(show, track, at))) {
        if now.round < track.times(&playlist.head) {
            return Some(same(now, now.round + 1));
        }
        if settings.repeat == Repeat::One {
            return Some(same(now, 1));
        }
    }
    let (place, deal) = (playlist.place_of(&now.track), dealt(now));
    // One that was taken out has left its place to the next.
    let own = rank(settings.shuffle, deal, &now.track, place.unwrap_or(now.place));
    let later = Rank(own.0, own.1.saturating_sub(usize::from(place.is_none())));
    let is_missing_first = place.is_none() && now.place == 0 && !settings.shuffle;
    let around = settings.repeat == Repeat::All;
    let pick = |track: &Track| Pick { track: track.id.clone(), ..same(now, 1) };
    match way {
        Way::Previous => order.before(deal, own).or_else(|| order.last(deal).filter(|_| around)).map(pick),
        Way::On | Way::Next if is_missing_first => order.first(deal).map(pick),
        Way::On | Way::Next => match order.after(deal, later) {
            Some(track) => Some(pick(track)),
            None if around => pick_first(show, playlist, order.seed_after(now.seed, &now.track), at),
            None => None,
        },
    }
}

/// How many tracks come before it in the order, and how many there are.
pub fn position_in_order(playlist: &Playlist, shuffle: bool, now: &Now) -> (usize, usize) {
    let own = rank(shuffle, dealt(now), &now.track, playlist.place_of(&now.track).unwrap_or(now.place));
    let ranks = playlist.tracks.iter().enumerate().map(|(place, track)| rank(shuffle, dealt(now), &track.id, place));
    (ranks.filter(|rank| *rank < own).count(), playlist.tracks.len())
}
