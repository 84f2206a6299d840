//! Kernels against their formulas in floating point.

use super::bytes;
use crate::frame::pixels::blend_rgb::{self, Mode};
use crate::frame::pixels::chroma_matrix::{self, ChromaMatrix};
use crate::frame::pixels::key::chroma::{self as chroma_key, ChromaKey};
use crate::frame::pixels::key::luma::{self as luma_key, LumaKey};
use crate::frame::pixels::rgb::{from_rgb, matrix, to_rgb};
use crate::frame::pixels::weights::circle::{self, Circle};
use crate::frame::pixels::weights::slope;
use crate::frame::pixels::{halve, mix, mix_masked};

/// One rounding, and so little error before it that only a half may fall to the wrong side.
pub const ONE_ROUNDING: f64 = 0.51;
/// Intermediate results are bytes, too.
pub const TWO_ROUNDINGS: f64 = 1.01;
const THREE_ROUNDINGS: f64 = 1.51;

#[track_caller]
pub fn assert_near(found: u8, exact: f64, tolerance: f64, what: &str) {
    let exact = exact.clamp(0.0, 255.0);
    assert!((f64::from(found) - exact).abs() <= tolerance, "{what}: {found}, not {exact}");
}

#[test]
fn mixtures_are_exact_at_both_ends_and_right_in_between() {
    let (from, to, weights) = (bytes(999, 1), bytes(999, 2), bytes(999, 3));
    for weight in [0, 1, 100, 128, 255, 256] {
        let mut target = vec![0; 999];
        mix::mix(&mut target, &from, &to, weight);
        for (found, (from, to)) in target.iter().zip(from.iter().zip(&to)) {
            let exact = f64::from(*from) + (f64::from(*to) - f64::from(*from)) * f64::from(weight) / 256.0;
            assert_near(*found, exact, ONE_ROUNDING, "mix");
        }
        assert!(weight != 0 || target == from);
        assert!(weight != 256 || target == to);
    }
    let mut target = vec![0; 999];
    mix_masked::mix_masked(&mut target, &from, &to, &weights);
    for ((found, weight), (from, to)) in target.iter().zip(&weights).zip(from.iter().zip(&to)) {
        let exact = f64::from(*from) + (f64::from(*to) - f64::from(*from)) * f64::from(*weight) / 255.0;
        assert_near(*found, exact, ONE_ROUNDING, "mix_masked");
    }
    let mut half = [0; 3];
    halve::halve(&mut half, &[1, 2, 3, 5, 10], &[2, 2, 4, 4, 13]);
    assert_eq!(half, [2, 4, 12]);
}

const KR: f64 = 0.2126;
const KB: f64 = 0.0722;

fn rgb_of([y, u, v]: [u8; 3]) -> [f64; 3] {
    let (y, u, v) = ((f64::from(y) - 16.0) / 219.0, (f64::from(u) - 128.0) / 224.0, (f64::from(v) - 128.0) / 224.0);
    let (red, blue) = (y + 2.0 * (1.0 - KR) * v, y + 2.0 * (1.0 - KB) * u);
    [red, (y - KR * red - KB * blue) / (1.0 - KR - KB), blue].map(|value| value * 255.0)
}

#[test]
fn yuv_becomes_rgb_within_a_unit() {
    for u in (0..=255).step_by(5) {
        for v in (0..=255).step_by(5) {
            let luma: Vec<u8> = (0..=255).collect();
            let (us, vs) = (vec![u; 128], vec![v; 128]);
            let mut planes = [[0; 256]; 3];
            to_rgb::to_rgb(planes.each_mut().map(|plane| &mut plane[..]), [&luma, &us, &vs]);
            for (at, y) in luma.iter().enumerate() {
                let exact = rgb_of([*y, u, v]);
                for plane in 0..3 {
                    assert_near(planes[plane][at], exact[plane], 1.0, "to_rgb");
                }
            }
        }
    }
}

#[test]
fn rgb_becomes_yuv_within_a_unit_and_greys_stay_grey() {
    for red in (0..=255).step_by(15) {
        for green in (0..=255).step_by(15) {
            for blue in (0..=255).step_by(15) {
                let row = [[red; 3], [green; 3], [blue; 3]];
                let rows = row.each_ref().map(|row| &row[..]);
                let (mut upper, mut lower, mut u, mut v) = ([0; 3], [0; 3], [0; 2], [0; 2]);
                from_rgb::from_rgb([&mut upper, &mut lower], [&mut u, &mut v], rows, rows);
                let exact = |weights: [i32; 3], offset: f64| {
                    let [red, green, blue] = [red, green, blue].map(i32::from);
                    f64::from(weights[0] * red + weights[1] * green + weights[2] * blue) / 65_536.0 + offset
                };
                let ([y, u_exact, v_exact], what) =
                    ([exact(matrix::Y, 16.0), exact(matrix::U, 128.0), exact(matrix::V, 128.0)], "from_rgb");
                upper.iter().chain(&lower).for_each(|found| assert_near(*found, y, 0.6, what));
                u.iter().for_each(|found| assert_near(*found, u_exact, 0.6, what));
                v.iter().for_each(|found| assert_near(*found, v_exact, 0.6, what));
                assert!(red != green || green != blue || (u == [128; 2] && v == [128; 2]), "{red}: {u:?} {v:?}");
            }
        }
    }
}

