use std::net::Ipv4Addr;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::sacn::{Data, Decoded, Sacn, Sequence, decode, multicast};
use super::super::whole_pixels;
use super::{hex, packets, ramp};

fn source(universe: u16) -> Sacn {
    Sacn::new([0x11; 16], "golden".to_owned(), universe)
}

fn encoded(sacn: &mut Sacn, data: &[u8]) -> Vec<Vec<u8>> {
    packets(|packets| sacn.encode(data, packets))
}

#[track_caller]
fn data(packet: &[u8]) -> Data<'_> {
    match decode(packet) {
        Some(Decoded::Data(data)) => data,
        other => panic!("{other:?}"),
    }
}

const CID: &str = "11111111111111111111111111111111";

#[test]
fn three_slots_are_what_they_are_elsewhere() {
    let zeros = "00".repeat(58);
    let golden = hex(&format!(
        "0010 0000 4153432d45312e3137000000 7071 00000004 {CID} 705b 00000002 676f6c64656e {zeros} \
         64 0000 00 00 0001 700e 02 a1 0000 0001 0004 00 ff8040"
    ));
    assert_eq!(golden.len(), 129);
    assert_eq!(encoded(&mut source(1), &hex("ff8040")), [golden]);
}

#[test]
fn a_sync_packet_is_what_it_is_elsewhere_and_counts_apart() {
    let golden = hex(&format!("0010 0000 4153432d45312e3137000000 7021 00000008 {CID} 700b 00000001 00 0007 0000"));
    assert_eq!(golden.len(), 49);
    let mut sacn = Sacn { sync_universe: 7, ..source(1) };
    encoded(&mut sacn, &[1, 2, 3]);
    let sent = packets(|packets| (0..2).for_each(|_| sacn.sync_packet(packets)));
    assert_eq!(sent[0], golden);
    assert_eq!(decode(&sent[1]), Some(Decoded::Sync { cid: [0x11; 16], sequence: 1, universe: 7 }));
    assert_eq!(data(&encoded(&mut sacn, &[1])[0]).sync_universe, 7);
}

#[test]
fn nobody_waits_for_a_sync_that_cannot_come() {
    for sync_universe in [0, 64_000] {
        let mut sacn = Sacn { sync_universe, ..source(1) };
        assert!(packets(|packets| sacn.sync_packet(packets)).is_empty());
        assert_eq!(data(&encoded(&mut sacn, &[1])[0]).sync_universe, 0);
    }
}

#[test]
fn nor_for_one_that_others_say_there_is() {
    let mut packet = encoded(&mut source(1), &[1]).remove(0);
    for (said, believed) in [(0, 0), (1, 1), (63_999, 63_999), (64_000, 0), (u16::MAX, 0)] {
        packet[109..111].copy_from_slice(&said.to_be_bytes());
        assert_eq!(data(&packet).sync_universe, believed);
    }
}

#[test]
fn with_510_channels_pixels_stay_whole_and_with_512_the_171st_is_split() {
    #[track_caller]
    fn check(channels: u16, sizes: &[usize]) {
        let mut sacn = Sacn { channels_per_universe: channels, ..source(1) };
        let sent = encoded(&mut sacn, &ramp(342 * 3));
        assert_eq!(sent.iter().map(|packet| data(packet).data.len()).collect::<Vec<_>>(), sizes);
        assert_eq!((sent[0].len(), sacn.universes_for(342 * 3)), (126 + sizes[0], sizes.len()));
    }
    check(510, &[510, 510, 6]);
    check(512, &[512, 512, 2]);
    check(300, &[300, 300, 300, 126]);
    check(9_999, &[512, 512, 2]);
}

#[test]
fn universes_begin_at_1_and_end_at_63999() {
    #[track_caller]
    fn check(first: u16, universes: &[u16]) {
        let sent = encoded(&mut source(first), &ramp(3 * 510));
        assert_eq!(sent.iter().map(|packet| data(packet).universe).collect::<Vec<_>>(), universes);
    }
    check(1, &[1, 2, 3]);
    check(255, &[255, 256, 257]);
    check(0, &[1, 2]);
    check(63_998, &[63_998, 63_999]);
    check(u16::MAX, &[]);
}

#[test]
fn every_universe_counts_apart_and_over_255() {
    let mut sacn = source(1);
    for frame in 0..600usize {
        // every third frame has the second universe
        let sent = encoded(&mut sacn, &ramp(if frame.is_multiple_of(3) { 600 } else { 300 }));
        assert_eq!(data(&sent[0]).sequence, (frame % 256) as u8);
        if let Some(second) = sent.get(1) {
            assert_eq!(data(second).sequence, (frame / 3 % 256) as u8);
        }
    }
}

#[test]
fn a_source_that_ends_says_so_three_times_for_each_universe() {
    let mut sacn = source(7);
    assert!(packets(|packets| sacn.terminate(packets)).is_empty(), "nothing was begun");
    encoded(&mut sacn, &ramp(600));
    let sent = packets(|packets| sacn.terminate(packets));
    let told: Vec<_> =
        sent.iter().map(|packet| data(packet)).map(|data| (data.universe, data.sequence, data.terminated)).collect();
    assert_eq!(told, [(7, 1, true), (8, 1, true), (7, 2, true), (8, 2, true), (7, 3, true), (8, 3, true)]);
}

