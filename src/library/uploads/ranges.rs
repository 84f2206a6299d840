//! Which bytes of a file are there: ranges in order, none empty, none touching another.

use std::ops::Range;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<Range<u64>>);

impl Ranges {
    pub fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let first = self.0.partition_point(|held| held.end < range.start);
        let last = self.0.partition_point(|held| held.start <= range.end);
        let touched = &self.0[first..last];
        let from = touched.first().map_or(range.start, |held| held.start.min(range.start));
        let to = touched.last().map_or(range.end, |held| held.end.max(range.end));
        self.0.splice(first..last, std::iter::once(from..to));
    }

    pub fn remove(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let first = self.0.partition_point(|held| held.end <= range.start);
        let last = self.0.partition_point(|held| held.start < range.end);
        let Some(touched) = self.0.get(first..last).filter(|touched| !touched.is_empty()) else { return };
        let before = touched[0].start..range.start;
        let after = range.end..touched[touched.len() - 1].end;
        self.0.splice(first..last, [before, after].into_iter().filter(|part| !part.is_empty()));
    }

    pub fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.0.iter().cloned()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn sum(&self) -> u64 {
        self.0.iter().map(|held| held.end - held.start).sum()
    }

    /// How many bytes there are from the beginning on, without a gap.
    pub fn prefix(&self) -> u64 {
        self.0.first().filter(|held| held.start == 0).map_or(0, |held| held.end)
    }

    /// Behind the last byte that is there.
    pub fn end(&self) -> u64 {
        self.0.last().map_or(0, |held| held.end)
    }

    /// `range`, cut where it is there and where it is not.
    pub fn parts(&self, range: Range<u64>) -> Vec<(Range<u64>, bool)> {
        let mut parts = Vec::new();
        let mut at = range.start;
        let first = self.0.partition_point(|held| held.end <= range.start);
        for held in self.0[first..].iter().take_while(|held| held.start < range.end) {
            if at < held.start {
                parts.push((at..held.start, false));
            }
            let from = at.max(held.start);
            at = held.end.min(range.end);
            parts.push((from..at, true));
        }
        if at < range.end {
            parts.push((at..range.end, false));
        }
        parts
    }

    pub fn contains(&self, range: Range<u64>) -> bool {
        self.parts(range).iter().all(|(_, is_there)| *is_there)
    }

    /// What of the first `length` bytes is not there.
    pub fn missing(&self, length: u64) -> Vec<Range<u64>> {
        self.parts(0..length).into_iter().filter(|(_, is_there)| !is_there).map(|(part, _)| part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: u64 = 64;

    fn of(bits: &[bool]) -> Ranges {
        let mut ranges = Ranges::default();
        bits.iter().zip(0..).filter(|(bit, _)| **bit).for_each(|(_, at)| ranges.insert(at..at + 1));
        ranges
    }

    fn check(ranges: &Ranges, bits: &[bool]) {
        assert_eq!(*ranges, of(bits));
        assert!(ranges.0.windows(2).all(|pair| pair[0].end < pair[1].start), "{ranges:?}");
        assert_eq!(ranges.sum(), bits.iter().filter(|bit| **bit).count() as u64);
        assert_eq!(ranges.prefix(), bits.iter().take_while(|bit| **bit).count() as u64);
        let missing: u64 = ranges.missing(BYTES).iter().map(|gap| gap.end - gap.start).sum();
        assert_eq!(missing + ranges.sum(), BYTES);
    }

    #[test]
    fn ranges_are_what_a_row_of_bits_is() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..200 {
            let (mut ranges, mut bits) = (Ranges::default(), [false; BYTES as usize]);
            for _ in 0..30 {
                let from = random.u64(0..BYTES);
                let range = from..random.u64(from..=BYTES);
                let is_there = random.u8(0..3) > 0;
                if is_there {
                    ranges.insert(range.clone())
                } else {
                    ranges.remove(range.clone())
                }
                bits[range.start as usize..range.end as usize].fill(is_there);
                check(&ranges, &bits);
                let all_there = bits[range.start as usize..range.end as usize].iter().all(|bit| *bit);
                assert_eq!(ranges.contains(range), all_there);
            }
        }
    }

    #[test]
    fn a_range_is_cut_where_it_changes() {
        let mut ranges = Ranges::default();
        ranges.insert(10..20);
        ranges.insert(30..40);
        let parts = [(15..20, true), (20..30, false), (30..40, true), (40..45, false)];
        assert_eq!(ranges.parts(15..45), parts);
        assert_eq!(ranges.missing(35), [0..10, 20..30]);
    }
}
