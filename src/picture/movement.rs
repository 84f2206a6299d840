//! All that moves by itself, as the engine sees it.

use std::sync::Arc;

use super::effects::Effects;
use super::sources::Sources;
use crate::frame::mosaic::Mosaics;
use crate::frame::sight::{Sight, Sights};
use crate::frame::video::{Films, VideoFrame};
use crate::show::ids::{AssetId, FeedId, InputId};
use crate::show::lit::Lit;
use crate::show::time::{Fps, ShowTime};

/// From the sources, and from whoever measures the sound.
pub struct Movement {
    sources: Arc<Sources>,
    sights: Arc<Sights>,
    effects: Arc<Effects>,
    mosaics: Arc<Mosaics>,
}

impl Movement {
    pub fn new(sources: Arc<Sources>, sights: Arc<Sights>, effects: Arc<Effects>, mosaics: Arc<Mosaics>) -> Self {
        Self { sources, sights, effects, mosaics }
    }
}

impl Films for Movement {
    fn film(&self, input: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.sources.film(input, at)
    }

    fn moving(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.sources.moving(asset, at)
    }

    fn lit(&self, lit: Lit<'_>, fps: Fps, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.effects.film(lit, fps, at)
    }

    fn feed(&self, feed: &FeedId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.mosaics.look(feed, at)
    }

    fn stinger(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.sources.stinger(asset, at)
    }

    fn sight(&self, of: Option<&InputId>, at: ShowTime) -> Option<Arc<Sight>> {
        self.sights.look(of, at)
    }
}
