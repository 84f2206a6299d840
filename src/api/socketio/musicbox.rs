//! What clients of music boxes are told, in their own words: playlists, the player, where it is, and how tying a tag goes.
//!
//! The rooms `playlists`, `playlist:ID` and `nfc:ID` are theirs. Whoever is in one of the first two is told of the player, too.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior};

use super::client::Client;
use super::tell::seconds;
use crate::api::chronicle::Topic;
use crate::api::wire::musicbox::At;
use crate::show::Show;
use crate::show::ids::{AssociationId, PlaylistId, TrackId};
use crate::show::tag::Association;
use crate::show::time::ShowTime;
use crate::state::event::Event;
use crate::state::history::Change;
use crate::state::room::Room;
use crate::state::{Seq, Snapshot};

/// How often whoever looks on is told where the player is.
const POSITION_EVERY: Duration = Duration::from_millis(500);
/// Playlists that one client follows by themselves.
const MOST_PLAYLISTS: usize = 64;

pub struct MusicBox {
    playlists: BTreeSet<PlaylistId>,
    association: Option<AssociationId>,
    /// It has begun to tie a tag to something.
    links: bool,
    position: Interval,
}

impl MusicBox {
    pub fn new() -> Self {
        let mut position = tokio::time::interval(POSITION_EVERY);
        position.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { playlists: BTreeSet::new(), association: None, links: false, position }
    }

    /// Comes back when it is time to say where the player is.
    pub async fn tick(&mut self) {
        self.position.tick().await;
    }

    /// Those that are named after one thing.
    pub fn rooms(&self) -> impl Iterator<Item = String> {
        let playlists = self.playlists.iter().cloned().map(Named::Playlist);
        playlists.chain(self.association.iter().cloned().map(Named::Nfc)).map(|named| named.name())
    }

    /// It is to be told of tags that are tied, whatever rooms it is in.
    pub fn link(&mut self) {
        self.links = true;
    }
}

/// What of it has changed.
#[derive(Default)]
struct News {
    player: bool,
    index: bool,
    playlists: BTreeSet<PlaylistId>,
    tracks: BTreeSet<(PlaylistId, TrackId)>,
    associations: Vec<Arc<Association>>,
}

impl News {
    fn take(&mut self, event: &Event) {
        match event {
            Event::PlayerChanged { .. } => self.player = true,
            Event::PlaylistSaved { playlist } => self.touch(&playlist.id),
            Event::PlaylistRemoved { playlist }
            | Event::TracksRemoved { playlist, .. }
            | Event::TracksOrdered { playlist, .. } => self.touch(playlist),
            Event::TrackSaved { playlist, track, .. } => {
                self.touch(playlist);
                self.tracks.insert((playlist.clone(), track.id.clone()));
            }
            // The tag stands beside its playlist.
            Event::TagSaved { tag } => self.touch(&tag.playlist),
            Event::TagRemoved { .. } => self.index = true,
            Event::AssociationChanged { association } => self.associations.push(association.clone()),
            _ => {}
        }
    }

    fn touch(&mut self, playlist: &PlaylistId) {
        self.index = true;
        self.playlists.insert(playlist.clone());
    }
}

/// The rooms that are named after one thing.
pub enum Named {
    Playlist(PlaylistId),
    Nfc(AssociationId),
}

impl Named {
    /// `playlist {playlist_id}` and `nfc {assoc_id}`, or the name of the room as it is told.
    pub fn of(room: &str, data: &Value) -> Option<Named> {
        let said = |field: &str| data.get(field).and_then(Value::as_str);
        match room.split_once(':').map_or((room, None), |(kind, id)| (kind, Some(id))) {
            ("playlist", id) => PlaylistId::new(id.or(said("playlist_id"))?).ok().map(Named::Playlist),
            ("nfc", id) => AssociationId::new(id.or(said("assoc_id"))?).ok().map(Named::Nfc),
            _ => None,
        }
    }

    pub fn name(&self) -> String {
        match self {
            Named::Playlist(id) => format!("playlist:{id}"),
            Named::Nfc(id) => format!("nfc:{id}"),
        }
    }
}

fn envelope(event: &str, at: &At<'_>, epoch: &str, data: Value) -> Value {
    json!({
        "event_type": event,
        "server_seq": at.seq,
        "data": data,
        "timestamp": seconds(at.now),
        "event_id": format!("{epoch}-{}-{event}", at.seq.0),
        "epoch": epoch,
    })
}

