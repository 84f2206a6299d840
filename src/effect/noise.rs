//! A sheet of smooth noise that can drift and change: random heights on a lattice, and soft slopes between them.

use super::chance::chance;
use super::curve::{mix, smooth};
use super::moment::Moment;

pub struct Sheet {
    salt: u32,
    columns: usize,
    rows: usize,
    /// The heights of the lattice, row by row, as of the last `drift`.
    heights: Vec<f32>,
}

/// More would cost more than it shows: there are not so many lights on a side of most zones.
const MOST_CELLS: f32 = 64.0;

impl Sheet {
    /// For places from 0 to so many cells across and down.
    pub fn new(salt: u32, across: f32, down: f32) -> Sheet {
        // One for the far end, one for what drifts in, one for rounding.
        let cells = |length: f32| length.clamp(0.0, MOST_CELLS) as usize + 3;
        let (columns, rows) = (cells(across), cells(down));
        Sheet { salt, columns, rows, heights: vec![0.0; columns * rows] }
    }

    /// As it is when it has moved so many cells to the left and up, and so far in its own change.
    pub fn drift(&mut self, left: Moment, up: Moment, change: Moment) {
        let height = |column: u32, row: u32, layer: u32| {
            let place = column.wrapping_mul(0x27d4_eb2f) ^ row.wrapping_mul(0x1656_67b1).rotate_left(16);
            chance(self.salt ^ layer, place)
        };
        let blend = smooth(change.part);
        for (row, heights) in self.heights.chunks_exact_mut(self.columns).enumerate() {
            for (column, cell) in heights.iter_mut().enumerate() {
                let (column, row) = (left.step.wrapping_add(column as u32), up.step.wrapping_add(row as u32));
                let (now, next) = (height(column, row, change.step), height(column, row, change.step.wrapping_add(1)));
                *cell = mix(now, next, blend);
            }
        }
    }

    /// 0 to 1, at a place in cells. Whoever drifts adds the parts of the drift to the place.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let column = (x as usize).min(self.columns - 2);
        let row = (y as usize).min(self.rows - 2);
        let corner = row * self.columns + column;
        let Some([a, b, .., c, d]) = self.heights.get(corner..corner + self.columns + 2) else { return 0.0 };
        let across = smooth(x - column as f32);
        mix(mix(*a, *b, across), mix(*c, *d, across), smooth(y - row as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(left: f64, up: f64, change: f64) -> impl Fn(f32, f32) -> f32 {
        let mut sheet = Sheet::new(1, 5.0, 4.0);
        let (left, up) = (Moment::of(left), Moment::of(up));
        sheet.drift(left, up, Moment::of(change));
        move |x, y| sheet.at(x + left.part, y + up.part)
    }

    #[test]
    fn it_moves_left_and_up() {
        let (before, after) = (sheet(7.0, 3.0, 0.3), sheet(8.5, 3.25, 0.3));
        for (x, y) in [(0.0, 0.0), (1.3, 2.1), (3.4, 2.9)] {
            assert!((before(x + 1.5, y + 0.25) - after(x, y)).abs() < 1e-5);
        }
    }

    #[test]
    fn it_has_no_steps_in_place_or_change() {
        for step in 0..500 {
            let place = step as f32 / 100.0;
            let still = sheet(0.0, 0.0, 1e9);
            assert!((still(place, 1.0) - still(place - 0.01, 1.0)).abs() < 0.02, "at {place}");
            let change = f64::from(step) / 100.0;
            assert!((sheet(0.0, 0.0, change)(2.5, 2.5) - sheet(0.0, 0.0, change + 0.01)(2.5, 2.5)).abs() < 0.02);
        }
    }

    #[test]
    fn places_outside_are_no_harm() {
        let sheet = sheet(0.0, 0.0, 0.0);
        for x in [-1.0, 1e9, f32::NAN, f32::INFINITY] {
            assert!((0.0..=1.0).contains(&sheet(x, x)), "{x}");
        }
    }
}
