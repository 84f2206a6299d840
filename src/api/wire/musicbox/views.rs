//! What music box clients are told, as types: the answers are made of them, and so is what the OpenAPI document says of the answers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::show::asset::AssetKind;
use crate::show::ids::{AssetId, PlaylistId, TrackId};
use crate::show::player::Repeat;
use crate::show::tag::{OnRemoval, SecondTap, TagId};
use crate::show::timetable::Timetable;

#[derive(Serialize, JsonSchema)]
pub struct TrackView<'a> {
    pub id: &'a TrackId,
    pub title: &'a str,
    pub filename: &'a str,
    pub duration_ms: u64,
    /// In seconds; null while nobody knows it.
    pub duration: Option<f64>,
    /// Where it can be fetched; where it lies is nobody's business.
    pub file_path: String,
    pub file_hash: &'a AssetId,
    pub file_size: Option<u64>,
    pub media: &'a AssetId,
    pub kind: Option<AssetKind>,
    pub cover: Option<&'a AssetId>,
    pub artist: Option<&'a str>,
    pub album: Option<&'a str>,
    /// Counts from 1.
    pub track_number: usize,
    pub number: usize,
    pub still_ms: Option<u32>,
    pub times: Option<u32>,
    pub when: Option<&'a Timetable>,
    pub play_count: u32,
    pub created_at: String,
    pub updated_at: String,
    pub server_seq: u64,
}

/// Without its tracks.
#[derive(Serialize, JsonSchema)]
pub struct PlaylistView<'a> {
    pub id: &'a PlaylistId,
    pub title: &'a str,
    pub description: &'a str,
    /// Always `playlist`.
    pub r#type: &'static str,
    pub nfc_tag_id: Option<TagId>,
    pub track_count: usize,
    pub total_duration_ms: u64,
    pub still_ms: u32,
    pub times: u32,
    pub resumes: bool,
    pub when: Option<&'a Timetable>,
    /// Milliseconds of Unix time; 0: never.
    pub last_played: i64,
    pub created_at: String,
    pub updated_at: String,
    pub server_seq: u64,
    pub playlist_seq: u64,
}

#[derive(Serialize, JsonSchema)]
pub struct WholePlaylist<'a> {
    #[serde(flatten)]
    pub playlist: PlaylistView<'a>,
    pub tracks: Vec<TrackView<'a>>,
}

#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlayerState {
    Playing,
    Paused,
    Stopped,
    /// It is stopped because nothing of the playlist can be played.
    Error,
}

#[derive(Serialize, JsonSchema)]
pub struct PlayerView<'a> {
    pub is_playing: bool,
    pub state: PlayerState,
    pub active_playlist_id: Option<&'a PlaylistId>,
    pub active_playlist_title: Option<&'a str>,
    pub active_track_id: Option<&'a TrackId>,
    pub active_track: Option<TrackView<'a>>,
    pub active_track_number: Option<usize>,
    pub active_track_title: Option<&'a str>,
    pub position_ms: u64,
    /// 0 while nobody knows it.
    pub duration_ms: u64,
    /// In the order in which they are played, which shuffling changes. From 0.
    pub track_index: usize,
    pub track_count: usize,
    pub can_prev: bool,
    pub can_next: bool,
    pub volume: u8,
    pub muted: bool,
    pub repeat: Repeat,
    pub shuffle: bool,
    pub crossfade_ms: u32,
    /// Another number for each play.
    pub play: Option<u64>,
    pub server_seq: u64,
    /// Why something could not be played, until somebody wants something else.
    pub error_message: Option<&'a str>,
    pub last_error: Option<FaultView<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub struct FaultView<'a> {
    pub playlist_id: &'a PlaylistId,
    pub track_id: &'a TrackId,
    pub title: &'a str,
    pub reason: &'a str,
    pub at: String,
}

#[derive(Serialize, JsonSchema)]
pub struct VolumeView {
    pub volume: u8,
    pub muted: bool,
}

#[derive(Serialize, JsonSchema)]
pub struct TagView<'a> {
    pub tag_id: TagId,
    pub playlist_id: &'a PlaylistId,
    pub playlist_title: &'a str,
    pub name: &'a str,
    pub second_tap: Option<SecondTap>,
    pub on_removal: Option<OnRemoval>,
    pub created_at: String,
}
