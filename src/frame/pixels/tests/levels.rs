//! Every level gives the answer of `native`, at widths that end anywhere in a register and at places that are not aligned.

use super::{WIDTHS, bytes};
use crate::frame::pixels::blend_rgb::{self, Mode};
use crate::frame::pixels::blur::{MAX_RADIUS, Mean, column, row};
use crate::frame::pixels::chroma_matrix::{self, ChromaMatrix};
use crate::frame::pixels::key::chroma::{self as chroma_key, ChromaKey};
use crate::frame::pixels::key::luma::{self as luma_key, LumaKey};
use crate::frame::pixels::level::Level;
use crate::frame::pixels::rgb::{from_rgb, to_rgb};
use crate::frame::pixels::scale::{self, Axis, Eight};
use crate::frame::pixels::weights::circle::{self, Circle};
use crate::frame::pixels::weights::{ramp, slope};
use crate::frame::pixels::{halve, luma_curve, mix, mix_masked};

/// `kernel` is given a target, and rows of twice the width. All begin `shift` bytes off where memory was given.
#[track_caller]
fn check(what: &str, kernel: impl Fn(Level, &mut [u8], [&[u8]; 5])) {
    for width in WIDTHS {
        for shift in [0, 1, 5] {
            let rows: [Vec<u8>; 5] = std::array::from_fn(|seed| bytes(2 * width + shift, seed as u64));
            let rows = rows.each_ref().map(|row| &row[shift..]);
            let run = |level| {
                let mut target = bytes(3 * width + shift + 1, 9);
                kernel(level, &mut target[shift..shift + 3 * width], rows);
                target
            };
            let expected = run(Level::Native);
            for level in Level::available() {
                assert_eq!(run(level), expected, "{what}: {level:?} at width {width}, shifted by {shift}");
            }
        }
    }
}

#[test]
fn all_levels_agree_on_rows() {
    for weight in [0, 1, 128, 255, 256, 999] {
        check("mix", |level, target, [from, to, ..]| mix::at_level(level, target, from, to, weight));
    }
    check("mix_masked", |level, target, [from, to, weights, ..]| mix_masked::at_level(level, target, from, to, weights));
    check("halve", |level, target, [above, below, ..]| halve::at_level(level, target, above, below));
    let odd = |row: &[u8]| row.len().saturating_sub(1);
    check("halve, odd", |level, target, [above, below, ..]| {
        halve::at_level(level, target, &above[..odd(above)], &below[..odd(below)]);
    });
    let table = std::array::from_fn(|value| (value as u8).wrapping_mul(31));
    check("luma_curve", |level, target, _| luma_curve::at_level(level, target, &table));
    for matrix in [ChromaMatrix::hue_saturation(100.0, 2.0), ChromaMatrix::new([[99.0, -99.0], [9.9, 0.3]], [300.0, -20.0])]
    {
        check("chroma_matrix", |level, target, _| {
            let (u, v) = target.split_at_mut(target.len() / 2);
            chroma_matrix::at_level(level, u, v, &matrix);
        });
    }
    for mode in Mode::ALL {
        for opacity in [255, 254, 99, 0] {
            check("blend_rgb", |level, target, [source, alpha, ..]| {
                let source: Vec<u8> = source.iter().zip(alpha).map(|(source, alpha)| *source.min(alpha)).collect();
                blend_rgb::at_level(level, mode, target, &source, alpha, opacity);
            });
            // What is not premultiplied is not blended well, but alike.
            check("blend_rgb", |level, target, [source, alpha, ..]| {
                blend_rgb::at_level(level, mode, target, &source[..source.len() / 2], alpha, opacity);
            });
        }
    }
}

