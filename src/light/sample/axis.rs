//! How one direction of a picture is made smaller: first by whole numbers, then to the length that is wanted.

use super::boxes::MOST;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Axis {
    source: usize,
    target: usize,
    /// Luma samples in a box: one, or an even number, so that boxes of chroma lie under boxes of luma.
    pub luma: usize,
    pub chroma: usize,
    shares: Vec<Share>,
    starts: Vec<usize>,
}

/// Where a box goes. None is longer than a pixel of the proxy, so it lies in two of them at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    pub target: usize,
    /// Its part of that pixel.
    pub first: f32,
    /// Its part of the next one.
    pub second: f32,
}

impl Axis {
    /// Nothing is done if it is so already.
    pub fn set(&mut self, source: usize, target: usize) {
        let target = target.max(1);
        if (self.source, self.target) == (source, target) {
            return;
        }
        // Half a pixel of the proxy, nearly: what is averaged before it becomes light is small. Never more than two thirds.
        let pairs = ((source + 2 * target) / (4 * target)).min(MOST / 2);
        (self.source, self.target, self.luma) = (source, target, if source < 3 * target { 1 } else { 2 * pairs });
        self.chroma = (self.luma / 2).max(1);
        let luma = self.luma;
        self.shares.clear();
        self.shares.extend((0..source.div_ceil(luma)).map(|number| share(number * luma, luma, source, target)));
        self.starts.clear();
        self.starts.resize(target, 0);
        for share in &self.shares {
            if let Some(count) = self.starts.get_mut(share.target) {
                *count += 1;
            }
        }
    }

    pub fn shares(&self) -> &[Share] {
        &self.shares
    }

    /// How many boxes start in each pixel of the proxy.
    pub fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// The box of chroma that belongs to a box of luma.
    pub fn chroma_of(&self, luma: usize) -> usize {
        if self.luma == 1 { luma / 2 } else { luma }
    }
}

fn share(start: usize, luma: usize, source: usize, target: usize) -> Share {
    // Lengths in parts of a sample so small that pixels of the proxy are whole numbers of them too.
    let (from, to) = (start * target, (start + luma).min(source) * target);
    let first = from / source.max(1);
    let edge = (first + 1) * source;
    let part = |length: usize| length as f32 / source.max(1) as f32;
    Share { target: first, first: part(to.min(edge).saturating_sub(from)), second: part(to.saturating_sub(edge)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: usize, target: usize, luma: usize) {
        let mut axis = Axis::default();
        axis.set(source, target);
        assert_eq!((axis.luma, axis.chroma), (luma, (luma / 2).max(1)), "{source} to {target}");
        let mut sums = vec![0.0; target + 1];
        for share in axis.shares() {
            sums[share.target] += share.first;
            sums[share.target + 1] += share.second;
        }
        assert!(sums[..target].iter().all(|sum| (sum - 1.0).abs() < 1e-4), "{source} to {target}: {sums:?}");
        assert!(sums[target] == 0.0, "nothing goes beyond the end");
        assert_eq!(axis.chroma_of(axis.shares().len() - 1), source.div_ceil(2).div_ceil(axis.chroma) - 1);
    }

    #[test]
    fn every_pixel_of_the_proxy_is_made_of_its_own_part_of_the_source() {
        check(1920, 160, 6);
        check(1080, 90, 6);
        check(1280, 160, 4);
        check(3840, 160, 12);
        check(1366, 160, 4);
        check(767, 89, 4);
        check(640, 160, 2);
        check(480, 160, 2);
        check(1278, 160, 4);
        check(200, 160, 1);
        check(160, 160, 1);
        check(479, 160, 1);
        check(1, 1, 1);
        check(2, 2, 1);
        check(100_000, 90, 256);
    }
}
