//! A circle as a row meets it.

/// What of a circle with a soft edge the loop needs. Lengths are in samples of the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// The row's first sample, from the centre.
    pub x: f32,
    /// The row, from the centre.
    pub y: f32,
    /// Where the weight is 0.
    pub radius: f32,
    /// What it gains for each sample further in.
    pub slope: f32,
}
