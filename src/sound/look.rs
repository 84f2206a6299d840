//! Measures what sound looks like, for layers that show it: only what the show on air shows, and only while frames are painted.

use std::sync::Arc;

use super::meter::Meter;
use super::spectrum::{LENGTH, Prism};
use crate::frame::sight::{COLUMNS, PITCHES, Reel, Sight, Sights};
use crate::frame::sound::{CHANNELS, ChunkNumber, SAMPLES_PER_CHUNK};
use crate::show::ids::InputId;
use crate::show::time::ShowTime;

/// What a pitch keeps of its power from piece to piece: it falls by 40 dB a second, so that the eye can follow.
const FALL: f32 = 0.912;
/// Samples in a column of the wave.
const COLUMN: usize = 32;

/// All that is looked at.
pub struct Looks {
    sights: Arc<Sights>,
    prism: Prism,
    looks: Vec<Look>,
}

/// One sound that is looked at. None: the program's.
struct Look {
    of: Option<InputId>,
    reel: Arc<Reel>,
    /// The newest samples of each side, oldest first.
    sides: [Box<[f32; LENGTH]>; CHANNELS],
    meter: Meter,
    powers: [f32; PITCHES],
    /// The piece that comes next, if there is no gap.
    next: ChunkNumber,
    /// What the last one overwrote: filled again without asking for memory.
    spare: Option<Arc<Sight>>,
}

impl Looks {
    pub fn new(sights: Arc<Sights>) -> Self {
        Self { sights, prism: Prism::new(), looks: Vec::new() }
    }

    /// Whether anybody sees what is measured now.
    pub fn are_wanted(&self, now: ShowTime) -> bool {
        self.sights.is_looked_at(now)
    }

    /// Gives up what is not shown any more.
    pub fn keep(&mut self, is_shown: impl Fn(Option<&InputId>) -> bool) {
        let sights = &self.sights;
        self.looks.retain(|look| {
            let is_kept = is_shown(look.of.as_ref());
            if !is_kept {
                sights.close(look.of.as_ref());
            }
            is_kept
        });
    }

    /// One piece of one sound; an empty one is silence.
    pub fn add(&mut self, of: Option<&InputId>, chunk: ChunkNumber, samples: &[f32]) {
        let found = self.looks.iter().position(|look| look.of.as_ref() == of);
        let index = found.unwrap_or_else(|| {
            self.looks.push(Look::new(of, &self.sights));
            self.looks.len() - 1
        });
        if let Some(look) = self.looks.get_mut(index) {
            look.add(chunk, samples, &mut self.prism);
        }
    }
}

impl Look {
    fn new(of: Option<&InputId>, sights: &Sights) -> Self {
        let sides = [Box::new([0.0; LENGTH]), Box::new([0.0; LENGTH])];
        let (meter, powers, next) = (Meter::default(), [0.0; PITCHES], ChunkNumber(0));
        Self { of: of.cloned(), reel: sights.open(of), sides, meter, powers, next, spare: None }
    }

    fn add(&mut self, chunk: ChunkNumber, samples: &[f32], prism: &mut Prism) {
        if chunk != self.next {
            // After a gap: what was then is not for now.
            self.sides.iter_mut().for_each(|side| side.fill(0.0));
            (self.meter, self.powers) = (Meter::default(), [0.0; PITCHES]);
        }
        self.next = ChunkNumber(chunk.0 + 1);
        self.remember(samples);
        self.meter.add(samples);
        let mut powers = [0.0; PITCHES];
        self.sides.iter().for_each(|side| prism.add(side, 0.5, &mut powers));
        self.powers.iter_mut().zip(powers).for_each(|(power, new)| *power = new.max(*power * FALL));
        self.publish();
    }

    fn remember(&mut self, samples: &[f32]) {
        for (number, side) in self.sides.iter_mut().enumerate() {
            side.copy_within(SAMPLES_PER_CHUNK.., 0);
            let newest = &mut side[LENGTH - SAMPLES_PER_CHUNK..];
            newest.fill(0.0);
            newest.iter_mut().zip(samples.chunks_exact(CHANNELS)).for_each(|(to, frame)| *to = frame[number]);
        }
    }

    fn publish(&mut self) {
        // Somebody may still be looking at the spare one: then it is theirs.
        let mut sight = self.spare.take().filter(|spare| Arc::strong_count(spare) == 1).unwrap_or_default();
        if let Some(sight) = Arc::get_mut(&mut sight) {
            let level = self.meter.level();
            sight.number = self.next;
            (sight.peak_db, sight.rms_db) = (level.peak_db, level.rms_db);
            sight.powers = self.powers;
            sight.wave = std::array::from_fn(|column| self.column(column));
        }
        self.spare = self.reel.put(sight);
    }

    /// Least and greatest of what both sides are together.
    fn column(&self, column: usize) -> [f32; 2] {
        let first = LENGTH - COLUMNS * COLUMN + column * COLUMN;
        let [left, right] = &self.sides;
        let pairs = left[first..first + COLUMN].iter().zip(&right[first..first + COLUMN]);
        pairs
            .map(|(left, right)| (left + right) / 2.0)
            .fold([f32::INFINITY, f32::NEG_INFINITY], |[least, greatest], value| [least.min(value), greatest.max(value)])
    }
}