#[test]
fn blend_modes_are_those_of_w3c() {
    let formula = |mode: Mode, below: f64, color: f64| match mode {
        Mode::Multiply => below * color,
        Mode::Screen => below + color - below * color,
        Mode::Overlay if below <= 0.5 => 2.0 * below * color,
        Mode::Overlay => 1.0 - 2.0 * (1.0 - below) * (1.0 - color),
        Mode::Darken => below.min(color),
        Mode::Lighten => below.max(color),
        Mode::Difference => (below - color).abs(),
        Mode::Add => f64::INFINITY,
    };
    for mode in Mode::ALL {
        for below in 0..=255_u8 {
            for alpha in [0_u8, 1, 50, 128, 200, 255] {
                for color in [0.0, 0.1, 0.5, 0.77, 1.0] {
                    let source = (color * f64::from(alpha)).round();
                    let (backdrop, part) = (f64::from(below) / 255.0, f64::from(alpha) / 255.0);
                    let color = if alpha == 0 { 0.0 } else { source / f64::from(alpha) };
                    let exact = match mode {
                        // `lighter`: the sum of what is premultiplied.
                        Mode::Add => backdrop + source / 255.0,
                        _ => (1.0 - part) * backdrop + part * formula(mode, backdrop, color),
                    };
                    let mut target = [below];
                    blend_rgb::blend_rgb(mode, &mut target, &[source as u8], &[alpha], 255);
                    assert_near(target[0], 255.0 * exact, THREE_ROUNDINGS, &format!("{mode:?} {below} {source} {alpha}"));
                }
            }
        }
    }
    let mut target = [77];
    blend_rgb::blend_rgb(Mode::Multiply, &mut target, &[0], &[255], 128);
    assert_near(target[0], 77.0 * 127.0 / 255.0, TWO_ROUNDINGS, "half transparent black");
}

#[test]
fn chroma_turns_around_grey() {
    let check = |matrix: ChromaMatrix, (u, v): (u8, u8), expected: (u8, u8)| {
        let (mut found_u, mut found_v) = ([u], [v]);
        chroma_matrix::chroma_matrix(&mut found_u, &mut found_v, &matrix);
        assert_eq!((found_u[0], found_v[0]), expected, "{u} {v}");
    };
    for value in 0..=255 {
        check(ChromaMatrix::hue_saturation(0.0, 1.0), (value, 255 - value), (value, 255 - value));
        check(ChromaMatrix::hue_saturation(77.0, 0.0), (value, 255 - value), (128, 128));
    }
    check(ChromaMatrix::hue_saturation(180.0, 1.0), (100, 140), (156, 116));
    check(ChromaMatrix::hue_saturation(90.0, 1.0), (228, 128), (128, 228));
    check(ChromaMatrix::hue_saturation(0.0, 99.0), (129, 127), (144, 112));
    check(ChromaMatrix::new([[1.0, 0.0], [0.0, 1.0]], [5.0, -200.0]), (100, 100), (105, 0));
    check(ChromaMatrix::new([[f64::NAN; 2]; 2], [f64::NAN; 2]), (3, 250), (128, 128));
}

#[test]
fn keys_take_out_what_they_should() {
    let keyed = |u: u8, v: u8| {
        let (mut alpha, mut found_u, mut found_v) = ([0], [u], [v]);
        chroma_key::chroma_key(&mut alpha, &mut found_u, &mut found_v, &ChromaKey::new(42, 26, 0.2, 0.1, 1.0));
        (alpha[0], found_u[0], found_v[0])
    };
    assert_eq!(keyed(42, 26), (0, 128, 128), "the key itself, and its colour is gone");
    assert_eq!(keyed(60, 40).0, 0, "nearly the key");
    assert_eq!(keyed(102, 240), (255, 102, 240), "red stays as it is");
    assert_eq!(keyed(128, 128), (255, 128, 128), "grey stays grey");
    let (alpha, u, v) = keyed(118, 118);
    assert!(alpha == 255 && u > 118 && v > 118, "a green cast on grey goes: {u} {v}");
    for (low, high, softness, luma, expected) in [
        (0.2, 0.8, 0.0, 60, 255),
        (0.2, 0.8, 0.0, 59, 0),
        (0.2, 0.8, 0.0, 191, 255),
        (0.2, 0.8, 0.0, 192, 0),
        (0.0, 1.0, 0.0, 0, 255),
        (0.0, 1.0, 0.0, 255, 255),
        (0.5, 1.0, 0.5, 126, 255),
        (0.5, 1.0, 0.5, 16, 0),
    ] {
        let mut alpha = [7];
        luma_key::luma_key(&mut alpha, &[luma], &LumaKey::new(low, high, softness));
        assert_eq!(alpha[0], expected, "{low} to {high}: {luma}");
    }
}

#[test]
fn weights_rise_as_they_should() {
    let mut weights = [0; 600];
    for (start, step) in [(-100.0, 0.7), (300.0, -1.3), (0.0, 255.0), (1e6, -2.0)] {
        slope::slope(&mut weights, (start * 65_536.0) as i64, (step * 65_536.0) as i32);
        for (at, weight) in weights.iter().enumerate() {
            assert_near(*weight, start + step * at as f64, ONE_ROUNDING, "slope");
        }
    }
    for (x, y, radius, slope) in
        [(-300.0_f32, 40.0_f32, 200.0_f32, 3.0_f32), (-0.5, 0.0, 100.0, 255.0), (-16.0, 5.0, 4.0, 9.0)]
    {
        circle::circle(&mut weights, &Circle { x, y, radius, slope });
        for (at, weight) in weights.iter().enumerate() {
            let distance = (x as f64 + at as f64).hypot(f64::from(y));
            let exact = (f64::from(radius) - distance) * f64::from(slope);
            assert_near(*weight, exact, ONE_ROUNDING, "circle");
        }
    }
}
