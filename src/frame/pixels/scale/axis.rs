//! Where, along one axis, each sample of a target lies in its source.

/// Positions are 32.32 fixed-point numbers.
const ONE: i64 = 1 << 32;

/// One axis of a scaled picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Where the middle of the first sample lies.
    first: i64,
    step: i64,
    /// Samples of the source.
    length: usize,
}

/// Between sample `index` and the next one. The next one exists, but for sources of a single sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub index: usize,
    /// Of the next one, 0 to 256.
    pub weight: u16,
}

impl Axis {
    /// `source` samples brought to `target`.
    pub fn scaled(source: usize, target: usize) -> Axis {
        let step = (source as i64 * ONE) / target.max(1) as i64;
        Axis { first: (step - ONE) / 2, step, length: source }
    }

    /// The same without the first samples of the target.
    pub fn beginning(self, offset: usize) -> Axis {
        Axis { first: self.first.saturating_add(self.step.saturating_mul(offset as i64)), ..self }
    }

    /// As many as there are, `factor` times as large around the point `center` (0 is the outer edge of the first sample).
    pub fn zoomed(length: usize, center: f64, factor: f64) -> Axis {
        let factor = if factor.is_nan() { 1.0 } else { factor.clamp(0.001, 1_000.0) };
        let first = (0.5 - center) / factor + center - 0.5;
        Axis { first: (first * ONE as f64) as i64, step: (ONE as f64 / factor) as i64, length }
    }

    /// How often the source should be halved first: bilinear scaling looks at two samples only, so from a reduction by more
    /// than 2 it would leave some out.
    pub fn halvings(source: usize, target: usize) -> u32 {
        (0..32).find(|halvings| (source >> halvings) <= 2 * target.max(1)).unwrap_or(0)
    }

    #[inline]
    pub fn at(self, target: usize) -> Place {
        let last = self.length.saturating_sub(1);
        let position = self.first.saturating_add(self.step.saturating_mul(target as i64)).clamp(0, last as i64 * ONE);
        let index = (position >> 32) as usize;
        if index >= last && last > 0 {
            return Place { index: last - 1, weight: 256 };
        }
        Place { index, weight: (((position & (ONE - 1)) + (1 << 23)) >> 24) as u16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_stay_edges_and_equal_sizes_change_nothing() {
        for (source, target) in [(1, 9), (2, 9), (720, 1080), (1080, 720), (1920, 960), (333, 1000)] {
            let axis = Axis::scaled(source, target);
            let place = |at| {
                let Place { index, weight } = axis.at(at);
                index as f64 + f64::from(weight) / 256.0
            };
            let mirrored = (source - 1) as f64 - place(target - 1);
            assert!((place(0) - mirrored).abs() < 0.01, "{source} to {target}");
            for at in 0..target {
                let exact = ((at as f64 + 0.5) * source as f64 / target as f64 - 0.5).clamp(0.0, (source - 1) as f64);
                assert!((place(at) - exact).abs() < 0.003, "{source} to {target}: {at}");
                assert!(axis.at(at).index + 1 < source.max(2));
            }
        }
        let same = Axis::scaled(100, 100);
        assert!((0..99).all(|at| same.at(at) == Place { index: at, weight: 0 }));
        assert_eq!(same.at(99), Place { index: 98, weight: 256 });
    }

    #[test]
    fn a_zoom_keeps_its_centre() {
        let axis = Axis::zoomed(100, 50.0, 2.0);
        assert_eq!(axis.at(0), Place { index: 24, weight: 192 });
        assert_eq!(axis.at(99), Place { index: 74, weight: 64 });
        assert_eq!(Axis::zoomed(100, 50.0, f64::NAN), Axis::scaled(100, 100));
    }

    #[test]
    fn what_is_more_than_halved_is_halved_first() {
        for (source, target, expected) in
            [(100, 100, 0), (200, 100, 0), (201, 100, 1), (1920, 480, 1), (1920, 100, 4), (9, 0, 2)]
        {
            assert_eq!(Axis::halvings(source, target), expected, "{source} to {target}");
        }
    }
}
