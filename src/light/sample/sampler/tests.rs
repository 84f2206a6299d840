use proptest::prelude::*;

use super::super::coding::{FINE, light_of};
use super::*;
use crate::light::map::places;
use crate::show::light::geometry::{Direction, Geometry, Matrix, Wiring};

fn noise(width: u32, height: u32) -> Proxy {
    let value = |place: u32| (place.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0;
    let light: Vec<Rgb> = (0..width * height).map(|place| [0, 1, 2].map(|part| value(3 * place + part).powi(2))).collect();
    Proxy::from_light(width, height, &light)
}

/// What is left when so much is cut off at each side.
fn cropped(proxy: &Proxy, Borders { left, top, right, bottom }: Borders) -> Proxy {
    let (width, height) = (proxy.width() - left - right, proxy.height() - top - bottom);
    let at = |x: u32, y: u32| proxy.pixels()[((y + top) * proxy.width() + x + left) as usize];
    let light: Vec<Rgb> = (0..height).flat_map(|y| (0..width).map(move |x| at(x, y))).collect();
    Proxy::from_light(width, height, &light)
}

fn matrix(columns: u32, rows: u32) -> Vec<Place> {
    let (panels, missing, dark) = (Vec::new(), Vec::new(), Vec::new());
    places(&Geometry::Matrix(Matrix { columns, rows, wiring: Wiring::default(), panels, missing, dark }))
}

fn every_shape() -> Vec<Vec<Place>> {
    let strip = |direction| places(&Geometry::Strip { pixels: 37, reversed: true, direction });
    let ring = places(&Geometry::Ring { pixels: 24, start_degrees: 30.0, clockwise: false });
    vec![strip(Direction::Right), strip(Direction::Up), ring, matrix(7, 5), matrix(300, 2)]
}

fn sampled(proxy: &Proxy, places: &[Place], region: Region, crop: Option<Borders>) -> Vec<Rgb> {
    let mut out = vec![[9.0; 3]; places.len()];
    Sampler::new(places, region, crop, proxy.width(), proxy.height()).sample(proxy, &mut out);
    out
}

#[track_caller]
fn same(left: &[Rgb], right: &[Rgb]) {
    assert_eq!(left.len(), right.len());
    for (number, (left, right)) in left.as_flattened().iter().zip(right.as_flattened()).enumerate() {
        assert!((left - right).abs() < 1e-4, "part {number}: {left}, not {right}");
    }
}

/// Pixel by pixel, each in part of what of it is seen.
fn plain(proxy: &Proxy, [x0, x1]: [f64; 2], [y0, y1]: [f64; 2], each: fn(f64) -> f64) -> [f64; 3] {
    let covered = |from: f64, to: f64, at: u32| (to.min(f64::from(at) + 1.0) - from.max(f64::from(at))).max(0.0);
    let mut sum = [0.0; 3];
    for (x, y) in (0..proxy.height()).flat_map(|y| (0..proxy.width()).map(move |x| (x, y))) {
        let part = covered(x0, x1, x) * covered(y0, y1, y) / ((x1 - x0) * (y1 - y0));
        let pixel = proxy.pixels()[(y * proxy.width() + x) as usize];
        (0..3).for_each(|channel| sum[channel] += part * each(f64::from(pixel[channel])));
    }
    sum
}

#[test]
fn every_shade_of_a_flat_picture_comes_out_as_it_went_in() {
    let coding = Coding::get();
    for shade in 0..=255_u16 {
        let light = coding.light(shade * FINE as u16);
        let proxy = Proxy::from_light(31, 17, &[[light, 0.0, 1.0]; 31 * 17]);
        for places in every_shape() {
            for pixel in sampled(&proxy, &places, Region { x: 0.1, y: 0.3, width: 0.7, height: 0.7 }, None) {
                assert_eq!(pixel.map(|part| (part * 255.0).round() as u16), [shade, 0, 255]);
            }
        }
    }
}

#[test]
fn half_black_and_half_white_is_half_the_light() {
    let light: Vec<Rgb> = (0..16).map(|place| [if place % 4 < 2 { 0.0 } else { 1.0 }; 3]).collect();
    let proxy = Proxy::from_light(4, 4, &light);
    let one = sampled(&proxy, &matrix(1, 1), Region::WHOLE, None)[0];
    assert_eq!(one.map(|part| (part * 255.0).round()), [188.0; 3]);
    let mut out = [[0.0; 3]];
    Sampler::new(&matrix(1, 1), Region::WHOLE, None, 4, 4).with(Reduction::MeanOfSquares).sample(&proxy, &mut out);
    assert!((light_of(out[0][0]) - 0.5_f32.sqrt()).abs() < 1e-4, "the bright half counts for more");
}

#[test]
fn a_matrix_as_large_as_the_picture_shows_its_pixels() {
    for (width, height) in [(1, 1), (2, 2), (5, 3), (160, 90)] {
        let proxy = noise(width, height);
        let coded: Vec<Rgb> = proxy.pixels().iter().map(|pixel| Coding::get().code_all(*pixel)).collect();
        same(&sampled(&proxy, &matrix(width, height), Region::WHOLE, None), &coded);
    }
}

#[test]
fn a_picture_without_its_borders_is_the_cropped_picture() {
    let proxy = noise(40, 30);
    let regions = [
        Region::WHOLE,
        Region { x: 0.0, y: 0.5, width: 1.0, height: 0.5 },
        Region { x: 0.13, y: 0.2, width: 0.61, height: 0.33 },
    ];
    for crop in [[0, 0, 0, 0], [5, 0, 5, 0], [0, 4, 0, 3], [7, 1, 2, 11]] {
        let [left, top, right, bottom] = crop;
        let borders = Borders { left, top, right, bottom };
        let inner = cropped(&proxy, borders);
        for (places, region) in every_shape().iter().flat_map(|places| regions.map(|region| (places, region))) {
            same(&sampled(&proxy, places, region, Some(borders)), &sampled(&inner, places, region, None));
        }
    }
}

#[test]
fn a_region_sees_nothing_of_what_is_outside() {
    let proxy = noise(40, 30);
    let inner = cropped(&proxy, Borders { left: 10, top: 6, right: 0, bottom: 9 });
    let region = Region { x: 0.25, y: 0.2, width: 0.75, height: 0.5 };
    for places in every_shape() {
        same(&sampled(&proxy, &places, region, None), &sampled(&inner, &places, Region::WHOLE, None));
    }
}

#[test]
fn the_leds_that_tile_a_region_give_the_light_of_the_region() {
    let proxy = noise(53, 31);
    let region = Region { x: 0.11, y: 0.27, width: 0.62, height: 0.73 };
    let side = |from: f64, length: f64, pixels: f64| [from * pixels, (from + length) * pixels];
    let (across, down) = (side(region.x, region.width, 53.0), side(region.y, region.height, 31.0));
    let wanted = plain(&proxy, across, down, |value| value);
    let strip = places(&Geometry::Strip { pixels: 97, reversed: false, direction: Direction::Down });
    for places in [matrix(1, 1), matrix(8, 8), matrix(128, 128), strip] {
        let out = sampled(&proxy, &places, region, None);
        for (channel, wanted) in wanted.iter().enumerate() {
            let mean = out.iter().map(|pixel| f64::from(light_of(pixel[channel]))).sum::<f64>() / out.len() as f64;
            assert!((mean - wanted).abs() < 1e-4, "{} LEDs: {mean}, not {wanted}", out.len());
        }
    }
}

#[test]
fn the_dominant_colour_is_that_of_most_of_the_area() {
    for size in [10, 90] {
        let light = |place: u32| if place % size < size * 2 / 5 { [0.9, 0.1, 0.0] } else { [0.0, 0.1, 0.6] };
        let proxy = Proxy::from_light(size, size, &(0..size * size).map(light).collect::<Vec<_>>());
        let mut out = [[0.0; 3]; 2];
        let left_and_right = matrix(2, 1);
        let dominant = |places: &[Place], out: &mut [Rgb]| {
            Sampler::new(places, Region::WHOLE, None, size, size).with(Reduction::Dominant).sample(&proxy, out);
        };
        dominant(&matrix(1, 1), &mut out);
        same(&out[..1], &[Coding::get().code_all([0.0, 0.1, 0.6])]);
        dominant(&left_and_right, &mut out);
        same(&out, &[[0.9, 0.1, 0.0], [0.0, 0.1, 0.6]].map(|light| Coding::get().code_all(light)));
    }
}

#[test]
fn the_dominant_colour_leaves_out_pixels_that_are_hardly_seen() {
    let (red, blue) = ([0.9, 0.0, 0.0], [0.0, 0.0, 0.9]);
    let proxy = Proxy::from_light(3, 1, &[red, blue, red]);
    let mut out = [[0.0; 3]];
    // All of the middle, and a third of the others.
    let region = Region { x: 0.22, y: 0.0, width: 0.56, height: 1.0 };
    Sampler::new(&matrix(1, 1), region, None, 3, 1).with(Reduction::Dominant).sample(&proxy, &mut out);
    same(&out, &[Coding::get().code_all(blue)]);
}

#[test]
fn a_place_without_a_size_sees_what_is_under_its_middle() {
    let proxy = noise(4, 4);
    let coded: Vec<Rgb> = proxy.pixels().iter().map(|pixel| Coding::get().code_all(*pixel)).collect();
    let points: Vec<Place> = matrix(4, 4).into_iter().map(|place| Place { width: 0.0, height: 0.0, ..place }).collect();
    same(&sampled(&proxy, &points, Region::WHOLE, None), &coded);
    let corner = [Place { x: 1.0, y: 1.0, ..Place::default() }];
    same(&sampled(&proxy, &corner, Region::WHOLE, None), &coded[15..]);
}

#[test]
fn dark_leds_places_that_are_not_there_and_other_pictures_are_black() {
    let white = Proxy::from_light(4, 4, &[[1.0; 3]; 16]);
    let mut places = matrix(2, 1);
    places[0].dark = true;
    let sampler = Sampler::new(&places, Region::WHOLE, None, 4, 4);
    let mut out = [[9.0; 3]; 3];
    sampler.sample(&white, &mut out);
    assert_eq!(out, [[0.0; 3], [1.0; 3], [0.0; 3]]);
    for other in [Proxy::from_light(4, 3, &[[1.0; 3]; 12]), Proxy::new()] {
        assert!(!sampler.fits(&other));
        sampler.sample(&other, &mut out);
        assert_eq!(out, [[0.0; 3]; 3]);
    }
    Sampler::new(&places, Region::WHOLE, None, 0, 0).sample(&Proxy::new(), &mut out);
    assert_eq!(out, [[0.0; 3]; 3]);
}

#[test]
fn borders_that_leave_nothing_are_not_cut_off() {
    let proxy = noise(6, 6);
    for length in [3, 6, u32::MAX] {
        let all = Borders { left: length, top: 0, right: length, bottom: 0 };
        same(
            &sampled(&proxy, &matrix(3, 3), Region::WHOLE, Some(all)),
            &sampled(&proxy, &matrix(3, 3), Region::WHOLE, None),
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_footprint_gives_the_mean_of_exactly_its_area(
        size in (1_u32..=160, 1_u32..=90),
        start in (0.0_f64..0.9, 0.0_f64..0.9),
        length in (0.0_f64..=1.0, 0.0_f64..=1.0),
        middle in (0.0_f32..=1.0, 0.0_f32..=1.0),
        footprint in (0.001_f32..=1.5, 0.001_f32..=1.5),
    ) {
        let proxy = noise(size.0, size.1);
        let region =
            Region { x: start.0, y: start.1, width: (1.0 - start.0) * length.0.max(0.01), height: (1.0 - start.1) * length.1.max(0.01) };
        let place = Place { u: 0.0, x: middle.0, y: middle.1, width: footprint.0, height: footprint.1, dark: false };
        let edges = |start: f64, length: f64, middle: f32, footprint: f32, pixels: u32| {
            let edge = |sign: f64| (f64::from(middle) + sign * f64::from(footprint) / 2.0).clamp(0.0, 1.0);
            [-1.0, 1.0].map(|sign| (start + edge(sign) * length) * f64::from(pixels))
        };
        let across = edges(region.x, region.width, middle.0, footprint.0, size.0);
        let down = edges(region.y, region.height, middle.1, footprint.1, size.1);
        // What is smaller than a thousandth of a pixel is looked at as if it were as large.
        prop_assume!(across[1] - across[0] > 0.002 && down[1] - down[0] > 0.002);
        for (reduction, each) in [(Reduction::Mean, (|value| value) as fn(f64) -> f64), (Reduction::MeanOfSquares, |value| value * value)] {
            let mut out = [[0.0; 3]];
            Sampler::new(&[place], region, None, size.0, size.1).with(reduction).sample(&proxy, &mut out);
            let wanted = plain(&proxy, across, down, each).map(|sum| if reduction == Reduction::Mean { sum } else { sum.sqrt() });
            for (found, wanted) in out[0].iter().zip(wanted) {
                prop_assert!((f64::from(light_of(*found)) - wanted).abs() < 1e-4, "{reduction:?}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn whatever_the_numbers_are_there_is_a_colour(numbers in prop::array::uniform8(prop::num::f32::ANY), size in (1_u32..9, 1_u32..9)) {
        let [x, y, width, height, a, b, c, d] = numbers;
        let place = Place { u: x, x, y, width, height, dark: false };
        let region = Region { x: a.into(), y: b.into(), width: c.into(), height: d.into() };
        let proxy = noise(size.0, size.1);
        for reduction in [Reduction::Mean, Reduction::MeanOfSquares, Reduction::Dominant] {
            let mut out = [[0.0; 3]];
            Sampler::new(&[place], region, None, size.0, size.1).with(reduction).sample(&proxy, &mut out);
            prop_assert!(out[0].iter().all(|part| (0.0..=1.0).contains(part)), "{out:?}");
        }
    }
}
