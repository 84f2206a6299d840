//! How sound looks: what was measured of it, by its time. The thread that mixes writes, the one that paints looks, and neither
//! ever waits for the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::sound::{CHANNELS, ChunkNumber};
use crate::show::ids::InputId;
use crate::show::time::ShowTime;

/// So many pitches, in equal steps from the lowest to the highest: a layer's bands are made of them.
pub const PITCHES: usize = 192;
pub const LOWEST_HZ: f64 = 40.0;
pub const HIGHEST_HZ: f64 = 16_000.0;
/// The newest 2,048 samples, 32 for each.
pub const COLUMNS: usize = 64;

/// What one sound looked like when the piece of that number began.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    pub number: ChunkNumber,
    /// Of each pitch, the square of the peak that a sine would have; the mean of both sides.
    pub powers: [f32; PITCHES],
    /// In dBFS, left and right; -120 is silence.
    pub peak_db: [f32; CHANNELS],
    pub rms_db: [f32; CHANNELS],
    /// Least and greatest sample of each column, oldest first; the mean of both sides.
    pub wave: [[f32; 2]; COLUMNS],
}

impl Default for Sight {
    fn default() -> Self {
        let silence = [-120.0; CHANNELS];
        let (powers, wave) = ([0.0; PITCHES], [[0.0; 2]; COLUMNS]);
        Self { number: ChunkNumber(0), powers, peak_db: silence, rms_db: silence, wave }
    }
}

/// What is this far below full is silence to the eye.
const FLOOR_DB: f32 = 60.0;

impl Sight {
    /// How loud left and right are: 0 at the floor, 1 at full.
    pub fn loudness(&self) -> [f32; CHANNELS] {
        self.rms_db.map(part)
    }

    /// How loud each of so many equal ranges of pitch is, lowest first.
    pub fn bands<const N: usize>(&self) -> [f32; N] {
        let peak = |band: usize| {
            let (from, to) = (band * PITCHES / N, (band + 1) * PITCHES / N);
            self.powers.get(from..to.max(from + 1)).unwrap_or_default().iter().copied().fold(1e-12, f32::max)
        };
        std::array::from_fn(|band| part(10.0 * peak(band).log10()))
    }
}

fn part(db: f32) -> f32 {
    (1.0 + db / FLOOR_DB).clamp(0.0, 1.0)
}

/// 160 ms. A frame wants the newest, or after a late wake-up one that is a little older.
const PLACES: u64 = 16;
/// What is older than this tells nothing of the frame: nobody measures any more.
const OLDEST: u64 = 12;
/// Whoever has not looked for so long has gone.
const ATTENTION: i64 = 1_000_000;

/// The newest sights of one sound.
#[derive(Default)]
pub struct Reel([ArcSwapOption<Sight>; PLACES as usize]);

impl Reel {
    fn place(&self, number: u64) -> &ArcSwapOption<Sight> {
        &self.0[(number % PLACES) as usize]
    }

    /// The newest that is not after `at`.
    fn at(&self, at: ShowTime) -> Option<Arc<Sight>> {
        let newest = ChunkNumber::at(at).0;
        (newest.saturating_sub(OLDEST)..=newest).rev().find_map(|number| {
            let sight = self.place(number).load();
            sight.as_ref().filter(|sight| sight.number.0 == number).cloned()
        })
    }

    /// Gives back what lay in its place. For the thread that measures alone.
    pub fn put(&self, sight: Arc<Sight>) -> Option<Arc<Sight>> {
        self.place(sight.number.0).swap(Some(sight))
    }
}

/// Of the program, and of the inputs whose sound is shown.
pub struct Sights {
    program: Arc<Reel>,
    inputs: ArcSwap<BTreeMap<InputId, Arc<Reel>>>,
    /// The last frame that wanted one, in microseconds.
    looked_at: AtomicI64,
}

impl Sights {
    pub fn new() -> Arc<Sights> {
        Arc::new(Sights { program: Arc::default(), inputs: ArcSwap::default(), looked_at: AtomicI64::new(i64::MIN) })
    }

    /// What the sound of an input, or of the program, looks like at `at`; None if nobody measures it (yet). Looking keeps the
    /// measuring up.
    pub fn look(&self, of: Option<&InputId>, at: ShowTime) -> Option<Arc<Sight>> {
        self.looked_at.store(at.micros(), Ordering::Relaxed);
        match of {
            None => self.program.at(at),
            Some(input) => self.inputs.load().get(input)?.at(at),
        }
    }

    pub fn is_looked_at(&self, now: ShowTime) -> bool {
        now.micros().saturating_sub(self.looked_at.load(Ordering::Relaxed)) < ATTENTION
    }

    /// Where to put what is measured from now on.
    pub fn open(&self, of: Option<&InputId>) -> Arc<Reel> {
        let Some(input) = of else { return self.program.clone() };
        let reel = Arc::<Reel>::default();
        self.inputs.rcu(|inputs| {
            let mut inputs = BTreeMap::clone(inputs);
            inputs.insert(input.clone(), reel.clone());
            inputs
        });
        reel
    }

    /// It is not measured any more.
    pub fn close(&self, of: Option<&InputId>) {
        let Some(input) = of else { return };
        self.inputs.rcu(|inputs| {
            let mut inputs = BTreeMap::clone(inputs);
            inputs.remove(input);
            inputs
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::pixels::allocations;

    fn sight(number: u64) -> Arc<Sight> {
        Arc::new(Sight { number: ChunkNumber(number), ..Sight::default() })
    }

    #[test]
    fn a_frame_sees_the_newest_that_is_not_after_it_and_nothing_old() {
        let sights = Sights::new();
        let reel = sights.open(None);
        (100..120).for_each(|number| drop(reel.put(sight(number))));
        let seen = |micros| sights.look(None, ShowTime(micros)).map(|sight| sight.number.0);
        assert_eq!(seen(1_195_000), Some(119));
        assert_eq!(seen(1_150_000), Some(115));
        assert_eq!(seen(1_300_000), Some(119), "the thread that mixes is late");
        assert_eq!(seen(1_330_000), None);
        assert_eq!(seen(1_000_000), None, "overwritten");
        assert_eq!(allocations::during(|| assert_eq!(seen(1_190_000), Some(119))), 0);
    }

    #[test]
    fn inputs_come_and_go_and_who_looks_is_known_for_a_second() {
        let sights = Sights::new();
        let input = InputId::new("a").unwrap();
        assert!(!sights.is_looked_at(ShowTime(0)));
        assert_eq!(sights.look(Some(&input), ShowTime(5_000_000)), None);
        assert!(sights.is_looked_at(ShowTime(5_900_000)) && !sights.is_looked_at(ShowTime(6_000_000)));
        sights.open(Some(&input)).put(sight(500));
        assert!(sights.look(Some(&input), ShowTime(5_000_000)).is_some());
        sights.close(Some(&input));
        assert_eq!(sights.look(Some(&input), ShowTime(5_000_000)), None);
    }
}
