use serde_json::json;

use super::super::Receiver;
use super::super::Taken::*;
use super::{DESK, MS, packets, plain, receiver, shows, take};
use crate::wire::sacn::Sacn;

/// Three universes.
const PIXELS: usize = 400;

fn wall() -> Receiver {
    receiver(&json!({ "kind": "sacn", "universe": 10, "universes": 3, "pixels": PIXELS }))
}

fn source(cid: u8, priority: u8) -> Sacn {
    Sacn { priority, ..Sacn::new([cid; 16], "desk".to_owned(), 10) }
}

fn frame(sacn: &mut Sacn, value: u8) -> Vec<Vec<u8>> {
    packets(|packets| sacn.encode(&plain(value, PIXELS), packets))
}

fn sync(sacn: &mut Sacn) -> Vec<Vec<u8>> {
    packets(|packets| sacn.sync_packet(packets))
}

/// The byte that says preview, terminated and what happens without synchronisation.
fn with_options(mut packets: Vec<Vec<u8>>, options: u8) -> Vec<Vec<u8>> {
    packets.iter_mut().for_each(|packet| packet[112] = options);
    packets
}

#[test]
fn a_frame_is_seen_when_all_its_universes_have_come() {
    let (mut wall, mut desk) = (wall(), source(1, 100));
    for value in 0..=u8::MAX {
        assert_eq!(take(&mut wall, 0, &frame(&mut desk, value)), [Kept, Kept, Frame]);
        shows(&wall, value);
    }
    let counts = wall.tally().counts();
    assert_eq!((counts.packets, counts.frames, counts.out_of_order, counts.lost), (768, 256, 0, 0));
}

#[test]
fn the_highest_priority_is_seen_until_it_is_lost() {
    let (mut wall, mut low, mut high) = (wall(), source(1, 100), source(2, 150));
    take(&mut wall, 0, &frame(&mut low, 1));
    assert_eq!(take(&mut wall, 0, &frame(&mut high, 2)), [Kept, Kept, Frame]);
    assert_eq!(take(&mut wall, 2_500 * MS, &frame(&mut low, 3)), [Kept; 3]);
    shows(&wall, 2);
    assert_eq!(take(&mut wall, 2_501 * MS, &frame(&mut low, 4)), [Kept, Kept, Frame]);
    shows(&wall, 4);
}

#[test]
fn who_says_that_it_ends_gives_way_at_once() {
    let (mut wall, mut low, mut high) = (wall(), source(1, 100), source(2, 150));
    take(&mut wall, 0, &frame(&mut high, 2));
    take(&mut wall, 0, &frame(&mut low, 1));
    let ended = take(&mut wall, MS, &packets(|packets| high.terminate(packets)));
    assert_eq!(ended, [Kept; 9], "somebody is left");
    assert_eq!(take(&mut wall, MS, &frame(&mut low, 3)), [Kept, Kept, Frame]);
    shows(&wall, 3);
    let ended = take(&mut wall, MS, &packets(|packets| low.terminate(packets)));
    assert_eq!(ended[..3], [Kept, Kept, Ended]);
    assert_eq!(wall.until(), None);
}

#[test]
fn who_ends_late_does_not_end_what_is_sent_now() {
    let (mut wall, mut desk) = (wall(), source(1, 100));
    take(&mut wall, 0, &frame(&mut desk, 1));
    let old = with_options(frame(&mut desk, 2), 0x40);
    take(&mut wall, 0, &frame(&mut desk, 3));
    assert_eq!(take(&mut wall, 0, &old), [OutOfOrder; 3]);
    assert_eq!(take(&mut wall, 0, &frame(&mut desk, 4)), [Kept, Kept, Frame]);
    shows(&wall, 4);
}

#[test]
fn each_universe_has_the_source_that_is_best_for_it() {
    let (mut wall, mut low, mut high) = (wall(), source(1, 100), Sacn { universe: 11, ..source(2, 150) });
    take(&mut wall, 0, &packets(|packets| high.encode(&plain(9, 170), packets)));
    assert_eq!(take(&mut wall, 0, &frame(&mut low, 1)), [Kept, Kept, Frame]);
    let seen = [0, 169, 170, 339, 340, 399].map(|pixel| wall.pixels()[pixel][0]);
    assert_eq!(seen, [1, 1, 9, 9, 1, 1]);
}

#[test]
fn late_packets_are_left_out_for_each_universe_and_source() {
    let (mut wall, mut desk) = (wall(), source(1, 100));
    let old = frame(&mut desk, 1);
    take(&mut wall, 0, &frame(&mut desk, 2));
    assert_eq!(take(&mut wall, 0, &old), [OutOfOrder; 3]);
    assert_eq!(take(&mut wall, 0, &frame(&mut source(2, 200), 3)), [Kept, Kept, Frame], "another counts for itself");
    frame(&mut desk, 4);
    take(&mut wall, 0, &frame(&mut desk, 5));
    let counts = wall.tally().counts();
    assert_eq!((counts.out_of_order, counts.lost), (3, 3));
}

