//! From the program's picture to what each LED sees of it: the small picture, which the thread `eye` makes once for each frame of
//! the program, and looking it up, which the thread `lights` does for each of its own.

use std::hint::black_box;

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use marquee::light::map::places;
use marquee::light::sample::{MAX_HEIGHT, MAX_WIDTH, Proxy, Sampler};
use marquee::show::light::Rgb;
use marquee::show::light::geometry::{Geometry, Matrix, Wiring};
use palette::{LinSrgb, Srgb};

use crate::ffmpeg;
use crate::material::{ALL_SIDE, HEIGHT, PIXELS, PIXELS_EACH, SIDE, WIDTH, ZONES, picture, planes, region};
use crate::measure::{beside, work};

pub fn table() {
    let picture = picture();
    let proxy = Proxy::from_planes(&planes(&picture));
    let sample = beside(
        work("sample: a small picture's light into the LEDs' own, coded for a display", sampled(&proxy)),
        [
            work("  fast_image_resize, box, f32: the same grid, not coded", resized(&proxy, None)),
            work("  … and palette codes it (sRGB), in f32", resized(&proxy, Some(coded))),
            work("  … and palette codes it (sRGB) by a table, in 8 bits", resized(&proxy, Some(coded_bytes))),
        ],
    );
    let mut small = Proxy::new();
    let fill = beside(
        work("not in the frame's time, thread `eye`: 1080p I420 to 160x90 in linear light", || {
            small.fill(&planes(&picture));
            black_box(&small);
        }),
        [work("  fast_image_resize, box, three planes of 8 bits: mean of codes, stays Y'CbCr", planes_resized(&picture))],
    );
    match ffmpeg::area(&picture, ALL_SIDE) {
        Some(micros) => println!(
            "  FFmpeg scale=128:128:flags=area, 1080p I420 to RGB24, codes of 8 bits: {micros:.0} CPU-µs; both steps of ours are {:.2}",
            (fill.median + sample.median) / micros
        ),
        None => println!("  FFmpeg is not here"),
    }
}

fn sampled(proxy: &Proxy) -> impl FnMut() + use<'_> {
    let matrix = Matrix {
        columns: SIDE as u32,
        rows: SIDE as u32,
        wiring: Wiring { serpentine: true, ..Wiring::default() },
        panels: Vec::new(),
        missing: Vec::new(),
        dark: Vec::new(),
    };
    let places = places(&Geometry::Matrix(matrix));
    let one = |zone: usize| Sampler::new(&places, region(zone), None, proxy.width(), proxy.height());
    let samplers: Vec<Sampler> = (0..ZONES).map(one).collect();
    let mut out: Vec<Vec<Rgb>> = vec![vec![[0.0; 3]; PIXELS_EACH]; ZONES];
    move || {
        for (sampler, out) in samplers.iter().zip(&mut out) {
            sampler.sample(proxy, out);
        }
        black_box(&out);
    }
}

fn by_box() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box))
}

/// From light, as bytes of numbers, to codes.
type Code = fn(&[u8], &mut [Rgb]);

fn resized(proxy: &Proxy, code: Option<Code>) -> impl FnMut() + use<> {
    let light: Vec<u8> = proxy.pixels().iter().flatten().flat_map(|value| value.to_ne_bytes()).collect();
    let from = Image::from_vec_u8(proxy.width(), proxy.height(), light, PixelType::F32x3).expect("an image");
    let mut to = Image::new(ALL_SIDE as u32, ALL_SIDE as u32, PixelType::F32x3);
    let (mut resizer, options) = (Resizer::new(), by_box());
    let mut out = vec![[0.0; 3]; PIXELS];
    move || {
        resizer.resize(&from, &mut to, &options).expect("both are images");
        if let Some(code) = code {
            code(to.buffer(), &mut out);
        }
        black_box((&to, &out));
    }
}

fn lights(buffer: &[u8]) -> impl Iterator<Item = LinSrgb<f32>> {
    let channel = |bytes: &[u8]| f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    buffer
        .as_chunks::<12>()
        .0
        .iter()
        .map(move |pixel| LinSrgb::new(channel(&pixel[..4]), channel(&pixel[4..8]), channel(&pixel[8..])))
}

fn coded(buffer: &[u8], out: &mut [Rgb]) {
    for (light, out) in lights(buffer).zip(out) {
        *out = Srgb::<f32>::from_linear(light).into();
    }
}

fn coded_bytes(buffer: &[u8], out: &mut [Rgb]) {
    for (light, out) in lights(buffer).zip(out) {
        let code: Srgb<u8> = Srgb::from_linear(light);
        *out = [code.red, code.green, code.blue].map(f32::from);
    }
}

fn planes_resized(picture: &[Vec<u8>; 3]) -> impl FnMut() + use<> {
    let image = |(plane, [width, height]): (&Vec<u8>, [usize; 2])| {
        Image::from_vec_u8(width as u32, height as u32, plane.clone(), PixelType::U8).expect("an image")
    };
    let half = [WIDTH / 2, HEIGHT / 2];
    let from: Vec<Image> = picture.iter().zip([[WIDTH, HEIGHT], half, half]).map(image).collect();
    let mut to: Vec<Image> = (0..3).map(|_| Image::new(MAX_WIDTH as u32, MAX_HEIGHT as u32, PixelType::U8)).collect();
    let (mut resizer, options) = (Resizer::new(), by_box());
    move || {
        for (from, to) in from.iter().zip(&mut to) {
            resizer.resize(from, to, &options).expect("both are images");
        }
        black_box(&to);
    }
}
