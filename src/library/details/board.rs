//! How far the looking into files is, and what they all take: newest only, for whoever wants to see it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::show::asset::{Asset, AssetKind};
use crate::show::ids::AssetId;

/// Of those that wait, so many are told by name.
pub(super) const MOST_WAITING: usize = 256;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Board {
    /// What is looked into now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Progress>,
    /// Those that come next, at most 256 of them.
    pub waiting: Vec<AssetId>,
    /// How many wait, in all.
    pub waiting_count: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Progress {
    pub asset: AssetId,
    pub stage: Stage,
    /// Of this stage.
    #[schemars(range(max = 100))]
    pub percent: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Waiting,
    /// The file is read from its start to its end.
    Reading,
    /// A small picture is made of it.
    Thumbnail,
    /// What was found is written down.
    Storing,
}

impl Stage {
    pub(super) fn of(number: u8) -> Stage {
        [Stage::Waiting, Stage::Reading, Stage::Thumbnail].get(usize::from(number)).copied().unwrap_or(Stage::Storing)
    }
}

impl Board {
    /// None for one that is not to be looked into.
    pub fn progress_of(&self, asset: &AssetId) -> Option<Progress> {
        let now = self.now.as_ref().filter(|now| now.asset == *asset).cloned();
        let waits = || self.waiting.contains(asset);
        now.or_else(|| waits().then(|| Progress { asset: asset.clone(), stage: Stage::Waiting, percent: 0 }))
    }
}

/// What lies on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Storage {
    pub images: Share,
    pub videos: Share,
    pub sounds: Share,
    pub fonts: Share,
    pub luts: Share,
    /// Thumbnails and waveforms; their count is that of the assets that have some.
    pub derived: Share,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Share {
    pub count: u64,
    pub bytes: u64,
}

impl Storage {
    pub(super) fn add(&mut self, asset: &Asset) {
        match asset.kind {
            AssetKind::Image => self.images.add(asset.bytes),
            AssetKind::Video => self.videos.add(asset.bytes),
            AssetKind::Sound => self.sounds.add(asset.bytes),
            AssetKind::Font => self.fonts.add(asset.bytes),
            AssetKind::Lut => self.luts.add(asset.bytes),
        }
    }

    pub fn total_bytes(&self) -> u64 {
        let shares = [self.images, self.videos, self.sounds, self.fonts, self.luts, self.derived];
        shares.iter().fold(0, |sum, share| sum.saturating_add(share.bytes))
    }
}

impl Share {
    pub(super) fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}