#[test]
fn a_synchronised_frame_is_seen_with_its_synchronisation() {
    let (mut wall, mut desk) = (wall(), Sacn { sync_universe: 99, ..source(1, 100) });
    for value in 1..100 {
        assert_eq!(take(&mut wall, 0, &frame(&mut desk, value)), [Kept; 3]);
        shows(&wall, value - 1);
        assert_eq!(take(&mut wall, 0, &sync(&mut desk)), [Frame]);
        shows(&wall, value);
    }
    assert_eq!(wall.sync_universe(), Some(99));
    assert_eq!(take(&mut wall, 0, &sync(&mut desk)), [Kept], "nothing waits");
}

#[test]
fn only_its_own_synchronisation_counts_and_only_once() {
    let (mut wall, mut desk) = (wall(), Sacn { sync_universe: 99, ..source(1, 100) });
    take(&mut wall, 0, &frame(&mut desk, 1));
    assert_eq!(take(&mut wall, 0, &sync(&mut Sacn { sync_universe: 99, ..source(2, 100) })), [Elsewhere]);
    assert_eq!(take(&mut wall, 0, &sync(&mut Sacn { sync_universe: 98, ..source(1, 100) })), [Elsewhere]);
    shows(&wall, 0);
    let once = sync(&mut desk);
    assert_eq!(take(&mut wall, 0, &once), [Frame]);
    take(&mut wall, 0, &frame(&mut desk, 2));
    assert_eq!(take(&mut wall, 0, &once), [OutOfOrder]);
    shows(&wall, 1);
}

#[test]
fn without_synchronisation_a_frame_waits_unless_it_may_do_without() {
    let (mut wall, mut desk) = (wall(), Sacn { sync_universe: 99, ..source(1, 100) });
    for seconds in 0..10 {
        assert_eq!(take(&mut wall, seconds * 1_000 * MS, &frame(&mut desk, 1)), [Kept; 3]);
        assert!(!wall.tend(seconds * 1_000 * MS + 900 * MS), "however long it takes");
    }
    shows(&wall, 0);
    let forced = with_options(frame(&mut desk, 2), 0x20);
    assert_eq!(take(&mut wall, 10_000 * MS, &forced), [Kept, Kept, Frame]);
    shows(&wall, 2);
    take(&mut wall, 10_000 * MS, &frame(&mut desk, 3));
    take(&mut wall, 10_000 * MS, &sync(&mut desk));
    shows(&wall, 3);
    assert_eq!(take(&mut wall, 12_500 * MS, &with_options(frame(&mut desk, 4), 0x20)), [Kept; 3], "not lost yet");
    assert_eq!(take(&mut wall, 12_501 * MS, &with_options(frame(&mut desk, 5), 0x20)), [Kept, Kept, Frame]);
    shows(&wall, 5);
    assert_eq!(take(&mut wall, 12_502 * MS, &sync(&mut desk)), [Kept], "what waited is old");
    shows(&wall, 5);
}

#[test]
fn a_source_that_is_not_synchronised_any_more_is_seen_at_once() {
    let (mut wall, mut desk) = (wall(), Sacn { sync_universe: 99, ..source(1, 100) });
    take(&mut wall, 0, &frame(&mut desk, 1));
    desk.sync_universe = 0;
    assert_eq!(take(&mut wall, 0, &frame(&mut desk, 2)), [Kept, Kept, Frame]);
    desk.sync_universe = 99;
    assert_eq!(take(&mut wall, 0, &sync(&mut desk)), [Elsewhere]);
    shows(&wall, 2);
}

#[test]
fn what_is_no_light_is_left_alone() {
    let (mut wall, mut desk) = (wall(), source(1, 100));
    assert_eq!(take(&mut wall, 0, &with_options(frame(&mut desk, 1), 0x80)), [Elsewhere; 3], "a preview");
    let mut text = frame(&mut desk, 1);
    text.iter_mut().for_each(|packet| packet[125] = 0x17);
    assert_eq!(take(&mut wall, 0, &text), [Elsewhere; 3]);
    let mut elsewhere = Sacn { universe: 13, ..source(1, 100) };
    assert_eq!(take(&mut wall, 0, &packets(|packets| elsewhere.encode(&plain(1, 9), packets))), [Elsewhere]);
    assert_eq!(take(&mut wall, 0, &packets(|packets| desk.discovery(&[10], packets))), [Elsewhere]);
    assert_eq!(wall.take(DESK, 0, &frame(&mut desk, 1)[0][..200]), Malformed);
    shows(&wall, 0);
}

#[test]
fn white_comes_in_universes_of_128_pixels() {
    let mut wall = receiver(&json!({ "kind": "sacn", "universe": 1, "universes": 2, "pixels": 200, "rgbw": true }));
    let mut desk = Sacn { channels_per_universe: 512, ..Sacn::new([1; 16], String::new(), 1) };
    let data: Vec<u8> = (0..200u8).flat_map(|pixel| [pixel, 0, 0, 5]).collect();
    assert_eq!(take(&mut wall, 0, &packets(|packets| desk.encode(&data, packets))), [Kept, Frame]);
    assert!(wall.pixels().iter().zip(0u8..).all(|(pixel, red)| *pixel == [red + 5, 5, 5]));
}