impl Client {
    fn is_in(&self, room: Room) -> bool {
        self.topics.iter().any(|topic| topic == Topic::Room(room))
    }

    pub(super) fn follows_player(&self) -> bool {
        self.is_in(Room::Playlists) || self.is_in(Room::Player) || !self.music.playlists.is_empty()
    }

    /// Whether anything of it may be for this client.
    pub(super) fn hears_music(&self) -> bool {
        self.follows_player() || self.music.links || self.music.association.is_some()
    }

    fn follows_tags(&self, association: &Association) -> bool {
        let is_named = self.music.association.as_ref() == Some(&association.id);
        is_named || self.music.links || self.is_in(Room::Nfc) || self.is_in(Room::Playlists)
    }

    fn epoch(&self) -> String {
        self.api.state.snapshot().epoch.into()
    }

    /// What came of some changes. Several at once are told by what they led to.
    pub(super) async fn tell_music(&mut self, changes: &[Arc<Change>]) {
        let Some(last) = changes.last() else { return };
        let mut news = News::default();
        changes.iter().flat_map(|change| change.events.iter()).for_each(|event| news.take(event));
        let (show, now, seq) = (last.show.clone(), last.at, last.seq);
        self.tell_news(&news, (&show, now, seq)).await;
    }

    async fn tell_news(&mut self, news: &News, (show, now, seq): (&Show, ShowTime, Seq)) {
        let at = At { show, now, seq };
        let epoch = self.epoch();
        if news.index && self.is_in(Room::Playlists) {
            let envelope = envelope("state:playlists", &at, &epoch, at.playlists());
            self.emit("state:playlists", &envelope).await;
        }
        for id in news.playlists.iter().filter(|id| self.music.playlists.contains(*id)).cloned().collect::<Vec<_>>() {
            self.tell_playlist(&id, &at, &epoch).await;
        }
        for (playlist, track) in &news.tracks {
            if self.music.playlists.contains(playlist) {
                self.tell_track((playlist, track), &at, &epoch).await;
            }
        }
        if news.player && self.follows_player() {
            self.emit("state:player", &envelope("state:player", &at, &epoch, at.player())).await;
        }
        for association in &news.associations {
            if self.follows_tags(association) {
                self.tell_association(association, &at).await;
            }
        }
    }

    async fn tell_playlist(&mut self, id: &PlaylistId, at: &At<'_>, epoch: &str) {
        let found = at.show.playlists.get(id);
        let mut envelope = envelope("state:playlist", at, epoch, found.map_or(Value::Null, |found| at.playlist(found)));
        envelope["playlist_id"] = json!(id);
        envelope["playlist_seq"] = json!(found.map(|found| found.head.version));
        envelope["room"] = json!(format!("playlist:{id}"));
        self.emit("state:playlist", &envelope).await;
    }

    async fn tell_track(&mut self, (playlist, track): (&PlaylistId, &TrackId), at: &At<'_>, epoch: &str) {
        let Some(found) = at.show.playlists.get(playlist) else { return };
        let Some((place, track)) = found.place_of(track).zip(found.track(track)) else { return };
        let mut envelope = envelope("state:track", at, epoch, at.track(found, track, place + 1));
        envelope["playlist_id"] = json!(playlist);
        envelope["playlist_seq"] = json!(found.head.version);
        self.emit("state:track", &envelope).await;
    }

    async fn tell_association(&mut self, association: &Association, at: &At<'_>) {
        self.emit("nfc_status", &at.nfc_status(association)).await;
        self.emit("nfc_association_state", &at.association(association)).await;
    }

    /// All of it, to whoever asks.
    pub(super) async fn tell_player(&mut self, snapshot: &Snapshot) {
        let (show, now, seq) = (snapshot.show.clone(), self.api.clock.now(), snapshot.seq);
        let at = At { show: &show, now, seq };
        let envelope = envelope("state:player", &at, &self.epoch(), at.player());
        self.emit("state:player", &envelope).await;
    }

    pub(super) async fn tell_playlists(&mut self, snapshot: &Snapshot) {
        let (show, now, seq) = (snapshot.show.clone(), self.api.clock.now(), snapshot.seq);
        let at = At { show: &show, now, seq };
        let mut envelope = envelope("state:playlists", &at, &self.epoch(), at.playlists());
        envelope["room"] = json!("playlists");
        envelope["room_seq"] = json!(Topic::Room(Room::Playlists).number_at(snapshot));
        self.emit("state:playlists", &envelope).await;
    }

