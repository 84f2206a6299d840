//! An uploaded picture. The show knows what it is; the bytes lie in the data directory under a name of ours.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::AssetId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asset {
    /// From the content: the same file is the same asset.
    pub id: AssetId,
    /// What the uploader called it; for people only, never part of a path.
    pub name: String,
    pub format: ImageFormat,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    Png,
    Jpeg,
    Webp,
}

impl ImageFormat {
    pub fn extension(self) -> &'static str {
        match self {
            ImageFormat::Png => "png",
            ImageFormat::Jpeg => "jpg",
            ImageFormat::Webp => "webp",
        }
    }
}

impl Asset {
    /// Its file's name in the assets directory.
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.id, self.format.extension())
    }
}
