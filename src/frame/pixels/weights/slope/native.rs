//! The definition.

/// Samples at a time: so many that with the steepest step a run's sums stay within 32 bits.
const RUN: usize = 32;

/// From 0 to 255 within one sample.
const STEEPEST: i32 = 1 << 24;

/// A run that starts farther off does not come back.
const FAR: i64 = RUN as i64 * STEEPEST as i64 + (1 << 25);

#[inline(always)]
pub fn slope(weights: &mut [u8], start: i64, step: i32) {
    let step = step.clamp(-STEEPEST, STEEPEST);
    let first = |number: usize| {
        let risen = i64::from(step) * (number * RUN) as i64;
        start.saturating_add(risen + (1 << 15)).clamp(-FAR, FAR) as i32
    };
    let (runs, rest) = weights.as_chunks_mut::<RUN>();
    let done = runs.len();
    for (number, run) in runs.iter_mut().enumerate() {
        let first = first(number);
        // Between equal ends nothing happens, and most runs are beyond the edge.
        match (weight(first), weight(first + step * (RUN as i32 - 1))) {
            (0, 0) => run.fill(0),
            (255, 255) => run.fill(255),
            _ => *run = std::array::from_fn(|at| weight(first + step * at as i32)),
        }
    }
    let first = first(done);
    for (at, rest) in rest.iter_mut().enumerate() {
        *rest = weight(first + step * at as i32);
    }
}

#[inline(always)]
fn weight(sum: i32) -> u8 {
    (sum >> 16).clamp(0, 255) as u8
}
