use proptest::collection::vec;
use proptest::prelude::*;

use super::super::artnet::{ArtNet, Decoded, Dmx, decode, poll_packet, sync_packet};
use super::{hex, packets, ramp};

fn encoded(artnet: &mut ArtNet, data: &[u8]) -> Vec<Vec<u8>> {
    packets(|packets| artnet.encode(data, packets))
}

#[track_caller]
fn dmx(packet: &[u8]) -> Dmx<'_> {
    match decode(packet) {
        Some(Decoded::Dmx(dmx)) => dmx,
        other => panic!("{other:?}"),
    }
}

#[test]
fn three_slots_are_what_they_are_elsewhere() {
    let golden = "4172742d4e657400 0050 000e 01 00 01 00 0004 010203 00";
    assert_eq!(encoded(&mut ArtNet::new(1), &[1, 2, 3]), [hex(golden)]);
    // without a number
    let packet = hex("4172742d4e657400 0050 000e 00 00 01 00 0004 010203 00");
    assert_eq!(dmx(&packet), Dmx { address: 1, sequence: 0, data: &[1, 2, 3, 0] });
}

#[test]
fn a_sync_and_a_poll_have_14_bytes() {
    assert_eq!(sync_packet(), *hex("4172742d4e657400 0052 000e 0000"));
    assert_eq!(poll_packet(), *hex("4172742d4e657400 0020 000e 0000"));
    assert_eq!(decode(&sync_packet()), Some(Decoded::Sync));
    assert_eq!(decode(&poll_packet()), Some(Decoded::Poll));
    assert_eq!(decode(&poll_packet()[..13]), None);
}

#[test]
fn port_addresses_begin_at_0_and_have_15_bits() {
    #[track_caller]
    fn check(first: u16, addresses: &[&str]) {
        let sent = encoded(&mut ArtNet::new(first), &ramp(3 * 510));
        let bytes: Vec<_> = sent.iter().map(|packet| packet[14..16].to_vec()).collect();
        assert_eq!(bytes, addresses.iter().map(|address| hex(address)).collect::<Vec<_>>());
    }
    check(0, &["0000", "0100", "0200"]);
    check(14, &["0e00", "0f00", "1000"]);
    check(255, &["ff00", "0001", "0101"]);
    check(0x7ffe, &["fe7f", "ff7f"]);
    check(0x8000, &[]);
}

#[test]
fn frames_are_numbered_from_1_to_255_and_never_0() {
    let mut artnet = ArtNet::new(0);
    let numbers: Vec<_> = (0..257).map(|_| encoded(&mut artnet, &ramp(1_000))).collect();
    assert!(numbers.iter().all(|frame| frame[0][12] == frame[1][12]), "the same for all of a frame");
    let numbers: Vec<_> = numbers.iter().map(|frame| frame[0][12]).collect();
    assert_eq!(numbers, (1..=255).chain([1, 2]).collect::<Vec<u8>>());
}

#[test]
fn what_cannot_be_is_not_decoded() {
    let good = hex("4172742d4e657400 0050 000e 01 00 01 00 0004 010203 00");
    #[track_caller]
    fn check(good: &[u8], at: usize, byte: u8) {
        let mut bad = good.to_vec();
        bad[at] = byte;
        assert_eq!(decode(&bad), None);
    }
    check(&good, 0, b'a');
    check(&good, 9, 0x51); // slots with another start code
    check(&good, 11, 13); // an old protocol
    check(&good, 17, 5); // more slots than there are
    assert_eq!(decode(&good[..21]), None);
    let long = [&good[..16], &[0x02, 0x02], &[0; 514]].concat();
    assert_eq!(decode(&long), None, "more than a universe has");
}

#[test]
fn newer_versions_and_odd_lengths_are_understood() {
    let packet = hex("4172742d4e657400 0050 000f 09 00 34 f2 0003 010203");
    assert_eq!(dmx(&packet), Dmx { address: 0x7234, sequence: 9, data: &[1, 2, 3] });
}

proptest! {
    #[test]
    fn lengths_are_even_and_nothing_is_lost(bytes in vec(any::<u8>(), 0..4_000), channels in 0u16..600, first in 0u16..0x7000) {
        let mut artnet = ArtNet { channels_per_universe: channels, ..ArtNet::new(first) };
        let size = usize::from(channels.clamp(1, 512));
        let sent = encoded(&mut artnet, &bytes);
        prop_assert_eq!(sent.len(), bytes.len().div_ceil(size));
        for ((packet, part), address) in sent.iter().zip(bytes.chunks(size)).zip(first..) {
            let dmx = dmx(packet);
            prop_assert!(dmx.data.len().is_multiple_of(2) && (2..=512).contains(&dmx.data.len()));
            prop_assert_eq!((packet.len(), dmx.address), (18 + dmx.data.len(), address));
            prop_assert_eq!(&dmx.data[..part.len()], part);
            prop_assert!(dmx.data[part.len()..].iter().all(|byte| *byte == 0));
        }
    }
}