    /// Somebody asked for it. What else has happened is told first, so that the numbers stay in order.
    pub(super) async fn tell_playlists_again(&mut self) {
        self.tell_changes().await;
        if self.is_in(Room::Playlists) {
            let snapshot = self.snapshots.borrow().clone();
            self.tell_playlists(&snapshot).await;
        }
    }

    /// Who follows the player without being in its room.
    pub(super) async fn tell_player_besides(&mut self, snapshot: &Snapshot) {
        if self.follows_player() && !self.is_in(Room::Player) {
            self.tell_player(snapshot).await;
        }
    }

    /// To who is so far behind that it can not be told what happened: how all that it follows by name is now.
    pub(super) async fn tell_music_anew(&mut self, snapshot: &Snapshot) {
        let (show, now, epoch) = (snapshot.show.clone(), self.api.clock.now(), String::from(snapshot.epoch));
        let at = At { show: &show, now, seq: snapshot.seq };
        for id in self.music.playlists.clone() {
            self.tell_playlist(&id, &at, &epoch).await;
        }
        self.tell_player_besides(snapshot).await;
        if let Some(association) = show.nfc.association.as_ref().filter(|association| self.follows_tags(association)) {
            self.tell_association(association, &at).await;
        }
    }

    /// Only while it moves; who takes nothing at the moment misses it.
    pub(super) fn tell_position(&mut self) {
        let snapshot = self.snapshots.borrow().clone();
        let at = At { show: &snapshot.show, now: self.api.clock.now(), seq: snapshot.seq };
        if at.show.player.now.as_ref().is_some_and(|now| now.is_playing()) {
            let envelope = envelope("state:track_position", &at, &String::from(snapshot.epoch), at.position());
            let _ = self.socket.emit("state:track_position", &envelope);
        }
    }

    /// The state comes first, and the word that one has joined after it. Says what is wrong, if anything is.
    pub(super) async fn join_named(&mut self, room: &Named, snapshot: &Snapshot) -> Result<(), &'static str> {
        let show = snapshot.show.clone();
        let (now, epoch) = (self.api.clock.now(), String::from(snapshot.epoch));
        let at = At { show: &show, now, seq: snapshot.seq };
        match room {
            Named::Playlist(id) if !show.playlists.contains_key(id) => return Err("there is no such playlist"),
            Named::Playlist(_) if self.music.playlists.len() >= MOST_PLAYLISTS => {
                return Err("these are too many playlists");
            }
            Named::Playlist(id) => {
                self.music.playlists.insert(id.clone());
                self.tell_playlist(id, &at, &epoch).await;
            }
            Named::Nfc(id) => {
                self.music.association = Some(id.clone());
                if let Some(association) = show.nfc.association.as_ref().filter(|association| association.id == *id) {
                    self.tell_association(association, &at).await;
                }
            }
        }
        Ok(())
    }

    pub(super) fn leave_named(&mut self, room: &Named) -> bool {
        match room {
            Named::Playlist(id) => self.music.playlists.remove(id),
            Named::Nfc(id) => self.music.association.take_if(|association| association == id).is_some(),
        }
    }

    /// The rooms of its own that a client asks to be brought up to date in. Says which of them there are.
    pub(super) async fn sync_named(&mut self, rooms: &[&str], known: &Value, snapshot: &Snapshot) -> Vec<String> {
        let mut synced = Vec::new();
        for room in rooms {
            let Some(named) = Named::of(room, &Value::Null) else { continue };
            let version = |id: &PlaylistId| snapshot.show.playlists.get(id).map(|playlist| playlist.head.version);
            let is_fresh = match &named {
                Named::Playlist(id) => {
                    known.get(id.as_str()).and_then(Value::as_u64).is_some_and(|seen| version(id) == Some(seen))
                }
                Named::Nfc(_) => false,
            };
            if is_fresh {
                if let Named::Playlist(id) = &named {
                    self.music.playlists.insert(id.clone());
                }
                synced.push(named.name());
            } else if self.join_named(&named, snapshot).await.is_ok() {
                synced.push(named.name());
            }
        }
        synced
    }
}
