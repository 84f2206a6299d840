//! Rows of weights, for `mix_masked`: where one picture ends and another begins, and how softly.

pub mod circle;
pub mod ramp;
pub mod slope;
