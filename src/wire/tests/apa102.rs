use proptest::collection::vec;
use proptest::prelude::*;

use super::super::apa102::{Depth, decode, encode};
use super::hex;

fn encoded(depth: Depth, pixels: &[[u16; 3]]) -> Vec<u8> {
    let mut out = Vec::new();
    encode(depth, pixels, &mut out);
    out
}

fn light(depth: Depth, pixel: [u16; 3]) -> [f64; 3] {
    decode(&encoded(depth, &[pixel])).unwrap()[0]
}

/// How far what is seen is from what was asked for, of the channel that is worst.
fn error(depth: Depth, pixel: [u16; 3]) -> f64 {
    let seen = light(depth, pixel);
    pixel.iter().zip(seen).map(|(asked, seen)| (f64::from(*asked) / 65_535.0 - seen).abs()).fold(0.0, f64::max)
}

/// Half a step of 8 bits: what plain colours are off by at worst.
const PLAIN: f64 = 0.5 / 255.0 + 1e-9;

#[test]
fn pixels_stand_between_a_start_and_an_end() {
    #[track_caller]
    fn check(depth: Depth, pixels: &[[u16; 3]], golden: &str) {
        assert_eq!(encoded(depth, pixels), hex(golden));
    }
    check(Depth::Plain, &[[65_535, 32_768, 0]], "00000000 ff0080ff 00000000 00");
    check(Depth::Plain, &[[257, 128, 129]], "00000000 ff010001 00000000 00");
    check(Depth::Extended, &[[65_535, 0, 0]], "00000000 ff0000ff 00000000 00");
    check(Depth::Extended, &[[2_114, 1_058, 0]], "00000000 e10080ff 00000000 00");
    check(Depth::Extended, &[[2_115, 0, 0]], "00000000 e2000080 00000000 00");
    check(Depth::Extended, &[[0, 0, 0]], "00000000 e1000000 00000000 00");
    check(Depth::Plain, &[], "00000000 00000000");
}

#[test]
fn the_end_has_a_clock_for_every_second_pixel_after_four_bytes() {
    #[track_caller]
    fn check(pixels: usize, end: usize) {
        let bits = encoded(Depth::Plain, &vec![[65_535; 3]; pixels]);
        assert_eq!(bits.len() - 4 - 4 * pixels, end);
        assert!((end - 4) * 8 * 2 >= pixels);
        assert!(decode(&bits).is_some());
        assert_eq!(decode(&bits[..bits.len() - 1]), None, "the last would not be reached");
    }
    check(1, 5);
    check(16, 5);
    check(17, 6);
    check(144, 13);
    check(1_000, 67);
}

#[test]
fn what_is_no_such_stream_is_not_decoded() {
    assert_eq!(decode(&hex("00000001 ff0000ff 00000000 00")), None);
    assert_eq!(decode(&hex("00000000 ff0000ff 00000000 01")), None);
    assert_eq!(decode(&hex("000000")), None);
    assert_eq!(decode(&[]), None);
}

#[test]
fn dark_colours_have_more_steps_than_8_bits_give_them() {
    let levels = |depth| {
        let mut seen: Vec<_> = (0..=2_114).map(|light_of| light(depth, [light_of; 3])[0].to_bits()).collect();
        seen.dedup();
        seen.len()
    };
    assert_eq!(levels(Depth::Plain), 9);
    assert_eq!(levels(Depth::Extended), 256);
}

#[test]
fn what_plain_colours_lose_in_the_dark_is_kept() {
    let mean = |depth| (0..2_114).map(|light_of| error(depth, [light_of; 3])).sum::<f64>() / 2_114.0;
    assert!(mean(Depth::Extended) * 25.0 < mean(Depth::Plain));
    assert_eq!(light(Depth::Plain, [100; 3]), [0.0; 3]);
    assert!(light(Depth::Extended, [100; 3])[0] > 0.0);
}

#[test]
fn more_light_is_never_seen_as_less_by_a_third_of_a_step() {
    // where the brightness changes, the steps change too
    let seen: Vec<_> = (0..=u16::MAX).map(|light_of| light(Depth::Extended, [light_of; 3])[0]).collect();
    assert!(seen.windows(2).all(|pair| pair[1] > pair[0] - 0.3 / 255.0));
    assert_eq!((seen[0], seen[65_535]), (0.0, 1.0));
}

proptest! {
    #[test]
    fn nothing_is_further_off_than_half_a_step_of_8_bits(pixel: [u16; 3]) {
        prop_assert!(error(Depth::Plain, pixel) <= PLAIN);
        prop_assert!(error(Depth::Extended, pixel) <= PLAIN);
    }

    #[test]
    fn the_darker_a_pixel_the_finer_its_steps(pixel: [u16; 3], by in 0u32..8) {
        let pixel = pixel.map(|light| light >> by);
        let most = f64::from(pixel.into_iter().max().unwrap()) / 65_535.0;
        let brightness = (most * 31.0).ceil().max(1.0) / 31.0;
        prop_assert!(error(Depth::Extended, pixel) <= PLAIN * brightness + 1e-9);
    }

    #[test]
    fn every_pixel_comes_out(pixels in vec(any::<[u16; 3]>(), 0..200), plain: bool) {
        let depth = if plain { Depth::Plain } else { Depth::Extended };
        let seen = decode(&encoded(depth, &pixels)).unwrap();
        prop_assert_eq!(seen.len(), pixels.len());
        for (pixel, seen) in pixels.iter().zip(seen) {
            prop_assert_eq!(light(depth, *pixel), seen);
        }
    }
}
