//! Playlists and the player in the words of music box clients: tracks with numbers, positions instead of anchors.

pub mod views;

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::time::rfc3339;
use crate::show::Show;
use crate::show::ids::PlaylistId;
use crate::show::input::Playback;
use crate::show::player::{Fault, Now, Player, Way, following, position_in_order};
use crate::show::playlist::{Head, Playlist, Track};
use crate::show::tag::{Association, AssociationState, Tag};
use crate::show::time::ShowTime;
use crate::state::Seq;
use views::{FaultView, PlayerState, PlayerView, PlaylistView, TagView, TrackView, VolumeView, WholePlaylist};

/// The show at an instant, and the number of its newest change.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub show: &'a Show,
    pub now: ShowTime,
    pub seq: Seq,
}

fn told(view: impl Serialize) -> Value {
    serde_json::to_value(view).unwrap_or_default()
}

impl At<'_> {
    pub fn track(&self, playlist: &Playlist, track: &Track, number: usize) -> Value {
        told(self.track_view(&playlist.head, track, number))
    }

    fn length_us(&self, head: &Head, track: &Track) -> Option<u64> {
        track.length_us(self.show.assets.get(&track.asset)?, head)
    }

    fn track_view<'a>(&'a self, head: &Head, track: &'a Track, number: usize) -> TrackView<'a> {
        let asset = self.show.assets.get(&track.asset);
        let length_us = self.length_us(head, track);
        let details = asset.and_then(|asset| asset.details.as_ref());
        TrackView {
            id: &track.id,
            title: &track.title,
            filename: &track.filename,
            duration_ms: length_us.unwrap_or(0) / 1_000,
            duration: length_us.map(|length| length as f64 / 1_000_000.0),
            file_path: format!("/api/assets/{}/file", track.asset),
            file_hash: &track.asset,
            file_size: asset.map(|asset| asset.bytes),
            media: &track.asset,
            kind: asset.map(|asset| asset.kind),
            cover: details.and_then(|details| details.cover.as_ref()),
            artist: track.artist.as_deref(),
            album: track.album.as_deref(),
            track_number: number,
            number,
            still_ms: track.still_ms,
            times: track.times,
            when: track.when.as_deref(),
            play_count: track.play_count,
            created_at: rfc3339(track.created_at),
            updated_at: rfc3339(track.updated_at),
            server_seq: self.seq.0,
        }
    }

    pub fn playlist(&self, playlist: &Playlist) -> Value {
        let tracks =
            (1..).zip(&playlist.tracks).map(|(number, track)| self.track_view(&playlist.head, track, number)).collect();
        told(WholePlaylist { playlist: self.playlist_view(playlist), tracks })
    }

    fn playlist_view<'a>(&'a self, playlist: &'a Playlist) -> PlaylistView<'a> {
        let head = &playlist.head;
        PlaylistView {
            id: &head.id,
            title: &head.title,
            description: &head.description,
            r#type: "playlist",
            nfc_tag_id: self.show.nfc.tag_of(&head.id).map(|tag| tag.id),
            track_count: playlist.tracks.len(),
            total_duration_ms: self.total_ms(playlist),
            still_ms: head.still_ms,
            times: head.times,
            resumes: head.resumes,
            when: head.when.as_deref(),
            last_played: head.last_played.map_or(0, ShowTime::millis),
            created_at: rfc3339(head.created_at),
            updated_at: rfc3339(head.updated_at),
            server_seq: self.seq.0,
            playlist_seq: head.version,
        }
    }

    /// As often as each track is played.
    fn total_ms(&self, playlist: &Playlist) -> u64 {
        let head = &playlist.head;
        let length_us = |track: &Arc<Track>| Some(self.length_us(head, track)? * u64::from(track.times(head)));
        playlist.tracks.iter().filter_map(length_us).sum::<u64>() / 1_000
    }

    pub fn playlists(&self) -> Value {
        json!({ "playlists": self.all().iter().map(|playlist| self.playlist_view(playlist)).collect::<Vec<_>>() })
    }

    /// In the order of their making.
    pub fn all(&self) -> Vec<&Arc<Playlist>> {
        let mut all: Vec<_> = self.show.playlists.values().collect();
        all.sort_by(|a, b| a.head.created_at.cmp(&b.head.created_at).then_with(|| a.id().cmp(b.id())));
        all
    }

    pub fn player(&self) -> Value {
        let player = &self.show.player;
        let now = player.now.as_ref();
        let playlist = now.and_then(|now| self.show.playlists.get(&now.playlist));
        let track = now.zip(playlist).and_then(|(now, playlist)| playlist.track(&now.track));
        let number = now.zip(playlist).and_then(|(now, playlist)| playlist.place_of(&now.track)).map(|place| place + 1);
        let (track_index, track_count) =
            now.zip(playlist).map_or((0, 0), |(now, playlist)| position_in_order(playlist, player.settings.shuffle, now));
        let leads = |way| now.is_some_and(|now| following(self.show, now, way, self.now).is_some());
        let VolumeView { volume, muted } = self.volume_view();
        told(PlayerView {
            is_playing: now.is_some_and(Now::is_playing),
            state: state_of(player),
            active_playlist_id: now.map(|now| &now.playlist),
            active_playlist_title: playlist.map(|playlist| playlist.head.title.as_str()),
            active_track_id: now.map(|now| &now.track),
            active_track: playlist
                .zip(track.zip(number))
                .map(|(playlist, (track, number))| self.track_view(&playlist.head, track, number)),
            active_track_number: number,
            active_track_title: track.map(|track| track.title.as_str()),
            position_ms: now.map_or(0, |now| now.offset_ms(self.now)),
            duration_ms: now.and_then(Now::length_ms).unwrap_or(0),
            track_index,
            track_count,
            can_prev: leads(Way::Previous),
            can_next: leads(Way::Next),
            volume,
            muted,
            repeat: player.settings.repeat,
            shuffle: player.settings.shuffle,
            crossfade_ms: player.settings.crossfade_ms,
            play: now.map(|now| now.play),
            server_seq: self.seq.0,
            error_message: player.fault.as_ref().filter(|_| player.faults > 0).map(|fault| fault.reason.as_str()),
            last_error: player.fault.as_ref().map(fault_view),
        })
    }

    /// What a slider needs twice a second.
    pub fn position(&self) -> Value {
        let now = self.show.player.now.as_ref();
        json!({
            "position_ms": now.map_or(0, |now| now.offset_ms(self.now)),
            "track_id": now.map(|now| &now.track),
            "is_playing": now.is_some_and(Now::is_playing),
            "duration_ms": now.and_then(Now::length_ms).unwrap_or(0),
        })
    }

    pub fn volume(&self) -> Value {
        told(self.volume_view())
    }

    fn volume_view(&self) -> VolumeView {
        let settings = &self.show.player.settings;
        VolumeView { volume: settings.volume.min(settings.max_volume), muted: settings.muted }
    }

    fn title(&self, id: &PlaylistId) -> &str {
        self.show.playlists.get(id).map_or("", |playlist| playlist.head.title.as_str())
    }

    pub fn tag(&self, tag: &Tag) -> Value {
        told(TagView {
            tag_id: tag.id,
            playlist_id: &tag.playlist,
            playlist_title: self.title(&tag.playlist),
            name: &tag.name,
            second_tap: tag.second_tap,
            on_removal: tag.on_removal,
            created_at: rfc3339(tag.created_at),
        })
    }

    /// `nfc_association_state`.
    pub fn association(&self, association: &Association) -> Value {
        let Association { state, playlist, tag, message, expires_at, existing, .. } = association;
        let mut value = json!({
            "state": state.name(),
            "playlist_id": playlist,
            "tag_id": tag,
            "message": message.as_deref().unwrap_or(word(*state)),
            "assoc_id": association.id,
            "server_seq": self.seq,
        });
        if association.is_active() {
            value["expires_at"] = json!(expires_at.millis() as f64 / 1_000.0);
        }
        if let Some(existing) = existing {
            value["existing_playlist"] = json!({ "id": existing, "title": self.title(existing) });
        }
        value
    }

    /// `nfc_status`.
    pub fn nfc_status(&self, association: &Association) -> Value {
        json!({
            "assoc_id": association.id,
            "state": association.state.name(),
            "playlist_id": association.playlist,
            "tag_id": association.tag,
            "server_seq": self.seq,
        })
    }
}

fn state_of(player: &Player) -> PlayerState {
    match player.now.as_ref().map(|now| now.playback) {
        Some(Playback::Playing { .. }) => PlayerState::Playing,
        Some(Playback::Paused { .. }) => PlayerState::Paused,
        Some(Playback::Stopped) if player.faults > 0 => PlayerState::Error,
        Some(Playback::Stopped) | None => PlayerState::Stopped,
    }
}

fn fault_view(fault: &Fault) -> FaultView<'_> {
    FaultView {
        playlist_id: &fault.playlist,
        track_id: &fault.track,
        title: &fault.title,
        reason: &fault.reason,
        at: rfc3339(fault.at),
    }
}

/// For people.
fn word(state: AssociationState) -> &'static str {
    match state {
        AssociationState::Waiting => "Hold a tag to the reader",
        AssociationState::Duplicate => "This tag belongs to another playlist",
        AssociationState::Success => "The tag now starts this playlist",
        AssociationState::Timeout => "No tag came in time",
        AssociationState::Cancelled => "It was called off",
        AssociationState::Error => "The tag can not be used",
    }
}
