//! Where the lights are that an effect is shown on: strips, rings, matrices and whatever else has places in a box.

use super::curve::{cos, sin, unit};

/// One light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its place along the wire, 0 to 1.
    pub u: f32,
    /// Its place in the zone's box, 0 to 1: from left to right,
    pub x: f32,
    /// and from the top down.
    pub y: f32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// In the order of the wire.
    pub points: Vec<Point>,
    /// The size of the box, counted in lights; estimated where they lie freely.
    pub columns: u32,
    pub rows: u32,
}

/// The middle of the cell `index` of `count`.
fn middle(index: u32, count: u32) -> f32 {
    (index as f32 + 0.5) / count.max(1) as f32
}

impl Plane {
    pub fn strip(lights: u32) -> Plane {
        let point = |index| Point { u: middle(index, lights), x: middle(index, lights), y: 0.5 };
        Plane { points: (0..lights).map(point).collect(), columns: lights, rows: lights.min(1) }
    }

    /// Row by row, each from the left, the upper one first.
    pub fn matrix(columns: u32, rows: u32) -> Plane {
        let lights = columns.saturating_mul(rows);
        let point = |index: u32| {
            let (column, row) = (index % columns.max(1), index / columns.max(1));
            Point { u: middle(index, lights), x: middle(column, columns), y: middle(row, rows) }
        };
        Plane { points: (0..lights).map(point).collect(), columns, rows }
    }

    /// From the top around to the right.
    pub fn ring(lights: u32) -> Plane {
        let point = |index| {
            let turns = index as f32 / lights.max(1) as f32;
            Point { u: middle(index, lights), x: 0.5 + 0.5 * sin(turns), y: 0.5 - 0.5 * cos(turns) }
        };
        // The lights' own width adds one to the diameter of the circle that they lie on.
        let across = (f64::from(lights) / std::f64::consts::PI + 1.0).ceil() as u32;
        let across = if lights == 0 { 0 } else { across };
        Plane { points: (0..lights).map(point).collect(), columns: across, rows: across }
    }

    /// Whether the lights fill their box as a matrix does, rather than run through it as a line. A ring of six or more fills less
    /// than three fifths of it, a matrix in the shape of a heart more.
    pub fn is_filled(&self) -> bool {
        let cells = u64::from(self.columns) * u64::from(self.rows);
        self.columns > 1 && self.rows > 1 && 5 * self.points.len() as u64 > cells.saturating_mul(3)
    }

    /// Across and down, 0 to 1. Lights in a line are taken to lie across, wherever they are.
    pub(super) fn places(&self) -> impl Iterator<Item = [f32; 2]> {
        let is_filled = self.is_filled();
        self.points.iter().map(move |point| if is_filled { [unit(point.x), unit(point.y)] } else { [unit(point.u), 0.5] })
    }

    /// Columns and rows; lights in a line are one row, however the line lies.
    pub(super) fn size(&self) -> [u32; 2] {
        let lights = u32::try_from(self.points.len()).unwrap_or(u32::MAX);
        if self.is_line() { [lights, lights.min(1)] } else { [self.columns, self.rows] }
    }

    /// Across and down in the box of `size`, 0 to 1.
    pub(super) fn boxed(&self) -> impl Iterator<Item = [f32; 2]> {
        let is_line = self.is_line();
        self.points.iter().map(move |point| if is_line { [unit(point.u), 0.5] } else { [unit(point.x), unit(point.y)] })
    }

    /// Across and down from the middle, in proportion: the longer side is 1.
    pub(super) fn spots(&self) -> impl Iterator<Item = [f32; 2]> {
        let [width, height] = self.proportions();
        self.boxed().map(move |[x, y]| [(x - 0.5) * width, (y - 0.5) * height])
    }

    /// Width and height of what the spots lie in.
    pub(super) fn proportions(&self) -> [f32; 2] {
        let [columns, rows] = self.size();
        let longer = columns.max(rows).max(1) as f32;
        [columns as f32 / longer, if self.is_line() { 0.0 } else { rows as f32 / longer }]
    }

    fn is_line(&self) -> bool {
        self.columns <= 1 || self.rows <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_goes_row_by_row() {
        let plane = Plane::matrix(3, 2);
        let cells: Vec<_> = plane.points.iter().map(|point| ((point.x * 3.0) as u32, (point.y * 2.0) as u32)).collect();
        assert_eq!(cells, [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]);
    }

    #[test]
    fn a_ring_goes_from_the_top_around_to_the_right() {
        let places: Vec<_> = Plane::ring(4).points.iter().map(|point| [point.x, point.y]).collect();
        for (found, wanted) in places.iter().zip([[0.5, 0.0], [1.0, 0.5], [0.5, 1.0], [0.0, 0.5]]) {
            assert!((found[0] - wanted[0]).abs() < 1e-4 && (found[1] - wanted[1]).abs() < 1e-4, "{found:?}");
        }
    }

    #[test]
    fn rings_and_strips_are_lines_and_matrices_fill_their_box() {
        for lights in [1, 8, 9, 12, 16, 24, 60, 241] {
            assert!(!Plane::ring(lights).is_filled(), "{lights}");
            assert!(!Plane::strip(lights).is_filled(), "{lights}");
        }
        assert!(Plane::matrix(2, 2).is_filled());
        let mut heart = Plane::matrix(16, 16);
        heart.points.truncate(160);
        assert!(heart.is_filled());
    }
}
