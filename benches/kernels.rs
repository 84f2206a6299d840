//! What each kernel of `frame::pixels`, and each transition, costs for a picture of 1920x1080, on one thread.
//!
//! `cargo bench --bench kernels [name]`. Prints a table and asserts nothing: machines differ. Each line is the fastest
//! of several rounds, because whatever else the machine does can only slow them down; GB/s counts bytes read and written. Beside
//! it stands the same loop without wider registers (lines with a star choose themselves, so there both are alike). `copy` is the
//! floor.

use std::hint::black_box;

use marquee::base::clock::Stopwatch;
use marquee::frame::picture::Layout;
use marquee::frame::pixels::blend_rgb::{self, Mode};
use marquee::frame::pixels::blur::{Mean, area, column, row};
use marquee::frame::pixels::chroma_matrix::{self, ChromaMatrix};
use marquee::frame::pixels::key::chroma::{self as chroma_key, ChromaKey};
use marquee::frame::pixels::key::luma::{self as luma_key, LumaKey};
use marquee::frame::pixels::level::Level;
use marquee::frame::pixels::rgb::{from_rgb, to_rgb};
use marquee::frame::pixels::scale::{self, Axis, Eight, plane};
use marquee::frame::pixels::weights::circle::Circle;
use marquee::frame::pixels::weights::{circle, ramp, slope};
use marquee::frame::pixels::{fade, halve, luma_curve, mix, mix_masked, over};
use marquee::picture::transition::{Inputs, LumaMask, Overlay, mix as mix_pictures};
use marquee::show::geometry::Canvas;
use marquee::show::transition::Transition;

const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;
/// Samples of Y, and of all three planes.
const LUMA: usize = WIDTH * HEIGHT;
const ALL: usize = LUMA * 3 / 2;
const ROUNDS: usize = 41;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    println!("{:<28} {:>10} {:>8} {:>14}", "1920x1080, one thread", "ms", "GB/s", "native ms");
    let table = Table { wanted };
    rows(&table);
    conversions(&table);
    blends(&table);
    keys(&table);
    scaling(&table);
    blurs(&table);
    transitions(&table);
}

struct Table {
    wanted: Vec<String>,
}

impl Table {
    /// `bytes` are those read and written by one call of `work`.
    fn line(&self, name: &str, bytes: usize, mut work: impl FnMut(Level)) {
        if !self.wanted.is_empty() && !self.wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            return;
        }
        let best = fastest(|| work(Level::best()));
        let native = fastest(|| work(Level::Native));
        println!("{name:<28} {best:>10.3} {:>8.1} {native:>14.3}", bytes as f64 / best / 1e6);
    }
}

/// Milliseconds.
fn fastest(mut work: impl FnMut()) -> f64 {
    work();
    let rounds = (0..ROUNDS).map(|_| {
        let watch = Stopwatch::start();
        work();
        watch.elapsed().as_secs_f64() * 1e3
    });
    rounds.fold(f64::INFINITY, f64::min)
}

fn noise(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(length as u64);
    (0..length).map(|_| random.u8(..)).collect()
}

/// Calls `work` with the samples of each row.
fn each_row(samples: usize, mut work: impl FnMut(std::ops::Range<usize>)) {
    for start in (0..samples).step_by(WIDTH) {
        work(start..start + WIDTH);
    }
}

fn rows(table: &Table) {
    let (from, to, mask, mut target) = (noise(ALL), noise(ALL), noise(ALL), noise(ALL));
    table.line("copy", 2 * ALL, |_| black_box(&mut target).copy_from_slice(black_box(&from)));
    table.line("mix", 3 * ALL, |level| {
        each_row(ALL, |row| mix::at_level(level, &mut target[row.clone()], &from[row.clone()], &to[row], 77));
    });
    table.line("mix_masked", 4 * ALL, |level| {
        each_row(ALL, |row| {
            mix_masked::at_level(level, &mut target[row.clone()], &from[row.clone()], &to[row.clone()], &mask[row]);
        });
    });
    table.line("fade (in place)", 3 * ALL, |level| {
        each_row(ALL, |row| fade::at_level(level, &mut target[row.clone()], &from[row], 77));
    });
    table.line("over", 4 * ALL, |level| {
        each_row(ALL, |row| over::at_level(level, &mut target[row.clone()], &from[row.clone()], &mask[row]));
    });
    table.line("halve", ALL * 5 / 4, |level| {
        each_row(ALL / 2, |row| {
            let (above, below) = from[2 * row.start..2 * row.end].split_at(WIDTH);
            halve::at_level(level, &mut target[row.start / 2..row.end / 2], above, below);
        });
    });
    let curve: [u8; 256] = std::array::from_fn(|value| 255 - value as u8);
    table.line("luma_curve", 2 * LUMA, |level| luma_curve::at_level(level, &mut target[..LUMA], &curve));
    let matrix = ChromaMatrix::hue_saturation(30.0, 1.2);
    let (mut u, mut v) = (noise(LUMA / 4), noise(LUMA / 4));
    table.line("chroma_matrix", LUMA, |level| chroma_matrix::at_level(level, &mut u, &mut v, &matrix));
    table.line("weights: slope", LUMA, |level| {
        each_row(LUMA, |row| slope::at_level(level, &mut target[row], -(500 << 16), 40_000));
    });
    table.line("weights: circle", LUMA, |level| {
        each_row(LUMA, |row| {
            let y = (row.start / WIDTH) as f32 - 540.0;
            circle::at_level(level, &mut target[row], &Circle { x: -960.0, y, radius: 400.0, slope: 3.0 });
        });
    });
    table.line("weights: ramp", 2 * LUMA, |level| {
        each_row(LUMA, |row| ramp::at_level(level, &mut target[row.clone()], &mask[row], 9_999, -700));
    });
}

