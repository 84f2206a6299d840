//! An uploaded file. The show knows what it is; the bytes lie in the data directory under a name of ours.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{AssetId, InvalidId};
use super::media::Details;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asset {
    /// From the content: the same file is the same asset.
    pub id: AssetId,
    /// What the uploader called it; for people only, never part of a path.
    pub name: String,
    #[serde(default)]
    pub kind: AssetKind,
    pub format: Format,
    /// Of a picture or video as it is shown; 0 for what has none.
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    /// Of a video, a sound, or an animated picture; absent if the file does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Something can be seen through it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_alpha: bool,
    /// A picture that moves.
    #[serde(default, skip_serializing_if = "is_false")]
    pub animated: bool,
    /// Of a font: the names of its families.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<String>,
    /// What was found in it after it was taken in; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Arc<Details>>,
}

/// What an asset is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AssetKind {
    // All assets were, once.
    #[default]
    Image,
    Video,
    Sound,
    Font,
    Lut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Png,
    Jpeg,
    Webp,
    Gif,
    Svg,
    /// Sound alone too.
    Mp4,
    Mov,
    Webm,
    Mkv,
    Mpegts,
    Ogg,
    Mp3,
    Wav,
    Flac,
    Aac,
    Ttf,
    Otf,
    Ttc,
    Cube,
}

impl AssetKind {
    pub fn name(self) -> &'static str {
        match self {
            AssetKind::Image => "image",
            AssetKind::Video => "video",
            AssetKind::Sound => "sound",
            AssetKind::Font => "font",
            AssetKind::Lut => "lut",
        }
    }

    /// Whether an input can play it.
    pub fn is_played(self) -> bool {
        matches!(self, AssetKind::Video | AssetKind::Sound)
    }
}

impl Format {
    pub fn extension(self) -> &'static str {
        self.names().0
    }

    /// For HTTP.
    pub fn media_type(self, kind: AssetKind) -> &'static str {
        match (self, kind) {
            (Format::Mp4, AssetKind::Sound) => "audio/mp4",
            (Format::Webm, AssetKind::Sound) => "audio/webm",
            (Format::Ogg, AssetKind::Video) => "video/ogg",
            _ => self.names().1,
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Format::Png => ("png", "image/png"),
            Format::Jpeg => ("jpg", "image/jpeg"),
            Format::Webp => ("webp", "image/webp"),
            Format::Gif => ("gif", "image/gif"),
            Format::Svg => ("svg", "image/svg+xml"),
            Format::Mp4 => ("mp4", "video/mp4"),
            Format::Mov => ("mov", "video/quicktime"),
            Format::Webm => ("webm", "video/webm"),
            Format::Mkv => ("mkv", "video/x-matroska"),
            Format::Mpegts => ("ts", "video/mp2t"),
            Format::Ogg => ("ogg", "audio/ogg"),
            Format::Mp3 => ("mp3", "audio/mpeg"),
            Format::Wav => ("wav", "audio/wav"),
            Format::Flac => ("flac", "audio/flac"),
            Format::Aac => ("aac", "audio/aac"),
            Format::Ttf => ("ttf", "font/ttf"),
            Format::Otf => ("otf", "font/otf"),
            Format::Ttc => ("ttc", "font/collection"),
            Format::Cube => ("cube", "text/plain; charset=utf-8"),
        }
    }

    /// Whether a file of this format can be of the kind.
    pub fn can_be(self, kind: AssetKind) -> bool {
        match self {
            Format::Png | Format::Jpeg | Format::Webp | Format::Gif | Format::Svg => kind == AssetKind::Image,
            Format::Mp4 | Format::Mov | Format::Webm | Format::Mkv | Format::Mpegts | Format::Ogg => kind.is_played(),
            Format::Mp3 | Format::Wav | Format::Flac | Format::Aac => kind == AssetKind::Sound,
            Format::Ttf | Format::Otf | Format::Ttc => kind == AssetKind::Font,
            Format::Cube => kind == AssetKind::Lut,
        }
    }
}

impl Asset {
    /// Of a file with this digest, in hexadecimal digits: 96 bits of it are enough to tell all files apart.
    pub fn id_of(digest: &str) -> Result<AssetId, InvalidId> {
        AssetId::new(digest.get(..24).unwrap_or(digest))
    }

    /// How long it is played, as exactly as is known.
    pub fn length_us(&self) -> Option<u64> {
        let found = self.details.as_ref().and_then(|details| details.length_us);
        found.or_else(|| self.duration_ms?.checked_mul(1_000)).filter(|length| *length > 0)
    }

    /// Its file's name in the assets directory.
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.id, self.format.extension())
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_when_all_assets_were_pictures_is_read() {
        let json = r#"{"id":"abc","name":"logo.png","format":"png","width":1,"height":2,"bytes":3}"#;
        let asset: Asset = serde_json::from_str(json).unwrap();
        assert_eq!((asset.kind, asset.animated, asset.file_name()), (AssetKind::Image, false, "abc.png".to_owned()));
        let written = serde_json::to_string(&asset).unwrap();
        assert_eq!(written, json.replace(r#""format""#, r#""kind":"image","format""#), "and nothing else is added");
    }
}
