//! Which repetition of a file a picture or piece of sound belongs to.
//!
//! GStreamer tells the time within the file, and (as `base`) what had been played before the last seek. Video and sound come in
//! repetitions of their own accord, one ahead of the other, and a track may have nothing at all in one of them.

use crate::gst::decode::Stamp;

#[derive(Clone, Copy, Debug)]
pub(super) struct Laps {
    /// The repetition that was jumped into, and how much of it was left there.
    first: i64,
    first_length: i64,
    /// Where in the file every repetition begins.
    start: i64,
    length: i64,
    base: i64,
    current: i64,
}

impl Laps {
    /// After a jump to `place` in repetitions of `length` that begin at `start` of the file.
    pub fn from(place: i64, start: i64, length: i64) -> Self {
        let first = place.div_euclid(length.max(1));
        let first_length = length - place.rem_euclid(length.max(1));
        Self { first, first_length, start, length, base: 0, current: first }
    }

    pub fn current(&self) -> i64 {
        self.current
    }

    /// `asked` is the last repetition that was asked for.
    pub fn of(&mut self, stamp: &Stamp, asked: i64) -> i64 {
        if stamp.base > self.base {
            self.base = stamp.base;
            let later = (stamp.base - self.first_length + self.length / 2).div_euclid(self.length.max(1));
            let told = self.first + 1 + later.max(0);
            // What a file says of its length may be a lie; that another repetition has begun is not.
            self.current = told.max(self.current + 1).min(asked.max(self.current));
        } else if self.current == self.first && asked > self.first && self.is_before_the_jump(stamp) {
            self.current += 1;
        }
        self.current
    }

    /// The last instant of a file may hold nothing, and nothing was played before the next repetition then. A picture that reaches up
    /// to where it was jumped to is not meant.
    fn is_before_the_jump(&self, stamp: &Stamp) -> bool {
        let jumped_to = self.start + self.length - self.first_length;
        self.base == 0 && stamp.media + stamp.duration + self.length / 2 < jumped_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(base: i64) -> Stamp {
        Stamp { base, ..Stamp::default() }
    }

    #[test]
    fn repetitions_are_counted_by_what_was_played_before() {
        // 4 s long, entered 1 s into the third.
        let mut laps = Laps::from(9_000_000, 0, 4_000_000);
        assert_eq!(laps.of(&stamp(0), 2), 2);
        assert_eq!(laps.of(&stamp(2_994_000), 3), 3);
        assert_eq!(laps.of(&stamp(2_994_000), 4), 3);
        // This track had nothing in the next one.
        assert_eq!(laps.of(&stamp(10_980_000), 5), 5);
    }

    #[test]
    fn the_last_instant_may_be_nothing_at_all() {
        let stamp = |media: i64, duration: i64| Stamp { media, duration, ..Stamp::default() };
        // 4 s from the file's first second on, entered 4 ms before the end of the third.
        let mut laps = Laps::from(11_996_000, 1_000_000, 4_000_000);
        assert_eq!(laps.of(&stamp(1_000_000, 40_000), 2), 2, "the next one was not asked for");
        assert_eq!(laps.of(&stamp(4_960_000, 40_000), 3), 2);
        assert_eq!(laps.of(&stamp(1_000_000, 4_000_000), 3), 2, "one picture for all of it");
        assert_eq!(laps.of(&stamp(1_000_000, 40_000), 3), 3);
        assert_eq!(laps.of(&stamp(1_040_000, 40_000), 4), 3);
        assert_eq!(laps.of(&Stamp { base: 4_000_000, ..stamp(1_000_000, 40_000) }, 4), 4);
    }

    #[test]
    fn a_file_that_is_shorter_than_it_says_goes_on_all_the_same() {
        let mut laps = Laps::from(0, 0, 100_000_000);
        assert_eq!(laps.of(&stamp(2_000_000), 1), 1);
        assert_eq!(laps.of(&stamp(4_000_000), 2), 2);
        assert_eq!(laps.of(&stamp(6_000_000), 2), 2, "never more than was asked for");
    }
}
