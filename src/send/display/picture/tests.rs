use proptest::prelude::*;

use super::*;
use crate::show::display::Fit;
use crate::show::rotation::Rotation;

/// Y, U and V of well-known colours.
const BLACK: [u8; 3] = [16, 128, 128];
const WHITE: [u8; 3] = [235, 128, 128];
const RED: [u8; 3] = [63, 102, 240];
const BLUE: [u8; 3] = [32, 240, 118];

struct I420 {
    size: (u32, u32),
    planes: [Vec<u8>; 3],
}

impl I420 {
    /// Each block of chroma has one colour.
    fn new(size: (u32, u32), color: impl Fn(u32, u32) -> [u8; 3]) -> Self {
        let plane = |step: u32, part: usize| {
            let (rows, columns) = (size.1.div_ceil(step), size.0.div_ceil(step));
            (0..rows).flat_map(|y| (0..columns).map(move |x| (x * step, y * step))).map(|(x, y)| color(x, y)[part]).collect()
        };
        Self { size, planes: [plane(1, 0), plane(2, 1), plane(2, 2)] }
    }

    fn planes(&self) -> Planes<'_> {
        let [y, u, v] = &self.planes;
        let width = self.size.0 as usize;
        Planes::new(self.size, [y, u, v], width, width.div_ceil(2)).unwrap()
    }

    fn on(&self, display: (u32, u32), format: PixelFormat, look: &Look) -> Vec<u8> {
        let mut painter = Painter::new(display, format);
        painter.paint(&self.planes(), look);
        assert_eq!(painter.pixels().len(), painter.stride() * display.1 as usize);
        painter.pixels().to_vec()
    }

    /// Rows of `#` for white, `.` for black, letters for colours.
    fn drawn(&self, display: (u32, u32), look: &Look) -> Vec<String> {
        let pixels = self.on(display, PixelFormat::Rgb888, look);
        let letter = |pixel: &[u8]| match pixel {
            [0, 0, 0] => '.',
            [255, 255, 255] => '#',
            [255, 0..3, 0..3] => 'R',
            [0..3, 0..3, 255] => 'B',
            _ => '?',
        };
        pixels.chunks(display.0 as usize * 3).map(|row| row.chunks(3).map(letter).collect()).collect()
    }
}

fn look(fit: Fit, rotation: Rotation) -> Look {
    Look { fit, rotation, ..Look::default() }
}

/// Four colours, one in each quarter.
fn quarters() -> I420 {
    I420::new((8, 4), |x, y| match (x < 4, y < 2) {
        (true, true) => WHITE,
        (false, true) => RED,
        (true, false) => BLUE,
        (false, false) => BLACK,
    })
}

#[test]
fn luma_of_the_same_size_is_kept_to_the_pixel() {
    let checked = I420::new((6, 4), |x, y| if (x + y) % 2 == 0 { WHITE } else { BLACK });
    assert_eq!(checked.drawn((6, 4), &Look::default()), ["#.#.#.", ".#.#.#", "#.#.#.", ".#.#.#"]);
    let odd = I420::new((3, 3), |x, _| if x == 1 { WHITE } else { BLACK });
    assert_eq!(odd.drawn((3, 3), &Look::default()), [".#.", ".#.", ".#."]);
}

#[test]
fn a_picture_that_shrinks_is_averaged() {
    #[track_caller]
    fn check(rotation: Rotation, expected: [&str; 2]) {
        let display = if rotation.is_sideways() { (2, 4) } else { (4, 2) };
        let drawn = quarters().drawn(display, &look(Fit::Fill, rotation));
        assert_eq!(drawn.len(), display.1 as usize);
        assert_eq!([drawn[0].as_str(), drawn[drawn.len() - 1].as_str()], expected);
    }
    check(Rotation::Upright, ["##RR", "BB.."]);
    check(Rotation::Quarter, ["B#", ".R"]);
    check(Rotation::Half, ["..BB", "RR##"]);
    check(Rotation::ThreeQuarters, ["R.", "#B"]);
    let stripes = I420::new((8, 2), |x, _| if x % 2 == 0 { WHITE } else { BLACK });
    assert_eq!(stripes.on((4, 1), PixelFormat::Rgb888, &look(Fit::Fill, Rotation::Upright)), [128; 12]);
}

