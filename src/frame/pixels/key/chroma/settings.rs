//! What is keyed out, made ready for the loop.

/// A colour to be seen through, and how near to it is near.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChromaKey {
    /// The key's colour, around grey.
    pub(super) center: [f32; 2],
    /// The direction of that colour, of length 1 (or 0: grey has none).
    pub(super) direction: [f32; 2],
    /// Up to this distance nothing is seen.
    pub(super) near: f32,
    /// What alpha grows by for each unit beyond it.
    pub(super) slope: f32,
    /// How much of the key's colour is taken out of the rest, 0 to 1.
    pub(super) spill: f32,
}

impl ChromaKey {
    /// The longest distance between two colours that eight bits of chroma can have, so that 1 reaches all.
    pub const LONGEST: f64 = 317.0;

    /// Equal bits are equal keys.
    pub fn bits(&self) -> [u32; 7] {
        let Self { center, direction, near, slope, spill } = *self;
        [center[0], center[1], direction[0], direction[1], near, slope, spill].map(f32::to_bits)
    }

    /// `u` and `v` are the key's. `tolerance` (0 to 1, of the longest distance between colours) vanishes wholly, what lies
    /// `softness` beyond it in part; `spill` (0 to 1) is how much of the key's cast the rest loses.
    pub fn new(u: u8, v: u8, tolerance: f64, softness: f64, spill: f64) -> Self {
        let center = [f64::from(u) - 128.0, f64::from(v) - 128.0];
        let length = center[0].hypot(center[1]);
        let direction = if length < 1.0 { [0.0; 2] } else { center.map(|part| part / length) };
        let unit = |value: f64| if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) };
        // Even a hard key is soft by one unit: colours nearer than that are not told apart.
        let soft = (unit(softness) * Self::LONGEST).max(1.0);
        Self {
            center: center.map(|part| part as f32),
            direction: direction.map(|part| part as f32),
            near: (unit(tolerance) * Self::LONGEST) as f32,
            slope: (255.0 / soft) as f32,
            spill: unit(spill) as f32,
        }
    }
}