#[test]
fn names_of_any_length_leave_a_zero() {
    let mut sacn = Sacn { name: "ü".repeat(99), ..source(1) };
    let sent = encoded(&mut sacn, &[1]);
    assert_eq!((&sent[0][106..108], data(&sent[0]).name()), (&[0, 0][..], "ü".repeat(31)));
}

#[test]
fn universe_discovery_has_512_universes_a_page() {
    #[track_caller]
    fn check(universes: u16, counts: &[usize]) {
        let all: Vec<u16> = (1..=universes).collect();
        let sent = packets(|packets| source(1).discovery(&all, packets));
        assert_eq!(sent.iter().map(|packet| (packet.len() - 120) / 2).collect::<Vec<_>>(), counts);
        let told: Vec<u16> = sent
            .iter()
            .flat_map(|packet| packet[120..].chunks_exact(2))
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect();
        assert_eq!(told, all);
        for (page, packet) in sent.iter().enumerate() {
            assert_eq!(packet[118..120], [page as u8, counts.len() as u8 - 1]);
        }
    }
    check(0, &[0]);
    check(3, &[3]);
    check(512, &[512]);
    check(1_025, &[512, 512, 1]);
    check(63_999, &[vec![512; 124], vec![511]].concat());
}

#[test]
fn every_universe_has_its_group() {
    assert_eq!(multicast(1), Ipv4Addr::new(239, 255, 0, 1));
    assert_eq!(multicast(63_999), Ipv4Addr::new(239, 255, 249, 255));
}

#[test]
fn previews_and_other_start_codes_are_told() {
    let mut packet = encoded(&mut source(1), &[1, 2, 3]).remove(0);
    assert_eq!((data(&packet).preview, data(&packet).start_code, data(&packet).force_sync), (false, 0, false));
    packet[112] = 0xa0;
    packet[125] = 0xdd;
    assert_eq!((data(&packet).preview, data(&packet).start_code, data(&packet).force_sync), (true, 0xdd, true));
    assert_eq!(data(&packet).data, [1, 2, 3]);
}

#[test]
fn what_cannot_be_is_not_decoded() {
    let good = encoded(&mut source(1), &[1, 2, 3]).remove(0);
    #[track_caller]
    fn check(good: &[u8], at: usize, byte: u8) {
        let mut bad = good.to_vec();
        bad[at] = byte;
        assert_eq!(decode(&bad), None);
    }
    check(&good, 4, b'B');
    check(&good, 21, 9); // root vector
    check(&good, 43, 9); // framing vector
    check(&good, 117, 9); // property vector
    check(&good, 113, 0xff); // universe
    check(&good, 114, 0); // universe 0
    check(&good, 124, 5); // more slots than there are
    check(&good, 123, 3); // more than a universe has
    assert_eq!(decode(&good[..128]), None);
    let mut eager = good.clone();
    eager[108] = 255;
    assert_eq!(data(&eager).priority, 200, "more is not to be had");
}

#[test]
fn late_packets_are_dropped_and_a_new_beginning_is_not() {
    #[track_caller]
    fn check(last: u8, next: u8, accepted: bool) {
        let mut sequence = Sequence::default();
        assert!(sequence.accepts(last), "the first");
        assert_eq!(sequence.accepts(next), accepted);
    }
    check(100, 101, true);
    check(100, 100, false);
    check(100, 81, false);
    check(100, 80, true);
    check(100, 227, true);
    check(255, 0, true);
    check(5, 242, false);
    check(5, 241, true);
}

#[test]
fn what_was_dropped_does_not_count() {
    let mut sequence = Sequence::default();
    let accepted = [100, 95, 96, 101, 100, 102].map(|number| sequence.accepts(number));
    assert_eq!(accepted, [true, false, false, true, false, true]);
}

proptest! {
    #[test]
    fn what_is_sent_is_what_arrives(bytes in vec(any::<u8>(), 0..4_000), channels in 0u16..600, first in 1u16..60_000) {
        let mut sacn = Sacn { channels_per_universe: channels, priority: 120, ..source(first) };
        let sent = encoded(&mut sacn, &bytes);
        prop_assert_eq!(sent.len(), sacn.universes_for(bytes.len()));
        let mut strip = Vec::new();
        for (packet, universe) in sent.iter().zip(first..) {
            let data = data(packet);
            prop_assert_eq!((data.universe, data.priority, data.start_code, data.cid), (universe, 120, 0, [0x11; 16]));
            prop_assert_eq!((data.name(), data.preview, data.terminated), ("golden".to_owned(), false, false));
            strip.extend_from_slice(data.data);
        }
        prop_assert_eq!(strip, bytes);
    }

    #[test]
    fn where_universes_hold_whole_pixels_none_is_split(pixels in 1usize..2_000, channels in 1u16..=6) {
        let mut sacn = Sacn { channels_per_universe: whole_pixels(channels), ..source(1) };
        for packet in encoded(&mut sacn, &ramp(pixels * usize::from(channels))) {
            prop_assert_eq!(data(&packet).data.len() % usize::from(channels), 0);
        }
    }

    #[test]
    fn of_a_stream_in_order_nothing_is_dropped(start: u8, len in 1usize..600) {
        let mut sequence = Sequence::default();
        for step in 0..len {
            prop_assert!(sequence.accepts(start.wrapping_add(step as u8)));
        }
    }
}
