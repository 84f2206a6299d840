//! The colour that most of an area has.

use super::proxy::Proxy;
use super::sampler::Area;
use super::sums::{Edge, Span};
use crate::show::light::Rgb;

/// Steps of each channel, equally far apart for the eye.
const STEPS: usize = 8;
const KINDS: usize = STEPS * STEPS * STEPS;
/// At most so many columns and rows are looked at; of larger areas every second one, every third …
const MOST: usize = 16;

/// The mean of the pixels of the kind that is found most often; of the one that is complete last, if there are several.
pub(super) fn dominant(proxy: &Proxy, area: &Area) -> Rgb {
    let mut counts = [0_u16; KINDS];
    let (mut most, mut dominant) = (0, 0);
    for kind in looked_at(proxy, area).map(kind) {
        counts[kind] += 1;
        if counts[kind] >= most {
            (most, dominant) = (counts[kind], kind);
        }
    }
    let mut sum = [0.0; 3];
    for pixel in looked_at(proxy, area).filter(|pixel| kind(pixel) == dominant) {
        sum = [sum[0] + pixel[0], sum[1] + pixel[1], sum[2] + pixel[2]];
    }
    sum.map(|sum| sum / f32::from(most.max(1)))
}

fn looked_at<'a>(proxy: &'a Proxy, area: &Area) -> impl Iterator<Item = &'a Rgb> {
    let (columns, every_column) = covered(area.across);
    let (rows, every_row) = covered(area.down);
    let lines = proxy.pixels().chunks_exact(proxy.width().max(1) as usize);
    let lines = lines.take(rows.end).skip(rows.start).step_by(every_row);
    lines.flat_map(move |line| line.get(columns.clone()).unwrap_or(&[]).iter().step_by(every_column))
}

/// The pixels of which a span has the greater part, one at least, and every how many-th of them is looked at.
fn covered(span: Span) -> (std::ops::Range<usize>, usize) {
    let nearest = |edge: Edge| edge.at as usize + usize::from(edge.part > 0.5);
    let (start, end) = (nearest(span.from), nearest(span.to));
    let pixels = if start < end { start..end } else { span.from.at as usize..span.from.at as usize + 1 };
    let every = pixels.len().div_ceil(MOST);
    (pixels, every)
}

fn kind([red, green, blue]: &Rgb) -> usize {
    let step = |light: f32| ((light.sqrt() * STEPS as f32) as usize).min(STEPS - 1);
    (step(*green) * STEPS + step(*red)) * STEPS + step(*blue)
}