fn conversions(table: &Table) {
    let (luma, u, v) = (noise(LUMA), noise(LUMA / 4), noise(LUMA / 4));
    let mut rgb = [noise(LUMA), noise(LUMA), noise(LUMA)];
    let halves = |row: &std::ops::Range<usize>| {
        let start = row.start / WIDTH / 2 * (WIDTH / 2);
        start..start + WIDTH / 2
    };
    table.line("to_rgb", LUMA + LUMA / 2 + 3 * LUMA, |level| {
        each_row(LUMA, |row| {
            let half = halves(&row);
            let target = rgb.each_mut().map(|plane| &mut plane[row.clone()]);
            to_rgb::at_level(level, target, [&luma[row.clone()], &u[half.clone()], &v[half]]);
        });
    });
    let (mut luma, mut u, mut v) = (luma, u, v);
    table.line("from_rgb", LUMA * 3 / 2 + 3 * LUMA, |level| {
        for number in 0..HEIGHT / 2 {
            let (above, below) = luma[2 * number * WIDTH..][..2 * WIDTH].split_at_mut(WIDTH);
            let half = number * WIDTH / 2..(number + 1) * WIDTH / 2;
            let row = |below: usize| rgb.each_ref().map(|plane| &plane[(2 * number + below) * WIDTH..][..WIDTH]);
            from_rgb::at_level(level, [above, below], [&mut u[half.clone()], &mut v[half]], row(0), row(1));
        }
    });
}

fn blends(table: &Table) {
    let (mut target, alpha) = (noise(3 * LUMA), noise(3 * LUMA));
    let source: Vec<u8> = noise(3 * LUMA).iter().zip(&alpha).map(|(source, alpha)| *source.min(alpha)).collect();
    let mut blend = |name: &str, mode: Mode, opacity: u8| {
        table.line(&format!("blend_rgb: {name}"), 12 * LUMA, |level| {
            each_row(3 * LUMA, |row| {
                blend_rgb::at_level(level, mode, &mut target[row.clone()], &source[row.clone()], &alpha[row], opacity);
            });
        });
    };
    for mode in Mode::ALL {
        blend(&format!("{mode:?}").to_lowercase(), mode, 255);
    }
    blend("multiply at opacity 200", Mode::Multiply, 200);
}

fn keys(table: &Table) {
    let (mut u, mut v, mut alpha) = (noise(LUMA / 4), noise(LUMA / 4), noise(LUMA / 4));
    let key = ChromaKey::new(42, 26, 0.2, 0.1, 1.0);
    table.line("chroma_key", LUMA * 5 / 4, |level| chroma_key::at_level(level, &mut alpha, &mut u, &mut v, &key));
    let (luma, mut alpha) = (noise(LUMA), noise(LUMA));
    let key = LumaKey::new(0.2, 0.8, 0.1);
    table.line("luma_key", 2 * LUMA, |level| luma_key::at_level(level, &mut alpha, &luma, &key));
}

