//! The old picture grows around its middle while it fades.

use super::plane::Band;
use crate::frame::pixels::mix;
use crate::frame::pixels::scale::plane::{Rows, Stretch};
use crate::frame::pixels::scale::{Axis, Eight};
use crate::show::geometry::Canvas;

/// How much larger than the canvas it is in the end. By twice as much, the middle rushes past; this still is a movement.
const LARGEST: f64 = 1.5;

const WIDEST: usize = Canvas::MAX as usize;

pub fn zoom(band: &Band<'_>, progress: f64, target: &mut [u8]) {
    let factor = 1.0 + (LARGEST - 1.0) * progress;
    let weight = (progress * 256.0).round() as u16;
    let width = band.width.min(WIDEST);
    let axis = |length: usize| Axis::zoomed(length, length as f64 / 2.0, factor);
    // On the stack: some 30 KiB, and nothing to be asked of an allocator for each frame.
    let mut columns = [Eight::default(); WIDEST / 8];
    let columns = &mut columns[..Eight::count(width)];
    Eight::fill(columns, axis(band.width), width);
    let mut kept = [0; 2 * WIDEST];
    let stretch = Stretch { source: band.from, stride: band.stride, width, columns, rows: axis(band.height) };
    let mut source = Rows::new(stretch, &mut kept);
    let mut grown = [0; WIDEST];
    for (number, target) in band.targets(target) {
        source.row(&mut grown[..width], number);
        mix::mix(target, &grown[..width], band.row(band.to, number), weight);
    }
}
