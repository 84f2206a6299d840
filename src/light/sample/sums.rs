//! Sums over every rectangle that starts in the corner of a picture, from which any other sum follows at once.

use crate::show::light::Rgb;

/// 64 bits: differences of large sums must still tell small footprints apart.
type Sum = [f64; 3];

#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    table: Vec<Sum>,
    /// Of a line of the table, which is one longer than one of the picture.
    line: usize,
}

/// A place between two lines or columns.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Edge {
    pub at: u32,
    pub part: f32,
}

/// From one edge to another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Span {
    pub from: Edge,
    pub to: Edge,
}

/// So much of a pixel at least: what has no width sees what is under its middle.
const LEAST: f64 = 1e-3;

impl Edge {
    /// The last one of a line of pixels belongs to its last pixel.
    fn new(place: f64, pixels: u32) -> Self {
        let at = (place as u32).min(pixels.saturating_sub(1));
        Edge { at, part: (place - f64::from(at)) as f32 }
    }

    fn place(self) -> f64 {
        f64::from(self.at) + f64::from(self.part)
    }
}

impl Span {
    /// What of it lies within so many pixels.
    pub fn new(from: f64, to: f64, pixels: u32) -> Self {
        let all = f64::from(pixels);
        let within = |place: f64| if place.is_finite() { place.clamp(0.0, all) } else { 0.0 };
        let (from, to) = (within(from), within(to));
        let middle = ((from + to) / 2.0).clamp(LEAST / 2.0, (all - LEAST / 2.0).max(LEAST / 2.0));
        let half = ((to - from) / 2.0).max(LEAST / 2.0);
        Span { from: Edge::new((middle - half).max(0.0), pixels), to: Edge::new((middle + half).min(all), pixels) }
    }

    pub fn length(self) -> f64 {
        self.to.place() - self.from.place()
    }
}

impl Sums {
    pub fn fill(&mut self, pixels: &[Rgb], width: usize, each: impl Fn(f32) -> f32) {
        let width = width.max(1);
        self.line = width + 1;
        self.table.clear();
        self.table.resize(self.line * (pixels.len() / width + 1), [0.0; 3]);
        for (number, pixels) in pixels.chunks_exact(width).enumerate() {
            let (above, below) = self.table.split_at_mut((number + 1) * self.line);
            let above = above.get(number * self.line + 1..).unwrap_or_default();
            let mut along = [0.0; 3];
            for ((pixel, above), sum) in pixels.iter().zip(above).zip(below.iter_mut().skip(1)) {
                for (channel, value) in pixel.iter().enumerate() {
                    along[channel] += f64::from(each(*value));
                    sum[channel] = above[channel] + along[channel];
                }
            }
        }
    }

    /// The sum over a rectangle, whose edges are within the picture.
    #[inline]
    pub fn over(&self, across: Span, down: Span) -> Sum {
        let mut sum = [0.0; 3];
        for (edge, sign) in [(down.from, -1.0), (down.to, 1.0)] {
            let start = edge.at as usize * self.line;
            let part = f64::from(edge.part);
            if let Some(lines) = self.table.get(start..start + 2 * self.line) {
                let (upper, lower) = lines.split_at(self.line);
                add(&mut sum, upper, across, sign * (1.0 - part));
                add(&mut sum, lower, across, sign * part);
            }
        }
        sum
    }
}

/// What lies between two edges, of sums that grow along a line.
#[inline(always)]
fn add(sum: &mut Sum, line: &[Sum], across: Span, weight: f64) {
    for (edge, weight) in [(across.from, -weight), (across.to, weight)] {
        let at = edge.at as usize;
        if let Some([before, after]) = line.get(at..at + 2) {
            let part = f64::from(edge.part);
            for channel in 0..3 {
                sum[channel] += weight * (before[channel] + (after[channel] - before[channel]) * part);
            }
        }
    }
}