#[test]
fn a_picture_that_grows_is_filled_in() {
    let step = I420::new((2, 2), |x, _| if x == 0 { BLACK } else { WHITE });
    let row: Vec<u8> = step.on((4, 2), PixelFormat::Rgb888, &look(Fit::Fill, Rotation::Upright));
    assert_eq!(row[..12].chunks(3).map(|pixel| pixel[0]).collect::<Vec<_>>(), [0, 64, 191, 255]);
}

#[test]
fn bars_beside_the_picture_are_black() {
    let white = I420::new((8, 4), |_, _| WHITE);
    assert_eq!(white.drawn((4, 4), &look(Fit::Contain, Rotation::Upright)), ["....", "####", "####", "...."]);
    assert_eq!(white.drawn((4, 4), &look(Fit::Contain, Rotation::Quarter)), [".##."; 4]);
    assert_eq!(white.drawn((8, 2), &look(Fit::Contain, Rotation::Upright)), ["..####..", "..####.."]);
    assert_eq!(white.drawn((4, 4), &look(Fit::Cover, Rotation::Upright)), ["####"; 4]);
    assert_eq!(white.drawn((4, 4), &look(Fit::Fill, Rotation::Upright)), ["####"; 4]);
}

#[test]
fn bars_stay_black_when_the_picture_moves() {
    let white = I420::new((8, 4), |_, _| WHITE);
    let mut painter = Painter::new((4, 4), PixelFormat::Xrgb8888);
    let black_row = [0, 0, 0, 255].repeat(4);
    painter.paint(&white.planes(), &look(Fit::Fill, Rotation::Upright));
    assert_eq!(painter.pixels(), [255; 64]);
    painter.paint(&white.planes(), &look(Fit::Contain, Rotation::Upright));
    assert_eq!(painter.pixels()[..16], black_row);
    painter.paint_black();
    assert_eq!(painter.pixels(), black_row.repeat(4));
}

#[test]
fn covering_cuts_off_what_stands_over() {
    let sides = I420::new((8, 4), |x, _| if (2..6).contains(&x) { WHITE } else { RED });
    assert_eq!(sides.drawn((4, 4), &look(Fit::Cover, Rotation::Upright))[0].get(1..3), Some("##"));
    assert!(!sides.drawn((4, 4), &look(Fit::Cover, Rotation::Upright))[0].contains('R'));
}

#[test]
fn brightness_and_gamma_are_applied() {
    let grey = I420::new((2, 2), |_, _| [126, 128, 128]);
    let dim = Look { brightness: 0.5, ..Look::default() };
    let dark = Look { gamma: 2.0, ..Look::default() };
    assert_eq!(grey.on((2, 2), PixelFormat::Rgb888, &Look::default()), [128; 12]);
    assert_eq!(grey.on((2, 2), PixelFormat::Rgb888, &dim), [64; 12]);
    assert_eq!(grey.on((2, 2), PixelFormat::Rgb888, &dark), [64; 12]);
}

#[test]
fn strides_may_be_longer_than_rows() {
    let tight = quarters();
    let padded = |plane: &[u8], width: usize, stride: usize| -> Vec<u8> {
        plane.chunks(width).flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(77, stride - width))).collect()
    };
    let [y, u, v] =
        [(0, 8, 16), (1, 4, 7), (2, 4, 7)].map(|(part, width, stride)| padded(&tight.planes[part], width, stride));
    let mut painter = Painter::new((5, 3), PixelFormat::Rgb565);
    painter.paint(&Planes::new((8, 4), [&y, &u, &v], 16, 7).unwrap(), &Look::default());
    assert_eq!(painter.pixels(), tight.on((5, 3), PixelFormat::Rgb565, &Look::default()));
}

#[test]
fn a_picture_of_another_size_is_shown_as_well() {
    let mut painter = Painter::new((4, 4), PixelFormat::Rgb888);
    for size in [(8, 4), (2, 2), (100, 50), (5, 7), (1, 1)] {
        painter.paint(&I420::new(size, |_, _| WHITE).planes(), &look(Fit::Fill, Rotation::Upright));
        assert_eq!(painter.pixels(), [255; 48], "{size:?}");
    }
}

