//! A straight gradient that runs from one edge of its rectangle to the other, whatever its direction.

use super::Raster;
use crate::show::color::Color;

pub fn raster(from: Color, to: Color, angle: f64, (width, height): (i32, i32)) -> Raster {
    let mut raster = Raster::transparent(width, height);
    let (sine, cosine) = if angle.is_finite() { angle.to_radians().sin_cos() } else { (0.0, 1.0) };
    let (width, height) = (f64::from(raster.width), f64::from(raster.height));
    // Projected on the direction, the corners lie this far from the middle.
    let reach = ((width * cosine).abs() + (height * sine).abs()).max(1.0) / 2.0;
    let steps = palette(from, to);
    for (y, row) in raster.rgba.chunks_exact_mut(4 * (raster.width as usize).max(1)).enumerate() {
        let down = (y as f64 + 0.5 - height / 2.0) * sine;
        for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let along = (x as f64 + 0.5 - width / 2.0) * cosine + down;
            let place = (along / reach + 1.0) / 2.0 * (STEPS - 1) as f64;
            *pixel = steps[(place.round() as usize).min(STEPS - 1)];
        }
    }
    raster
}

/// More steps than eight bits can tell apart.
const STEPS: usize = 1024;

fn palette(from: Color, to: Color) -> Vec<[u8; 4]> {
    let mix = |from: u8, to: u8, part: f64| (f64::from(from) + (f64::from(to) - f64::from(from)) * part).round() as u8;
    let step = |index| {
        let part = index as f64 / (STEPS - 1) as f64;
        [
            mix(from.red, to.red, part),
            mix(from.green, to.green, part),
            mix(from.blue, to.blue, part),
            mix(from.alpha, to.alpha, part),
        ]
    };
    (0..STEPS).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_from_edge_to_edge() {
        let grey = |raster: &Raster, x: i32, y: i32| raster.rgba[4 * (y * raster.width + x) as usize];
        let across = raster(Color::BLACK, Color::WHITE, 0.0, (256, 4));
        assert!(grey(&across, 0, 0) <= 1 && grey(&across, 255, 3) >= 254);
        assert_eq!(grey(&across, 128, 0), grey(&across, 128, 3));
        let down = raster(Color::BLACK, Color::WHITE, 90.0, (4, 256));
        assert!(grey(&down, 3, 0) <= 1 && grey(&down, 0, 255) >= 254);
        let back = raster(Color::BLACK, Color::WHITE, 180.0, (256, 4));
        assert!(grey(&back, 0, 0) >= 254);
        assert_eq!(raster(Color::BLACK, Color::WHITE, f64::NAN, (0, 9)).rgba.len(), 0);
    }
}
