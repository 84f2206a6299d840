//! What is lit: zones of LEDs, a picture, and pixels that differ.

use marquee::light::sample::Planes;
use marquee::show::light::Rgb;
use marquee::show::light::region::Region;

pub const WIDTH: usize = 1920;
pub const HEIGHT: usize = 1080;
/// Zones, each on a fixture of its own: squares that lie side by side in the picture, so many in a row.
pub const IN_A_ROW: usize = 4;
pub const ZONES: usize = IN_A_ROW * IN_A_ROW;
/// LEDs on a side of one.
pub const SIDE: usize = 32;
pub const PIXELS_EACH: usize = SIDE * SIDE;
pub const PIXELS: usize = ZONES * PIXELS_EACH;
/// LEDs on a side of all of them together.
pub const ALL_SIDE: usize = IN_A_ROW * SIDE;

/// In I420: shades and edges, like nothing that could be made shorter.
pub fn picture() -> [Vec<u8>; 3] {
    let plane = |width: usize, height: usize, salt: usize| {
        let shade = |x: usize, y: usize| (x / 7 + y / 5 + (x ^ y) / 3 * salt) as u8 / 2 + 40;
        (0..width * height).map(|place| shade(place % width, place / width)).collect::<Vec<u8>>()
    };
    [plane(WIDTH, HEIGHT, 1), plane(WIDTH / 2, HEIGHT / 2, 2), plane(WIDTH / 2, HEIGHT / 2, 3)]
}

pub fn planes(picture: &[Vec<u8>; 3]) -> Planes<'_> {
    let [luma, blue, red] = picture;
    let strides = [WIDTH, WIDTH / 2, WIDTH / 2];
    Planes::new(WIDTH as u32, HEIGHT as u32, [luma, blue, red], strides).expect("a whole picture")
}

/// The part of the picture that a zone stands for.
pub fn region(zone: usize) -> Region {
    let part = 1.0 / IN_A_ROW as f64;
    let [x, y] = [zone % IN_A_ROW, zone / IN_A_ROW].map(|place| place as f64 * part);
    Region { x, y, width: part, height: part }
}

/// For each zone.
pub fn pixels(seed: u64) -> Vec<Vec<Rgb>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut pixel = || [0, 1, 2].map(|_: u8| random.f32());
    (0..ZONES).map(|_| (0..PIXELS_EACH).map(|_| pixel()).collect()).collect()
}

/// The same, all one after the other and in 8 bits, as others want them.
pub fn bytes(pixels: &[Vec<Rgb>]) -> Vec<u8> {
    pixels.iter().flatten().flatten().map(|channel| (channel * 255.0 + 0.5) as u8).collect()
}
