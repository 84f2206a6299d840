use proptest::collection::vec;
use proptest::prelude::*;

use super::super::ddp::{Ddp, Decoded, decode};
use super::{hex, packets, ramp};

fn encoded(ddp: &mut Ddp, data: &[u8]) -> Vec<Vec<u8>> {
    packets(|packets| ddp.encode(data, packets))
}

#[test]
fn three_pixels_are_one_packet_that_shows_them() {
    let golden = hex("41 01 0B 01 00000000 0009 FF0000 00FF00 0000FF");
    assert_eq!(encoded(&mut Ddp::new(false), &hex("FF0000 00FF00 0000FF")), [golden]);
    let golden = hex("41 01 1B 01 00000000 0004 01020304");
    assert_eq!(encoded(&mut Ddp::new(true), &hex("01020304")), [golden]);
}

#[test]
fn offsets_are_bytes_and_only_the_last_packet_shows() {
    let sent = encoded(&mut Ddp::new(false), &ramp(960 * 3));
    let heads: Vec<_> = sent.iter().map(|packet| packet[..10].to_vec()).collect();
    assert_eq!(heads, [hex("40 01 0B 01 00000000 05A0"), hex("41 01 0B 01 000005A0 05A0")]);
    let mut silent = Ddp { push: false, ..Ddp::new(false) };
    assert!(encoded(&mut silent, &ramp(960 * 3)).iter().all(|packet| packet[0] == 0x40));
}

#[test]
fn sixteen_frames_are_numbered_from_1_to_15_and_from_1_again() {
    let mut ddp = Ddp::new(false);
    let numbers: Vec<_> = (0..16).map(|_| encoded(&mut ddp, &[1, 2, 3])[0][1]).collect();
    assert_eq!(numbers, (1..=15).chain([1]).collect::<Vec<u8>>());
}

#[test]
fn a_frame_without_pixels_is_no_packet_and_takes_no_number() {
    let mut ddp = Ddp::new(false);
    assert!(encoded(&mut ddp, &[]).is_empty());
    assert_eq!(encoded(&mut ddp, &[1, 2, 3])[0][1], 1);
}

#[test]
fn a_sync_packet_shows_without_pixels() {
    assert_eq!(Ddp::new(false).sync_packet(), *hex("41 00 0B 01 00000000 0000"));
    let packet = Ddp::new(true).sync_packet();
    let decoded = decode(&packet).unwrap();
    assert!(decoded.push && decoded.data.is_empty());
}

#[test]
fn a_payload_is_whole_pixels_and_never_more_than_fits() {
    #[track_caller]
    fn check(rgbw: bool, payload: usize, sizes: &[usize]) {
        let sent = encoded(&mut Ddp { payload, ..Ddp::new(rgbw) }, &ramp(3_000));
        assert_eq!(sent.iter().take(sizes.len()).map(|packet| packet.len() - 10).collect::<Vec<_>>(), sizes);
    }
    check(false, 9_999, &[1440, 1440, 120]);
    check(true, 1440, &[1440, 1440, 120]);
    check(false, 599, &[597, 597, 597, 597, 597, 15]);
    check(true, 599, &[596, 596, 596, 596, 596, 20]);
    check(false, 0, &[3, 3]);
    check(true, 1, &[4, 4]);
}

#[test]
fn every_sender_in_the_field_is_understood() {
    #[track_caller]
    fn check(kind: &str, rgbw: bool) {
        let packet = hex(&format!("41 03 {kind} 01 00000006 0003 010203"));
        let expected = Decoded { id: 1, sequence: 3, rgbw, offset: 6, push: true, timecode: None, data: &[1, 2, 3] };
        assert_eq!(decode(&packet), Some(expected), "{kind}");
    }
    for kind in ["00", "01", "0A", "0B", "0D", "80", "8B"] {
        check(kind, false);
    }
    check("1B", true);
    check("9B", true);
}

#[test]
fn a_time_code_moves_the_pixels_by_four_bytes() {
    let packet = hex("51 01 0B 01 00000000 0003 01020304 AABBCC");
    let decoded = decode(&packet).unwrap();
    assert_eq!((decoded.timecode, decoded.data), (Some(0x0102_0304), &[0xaa, 0xbb, 0xcc][..]));
    assert_eq!(decode(&packet[..16]), None);
    assert_eq!(decode(&packet[..12]), None);
}

#[test]
fn what_is_not_for_the_pixels_is_dropped() {
    #[track_caller]
    fn check(packet: &str, taken: bool) {
        assert_eq!(decode(&hex(packet)).is_some(), taken, "{packet}");
    }
    check("41 01 0B 01 00000000 0003 010203", true);
    check("41 01 0B FF 00000000 0003 010203", true);
    check("41 01 0B F6 00000000 0003 010203", false); // control
    check("41 01 0B FA 00000000 0003 010203", false); // configuration
    check("41 01 0B FB 00000000 0003 010203", false); // status
    check("43 01 0B 01 00000000 0003 010203", false); // a query
    check("45 01 0B 01 00000000 0003 010203", false); // a reply
    check("48 01 0B 01 00000000 0003 010203", false); // only to be stored
    check("49 01 0B 01 00000000 0003 010203", true); // what was stored is to be shown
    check("41 01 0B 01 00000000 0004 010203", false); // says more than it brings
    check("41 01 0B 01 00000000 0002 010203", true);
    check("41 01 0B 01 00000000 00", false);
}

proptest! {
    #[test]
    fn all_packets_of_a_frame_have_one_number(len in 1usize..40_000, frames in 1usize..40) {
        let mut ddp = Ddp::new(false);
        let data = ramp(len);
        for frame in 0..frames {
            let sent = encoded(&mut ddp, &data);
            let number = (frame % 15 + 1) as u8;
            prop_assert!(sent.iter().all(|packet| packet[1] == number));
        }
    }

    #[test]
    fn what_is_sent_is_what_arrives(data in vec(any::<u8>(), 1..6_000), rgbw: bool, payload in 0usize..2_000) {
        let sent = encoded(&mut Ddp { payload, ..Ddp::new(rgbw) }, &data);
        let mut strip = Vec::new();
        for (index, packet) in sent.iter().enumerate() {
            let decoded = decode(packet).unwrap();
            prop_assert_eq!(decoded.offset, strip.len());
            prop_assert_eq!(decoded.rgbw, rgbw);
            prop_assert_eq!(decoded.push, index + 1 == sent.len());
            strip.extend_from_slice(decoded.data);
        }
        prop_assert_eq!(strip, data);
    }
}
