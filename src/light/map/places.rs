//! The place of each LED in the box of its zone, and how much of the box it sees.

use std::f64::consts::{PI, TAU};

use super::cells::{Cell, along, cells};
use super::neighbor::distances;
use crate::show::light::geometry::{Direction, Geometry, LightPoint};

/// All from 0 to 1. A footprint may reach beyond the box; there is nothing to be seen there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// How far along: on a strip in its direction, else on the wire.
    pub u: f32,
    /// The middle of what it sees.
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    /// It stays dark, but is on the wire.
    pub dark: bool,
}

/// In the order of the wire. Of a geometry that does not pass its check there are none.
pub fn places(geometry: &Geometry) -> Vec<Place> {
    if geometry.check().is_err() {
        return Vec::new();
    }
    match geometry {
        Geometry::Strip { pixels, reversed, direction } => {
            (0..*pixels).map(|wire| on_strip(*direction, *pixels, along(*pixels, *reversed, wire))).collect()
        }
        Geometry::Ring { pixels, start_degrees, clockwise } => {
            (0..*pixels).map(|wire| on_ring(*pixels, *start_degrees, *clockwise, wire)).collect()
        }
        Geometry::Matrix(matrix) => {
            let cells = cells(geometry);
            let one = |(wire, cell)| in_matrix([matrix.columns, matrix.rows], step(wire, cells.len()), cell);
            cells.iter().enumerate().map(one).collect()
        }
        Geometry::Points { points } => at_points(points),
    }
}

/// The middle of the part with that number, of so many.
fn middle(number: u32, parts: u32) -> f64 {
    (f64::from(number) + 0.5) / f64::from(parts.max(1))
}

fn step(wire: usize, pixels: usize) -> f64 {
    (wire as f64 + 0.5) / pixels.max(1) as f64
}

fn on_strip(direction: Direction, pixels: u32, along: u32) -> Place {
    let (u, part) = (middle(along, pixels) as f32, (1.0 / f64::from(pixels.max(1))) as f32);
    let back = middle(pixels.saturating_sub(1).saturating_sub(along), pixels) as f32;
    let level = Place { u, x: u, y: 0.5, width: part, height: 1.0, dark: false };
    let upright = Place { u, x: 0.5, y: u, width: 1.0, height: part, dark: false };
    match direction {
        Direction::Right => level,
        Direction::Left => Place { x: back, ..level },
        Direction::Down => upright,
        Direction::Up => Place { y: back, ..upright },
    }
}

fn on_ring(pixels: u32, start_degrees: f64, clockwise: bool, wire: u32) -> Place {
    let turn = f64::from(wire) / f64::from(pixels.max(1)) * if clockwise { TAU } else { -TAU };
    let (sin, cos) = (start_degrees.to_radians() + turn).sin_cos();
    // A straight line to the next one: on a circle in a box whose side is 1.
    let spacing = if pixels < 2 { 1.0 } else { (PI / f64::from(pixels)).sin() } as f32;
    let (x, y) = ((0.5 + 0.5 * sin) as f32, (0.5 - 0.5 * cos) as f32);
    Place { u: middle(wire, pixels) as f32, x, y, width: spacing, height: spacing, dark: false }
}

fn in_matrix([columns, rows]: [u32; 2], u: f64, cell: &Cell) -> Place {
    let part = |parts: u32| (1.0 / f64::from(parts.max(1))) as f32;
    let (x, y) = (middle(cell.column, columns) as f32, middle(cell.row, rows) as f32);
    Place { u: u as f32, x, y, width: part(columns), height: part(rows), dark: cell.dark }
}

