//! From mixed colours to what LEDs are told: brightness, white, gamma, power, dither, bytes.

use std::hint::black_box;

use marquee::light::finish::{Finish, PowerLimit};
use marquee::show::light::Rgb;
use marquee::show::light::correction::{ColorOrder, Correction};
use palette::{LinSrgb, Srgb};
use smart_leds::{RGB8, brightness, gamma};

use crate::material::{PIXELS, PIXELS_EACH, ZONES, bytes, pixels};
use crate::measure::{beside, work};

const BRIGHTNESS: f64 = 0.8;
const WHITE: [f64; 3] = [1.0, 0.7, 0.9];
/// Of one fixture, which is less than it wants.
const BUDGET_MW: f64 = 60_000.0;
const FRAME_S: f64 = 1.0 / 60.0;

pub fn correction() -> Correction {
    Correction { brightness: BRIGHTNESS, white: Some(WHITE), order: ColorOrder::Grb, ..Correction::default() }
}

pub fn table() {
    beside(
        work("finish: all of it, dithered", ours(true, &[Step::Light, Step::Write])),
        [
            work("  smart-leds gamma, brightness: 8 bits in and out; no white, power, dither", by_smart_leds()),
            work("  palette, f32 in: brightness, white, sRGB's curve, 8 bits; no power, dither", by_palette()),
        ],
    );
    beside(work("finish: all of it, rounded", ours(false, &[Step::Light, Step::Write])), []);
    beside(work("  of it brightness, white, gamma, and what it draws", ours(true, &[Step::Light])), []);
    beside(work("  of it power limit, dither, 8 bits", ours(true, &[Step::Write])), []);
    beside(work("  of it power limit, 8 bits, rounded", ours(false, &[Step::Write])), []);
}

enum Step {
    Light,
    Write,
}

struct Fixture {
    finish: Finish,
    limit: PowerLimit,
    bytes: Vec<u8>,
}

fn ours(dither: bool, steps: &'static [Step]) -> impl FnMut() {
    let pixels = pixels(1);
    let fixture = |pixels: &Vec<Rgb>| {
        let mut finish = Finish::new(&correction(), PIXELS_EACH, 3);
        finish.light(pixels);
        Fixture { finish, limit: PowerLimit::new(), bytes: Vec::new() }
    };
    let mut fixtures: Vec<Fixture> = pixels.iter().map(fixture).collect();
    assert_eq!(fixtures.len(), ZONES);
    move || {
        for (Fixture { finish, limit, bytes }, pixels) in fixtures.iter_mut().zip(&pixels) {
            for step in steps {
                match step {
                    Step::Light => finish.light(pixels),
                    Step::Write => {
                        let scale = limit.scale(finish.draw(), BUDGET_MW, FRAME_S);
                        finish.write(scale, dither, bytes);
                    }
                }
            }
            black_box((&finish, &bytes));
        }
    }
}

fn by_smart_leds() -> impl FnMut() {
    let color = |[r, g, b]: &[u8; 3]| RGB8 { r: *r, g: *g, b: *b };
    let pixels: Vec<RGB8> = bytes(&pixels(1)).as_chunks::<3>().0.iter().map(color).collect();
    let mut out = Vec::with_capacity(PIXELS * 3);
    let level = (BRIGHTNESS * 255.0) as u8;
    move || {
        out.clear();
        out.extend(brightness(gamma(pixels.iter().copied()), level).flat_map(|RGB8 { r, g, b }| [g, r, b]));
        black_box(&out);
    }
}

fn by_palette() -> impl FnMut() {
    let pixels: Vec<Srgb<f32>> = pixels(1).into_iter().flatten().map(Srgb::from).collect();
    let [red, green, blue] = WHITE.map(|gain| (gain * BRIGHTNESS) as f32);
    let gain = Srgb::new(red, green, blue);
    let mut out = Vec::with_capacity(PIXELS * 3);
    move || {
        out.clear();
        out.extend(pixels.iter().flat_map(|pixel| {
            let light: LinSrgb<f32> = (*pixel * gain).into_linear();
            let LinSrgb { red, green, blue, .. } = light.into_format::<u8>();
            [green, red, blue]
        }));
        black_box(&out);
    }
}
