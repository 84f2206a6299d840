//! What is played, as it is carried to another server: playlists, tags, and what the player is set to. Without what is played at the
//! moment, and without whoever is just tying a tag to something.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Show;
use super::player::Settings;
use super::playlist::Playlist;
use super::tag::{NfcSettings, Tag};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Music {
    /// Count only where everything is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player: Option<Settings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nfc: Option<NfcSettings>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub playlists: Vec<Playlist>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl Music {
    pub fn of(show: &Show) -> Music {
        Music {
            player: Some(show.player.settings.clone()),
            nfc: Some(show.nfc.settings.clone()),
            playlists: show.playlists.values().map(|playlist| Playlist::clone(playlist)).collect(),
            tags: show.nfc.tags.values().map(|tag: &Arc<Tag>| Tag::clone(tag)).collect(),
        }
    }
}
