//! Numbers that are parts of a whole.

/// From 0 to 1; what is no number becomes 0.
#[inline(always)]
#[allow(clippy::manual_clamp, reason = "clamp would keep what is no number")]
pub fn part(value: f32) -> f32 {
    value.max(0.0).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_brought_between_0_and_1() {
        let wild = [f32::NAN, -f32::NAN, f32::NEG_INFINITY, -0.1, 0.3, 1.1, f32::INFINITY];
        assert_eq!(wild.map(part), [0.0, 0.0, 0.0, 0.0, 0.3, 1.0, 1.0]);
    }
}
