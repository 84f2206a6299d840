//! Names of things: one newtype per kind, so a scene's id can not be passed for a layer's.
//!
//! The text is checked once, where it enters; inside the house an id is always well formed.

use std::borrow::Borrow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest id; it becomes part of paths, log lines and metric labels.
pub const MAX_ID_LENGTH: usize = 64;

/// What is wrong with a text that should be an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id: use 1 to 64 of a-z A-Z 0-9 _ -")]
pub struct InvalidId(pub String);

fn checked(text: &str) -> Result<Arc<str>, InvalidId> {
    let fits = !text.is_empty() && text.len() <= MAX_ID_LENGTH;
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if fits && plain { Ok(text.into()) } else { Err(InvalidId(text.chars().take(MAX_ID_LENGTH).collect())) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(extend("pattern" = "^[A-Za-z0-9_-]{1,64}$"))]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                checked(text).map(Self)
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// A scene.
    SceneId
);
id!(
    /// A layer, unique within its scene.
    LayerId
);
id!(
    /// Something that moves or sounds: a video, a stream, a camera.
    InputId
);
id!(
    /// A transition that was given a name.
    TransitionId
);
id!(
    /// A place that the stream is sent to, or a recording.
    DestinationId
);
id!(
    /// An uploaded file.
    AssetId
);

id!(
    /// Commands that wait for their time.
    BatchId
);

id!(
    /// Commands that can be carried out again and again.
    MacroId
);

id!(
    /// A version of a scene.
    VersionId
);

id!(
    /// LEDs that show one thing together.
    ZoneId
);

id!(
    /// One thing that a zone shows.
    ZoneLayerId
);

id!(
    /// Colours in a row.
    PaletteId
);

id!(
    /// A screen of this machine.
    DisplayId
);

id!(
    /// Something with LEDs, as it is wired.
    FixtureId
);

id!(
    /// Pixels that come in over the network.
    FeedId
);

id!(
    /// What fixtures draw their power from.
    SupplyId
);

id!(
    /// Looks of zones that were kept.
    LightPresetId
);

id!(
    /// One of the encodings of the program. `main` is always there.
    RenditionId
);

id!(
    /// Media in an order, to be played.
    PlaylistId
);

id!(
    /// One entry of a playlist.
    TrackId
);

id!(
    /// An attempt to tie a tag to a playlist.
    AssociationId
);

id!(
    /// Something that is fetched from elsewhere.
    DownloadId
);

/// What the input of a play is called; nobody else's id can have a colon.
const PLAY: &str = "player:";

impl InputId {
    /// All that is played, as it is heard.
    pub fn of_player() -> Self {
        static NAME: LazyLock<InputId> = LazyLock::new(|| InputId("player:".into()));
        NAME.clone()
    }

    /// What is played for the so manieth time is decoded under this name.
    pub fn of_play(play: u64) -> Self {
        Self(format!("{PLAY}{play}").into())
    }

    /// The same, of the name of an input; None if it is not the player's.
    pub fn play(&self) -> Option<u64> {
        self.as_str().strip_prefix(PLAY)?.parse().ok()
    }
}

impl RenditionId {
    /// What the stream's own size and bit rate are called.
    pub fn main() -> Self {
        Self("main".into())
    }

    pub fn is_main(&self) -> bool {
        self.as_str() == "main"
    }
}

impl Default for RenditionId {
    fn default() -> Self {
        Self::main()
    }
}

/// A track that is called like what it plays.
impl From<&AssetId> for TrackId {
    fn from(asset: &AssetId) -> Self {
        Self(asset.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_to_their_alphabet() {
        for good in ["a", "lower-third_2", &"x".repeat(64)] {
            assert!(SceneId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a/b", "..", "a b", "ä", "a.b", &"x".repeat(65)] {
            assert!(SceneId::new(bad).is_err(), "{bad}");
        }
    }
}
