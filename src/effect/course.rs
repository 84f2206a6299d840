//! The line that a one-dimensional effect runs along: one place a light, worked out once.

use super::curve::{direction, floor, unit};
use super::plane::Plane;

/// How the line lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// As the wire.
    Along,
    /// From left to right.
    Across,
    /// From the bottom to the top.
    Up,
    /// From the middle outwards.
    Radial,
    /// From the top around to the right.
    Angle,
    /// Row by row, there and back, as a serpent goes through a matrix.
    Winding,
}

pub struct Course {
    /// 0 to 1 each.
    pub places: Vec<f32>,
    /// The line's length in lights.
    pub length: f32,
    /// Where each light is beside the line, 0 to 1, upwards or to the right; empty for a line without breadth.
    pub beside: Vec<f32>,
}

impl Course {
    /// `mapping` as the parameter says it; `auto` follows the wire of a line of lights, and is `auto` on a surface.
    pub fn lay(plane: &Plane, mapping: &str, auto: Lie) -> Course {
        let lie = match mapping {
            "along" => Lie::Along,
            "across" => Lie::Across,
            "up" => Lie::Up,
            "radial" => Lie::Radial,
            "angle" => Lie::Angle,
            _ if plane.is_filled() => auto,
            _ => Lie::Along,
        };
        let (columns, rows) = (plane.columns as f32, plane.rows as f32);
        let (length, lights) = (columns.max(rows).max(1.0), plane.points.len() as f32);
        let middle = |[x, y]: [f32; 2]| [(x - 0.5) * columns / length, (y - 0.5) * rows / length];
        let farthest = distance(middle([0.0, 0.0])).max(f32::MIN_POSITIVE);
        let angle = |[x, y]: [f32; 2]| direction(-y, x);
        let around = if plane.is_filled() { 2.0 * (columns + rows) } else { lights };
        let winding = |[x, y]: [f32; 2]| {
            let row = floor(y * rows).min(rows - 1.0);
            (row + if row % 2.0 == 0.0 { x } else { 1.0 - x }) / rows.max(1.0)
        };
        let boxed = || plane.points.iter().map(|point| [unit(point.x), unit(point.y)]);
        let (places, length): (Vec<f32>, f32) = match lie {
            Lie::Along => (plane.points.iter().map(|point| unit(point.u)).collect(), lights),
            Lie::Across => (boxed().map(|place| place[0]).collect(), columns),
            Lie::Up => (boxed().map(|place| 1.0 - place[1]).collect(), rows),
            Lie::Radial => (boxed().map(|place| unit(distance(middle(place)) / farthest)).collect(), length * farthest),
            Lie::Angle => (boxed().map(|place| angle(middle(place))).collect(), around),
            Lie::Winding => (boxed().map(winding).collect(), columns * rows),
        };
        let beside = match lie {
            Lie::Across if plane.is_filled() => boxed().map(|place| 1.0 - place[1]).collect(),
            Lie::Up if plane.is_filled() => boxed().map(|place| place[0]).collect(),
            _ => Vec::new(),
        };
        Course { places, length: length.max(1.0), beside }
    }

    /// From both ends to the middle.
    pub fn mirrored(mut self) -> Course {
        self.places.iter_mut().for_each(|place| *place = 1.0 - (2.0 * *place - 1.0).abs());
        self.length = (self.length / 2.0).max(1.0);
        self
    }

    pub fn reversed(mut self) -> Course {
        self.places.iter_mut().for_each(|place| *place = 1.0 - *place);
        self
    }

    /// The number of the light at a place, as if they stood in a single row.
    pub fn light(&self, place: f32) -> f32 {
        floor(place * self.length).min(self.lights() - 1.0)
    }

    /// How many stand in that row; a light in the middle of a mirrored line counts as one.
    pub fn lights(&self) -> f32 {
        -floor(-self.length)
    }
}

fn distance([x, y]: [f32; 2]) -> f32 {
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plane: &Plane, mapping: &str, wanted: &[f32]) {
        let places = Course::lay(plane, mapping, Lie::Across).places;
        let is_near = |(found, wanted): (&f32, &f32)| (found - wanted).abs() < 1e-4;
        assert!(places.len() == wanted.len() && places.iter().zip(wanted).all(is_near), "{mapping}: {places:?}");
    }

    #[test]
    fn a_line_lies_as_its_mapping_says() {
        let plane = Plane::matrix(2, 2);
        check(&plane, "along", &[0.125, 0.375, 0.625, 0.875]);
        check(&plane, "across", &[0.25, 0.75, 0.25, 0.75]);
        check(&plane, "auto", &[0.25, 0.75, 0.25, 0.75]);
        check(&plane, "up", &[0.75, 0.75, 0.25, 0.25]);
        check(&plane, "radial", &[0.5; 4]);
        check(&plane, "angle", &[0.875, 0.125, 0.625, 0.375]);
        check(&Plane::strip(2), "auto", &[0.25, 0.75]);
        check(&Plane::ring(4), "auto", &[0.125, 0.375, 0.625, 0.875]);
        check(&Plane::ring(4), "angle", &[0.0, 0.25, 0.5, 0.75]);
    }

    #[test]
    fn a_line_that_is_reversed_starts_at_its_end_and_a_mirrored_one_at_both() {
        let course = || Course::lay(&Plane::strip(4), "auto", Lie::Across);
        assert_eq!(course().reversed().places, [0.875, 0.625, 0.375, 0.125]);
        assert_eq!(course().mirrored().places, [0.25, 0.75, 0.75, 0.25]);
        assert_eq!(course().mirrored().reversed().places, [0.75, 0.25, 0.25, 0.75]);
        assert_eq!((course().length, course().mirrored().length), (4.0, 2.0));
    }

    #[test]
    fn a_winding_line_comes_back_in_every_other_row() {
        let course = Course::lay(&Plane::matrix(3, 2), "auto", Lie::Winding);
        let lights: Vec<_> = course.places.iter().map(|&place| course.light(place)).collect();
        assert_eq!(lights, [0.0, 1.0, 2.0, 5.0, 4.0, 3.0]);
    }

    #[test]
    fn an_empty_plane_has_an_empty_line() {
        for mapping in ["along", "across", "up", "radial", "angle"] {
            let course = Course::lay(&Plane::default(), mapping, Lie::Winding);
            assert!(course.places.is_empty() && course.length == 1.0, "{mapping}");
        }
    }
}
