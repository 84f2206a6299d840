//! Pixels in consecutive universes: who sends each of them, and when all of them make a frame.

use super::canvas::Canvas;
use super::contest::Contest;
use super::order::Numbers;
use super::round::Round;
use crate::show::light::feed::LightFeed;

pub struct Universes {
    first: u16,
    /// Bytes of each that are pixels.
    pub slots: usize,
    channels: usize,
    contests: Vec<Contest>,
    round: Round,
}

impl Universes {
    pub fn new(feed: &LightFeed, first: u16, count: u16, numbers: &'static Numbers, patience: i64) -> Self {
        let count = usize::from(count);
        Self {
            first,
            slots: feed.slots().into(),
            channels: feed.channels().into(),
            contests: (0..count).map(|_| Contest::new(numbers, patience)).collect(),
            round: Round::new(count),
        }
    }

    /// Which of them it is, and who sends it.
    pub fn find(&mut self, universe: u16) -> Option<(usize, &mut Contest)> {
        let index = usize::from(universe.checked_sub(self.first)?);
        Some((index, self.contests.get_mut(index)?))
    }

    pub fn contests(&mut self) -> impl Iterator<Item = &mut Contest> {
        self.contests.iter_mut()
    }

    /// True if there is a new frame. One that comes again begins the next: what is there then is shown before it.
    pub fn add(&mut self, index: usize, data: &[u8], now: i64, canvas: &mut Canvas) -> bool {
        let again = self.round.has(index);
        if again {
            self.show(canvas);
        }
        let whole = self.hold(index, data, now, canvas);
        if whole {
            self.show(canvas);
        }
        again || whole
    }

    /// Without showing anything. True if nothing is missing any more.
    pub fn hold(&mut self, index: usize, data: &[u8], now: i64, canvas: &mut Canvas) -> bool {
        self.write(index, data, canvas);
        self.round.come(index, now)
    }

    pub fn write(&self, index: usize, data: &[u8], canvas: &mut Canvas) {
        let data = data.get(..self.slots).unwrap_or(data);
        canvas.write(self.channels, index.saturating_mul(self.slots), data);
    }

    pub fn show(&mut self, canvas: &mut Canvas) {
        canvas.show();
        self.round.begin();
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub fn room(&self) -> usize {
        self.contests.iter().map(Contest::room).sum()
    }

    pub fn waits(&self) -> bool {
        self.round.waits()
    }

    /// True if what waited too long is shown now.
    pub fn tend(&mut self, now: i64, canvas: &mut Canvas) -> bool {
        let overdue = self.round.is_overdue(now);
        if overdue {
            self.show(canvas);
        }
        overdue
    }
}