fn at_points(points: &[LightPoint]) -> Vec<Place> {
    let spots: Vec<_> = points.iter().map(|point| [point.x, point.y]).collect();
    let place = |(wire, (point, distance)): (usize, (&LightPoint, Option<f64>))| {
        let spacing = distance.unwrap_or(1.0).min(1.0);
        Place {
            u: step(wire, points.len()) as f32,
            x: point.x as f32,
            y: point.y as f32,
            width: point.width.unwrap_or(spacing) as f32,
            height: point.height.unwrap_or(spacing) as f32,
            dark: false,
        }
    };
    points.iter().zip(distances(&spots)).enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::light::geometry::{Matrix, Wiring};

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-6
    }

    fn strip(direction: Direction, reversed: bool) -> Vec<Place> {
        places(&Geometry::Strip { pixels: 4, reversed, direction })
    }

    #[track_caller]
    fn check(place: Place, x: f32, y: f32) {
        assert!(close(place.x, x) && close(place.y, y), "{place:?} is not at {x}, {y}");
    }

    #[test]
    fn the_leds_of_a_strip_lie_side_by_side_over_its_full_width() {
        let right = strip(Direction::Right, false);
        assert_eq!(right.iter().map(|place| place.x).collect::<Vec<_>>(), [0.125, 0.375, 0.625, 0.875]);
        assert!(right.iter().all(|place| place.u == place.x && (place.y, place.width, place.height) == (0.5, 0.25, 1.0)));
        let up = strip(Direction::Up, false);
        assert_eq!(up.iter().map(|place| place.y).collect::<Vec<_>>(), [0.875, 0.625, 0.375, 0.125]);
        assert!(up.iter().all(|place| place.u == 1.0 - place.y && (place.x, place.width, place.height) == (0.5, 1.0, 0.25)));
    }

    #[test]
    fn a_strip_that_is_reversed_starts_at_its_end_and_runs_the_same_way() {
        for direction in [Direction::Right, Direction::Left, Direction::Down, Direction::Up] {
            let (mut there, back) = (strip(direction, false), strip(direction, true));
            assert_eq!(there[0].u, 0.125, "{direction:?}");
            assert_eq!(back[0].u, 0.875, "{direction:?}");
            there.reverse();
            assert_eq!(there, back, "{direction:?}");
        }
        assert_eq!(strip(Direction::Left, false)[0].x, 0.875);
        assert_eq!(strip(Direction::Down, true)[0].y, 0.875);
    }

    #[test]
    fn a_ring_starts_at_the_top_and_touches_the_sides_of_its_box() {
        let ring = |start_degrees, clockwise| places(&Geometry::Ring { pixels: 4, start_degrees, clockwise });
        let quarters = [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)];
        for (place, (x, y)) in ring(0.0, true).into_iter().zip(quarters) {
            check(place, x, y);
        }
        check(ring(0.0, false)[1], 0.0, 0.5);
        check(ring(90.0, true)[0], 1.0, 0.5);
        check(ring(-90.0, true)[0], 0.0, 0.5);
        check(ring(90.0, false)[1], 0.5, 0.0);
    }

    #[test]
    fn an_led_of_a_ring_sees_as_far_as_the_next_one() {
        for pixels in [2, 3, 16, 60] {
            let ring = places(&Geometry::Ring { pixels, start_degrees: 10.0, clockwise: true });
            let apart = (ring[0].x - ring[1].x).hypot(ring[0].y - ring[1].y);
            assert!(close(apart, ring[0].width) && ring[0].width == ring[0].height, "{pixels}: {apart}");
        }
    }

    #[test]
    fn the_cells_of_a_matrix_tile_its_box() {
        let missing = vec![[0, 0]];
        let matrix = Matrix { columns: 4, rows: 2, wiring: Wiring::default(), panels: vec![], missing, dark: vec![[3, 1]] };
        let places = places(&Geometry::Matrix(matrix));
        assert_eq!(places.len(), 7);
        check(places[0], 0.375, 0.25);
        check(places[6], 0.875, 0.75);
        assert!(places.iter().all(|place| (place.width, place.height) == (0.25, 0.5)));
        assert!(places.iter().is_sorted_by(|a, b| a.u < b.u), "the wire has no gap where an LED is missing");
        assert!(close(places[0].u, 0.5 / 7.0) && close(places[6].u, 6.5 / 7.0));
        assert_eq!(places.iter().map(|place| place.dark).collect::<Vec<_>>()[5..], [false, true]);
    }

    #[test]
    fn points_see_what_they_say_or_as_far_as_the_nearest_other() {
        let point = |x, y| LightPoint { x, y, width: None, height: None };
        let told = LightPoint { width: Some(0.25), ..point(0.5, 0.0) };
        let seen = places(&Geometry::Points { points: vec![point(0.0, 0.0), told, point(1.0, 1.0), point(0.4, 0.0)] });
        assert!(close(seen[0].width, 0.4) && close(seen[0].height, 0.4));
        assert!(close(seen[1].width, 0.25) && close(seen[1].height, 0.1));
        assert_eq!((seen[2].width, seen[2].height), (1.0, 1.0), "never more than the box");
        check(seen[3], 0.4, 0.0);
        assert_eq!(places(&Geometry::Points { points: vec![point(0.2, 0.7)] })[0].width, 1.0, "alone");
    }

    #[test]
    fn what_cannot_be_has_no_places() {
        assert!(places(&Geometry::Strip { pixels: u32::MAX, reversed: false, direction: Direction::Up }).is_empty());
    }
}
