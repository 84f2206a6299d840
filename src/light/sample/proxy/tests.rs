use super::super::coding::light_of;
use super::*;

/// Three planes whose strides are larger than their widths, filled by place.
struct Picture {
    size: [usize; 2],
    planes: [Vec<u8>; 3],
    strides: [usize; 3],
}

impl Picture {
    fn new(width: usize, height: usize, sample: impl Fn(usize, usize, usize) -> u8) -> Self {
        let plane = |number: usize| {
            let part = if number == 0 { 1 } else { 2 };
            let (wide, high) = (width.div_ceil(part), height.div_ceil(part));
            // What stands between the lines must not be seen.
            let line = |y| (0..wide).map(|x| sample(number, x, y)).chain([255, 0, 255]).collect::<Vec<_>>();
            (0..high).flat_map(line).collect::<Vec<_>>()
        };
        let strides = [width + 3, width.div_ceil(2) + 3, width.div_ceil(2) + 3];
        Self { size: [width, height], planes: [plane(0), plane(1), plane(2)], strides }
    }

    fn flat(width: usize, height: usize, yuv: [u8; 3]) -> Self {
        Self::new(width, height, |plane, _, _| yuv[plane])
    }

    fn grey(width: usize, height: usize, luma: impl Fn(usize, usize) -> u8) -> Self {
        Self::new(width, height, |plane, x, y| if plane == 0 { luma(x, y) } else { 128 })
    }

    fn planes(&self) -> Planes<'_> {
        let [y, u, v] = &self.planes;
        Planes::new(self.size[0] as u32, self.size[1] as u32, [y, u, v], self.strides).expect("a picture")
    }

    fn proxy(&self) -> Proxy {
        Proxy::from_planes(&self.planes())
    }
}

fn light_of_luma(luma: u8) -> f64 {
    f64::from(light_of((f32::from(luma) - 16.0) / 219.0))
}

fn mean(proxy: &Proxy) -> f64 {
    proxy.pixels().as_flattened().iter().map(|part| f64::from(*part)).sum::<f64>() / (proxy.pixels().len() * 3) as f64
}

#[test]
fn it_has_the_proportions_of_the_picture_and_is_never_larger() {
    for (width, height, expected) in [
        (1920, 1080, [160, 90]),
        (3840, 2160, [160, 90]),
        (1440, 1080, [120, 90]),
        (1080, 1920, [51, 90]),
        (1920, 800, [160, 67]),
        (161, 90, [160, 89]),
        (100, 50, [100, 50]),
        (2, 2, [2, 2]),
        (1, 1, [1, 1]),
        (4096, 3, [160, 1]),
        (3, 4096, [1, 90]),
    ] {
        let proxy = Picture::flat(width, height, [16, 128, 128]).proxy();
        assert_eq!([proxy.width(), proxy.height()], expected, "{width} × {height}");
        assert_eq!(proxy.pixels().len(), (proxy.width() * proxy.height()) as usize);
    }
}

#[test]
fn a_flat_picture_has_its_colour_everywhere_whatever_its_size() {
    let sizes = [(1920, 1080), (1366, 768), (479, 271), (333, 77), (162, 1), (5, 7), (2, 2), (1, 1)];
    let coding = Coding::get();
    for [y, u, v] in [[16, 128, 128], [235, 128, 128], [126, 128, 128], [63, 102, 240], [173, 42, 26], [255, 0, 255]] {
        let (luma, blue, red) =
            ((f64::from(y) - 16.0) / 219.0, (f64::from(u) - 128.0) / 224.0, (f64::from(v) - 128.0) / 224.0);
        let (r, b) = (luma + 1.5748 * red, luma + 1.8556 * blue);
        let wanted = [r, (luma - 0.2126 * r - 0.0722 * b) / 0.7152, b].map(|part| part.clamp(0.0, 1.0) * 255.0);
        for (width, height) in sizes {
            let proxy = Picture::flat(width, height, [y, u, v]).proxy();
            for (part, wanted) in proxy.pixels().iter().flat_map(|pixel| coding.code_all(*pixel).into_iter().zip(wanted)) {
                assert!((f64::from(part) * 255.0 - wanted).abs() < 0.05, "{part}, not {wanted}: {width} × {height}");
            }
        }
    }
}

#[test]
fn light_is_averaged_rather_than_codes() {
    // Boxes of 6 × 6 are averaged as they are, so squares of that size are told apart.
    let squares = Picture::grey(1920, 1080, |x, y| if (x / 6 + y / 6) % 2 == 0 { 16 } else { 235 });
    for pixel in squares.proxy().pixels() {
        assert!(pixel.iter().all(|part| (part - 0.5).abs() < 1e-5), "{pixel:?}");
    }
}

#[test]
fn no_light_is_lost_where_pixels_do_not_match() {
    let luma = |x: usize, y: usize| (16 + (x * 7919 + y * 104_729 + x * y) % 220) as u8;
    for (width, height) in [(201, 113), (161, 3), (319, 179), (160, 90), (33, 200)] {
        let proxy = Picture::grey(width, height, luma).proxy();
        let all = (0..height).flat_map(|y| (0..width).map(move |x| light_of_luma(luma(x, y)))).sum::<f64>();
        let wanted = all / (width * height) as f64;
        assert!((mean(&proxy) - wanted).abs() < 1e-4, "{width} × {height}: {}, not {wanted}", mean(&proxy));
    }
}

