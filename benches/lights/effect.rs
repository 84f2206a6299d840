//! Animations alone: what each zone's LEDs show at a time.

use std::hint::black_box;

use fastnoise_lite::{FastNoiseLite, FractalType, NoiseType};
use marquee::effect::Effect;
use marquee::effect::plane::Plane;
use marquee::effect::ramp::Ramp;
use marquee::effect::senses::Senses;
use marquee::show::light::Rgb;
use marquee::show::light::animation::Animation;
use marquee::show::light::animation::parameter::Parameters;
use smart_leds::RGB8;
use smart_leds::hsv::{Hsv, hsv2rgb};

use crate::material::{ALL_SIDE, PIXELS, PIXELS_EACH, SIDE, ZONES};
use crate::measure::{beside, work};

pub fn table() {
    let mut hues = vec![RGB8::default(); PIXELS];
    let mut moved = 0_usize;
    beside(
        work("effect: RAINBOW", animation(Animation::Rainbow)),
        [work("  smart-leds hsv2rgb: integers, 256 hues, 8 bits", move || {
            moved += 1;
            for (place, rgb) in hues.iter_mut().enumerate() {
                *rgb = hsv2rgb(Hsv { hue: (place + moved) as u8, sat: 255, val: 255 });
            }
            black_box(&hues);
        })],
    );
    beside(
        work("effect: NOISE", animation(Animation::Noise)),
        [work("  fastnoise-lite, two octaves of 2D value noise: it moves, but stays as it is; greys", clouds())],
    );
    beside(work("effect: PLASMA (nobody else's was found)", animation(Animation::Plasma)), []);
    beside(work("effect: FIRE (nobody else's was found)", animation(Animation::Fire)), []);
}

fn animation(animation: Animation) -> impl FnMut() {
    let plane = Plane::matrix(SIDE as u32, SIDE as u32);
    let ramp = Ramp::spectrum(1.0);
    let one = |seed: usize| Effect::new(animation, &Parameters::new(), seed as u32, &ramp, &plane);
    let mut effects: Vec<Effect> = (0..ZONES).map(one).collect();
    let mut out: Vec<Vec<Rgb>> = vec![vec![[0.0; 3]; PIXELS_EACH]; ZONES];
    let mut t = 0.0;
    move || {
        t += 1.0 / 60.0;
        for (effect, out) in effects.iter_mut().zip(&mut out) {
            effect.render(t, &Senses::default(), out);
        }
        black_box(&out);
    }
}

fn clouds() -> impl FnMut() {
    let mut noise = FastNoiseLite::with_seed(1);
    noise.set_noise_type(Some(NoiseType::Value));
    noise.set_fractal_type(Some(FractalType::FBm));
    noise.set_fractal_octaves(Some(2));
    noise.set_frequency(Some(0.17));
    let mut out = vec![[0.0; 3]; PIXELS];
    let mut moved = 0.0;
    move || {
        moved += 0.01;
        for (place, light) in out.iter_mut().enumerate() {
            let (x, y) = ((place % ALL_SIDE) as f32, (place / ALL_SIDE) as f32);
            *light = [0.5 + 0.5 * noise.get_noise_2d(x + moved, y); 3];
        }
        black_box(&out);
    }
}
