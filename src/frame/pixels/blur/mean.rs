//! Division by the size of a window, as a product.

/// Largest radius: the sum of a window of 257 is the most that sixteen bits hold.
pub const MAX_RADIUS: usize = 128;

/// What a window's sum is multiplied by to become its mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    window: u16,
    /// 2^16 * 2^shift / window: as large as sixteen bits allow.
    reciprocal: u16,
    shift: u32,
    half: u16,
}

impl Mean {
    /// A window that reaches `radius` (1 to `MAX_RADIUS`, brought there otherwise) to both sides.
    pub fn new(radius: usize) -> Self {
        let window = 2 * radius.clamp(1, MAX_RADIUS) as u32 + 1;
        let shift = window.ilog2();
        let reciprocal = ((1 << (16 + shift)) + window / 2) / window;
        Self { window: window as u16, reciprocal: reciprocal as u16, shift, half: 1 << (shift - 1) }
    }

    /// Samples in a window.
    pub fn window(self) -> usize {
        usize::from(self.window)
    }

    /// What a sum is multiplied by, what is added to the upper half of the product, and by how much that is shifted then.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn parts(self) -> (u16, u16, u32) {
        (self.reciprocal, self.half, self.shift)
    }

    #[inline(always)]
    pub(super) fn of(self, sum: u16) -> u8 {
        let scaled = ((u32::from(sum) * u32::from(self.reciprocal)) >> 16) as u16;
        // A sum that no window can have is white, at every level.
        (scaled.wrapping_add(self.half) >> self.shift).min(255) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_right_to_a_unit_and_an_even_surface_stays_as_it_is() {
        for radius in 1..=MAX_RADIUS {
            let mean = Mean::new(radius);
            for value in 0..=255 {
                assert_eq!(u16::from(mean.of(value * mean.window)), value, "radius {radius}");
            }
            for sum in 0..=255 * mean.window {
                let exact = f64::from(sum) / f64::from(mean.window);
                assert!((f64::from(mean.of(sum)) - exact).abs() < 1.0, "{sum} of {mean:?}");
            }
        }
    }
}
