//! The definition. Products and sums of `f32` are not fused, and its square root is exact, so every level gives the same bytes.

use super::Circle;
use crate::frame::pixels::rounded;

/// Samples at a time.
const RUN: usize = 32;

#[inline(always)]
pub fn circle(weights: &mut [u8], circle: &Circle) {
    let rise = circle.y * circle.y;
    let weight = |left: f32, at: usize| {
        let across = left + at as i32 as f32;
        rounded((circle.radius - (across * across + rise).sqrt()) * circle.slope)
    };
    let (runs, rest) = weights.as_chunks_mut::<RUN>();
    let done = runs.len();
    for (number, run) in runs.iter_mut().enumerate() {
        let left = circle.x + (number * RUN) as f32;
        // No sample is farther from the centre than the farther end, nor, unless the centre is among them, nearer than the
        // nearer one; most runs are all within or all without.
        let (first, last) = (weight(left, 0), weight(left, RUN - 1));
        let is_beside = left > 0.0 || left + RUN as f32 <= 0.0;
        match (first, last) {
            (0, 0) if is_beside => run.fill(0),
            (255, 255) => run.fill(255),
            _ => *run = std::array::from_fn(|at| weight(left, at)),
        }
    }
    let left = circle.x + (done * RUN) as f32;
    for (at, rest) in rest.iter_mut().enumerate() {
        *rest = weight(left, at);
    }
}