#[test]
fn nothing_is_left_of_the_picture_before() {
    let mut painter = Painter::new((4, 4), PixelFormat::Rgb888);
    for (color, expected) in [(WHITE, 255), (BLACK, 0), (WHITE, 255)] {
        painter.paint(&I420::new((2, 2), |_, _| color).planes(), &Look::default());
        assert_eq!(painter.pixels(), [expected; 48]);
    }
}

#[test]
fn a_display_without_pixels_does_no_harm() {
    for size in [(0, 0), (0, 5), (5, 0)] {
        let mut painter = Painter::new(size, PixelFormat::Rgb565);
        for rotation in Rotation::ALL {
            painter.paint(&quarters().planes(), &look(Fit::Cover, rotation));
            painter.paint_test_card(&look(Fit::Cover, rotation));
        }
        assert!(painter.pixels().is_empty());
    }
}

#[test]
fn the_test_card_is_turned_and_toned_like_a_picture() {
    let corner = |rotation, brightness| {
        let mut painter = Painter::new((100, 60), PixelFormat::Rgb888);
        painter.paint_test_card(&Look { rotation, brightness, ..Look::default() });
        let at = 2 * painter.stride() + 2 * 3;
        painter.pixels()[at..at + 3].to_vec()
    };
    assert_eq!(corner(Rotation::Upright, 1.0), [255, 0, 0]);
    assert_eq!(corner(Rotation::Quarter, 1.0), [0, 0, 255]);
    assert_eq!(corner(Rotation::Half, 1.0), [255, 255, 0]);
    assert_eq!(corner(Rotation::ThreeQuarters, 1.0), [0, 255, 0]);
    assert_eq!(corner(Rotation::Upright, 0.5), [128, 0, 0]);
}

/// What a rotation should do, pixel by pixel.
fn turned(upright: &[u8], (width, height): (usize, usize), pixel: usize, rotation: Rotation) -> Vec<u8> {
    let at = |x: usize, y: usize| upright[(y * width + x) * pixel..][..pixel].to_vec();
    let (columns, rows) = if rotation.is_sideways() { (height, width) } else { (width, height) };
    let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
    let from = |(x, y): (usize, usize)| match rotation {
        Rotation::Upright => at(x, y),
        Rotation::Quarter => at(y, height - 1 - x),
        Rotation::Half => at(width - 1 - x, height - 1 - y),
        Rotation::ThreeQuarters => at(width - 1 - y, x),
    };
    places.flat_map(from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn all_rotations_are_permutations_of_each_other(
        from in (1_u32..40, 1_u32..40),
        to in (1_u32..50, 1_u32..50),
        seed: u32,
        fit in prop::sample::select(vec![Fit::Contain, Fit::Cover, Fit::Fill]),
        format in prop::sample::select(PixelFormat::ALL.to_vec()),
    ) {
        let noise = |x: u32, y: u32| (x.wrapping_mul(7_919) ^ y.wrapping_mul(104_729) ^ seed).wrapping_mul(2_654_435_761).to_be_bytes();
        let picture = I420::new(from, |x, y| { let [a, b, c, _] = noise(x, y); [a, b, c] });
        let upright = picture.on(to, format, &look(fit, Rotation::Upright));
        for rotation in Rotation::ALL {
            let display = if rotation.is_sideways() { (to.1, to.0) } else { to };
            let expected = turned(&upright, (to.0 as usize, to.1 as usize), format.bytes(), rotation);
            prop_assert_eq!(picture.on(display, format, &look(fit, rotation)), expected);
        }
    }

    #[test]
    fn no_look_does_harm(
        from in (1_u32..9, 1_u32..9), to in (0_u32..20, 0_u32..20), brightness: f64, gamma: f64,
        rotation in prop::sample::select(Rotation::ALL.to_vec()),
    ) {
        let picture = I420::new(from, |_, _| BLACK);
        let pixels = picture.on(to, PixelFormat::Rgb888, &Look { brightness, gamma, rotation, ..Look::default() });
        prop_assert!(pixels.iter().all(|byte| *byte == 0));
    }
}
