//! Loudness in decibels against full scale, and as a factor.

/// What silence is called: below the last bit of 16.
pub const SILENCE_DB: f32 = -120.0;

pub fn factor(db: f32) -> f32 {
    10.0_f32.powf(db / 20.0)
}

pub fn db(factor: f32) -> f32 {
    (20.0 * factor.log10()).max(SILENCE_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!((factor(0.0), db(1.0), db(0.0)), (1.0, 0.0, SILENCE_DB));
        for level in [-60.0, -6.0, 20.0] {
            assert!((db(factor(level)) - level).abs() < 1e-4);
        }
    }
}
