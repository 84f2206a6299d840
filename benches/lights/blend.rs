//! Layers on one another.

use std::hint::black_box;

use marquee::light::blend::blend;
use marquee::show::light::blend::LightBlend;
use palette::blend::Blend;
use palette::{LinSrgb, Mix};
use tiny_skia::{BlendMode, IntSize, Pixmap, PixmapPaint, Transform};

use crate::material::{ALL_SIDE, bytes, pixels};
use crate::measure::{beside, work};

const HALF: f32 = 0.5;

pub fn table() {
    let modes = [
        ("blend: normal, half seen", LightBlend::Normal, BlendMode::SourceOver, None),
        ("blend: screen, half seen", LightBlend::Screen, BlendMode::Screen, Some(LinSrgb::screen as Formula)),
        ("blend: overlay, half seen", LightBlend::Overlay, BlendMode::Overlay, Some(LinSrgb::overlay as Formula)),
    ];
    for (name, mode, skia, formula) in modes {
        beside(
            work(name, ours(mode)),
            [
                work("  palette, f32; what is no number stays it", by_palette(formula)),
                work("  tiny-skia draw_pixmap, 8 bits with alpha", by_skia(skia)),
            ],
        );
    }
}

fn ours(mode: LightBlend) -> impl FnMut() {
    let (mut below, above) = (pixels(1), pixels(2));
    move || {
        for (below, above) in below.iter_mut().zip(&above) {
            blend(mode, below, above, HALF);
        }
        black_box(&below);
    }
}

type Formula = fn(LinSrgb<f32>, LinSrgb<f32>) -> LinSrgb<f32>;

fn by_palette(formula: Option<Formula>) -> impl FnMut() {
    let colors = |seed| pixels(seed).into_iter().flatten().map(LinSrgb::from).collect::<Vec<LinSrgb<f32>>>();
    let (mut below, above) = (colors(1), colors(2));
    move || {
        for (below, above) in below.iter_mut().zip(&above) {
            let seen = formula.map_or(*above, |formula| formula(*above, *below));
            *below = below.mix(seen, HALF);
        }
        black_box(&below);
    }
}

fn by_skia(mode: BlendMode) -> impl FnMut() {
    let (mut below, above) = (pixmap(1), pixmap(2));
    let paint = PixmapPaint { opacity: HALF, blend_mode: mode, ..PixmapPaint::default() };
    move || {
        below.draw_pixmap(0, 0, above.as_ref(), &paint, Transform::identity(), None);
        black_box(&below);
    }
}

fn pixmap(seed: u64) -> Pixmap {
    let opaque = |[red, green, blue]: &[u8; 3]| [*red, *green, *blue, 255];
    let rgba = bytes(&pixels(seed)).as_chunks::<3>().0.iter().flat_map(opaque).collect();
    let size = IntSize::from_wh(ALL_SIDE as u32, ALL_SIDE as u32).expect("a size");
    Pixmap::from_vec(rgba, size).expect("as many bytes as pixels")
}