fn scaling(table: &Table) {
    let source = noise(4 * LUMA);
    for (name, width, height) in [("1280x720 to 1920x1080", 1280, 720), ("3840x2160 to 1920x1080", 3840, 2160)] {
        let columns: Vec<Eight> =
            (0..Eight::count(WIDTH)).map(|at| Eight::of(Axis::scaled(width, WIDTH), at, width)).collect();
        let mut target = noise(WIDTH);
        table.line(&format!("scale rows of {name}"), height * (width + WIDTH), |level| {
            for row in source.chunks(width).take(height) {
                scale::at_level(level, &mut target, row, &columns);
            }
        });
        let half: Vec<Eight> =
            (0..Eight::count(WIDTH / 2)).map(|at| Eight::of(Axis::scaled(width / 2, WIDTH / 2), at, width / 2)).collect();
        let (mut target, mut scratch) = (noise(ALL), vec![0; 2 * WIDTH]);
        table.line(&format!("I420 {name} *"), ALL + width * height * 3 / 2, |_| {
            let (luma, chroma) = target.split_at_mut(LUMA);
            let rows = Axis::scaled(height, HEIGHT);
            let stretch = plane::Stretch { source: &source, stride: width, width, columns: &columns, rows };
            plane::plane(stretch, luma, WIDTH, 0..HEIGHT, &mut scratch);
            let rows = Axis::scaled(height / 2, HEIGHT / 2);
            let stretch = plane::Stretch { source: &source, stride: width / 2, width: width / 2, columns: &half, rows };
            for chroma in chroma.chunks_mut(LUMA / 4) {
                plane::plane(stretch, chroma, WIDTH / 2, 0..HEIGHT / 2, &mut scratch[..WIDTH]);
            }
        });
    }
}

fn blurs(table: &Table) {
    let mean = Mean::new(20);
    let (source, mut target) = (noise(LUMA + 2 * 41), noise(LUMA));
    table.line("blur: one pass along rows", 2 * LUMA, |level| {
        each_row(LUMA, |at| row::at_level(level, &mut target[at.clone()], &source[at.start..at.end + 41], mean));
    });
    let mut sums = vec![0; WIDTH];
    table.line("blur: one pass down columns", 3 * LUMA, |level| {
        each_row(LUMA - 41 * WIDTH, |at| {
            let entering = &source[at.start + 41 * WIDTH..at.end + 41 * WIDTH];
            column::at_level(level, &mut target[at.clone()], &mut sums, entering, &source[at], mean);
        });
    });
    for (radius, passes) in [(20, 3), (20, 1), (128, 3)] {
        let blur = area::Blur { width: WIDTH, height: HEIGHT, radius, passes };
        let mut scratch = vec![0; blur.scratch_size()];
        table.line(&format!("blur of luma, {radius} px x{passes} *"), 2 * LUMA, |_| {
            area::blur(&mut target, WIDTH, blur, &mut scratch);
        });
    }
}

/// In bands of 64 rows, as threads would share a frame.
fn transitions(table: &Table) {
    let layout = Layout::new(Canvas { width: WIDTH as u32, height: HEIGHT as u32 });
    let (from, to, mask, overlay, alpha) = (noise(ALL), noise(ALL + 1), noise(ALL + 2), noise(ALL + 3), noise(ALL + 4));
    let [fine, coarse, _] = layout.planes(&alpha);
    let (luma_stride, chroma_stride) = (layout.luma_stride, layout.chroma_stride);
    let inputs = Inputs {
        layout,
        from: layout.planes(&from),
        to: layout.planes(&to),
        mask: Some(LumaMask { fine: &mask[..LUMA], coarse: &mask[..LUMA / 4] }),
        overlay: Some(Overlay { planes: layout.planes(&overlay), fine, coarse, luma_stride, chroma_stride }),
    };
    let mut target = noise(ALL);
    for (name, json) in [
        ("fade", r#"{"kind": "fade"}"#),
        ("dip", r#"{"kind": "dip"}"#),
        ("slide", r#"{"kind": "slide"}"#),
        ("push", r#"{"kind": "push"}"#),
        ("push up", r#"{"kind": "push", "direction": "up"}"#),
        ("wipe, hard", r#"{"kind": "wipe"}"#),
        ("wipe, soft, diagonal", r#"{"kind": "wipe", "direction": "up_left", "softness": 0.5}"#),
        ("iris, hard", r#"{"kind": "iris"}"#),
        ("iris, soft", r#"{"kind": "iris", "softness": 0.5}"#),
        ("zoom", r#"{"kind": "zoom"}"#),
        ("stinger", r#"{"kind": "stinger", "asset": "a"}"#),
        ("luma wipe", r#"{"kind": "luma_wipe", "asset": "a", "softness": 0.2}"#),
    ] {
        let transition: Transition = serde_json::from_str(json).expect("a transition");
        table.line(&format!("transition: {name} *"), 3 * ALL, |_| {
            let [mut luma, mut u, mut v] = layout.planes_mut(&mut target);
            for start in (0..HEIGHT).step_by(64) {
                let rows = 64.min(HEIGHT - start);
                let (band, rest) = luma.split_at_mut(rows * luma_stride);
                let (band_u, rest_u) = u.split_at_mut(rows / 2 * chroma_stride);
                let (band_v, rest_v) = v.split_at_mut(rows / 2 * chroma_stride);
                // An odd number of pixels gone, which is the dearer case of a movement.
                mix_pictures(&transition, 777.0 / WIDTH as f64, &inputs, start..start + rows, [band, band_u, band_v]);
                (luma, u, v) = (rest, rest_u, rest_v);
            }
        });
    }
}
