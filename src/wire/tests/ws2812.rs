use proptest::collection::vec;
use proptest::prelude::*;

use super::super::ws2812::{Encoding, decode, encode, largest};
use super::{hex, ramp};

const BOTH: [Encoding; 2] = [Encoding::Three, Encoding::Four];

fn encoded(encoding: Encoding, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode(encoding, data, &mut out);
    out
}

#[test]
fn bits_are_short_and_long_pulses() {
    #[track_caller]
    fn check(encoding: Encoding, data: &str, golden: &str) {
        let out = encoded(encoding, &hex(data));
        let gap = encoding.gap();
        assert_eq!(out[gap..out.len() - gap], hex(golden));
        assert!(out.iter().take(gap).chain(out.iter().rev().take(gap)).all(|byte| *byte == 0));
    }
    check(Encoding::Three, "00", "924924");
    check(Encoding::Three, "ff", "db6db6");
    check(Encoding::Three, "81 01", "d24926 924926");
    check(Encoding::Four, "00", "88888888");
    check(Encoding::Four, "ff", "eeeeeeee");
    check(Encoding::Four, "81 01", "e888888e 8888888e");
}

#[test]
fn gaps_are_longer_than_the_longest_reset() {
    for encoding in BOTH {
        let micros = encoding.gap() as f64 * 8.0 * 1e6 / f64::from(encoding.clock_hz());
        assert!(micros > 280.0 && micros < 310.0, "{encoding:?}: {micros}");
    }
}

#[test]
fn a_strip_that_just_fits_into_the_buffer_does_and_one_more_pixel_does_not() {
    #[track_caller]
    fn check(encoding: Encoding, channels: usize, bufsiz: usize, pixels: usize) {
        assert_eq!(largest(encoding, channels, bufsiz), pixels);
        assert!(encoded(encoding, &vec![0; pixels * channels]).len() <= bufsiz);
        assert!(encoded(encoding, &vec![0; (pixels + 1) * channels]).len() > bufsiz);
    }
    check(Encoding::Three, 3, 4_096, 435);
    check(Encoding::Four, 3, 4_096, 321);
    check(Encoding::Three, 3, 32_768, 3_620);
    check(Encoding::Four, 3, 32_768, 2_710);
    check(Encoding::Three, 4, 4_096, 326);
    assert_eq!(largest(Encoding::Three, 3, 10), 0);
    assert_eq!(largest(Encoding::Three, 0, usize::MAX), (usize::MAX - 180) / 3);
}

#[test]
fn a_line_that_idles_high_does_not_disturb_the_first_led() {
    for encoding in BOTH {
        let bits = [vec![0xff; 50], encoded(encoding, &ramp(30))].concat();
        assert_eq!(decode(encoding, &bits), Some(ramp(30)));
        let without_gap: Vec<u8> = [&[0xff; 50], &bits[50 + encoding.gap()..]].concat();
        assert_eq!(decode(encoding, &without_gap), None, "the gap is what helps");
    }
}

#[test]
fn leds_take_nothing_that_is_not_followed_by_a_reset() {
    for encoding in BOTH {
        let bits = encoded(encoding, &ramp(30));
        assert_eq!(decode(encoding, &bits[..bits.len() - 10]), None);
        assert_eq!(decode(encoding, &[]), None);
        assert_eq!(decode(encoding, &[0; 1_000]), None);
    }
}

#[test]
fn leds_read_neither_at_another_speed_nor_after_a_pause() {
    let three = encoded(Encoding::Three, &ramp(30));
    assert_ne!(decode(Encoding::Four, &three), Some(ramp(30)));
    let mut paused = three.clone();
    let middle = Encoding::Three.gap() + 45;
    paused.splice(middle..middle, [0; 20]);
    assert_eq!(decode(Encoding::Three, &paused), None);
    let mut broken = three;
    broken[middle] = 0xff;
    assert_eq!(decode(Encoding::Three, &broken), None);
}

#[test]
fn of_two_frames_the_second_is_seen() {
    let bits = [encoded(Encoding::Four, &ramp(30)), encoded(Encoding::Four, &[7; 30])].concat();
    assert_eq!(decode(Encoding::Four, &bits), Some(vec![7; 30]));
}

proptest! {
    #[test]
    fn what_is_sent_is_what_the_leds_see(data in vec(any::<u8>(), 1..600), four: bool) {
        let encoding = BOTH[usize::from(four)];
        let bits = encoded(encoding, &data);
        prop_assert_eq!(bits.len(), data.len() * encoding.bytes_per_channel() + 2 * encoding.gap());
        prop_assert_eq!(decode(encoding, &bits), Some(data));
    }
}
