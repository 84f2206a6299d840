//! What works on whole areas, blur and scaling, against formulas in floating point.

use super::bytes;
use super::values::{TWO_ROUNDINGS, assert_near};
use crate::frame::pixels::allocations;
use crate::frame::pixels::blur::area::{Blur, blur};
use crate::frame::pixels::scale::plane::{Stretch, halved, plane};
use crate::frame::pixels::scale::{Axis, Eight};

#[test]
fn a_blur_is_the_mean_of_its_window_and_allocates_nothing() {
    let (width, height, stride) = (150, 40, 161);
    for (radius, passes) in [(1, 1), (3, 1), (20, 1), (60, 1), (0, 1), (5, 0)] {
        let source = bytes(stride * height, 5);
        let mut target = source.clone();
        let settings = Blur { width, height, radius, passes };
        let mut scratch = vec![0; settings.scratch_size()];
        assert_eq!(allocations::during(|| blur(&mut target, stride, settings, &mut scratch)), 0);
        let reach = if passes == 0 { 0 } else { radius as i32 };
        let clamped = |value: i32, length: usize| value.clamp(0, length as i32 - 1) as usize;
        let count = f64::from((2 * reach + 1) * (2 * reach + 1));
        for (y, x) in [(0, 0), (0, 149), (39, 0), (39, 149), (20, 75), (3, 140), (37, 128), (19, 127)] {
            let mut sum = 0.0;
            for down in -reach..=reach {
                for right in -reach..=reach {
                    sum += f64::from(source[clamped(y + down, height) * stride + clamped(x + right, width)]);
                }
            }
            assert_near(target[y as usize * stride + x as usize], sum / count, TWO_ROUNDINGS + 0.5, "blur");
        }
        for row in 0..height {
            let beside = row * stride + width..(row + 1) * stride;
            assert_eq!(target[beside.clone()], source[beside], "what is beside the area stays");
        }
    }
}

#[test]
fn three_passes_are_close_to_a_gaussian() {
    let (size, radius) = (201, 10);
    let mut plane = vec![0; size * size];
    for row in plane.chunks_mut(size) {
        row[100..].fill(255);
    }
    let settings = Blur { width: size, height: size, radius, passes: 3 };
    blur(&mut plane, size, settings, &mut vec![0; settings.scratch_size()]);
    let deviation = (radius as f64 * (radius as f64 + 1.0)).sqrt();
    for x in 60..140 {
        // The integral of the Gaussian, summed up.
        let part: f64 = (-400..=400)
            .filter(|step| f64::from(*step) / 10.0 + x as f64 >= 99.5)
            .map(|step| (-(f64::from(step) / 10.0 / deviation).powi(2) / 2.0).exp() / (10.0 * deviation * 2.5066283))
            .sum();
        assert_near(plane[100 * size + x], 255.0 * part, 4.0, &format!("at {x}"));
    }
}

#[test]
fn a_stretched_plane_is_bilinear() {
    for (width, height, to_width, to_height) in
        [(64, 36, 96, 54), (50, 40, 33, 21), (16, 16, 16, 16), (1, 1, 20, 3), (9, 2, 40, 7)]
    {
        let source = bytes(width * height, 8);
        let columns: Vec<Eight> =
            (0..Eight::count(to_width)).map(|number| Eight::of(Axis::scaled(width, to_width), number, width)).collect();
        let stretch =
            Stretch { source: &source, stride: width, width, columns: &columns, rows: Axis::scaled(height, to_height) };
        let mut target = vec![0; to_width * to_height];
        let mut scratch = vec![0; 2 * to_width];
        plane(stretch, &mut target, to_width, 0..to_height, &mut scratch);
        let place = |at: usize, from: usize, to: usize| {
            let place = ((at as f64 + 0.5) * from as f64 / to as f64 - 0.5).clamp(0.0, from as f64 - 1.0);
            (place as usize, (place as usize + 1).min(from - 1), place.fract())
        };
        for y in 0..to_height {
            let (above, below, down) = place(y, height, to_height);
            for x in 0..to_width {
                let (left, right, across) = place(x, width, to_width);
                let row = |y: usize| {
                    f64::from(source[y * width + left]) * (1.0 - across) + f64::from(source[y * width + right]) * across
                };
                let exact = row(above) * (1.0 - down) + row(below) * down;
                // Weights are 256ths: half of one, of the greatest difference, twice.
                assert_near(target[y * to_width + x], exact, TWO_ROUNDINGS + 1.0, "bilinear");
            }
        }
        let mut band = vec![0; to_width];
        plane(stretch, &mut band, to_width, to_height - 1..to_height, &mut scratch);
        assert_eq!(band, target[(to_height - 1) * to_width..], "a band of it is the same");
    }
    let mut half = vec![0; 2 * 2];
    halved(&mut half, 2, &[1, 3, 9, 5, 7, 11, 20, 30, 40], 3, (3, 3));
    assert_eq!(half, [4, 10, 25, 40]);
}
