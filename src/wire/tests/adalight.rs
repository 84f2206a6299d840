use proptest::collection::vec;
use proptest::prelude::*;

use super::super::adalight::{Decoded, Variant, decode, encode};
use super::{hex, ramp};

const ALL: [Variant; 3] = [Variant::Ada, Variant::LightBerry, Variant::Awa];

fn encoded(variant: Variant, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode(variant, data, &mut out);
    out
}

#[test]
fn headers_tell_the_pixels_in_two_ways() {
    #[track_caller]
    fn check(variant: Variant, pixels: usize, golden: &str) {
        assert_eq!(encoded(variant, &ramp(pixels * 3))[..6], hex(golden));
    }
    check(Variant::Ada, 256, "41 64 61 00 FF AA");
    check(Variant::Ada, 1, "41 64 61 00 00 55");
    check(Variant::Ada, 65_536, "41 64 61 FF FF 55");
    check(Variant::Ada, 70_000, "41 64 61 FF FF 55");
    check(Variant::LightBerry, 256, "41 64 61 01 00 54");
    check(Variant::LightBerry, 70_000, "41 64 61 FF FF 55");
    check(Variant::Awa, 256, "41 77 61 00 FF AA");
}

#[test]
fn each_variant_brings_pixels_in_its_own_way() {
    #[track_caller]
    fn check(variant: Variant, golden: &str) {
        assert_eq!(encoded(variant, &hex("010203 040506")), hex(golden));
    }
    check(Variant::Ada, "416461 0001 54 010203 040506");
    check(Variant::LightBerry, "416461 0002 57 00000000 ff010203 ff040506 00000000");
    check(Variant::Awa, "417761 0001 54 010203 040506 15 38 10");
}

#[test]
fn the_end_of_a_long_lightberry_frame_has_a_clock_for_every_second_pixel() {
    assert_eq!(encoded(Variant::LightBerry, &ramp(64 * 3)).len(), 6 + 4 + 256 + 4);
    assert_eq!(encoded(Variant::LightBerry, &ramp(160 * 3)).len(), 6 + 4 + 640 + 10);
}

#[test]
fn the_sums_are_those_that_hyperserial_expects() {
    #[track_caller]
    fn check(data: &[u8], sums: [u8; 3]) {
        let out = encoded(Variant::Awa, data);
        assert_eq!(out[out.len() - 3..], sums);
    }
    // the place begins anew after 256 bytes
    check(&[0; 324], [0, 0, 238]);
    // the third would be 0x41
    check(&[0x41, 0x01, 0x02], [0x44, 0xc7, 0xaa]);
    check(&[0x41, 0x00, 0x00], [0x41, 0xc3, 0x44]);
}

#[test]
fn no_pixels_are_no_frame() {
    for variant in ALL {
        assert!(encoded(variant, &[1, 2]).is_empty());
    }
}

#[test]
fn a_frame_is_found_in_whatever_lies_before_it() {
    for variant in ALL {
        let frame = encoded(variant, &ramp(30));
        let stream = [b"AAdAwAda\0\x01\xff".as_slice(), &frame, b"more"].concat();
        assert_eq!(decode(variant, &stream), Some(Decoded { data: ramp(30), rest: b"more" }), "{variant:?}");
        assert_eq!(decode(variant, &frame[..frame.len() - 1]), None, "{variant:?}");
    }
}

#[test]
fn a_disturbed_frame_is_skipped_where_it_can_be_told() {
    let frame = encoded(Variant::Awa, &ramp(30));
    let mut disturbed = frame.clone();
    disturbed[10] ^= 4;
    assert_eq!(decode(Variant::Awa, &disturbed), None);
    let stream = [disturbed, frame].concat();
    assert_eq!(decode(Variant::Awa, &stream), Some(Decoded { data: ramp(30), rest: &[] }));
}

proptest! {
    #[test]
    fn what_is_sent_is_what_arrives(data in vec(any::<u8>(), 3..1_000), variant in proptest::sample::select(ALL.to_vec())) {
        let whole = data.len() / 3 * 3;
        let out = encoded(variant, &data);
        prop_assert_eq!(decode(variant, &out), Some(Decoded { data: data[..whole].to_vec(), rest: &[] }));
    }
}
