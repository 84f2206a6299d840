//! What a wave is between its samples: the curve of fifth degree through the six that are nearest (Lagrange). Up to 5 kHz it is
//! within 0.02 dB of the wave, at 12 kHz it falls 0.4 dB short.

/// Points before and after the place that is looked for, besides the one it follows.
pub const BEFORE: usize = 2;
pub const AFTER: usize = 3;

pub type Frame = [f32; 2];

/// Between the third and the fourth of six points that are one apart.
pub fn between(points: &[Frame], part: f32) -> Frame {
    let mut frame = [0.0; 2];
    for (point, weight) in points.iter().zip(weights(part)) {
        frame[0] += point[0] * weight;
        frame[1] += point[1] * weight;
    }
    frame
}

/// Of points at -2, -1, 0, 1, 2 and 3, for what lies at `part`.
pub const fn weights(part: f32) -> [f32; 6] {
    let [a, b, c, d, e, f] = [part + 2.0, part + 1.0, part, part - 1.0, part - 2.0, part - 3.0];
    [
        b * c * d * e * f / -120.0,
        a * c * d * e * f / 24.0,
        a * b * d * e * f / -12.0,
        a * b * c * e * f / 12.0,
        a * b * c * d * f / -24.0,
        a * b * c * d * e / 120.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_goes_through_its_points() {
        assert_eq!(weights(0.0), [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        let near = |part: f32| assert!((weights(part).iter().sum::<f32>() - 1.0).abs() < 1e-6, "{part}");
        (0..=100).for_each(|part| near(part as f32 / 100.0));
    }
}