#[test]
fn all_levels_agree_on_weights_and_keys() {
    for (start, step) in [(0, 70_000), (-(500 << 16), 1 << 24), (i64::MAX, i32::MIN), (300 << 16, -40_000), (i64::MIN, 5)] {
        check("slope", |level, target, _| slope::at_level(level, target, start, step));
    }
    for (x, y, radius, slope) in
        [(-40.0, 3.0, 30.0, 9.0), (-0.5, 0.0, 1e9, 0.001), (5.0, -700.5, 800.0, 255.0), (0.0, 0.0, -1.0, 2.0)]
    {
        let shape = Circle { x, y, radius, slope };
        check("circle", |level, target, _| circle::at_level(level, target, &shape));
    }
    for (offset, slope) in [(0, 256), (65_280, -256), (16_711_680, -65_280), (i32::MAX, i32::MAX)] {
        check("ramp", |level, target, [samples, ..]| ramp::at_level(level, target, samples, offset, slope));
    }
    for key in [ChromaKey::new(42, 26, 0.2, 0.1, 1.0), ChromaKey::new(128, 128, 0.0, 0.0, 1.0)] {
        check("chroma_key", |level, target, _| {
            let (alpha, chroma) = target.split_at_mut(target.len() / 3);
            let (u, v) = chroma.split_at_mut(chroma.len() / 2);
            chroma_key::at_level(level, alpha, u, v, &key);
        });
    }
    for key in [LumaKey::new(0.1, 0.9, 0.2), LumaKey::new(0.0, 1.0, 0.0), LumaKey::new(0.5, 0.5, 0.0)] {
        check("luma_key", |level, target, [luma, ..]| luma_key::at_level(level, target, luma, &key));
    }
}

#[test]
fn all_levels_agree_on_rgb() {
    check("to_rgb", |level, target, [luma, u, v, ..]| {
        let width = target.len() / 3;
        let [red, green, blue] = thirds(target);
        to_rgb::at_level(level, [red, green, blue], [&luma[..width], u, v]);
    });
    check("from_rgb", |level, target, [red, green, blue, other, ..]| {
        let width = target.len() / 3;
        let [upper, lower, chroma] = thirds(target);
        let (u, v) = chroma.split_at_mut(width.div_ceil(2));
        let below = [&green[..width], &other[..width], &red[..width]];
        from_rgb::at_level(level, [upper, lower], [u, v], [red, green, blue], below);
    });
}

fn thirds(target: &mut [u8]) -> [&mut [u8]; 3] {
    let third = target.len() / 3;
    let (red, rest) = target.split_at_mut(third);
    let (green, blue) = rest.split_at_mut(third);
    [red, green, blue]
}

#[test]
fn all_levels_agree_on_blurs() {
    for radius in [1, 2, 7, 20, MAX_RADIUS] {
        let mean = Mean::new(radius);
        check("blur_row", |level, target, [first, second, ..]| {
            let padded = [first, second, &bytes(2 * MAX_RADIUS + 9, 3)].concat();
            row::at_level(level, target, &padded, mean);
        });
        check("blur_column", |level, target, [entering, leaving, ..]| {
            let mut sums: Vec<u16> = target.iter().map(|sample| 99 * u16::from(*sample)).collect();
            column::at_level(level, target, &mut sums, entering, leaving, mean);
            // What is kept for the next row must be alike as well.
            let kept = sums.iter().fold(0, |hash: u8, sum| hash.wrapping_mul(31) ^ (*sum >> 3) as u8);
            if let Some(last) = target.last_mut() {
                *last ^= kept;
            }
        });
    }
}

#[test]
fn all_levels_agree_on_scaling() {
    for source in [0, 1, 2, 3, 15, 16, 17, 18, 33, 100, 321] {
        for target in [1, 2, 7, 8, 9, 16, 17, 40, 63, 160, 321, 640] {
            let axes = [Axis::scaled(source, target), Axis::zoomed(source, source as f64 / 3.0, 1.37)];
            for axis in axes {
                let mut columns = vec![Eight::default(); Eight::count(target)];
                Eight::fill(&mut columns, axis, source);
                let row = bytes(source, 1);
                let run = |level| {
                    let mut found = vec![7; target];
                    scale::at_level(level, &mut found, &row, &columns);
                    found
                };
                for level in Level::available() {
                    assert_eq!(run(level), run(Level::Native), "{level:?}, {source} to {target}");
                }
            }
        }
    }
}
