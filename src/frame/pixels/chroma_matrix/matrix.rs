//! What happens to U and V, as fixed-point numbers.

/// Bits behind the point. With weights up to 16 the sums stay far below 31 bits.
pub const FRACTION: u32 = 14;

/// Larger weights are cut off: at 16 everything but grey has become as colourful as eight bits can tell.
const LARGEST: f64 = 16.0;

/// `[u', v'] = weights * [u - 128, v - 128] + 128 + offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChromaMatrix {
    pub(super) weights: [[i32; 2]; 2],
    /// With 128 and the half for rounding in them.
    pub(super) offsets: [i32; 2],
}

impl ChromaMatrix {
    /// Numbers that are none count as 0.
    pub fn new(weights: [[f64; 2]; 2], offsets: [f64; 2]) -> Self {
        let fixed = |value: f64, limit: f64| (value.clamp(-limit, limit) * f64::from(1 << FRACTION)).round() as i32;
        Self {
            weights: weights.map(|row| row.map(|weight| fixed(weight, LARGEST))),
            offsets: offsets.map(|offset| (128 << FRACTION) + fixed(offset, 255.0) + (1 << (FRACTION - 1))),
        }
    }

    /// Hue turned by `degrees`, colours `saturation` times as strong (0 is grey, 1 leaves them).
    pub fn hue_saturation(degrees: f64, saturation: f64) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let (sine, cosine) = (sine * saturation, cosine * saturation);
        Self::new([[cosine, -sine], [sine, cosine]], [0.0; 2])
    }
}
