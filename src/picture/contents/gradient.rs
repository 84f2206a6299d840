//! Gradients: from one edge to the other whatever their direction, from the middle outwards, or round the middle.

use std::f64::consts::TAU;

use super::Raster;
use crate::show::color::Color;
use crate::show::layer::{GradientShape, Stop};

pub struct Gradient<'a> {
    pub from: Color,
    pub to: Color,
    pub shape: GradientShape,
    pub angle: f64,
    pub stops: &'a [Stop],
}

pub fn raster(gradient: &Gradient<'_>, (width, height): (i32, i32)) -> Raster {
    let mut raster = Raster::transparent(width, height);
    let place = place(gradient, (f64::from(raster.width), f64::from(raster.height)));
    let steps = palette(gradient);
    let columns = (raster.width as usize).max(1);
    for (index, pixel) in raster.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = ((index % columns) as f64 + 0.5, (index / columns) as f64 + 0.5);
        *pixel = steps[((place(x, y) * (STEPS - 1) as f64).round() as usize).min(STEPS - 1)];
    }
    raster
}

/// How far along the gradient a point is, from 0 to 1.
fn place(gradient: &Gradient<'_>, (width, height): (f64, f64)) -> impl Fn(f64, f64) -> f64 {
    let angle = if gradient.angle.is_finite() { gradient.angle.to_radians() } else { 0.0 };
    let (sine, cosine) = angle.sin_cos();
    // Projected on the direction, the corners lie this far from the middle.
    let reach = ((width * cosine).abs() + (height * sine).abs()).max(1.0) / 2.0;
    let corner = (width / 2.0).hypot(height / 2.0).max(1.0);
    let shape = gradient.shape;
    move |x, y| {
        let (x, y) = (x - width / 2.0, y - height / 2.0);
        match shape {
            GradientShape::Linear => ((x * cosine + y * sine) / reach + 1.0) / 2.0,
            GradientShape::Radial => x.hypot(y) / corner,
            GradientShape::Conic => ((y.atan2(x) - angle) / TAU).rem_euclid(1.0),
        }
    }
}

/// More steps than eight bits can tell apart.
const STEPS: usize = 1024;

fn palette(gradient: &Gradient<'_>) -> Vec<[u8; 4]> {
    let first = Stop { at: 0.0, color: gradient.from };
    let mut stops: Vec<Stop> = std::iter::once(first).chain(gradient.stops.iter().copied()).collect();
    stops.push(Stop { at: 1.0, color: gradient.to });
    stops.sort_by(|one, other| one.at.total_cmp(&other.at));
    (0..STEPS).map(|index| color_at(&stops, index as f64 / (STEPS - 1) as f64)).collect()
}

fn color_at(stops: &[Stop], at: f64) -> [u8; 4] {
    let after = stops.iter().position(|stop| stop.at >= at).unwrap_or(stops.len() - 1).max(1);
    let (from, to) = (stops[after - 1], stops[after]);
    let part = if to.at > from.at { ((at - from.at) / (to.at - from.at)).clamp(0.0, 1.0) } else { 1.0 };
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * part).round() as u8;
    let (from, to) = (from.color, to.color);
    [mix(from.red, to.red), mix(from.green, to.green), mix(from.blue, to.blue), mix(from.alpha, to.alpha)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster_of(shape: GradientShape, angle: f64, stops: &[Stop], size: (i32, i32)) -> Raster {
        raster(&Gradient { from: Color::BLACK, to: Color::WHITE, shape, angle, stops }, size)
    }

    fn grey(raster: &Raster, x: i32, y: i32) -> u8 {
        raster.rgba[4 * (y * raster.width + x) as usize]
    }

    #[test]
    fn it_runs_from_edge_to_edge() {
        let linear = |angle, size| raster_of(GradientShape::Linear, angle, &[], size);
        let across = linear(0.0, (256, 4));
        assert!(grey(&across, 0, 0) <= 1 && grey(&across, 255, 3) >= 254);
        assert_eq!(grey(&across, 128, 0), grey(&across, 128, 3));
        let down = linear(90.0, (4, 256));
        assert!(grey(&down, 3, 0) <= 1 && grey(&down, 0, 255) >= 254);
        let back = linear(180.0, (256, 4));
        assert!(grey(&back, 0, 0) >= 254);
        assert_eq!(linear(f64::NAN, (0, 9)).rgba.len(), 0);
    }

    #[test]
    fn it_runs_outwards_and_round() {
        let radial = raster_of(GradientShape::Radial, 0.0, &[], (200, 100));
        assert!(grey(&radial, 100, 50) <= 2 && grey(&radial, 0, 0) >= 253 && grey(&radial, 199, 99) >= 253);
        let conic = raster_of(GradientShape::Conic, 0.0, &[], (200, 100));
        assert!(grey(&conic, 199, 51) <= 3 && grey(&conic, 199, 48) >= 252);
        assert!(grey(&conic, 100, 99).abs_diff(64) <= 2);
    }

    #[test]
    fn colours_in_between_are_met() {
        let stops = [Stop { at: 0.5, color: Color::opaque(255, 0, 0) }];
        let raster = raster_of(GradientShape::Linear, 0.0, &stops, (257, 1));
        let pixel = |x: usize| &raster.rgba[4 * x..4 * x + 3];
        assert_eq!((pixel(128), pixel(64)), (&[255, 0, 0][..], &[128, 0, 0][..]));
    }
}
