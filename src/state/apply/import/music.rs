//! Playlists and tags of a collection. One without them leaves those that are here alone, in every mode.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Made, Once};
use crate::show::Show;
use crate::show::collection::Mode;
use crate::show::music::Music;
use crate::show::player::Player;
use crate::show::playlist::{Head, Playlist};
use crate::show::time::ShowTime;
use crate::state::apply::playlist;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(super) fn check_ids(show: &Show, music: &Music, once: &mut Once) -> Result<(), Rejection> {
    for one in &music.playlists {
        once.check("playlist", one.id().as_str(), show.playlists.contains_key(one.id()))?;
    }
    music.tags.iter().try_for_each(|one| once.check("tag", &one.id.to_string(), show.nfc.tags.contains_key(&one.id)))
}

impl Made {
    pub(super) fn leave_out_music(&mut self, before: &Show, music: &Music) -> Result<(), Rejection> {
        let kept: BTreeSet<_> = music.tags.iter().map(|one| one.id).collect();
        for tag in before.nfc.tags.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::TagRemoved { tag: *tag });
        }
        let kept: BTreeSet<_> = music.playlists.iter().map(Playlist::id).collect();
        for id in before.playlists.keys().filter(|id| !kept.contains(id)) {
            for event in playlist::remove(&self.show, id)? {
                self.happens(event);
            }
        }
        Ok(())
    }

    /// Its tracks need their assets; whether all is as it must be is looked at in the end.
    pub(super) fn bring_music(&mut self, music: Music, mode: Mode, now: ShowTime) {
        let Music { player, nfc, playlists, tags } = music;
        for one in playlists {
            self.bring_playlist(one, now);
        }
        for one in tags {
            self.happens(Event::TagSaved { tag: Arc::new(one) });
        }
        if mode != Mode::Replace {
            return;
        }
        if let Some(settings) = player.filter(|settings| *settings != self.show.player.settings) {
            let player = Player { settings, ..Player::clone(&self.show.player) };
            self.happens(Event::PlayerChanged { player: Arc::new(player) });
        }
        if let Some(settings) = nfc.filter(|settings| *settings != self.show.nfc.settings) {
            self.happens(Event::NfcConfigured { settings });
        }
    }

    fn bring_playlist(&mut self, one: Playlist, now: ShowTime) {
        let id = one.id().clone();
        let present = self.show.playlists.get(&id);
        let version = present.map_or(one.head.version, |present| present.head.version + 1);
        let gone: Vec<_> = present.iter().flat_map(|present| &present.tracks).map(|track| track.id.clone()).collect();
        let changes_at = playlist::next_change(one.head.when.as_deref(), now);
        let head = Head { version, changes_at, updated_at: now, ..Head::clone(&one.head) };
        self.happens(Event::PlaylistSaved { playlist: Arc::new(head) });
        if !gone.is_empty() {
            self.happens(Event::TracksRemoved { playlist: id.clone(), tracks: gone });
        }
        for (index, track) in one.tracks.into_iter().enumerate() {
            self.happens(Event::TrackSaved { playlist: id.clone(), track, index });
        }
    }
}
