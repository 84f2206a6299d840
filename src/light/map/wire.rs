//! The way of the wire through a panel.

use crate::show::light::geometry::{Panel, Wiring};
use crate::show::rotation::Rotation;

/// Columns and rows of the matrix, in the order of the wire.
pub(super) fn through(panel: Panel) -> impl Iterator<Item = [u32; 2]> {
    let Panel { x, y, columns, rows, wiring } = panel;
    let (wide, high) = if wiring.rotation.is_sideways() { (rows, columns) } else { (columns, rows) };
    let (lines, steps) = if wiring.vertical { (wide, high) } else { (high, wide) };
    let all = (0..lines).flat_map(move |line| (0..steps).map(move |step| (line, step)));
    all.map(move |(line, step)| {
        let cell = turned(before_turning(wiring, line, step, steps, [wide, high]), wiring.rotation, [wide, high]);
        [x.saturating_add(cell[0]), y.saturating_add(cell[1])]
    })
}

fn before_turning(wiring: Wiring, line: u32, step: u32, steps: u32, [wide, high]: [u32; 2]) -> [u32; 2] {
    let step = if wiring.serpentine && line % 2 == 1 { from_end(steps, step) } else { step };
    let (column, row) = if wiring.vertical { (line, step) } else { (step, line) };
    [
        if wiring.start.is_right() { from_end(wide, column) } else { column },
        if wiring.start.is_bottom() { from_end(high, row) } else { row },
    ]
}

fn turned([column, row]: [u32; 2], rotation: Rotation, [wide, high]: [u32; 2]) -> [u32; 2] {
    match rotation {
        Rotation::Upright => [column, row],
        Rotation::Quarter => [from_end(high, row), column],
        Rotation::Half => [from_end(wide, column), from_end(high, row)],
        Rotation::ThreeQuarters => [row, from_end(wide, column)],
    }
}

/// The last one for the first.
pub(super) fn from_end(length: u32, place: u32) -> u32 {
    length.saturating_sub(1).saturating_sub(place)
}
