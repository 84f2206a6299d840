//! Transitions with an edge between old and new: wipes, the iris, and wipes along the brightness of a picture.
//!
//! Each is a weight for every sample. The edge is at least a pixel soft, so that it has no steps, and starts and ends as far
//! outside as it is soft, so that nothing changes before the beginning or after the end.

use super::plane::Band;
use crate::frame::pixels::mix_masked;
use crate::frame::pixels::weights::circle::{self, Circle};
use crate::frame::pixels::weights::{ramp, slope};
use crate::show::transition::Heading;

/// Samples that are weighed at a time. Where all of them are old or new they are copied.
const RUN: usize = 256;

/// `weigh` fills the weights of the samples from column `x` of row `y` on.
fn masked(band: &Band<'_>, target: &mut [u8], weigh: impl Fn(usize, usize, &mut [u8])) {
    let mut weights = [0; RUN];
    for (y, target) in band.targets(target) {
        let (from, to) = (band.row(band.from, y).chunks(RUN), band.row(band.to, y).chunks(RUN));
        for ((number, target), (from, to)) in target.chunks_mut(RUN).enumerate().zip(from.zip(to)) {
            let weights = &mut weights[..target.len()];
            weigh(number * RUN, y, weights);
            if weights == &[0; RUN][..weights.len()] {
                target.copy_from_slice(from);
            } else if weights == &[255; RUN][..weights.len()] {
                target.copy_from_slice(to);
            } else {
                mix_masked::mix_masked(target, from, to, weights);
            }
        }
    }
}

fn part(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

/// What grows along x and along y, as a path from 0 to 1: which way, and how much of the whole.
fn path(heading: Heading) -> (f64, f64) {
    match heading {
        Heading::Left => (-1.0, 0.0),
        Heading::Right => (1.0, 0.0),
        Heading::Up => (0.0, -1.0),
        Heading::Down => (0.0, 1.0),
        Heading::UpLeft => (-0.5, -0.5),
        Heading::UpRight => (0.5, -0.5),
        Heading::DownLeft => (-0.5, 0.5),
        Heading::DownRight => (0.5, 0.5),
    }
}

/// How soft an edge is, and how far its front has come on a way of length `way`. Its middle is where it is in luma; a sample of
/// chroma, being two pixels, is softer where the edge is hard, because it is the mean of both.
fn edge(progress: f64, softness: f64, sample: f64, way: f64, scale: usize) -> (f64, f64) {
    let soft_in_luma = softness.max(sample / scale as f64);
    let middle = progress * (way + soft_in_luma) - soft_in_luma / 2.0;
    let soft = softness.max(sample);
    (soft, middle + soft / 2.0)
}

pub fn wipe(band: &Band<'_>, progress: f64, heading: Heading, softness: f64, target: &mut [u8]) {
    let (along_x, along_y) = path(heading);
    let (step_x, step_y) = (along_x / band.width as f64, along_y / band.height as f64);
    let sample = step_x.abs() + step_y.abs();
    let (soft, front) = edge(progress, part(softness), sample, 1.0, band.scale);
    // A path that goes back begins at the far side.
    let origin = along_x.min(0.0).abs() + along_y.min(0.0).abs();
    let unit = 255.0 * 65_536.0 / soft;
    let step = (-step_x * unit).round() as i32;
    masked(band, target, |x, y, weights| {
        let way = origin + (x as f64 + 0.5) * step_x + (y as f64 + 0.5) * step_y;
        slope::slope(weights, ((front - way) * unit) as i64, step);
    });
}

pub fn iris(band: &Band<'_>, progress: f64, softness: f64, (x, y): (f64, f64), target: &mut [u8]) {
    let scale = band.scale as f64;
    let (width, height) = (band.width as f64 * scale, band.height as f64 * scale);
    let (center_x, center_y) = (part(x) * width, part(y) * height);
    let farthest = center_x.max(width - center_x).hypot(center_y.max(height - center_y));
    let (soft, radius) = edge(progress, part(softness) * farthest, scale, farthest, band.scale);
    masked(band, target, |x, y, weights| {
        let from_center = |place: usize, center: f64| (place as f64 + 0.5 - center / scale) as f32;
        let (x, y) = (from_center(x, center_x), from_center(y, center_y));
        let (radius, slope) = ((radius / scale) as f32, (255.0 * scale / soft) as f32);
        circle::circle(weights, &Circle { x, y, radius, slope });
    });
}

/// Which samples of a mask are new already.
#[derive(Clone, Copy)]
pub struct Threshold {
    offset: i32,
    slope: i32,
}

impl Threshold {
    pub fn new(progress: f64, softness: f64, invert: bool) -> Self {
        let soft = (part(softness) * 255.0).max(1.0);
        let front = progress * (255.0 + soft);
        let unit = 255.0 * 256.0 / soft;
        let (offset, slope) = if invert { ((front - 255.0) * unit, unit) } else { (front * unit, -unit) };
        Self { offset: offset.round() as i32, slope: slope.round() as i32 }
    }
}

pub fn luma_wipe(band: &Band<'_>, threshold: Threshold, mask: &[u8], target: &mut [u8]) {
    masked(band, target, |x, y, weights| {
        let start = y * band.width + x;
        // A mask that is too small has no say in what it does not cover: that changes first.
        let samples = mask.get(start..start + weights.len()).unwrap_or(&[]);
        weights[samples.len()..].fill(255);
        ramp::ramp(weights, samples, threshold.offset, threshold.slope);
    });
}
