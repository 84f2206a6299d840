//! Tags that start playlists, what became of the last tap, and how a tag and a playlist are tied together.

mod id;

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{AssociationId, PlaylistId};
use super::time::ShowTime;

pub use id::{InvalidTagId, LONGEST_UID, TagId};

pub const MAX_TAGS: usize = 4_096;
pub const MAX_NAME: usize = 128;
pub const MAX_DEBOUNCE_MS: u32 = 10_000;
pub const MIN_ASSOCIATION_MS: u64 = 1_000;
pub const MAX_ASSOCIATION_MS: u64 = 600_000;
pub const ASSOCIATION_MS: u64 = 60_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Nfc {
    #[serde(default)]
    pub settings: NfcSettings,
    #[serde(default)]
    pub tags: Arc<BTreeMap<TagId, Arc<Tag>>>,
    /// The newest attempt to tie a tag to a playlist, also when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub association: Option<Arc<Association>>,
    /// The newest tap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tap: Option<Tap>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NfcSettings {
    pub second_tap: SecondTap,
    pub on_removal: OnRemoval,
    /// The same tag is not taken for another tap before so long after it was last there.
    #[schemars(range(max = 10_000))]
    pub debounce_ms: u32,
}

impl Default for NfcSettings {
    fn default() -> Self {
        Self { second_tap: SecondTap::default(), on_removal: OnRemoval::default(), debounce_ms: 300 }
    }
}

/// What a tap means whose playlist is the one that is played already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondTap {
    /// It goes on if it had stopped, and is otherwise left alone: a child that holds the card too long changes nothing.
    #[default]
    Ignore,
    Toggle,
    Next,
    Restart,
}

/// What it means when the tag that is played is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRemoval {
    #[default]
    Nothing,
    Pause,
    Stop,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    pub id: TagId,
    pub playlist: PlaylistId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Instead of what holds for all tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_tap: Option<SecondTap>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_removal: Option<OnRemoval>,
    pub created_at: ShowTime,
}

/// A tag on a reader, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tap {
    pub tag: TagId,
    pub reader: String,
    pub at: ShowTime,
    /// Absent as long as it lies there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<ShowTime>,
    /// The playlist that it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playlist: Option<PlaylistId>,
    /// It has started that playlist, or gone on with it: taking it away means something.
    #[serde(default)]
    pub is_played: bool,
}

/// An attempt to tie a tag to a playlist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Association {
    pub id: AssociationId,
    /// Absent: it is only asked which tag it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playlist: Option<PlaylistId>,
    pub state: AssociationState,
    pub started_at: ShowTime,
    pub expires_at: ShowTime,
    /// A tag that belongs elsewhere is taken from there.
    #[serde(default)]
    pub replaces: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<TagId>,
    /// The playlist that the tag belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<PlaylistId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssociationState {
    /// For a tag.
    Waiting,
    /// The tag belongs to another playlist; somebody has to say whether it shall not any more.
    Duplicate,
    Success,
    Timeout,
    Cancelled,
    Error,
}

impl Association {
    /// The next tag is for it.
    pub fn is_active(&self) -> bool {
        matches!(self.state, AssociationState::Waiting | AssociationState::Duplicate)
    }
}

impl AssociationState {
    pub fn name(self) -> &'static str {
        match self {
            AssociationState::Waiting => "waiting",
            AssociationState::Duplicate => "duplicate",
            AssociationState::Success => "success",
            AssociationState::Timeout => "timeout",
            AssociationState::Cancelled => "cancelled",
            AssociationState::Error => "error",
        }
    }
}

impl Nfc {
    /// The one that waits for a tag, or for a word about one.
    pub fn active(&self) -> Option<&Arc<Association>> {
        self.association.as_ref().filter(|association| association.is_active())
    }

    pub fn tag_of(&self, playlist: &PlaylistId) -> Option<&Arc<Tag>> {
        self.tags.values().find(|tag| tag.playlist == *playlist)
    }

    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
