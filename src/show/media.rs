//! What was found in a file after it was taken in: that takes a while, so it comes later than the file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::AssetId;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// How long it is played, in microseconds: of sound to the sample, of a video to the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_us: Option<u64>,
    /// As GStreamer calls them.
    #[schemars(length(max = 8))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codecs: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// Within the album.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// The picture that came in the file: an asset of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<AssetId>,
    /// There is a small picture of it.
    pub has_thumbnail: bool,
    /// There is a picture of how loud it is when.
    pub has_waveform: bool,
    /// What could not be found out, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// Longest text of a tag, in characters.
pub const MAX_TAG: usize = 200;
/// A week: nothing that is longer is meant to be played.
pub const MAX_LENGTH_US: u64 = 7 * 86_400 * 1_000_000;

impl Details {
    /// What is wrong with it, for people.
    pub fn check(&self) -> Result<(), &'static str> {
        let texts = [&self.title, &self.artist, &self.album, &self.genre, &self.trouble];
        if texts.into_iter().flatten().chain(&self.codecs).any(|text| text.chars().count() > MAX_TAG) {
            return Err("a text in it is too long");
        }
        if self.codecs.len() > 8 {
            return Err("it has too many codecs");
        }
        if self.length_us.is_some_and(|length| !(1..=MAX_LENGTH_US).contains(&length)) {
            return Err("it can not be that long");
        }
        Ok(())
    }
}
