//! How large a zone is, counted in LEDs, for what is drawn as on a grid.

use std::f64::consts::PI;

use super::places::places;
use crate::show::light::geometry::{Direction, Geometry};

/// Columns and rows; of rings and points as if they were as dense everywhere as they are beside each other.
pub fn extent(geometry: &Geometry) -> [u32; 2] {
    match geometry {
        Geometry::Strip { pixels, direction: Direction::Right | Direction::Left, .. } => [(*pixels).max(1), 1],
        Geometry::Strip { pixels, .. } => [1, (*pixels).max(1)],
        Geometry::Ring { pixels, .. } => [at_least_one(f64::from(*pixels) / PI); 2],
        Geometry::Matrix(matrix) => [matrix.columns.max(1), matrix.rows.max(1)],
        Geometry::Points { .. } => {
            let places = places(geometry);
            let across = |length: fn(&super::Place) -> f32| {
                let sum: f64 = places.iter().map(|place| f64::from(length(place))).sum();
                at_least_one(places.len() as f64 / sum).min(geometry.pixel_count().max(1))
            };
            [across(|place| place.width), across(|place| place.height)]
        }
    }
}

fn at_least_one(number: f64) -> u32 {
    // NaN becomes 0.
    (number.round() as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::light::geometry::LightPoint;

    #[test]
    fn a_grid_of_points_is_as_large_as_the_same_matrix() {
        let at = |number: u32| (f64::from(number) + 0.5) / 8.0;
        let point = |number: u32| LightPoint { x: at(number % 8), y: at(number / 8), width: None, height: None };
        assert_eq!(extent(&Geometry::Points { points: (0..64).map(point).collect() }), [8, 8]);
    }

    #[test]
    fn every_geometry_is_at_least_one_led_large() {
        let strip = |pixels, direction| Geometry::Strip { pixels, reversed: false, direction };
        assert_eq!(extent(&strip(30, Direction::Left)), [30, 1]);
        assert_eq!(extent(&strip(30, Direction::Down)), [1, 30]);
        assert_eq!(extent(&strip(0, Direction::Up)), [1, 1]);
        assert_eq!(extent(&Geometry::Ring { pixels: 1, start_degrees: 0.0, clockwise: true }), [1, 1]);
        assert_eq!(extent(&Geometry::Ring { pixels: 24, start_degrees: 0.0, clockwise: true }), [8, 8]);
        assert_eq!(extent(&Geometry::Points { points: Vec::new() }), [1, 1]);
    }
}
