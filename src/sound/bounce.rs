//! Mixes as fast as it can, piece by piece, what is mixed live as its time comes.

use std::sync::Arc;

use super::levels::LevelsHandle;
use super::mix::Mix;
use super::pieces::LENGTH;
use super::plan::{MixPlan, plan_mix};
use crate::frame::jams::JamBoard;
use crate::frame::sight::Sights;
use crate::frame::sound::ChunkNumber;
use crate::frame::taps::Taps;
use crate::show::timeline::ShowAt;

pub struct Bounce {
    mix: Mix,
    plan: MixPlan,
    taps: Arc<Taps>,
    samples: Box<[f32; LENGTH]>,
}

impl Bounce {
    pub fn new(taps: Arc<Taps>, sights: Arc<Sights>, jams: Arc<JamBoard>) -> Bounce {
        let mix = Mix::new(LevelsHandle::new(), sights, jams);
        Bounce { mix, plan: MixPlan::default(), taps, samples: Box::new([0.0; LENGTH]) }
    }

    /// The samples of this piece, which comes after the one before it. Decoders must have written what is heard in it.
    pub fn make(&mut self, shows: &impl ShowAt, chunk: ChunkNumber) -> &[f32; LENGTH] {
        plan_mix(shows, chunk, &mut self.plan);
        let made = self.mix.make(&self.plan, &self.taps.snapshot(), chunk, &mut self.samples);
        if made.at_rest {
            self.samples.fill(0.0);
        }
        &self.samples
    }
}