#[test]
fn no_sample_is_left_out() {
    let (width, height) = (331, 187);
    let dark = mean(&Picture::flat(width, height, [16, 128, 128]).proxy());
    for (lit_x, lit_y) in
        (0..width).step_by(13).flat_map(|x| (0..height).step_by(11).map(move |y| (x, y))).chain([(330, 186)])
    {
        let picture = Picture::grey(width, height, |x, y| if (x, y) == (lit_x, lit_y) { 235 } else { 16 });
        assert!(mean(&picture.proxy()) > dark, "{lit_x}, {lit_y}");
    }
}

#[test]
fn a_thin_line_that_moves_does_not_flicker() {
    let line = |at: usize, width: usize, dark: u8, bright: u8| {
        let luma = |x: usize, _| if (at..at + width).contains(&x) { bright } else { dark };
        mean(&Picture::grey(1920, 24, luma).proxy())
    };
    for (width, dark, bright) in [(1, 16, 235), (2, 16, 235), (3, 16, 235), (5, 40, 160), (2, 235, 16)] {
        let brightness = |at| line(at, width, dark, bright);
        let (least, most) =
            (24..36).map(brightness).fold((f64::MAX, 0.0), |(least, most), light| (least.min(light), f64::max(most, light)));
        let part = width as f64 / 1920.0;
        let wanted = light_of_luma(dark) * (1.0 - part) + light_of_luma(bright) * part;
        let own = (light_of_luma(bright) - light_of_luma(dark)).abs() * part;
        assert!(most - least < own * 0.1, "{width} of {bright} on {dark}: {least} to {most}");
        assert!((most - wanted).abs() < own * 0.1, "{width} of {bright} on {dark}: {most}, not {wanted}");
    }
}

#[test]
fn what_is_finer_than_a_box_is_light_too() {
    let board = Picture::grey(1920, 1080, |x, y| if (x + y) % 2 == 0 { 16 } else { 235 });
    assert!(
        board.proxy().pixels().as_flattened().iter().all(|part| (part - 0.5).abs() < 0.01),
        "{:?}",
        board.proxy().pixels()[0]
    );
}

#[test]
fn fine_things_bring_no_light_into_channels_that_have_none() {
    // Red lines on black, and white specks on blue.
    let lines = Picture::new(1920, 1080, |plane, x, _| match (plane, x % 6 < 2) {
        (0, true) => 63,
        (0, false) => 16,
        (1, true) => 102,
        (2, true) => 240,
        _ => 128,
    });
    for [red, green, blue] in lines.proxy().pixels() {
        assert!(*red > 0.08 && *green < 0.01 && *blue < 0.01, "{red} {green} {blue}");
    }
    let specks = |luma: u8| {
        Picture::new(1920, 1080, move |plane, x, y| match plane {
            0 if x % 6 == 0 && y % 6 == 0 => luma,
            plane => [24, 184, 123][plane],
        })
    };
    let (with, without) = (specks(235).proxy(), specks(24).proxy());
    for ([_, green, blue], [_, _, blue_alone]) in with.pixels().iter().zip(without.pixels()) {
        let wanted = blue_alone + (1.0 - blue_alone) / 36.0;
        assert!(*green > 0.005 && (blue - wanted).abs() < 0.04, "{green} {blue}, not {wanted}");
    }
}

#[test]
fn chroma_lies_under_its_luma() {
    let split = |width: usize, at: usize| {
        let red = [81, 90, 240];
        let blue = [41, 240, 110];
        let of = |plane: usize, x: usize| if x < if plane == 0 { at } else { at / 2 } { red[plane] } else { blue[plane] };
        Picture::new(width, width, move |plane, x, _| of(plane, x)).proxy()
    };
    for (width, at) in [(960, 480), (90, 46), (270, 132), (641, 320)] {
        let proxy = split(width, at);
        let edge = at as f64 * f64::from(proxy.width()) / width as f64;
        for (x, [red, _, blue]) in proxy.pixels()[..proxy.width() as usize].iter().enumerate() {
            match x as f64 {
                x if x + 1.0 <= edge => assert!(red > blue, "{width}: {x}"),
                x if x >= edge => assert!(blue > red, "{width}: {x}"),
                _ => {}
            }
        }
    }
}

#[test]
fn what_was_there_before_is_gone() {
    let noise = |width, height| Picture::new(width, height, |plane, x, y| (plane * 50 + x * 31 + y * 17) as u8);
    let pictures = [noise(1280, 720), noise(2, 2), noise(333, 500), noise(1280, 720)];
    let mut kept = Proxy::new();
    for picture in pictures {
        kept.fill(&picture.planes());
        let fresh = picture.proxy();
        assert_eq!((kept.width(), kept.height(), kept.pixels()), (fresh.width(), fresh.height(), fresh.pixels()));
    }
}

#[test]
fn light_from_elsewhere_is_made_whole() {
    let proxy = Proxy::from_light(2, 2, &[[f32::NAN, -1.0, 7.0], [f32::INFINITY, 0.5, f32::NEG_INFINITY]]);
    assert_eq!(proxy.pixels(), [[0.0, 0.0, 1.0], [1.0, 0.5, 0.0], [0.0; 3], [0.0; 3]]);
    let large = Proxy::from_light(u32::MAX, u32::MAX, &[]);
    assert_eq!((large.width() as usize, large.height() as usize), (MAX_WIDTH, MAX_HEIGHT));
}
