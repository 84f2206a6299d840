use serde_json::json;

use super::super::Taken::*;
use super::super::{Question, Receiver};
use super::{DESK, MS, OTHER, packets, plain, receiver, shows, take};
use crate::wire::artnet::{ArtNet, PollReply, poll_packet, poll_reply, sync_packet};

/// Three universes.
const PIXELS: usize = 400;

fn wall() -> Receiver {
    receiver(&json!({ "kind": "artnet", "universe": 4, "universes": 3, "pixels": PIXELS }))
}

fn frame(artnet: &mut ArtNet, value: u8) -> Vec<Vec<u8>> {
    packets(|packets| artnet.encode(&plain(value, PIXELS), packets))
}

fn sync() -> [Vec<u8>; 1] {
    [sync_packet().to_vec()]
}

#[test]
fn a_frame_is_seen_when_all_its_universes_have_come_in_whatever_order() {
    let (mut wall, mut artnet) = (wall(), ArtNet::new(4));
    for value in 1..100 {
        let mut sent = frame(&mut artnet, value);
        sent.rotate_left(usize::from(value) % 3);
        assert_eq!(take(&mut wall, 0, &sent), [Kept, Kept, Frame]);
        shows(&wall, value);
    }
}

#[test]
fn a_frame_with_a_hole_is_seen_when_the_next_begins() {
    let (mut wall, mut artnet) = (wall(), ArtNet::new(4));
    take(&mut wall, 0, &frame(&mut artnet, 1));
    take(&mut wall, 0, &frame(&mut artnet, 2)[..2]);
    shows(&wall, 1);
    let next = frame(&mut artnet, 3);
    assert_eq!(take(&mut wall, 0, &next[..1]), [Frame]);
    assert_eq!((wall.pixels()[0], wall.pixels()[339], wall.pixels()[340]), ([2; 3], [2; 3], [1; 3]));
    assert_eq!(take(&mut wall, 0, &next[1..]), [Kept, Frame]);
    shows(&wall, 3);
}

#[test]
fn what_waits_for_the_rest_is_seen_soon_without_it() {
    let (mut wall, mut artnet) = (wall(), ArtNet::new(4));
    take(&mut wall, 0, &frame(&mut artnet, 1)[..1]);
    assert!(wall.waits() && !wall.tend(20 * MS - 1));
    assert_eq!(wall.pixels()[0], [0; 3]);
    assert!(wall.tend(20 * MS));
    assert_eq!((wall.pixels()[0], wall.pixels()[170], wall.until()), ([1; 3], [0; 3], Some(2_520 * MS)));
    assert!(!wall.waits() && !wall.tend(1_000 * MS));
}

#[test]
fn once_synchronised_nothing_is_seen_without_it_for_four_seconds() {
    let (mut wall, mut artnet) = (wall(), ArtNet::new(4));
    take(&mut wall, 0, &frame(&mut artnet, 1));
    assert_eq!(take(&mut wall, 0, &sync()), [Kept], "all is seen already");
    assert_eq!(take(&mut wall, MS, &frame(&mut artnet, 2)), [Kept; 3]);
    assert!(!wall.tend(3_999 * MS));
    shows(&wall, 1);
    assert_eq!(take(&mut wall, 3_999 * MS, &sync()), [Frame]);
    shows(&wall, 2);
    assert_eq!(take(&mut wall, 4_000 * MS, &frame(&mut artnet, 3)), [Kept; 3]);
    assert!(!wall.tend(7_998 * MS));
    shows(&wall, 2);
    assert!(wall.tend(7_999 * MS), "then it goes on without");
    shows(&wall, 3);
    assert_eq!(take(&mut wall, 8_000 * MS, &frame(&mut artnet, 4)), [Kept, Kept, Frame]);
}

#[test]
fn only_who_sends_the_pixels_may_synchronise_them() {
    let (mut wall, mut artnet) = (wall(), ArtNet::new(4));
    take(&mut wall, 0, &frame(&mut artnet, 1));
    assert_eq!(wall.take(OTHER, 0, &sync_packet()), Elsewhere);
    assert_eq!(take(&mut wall, 0, &frame(&mut artnet, 2)), [Kept, Kept, Frame]);
}

#[test]
fn of_two_senders_the_latest_counts_and_neither_synchronises() {
    let (mut wall, mut one, mut two) = (wall(), ArtNet::new(4), ArtNet::new(4));
    for value in 1..50 {
        assert_eq!(take(&mut wall, 0, &frame(&mut one, value)), [Kept, Kept, Frame]);
        for (packet, wanted) in frame(&mut two, 100 + value).iter().zip([Kept, Kept, Frame]) {
            assert_eq!(wall.take(OTHER, 0, packet), wanted);
        }
        shows(&wall, 100 + value);
    }
    assert_eq!(wall.take(OTHER, 0, &sync_packet()), Elsewhere);
    take(&mut wall, 9_000 * MS, &frame(&mut one, 1));
    assert_eq!(take(&mut wall, 10_001 * MS, &sync()), [Kept], "the other has not been heard for ten seconds");
}

#[test]
fn what_comes_late_is_left_out_and_what_does_not_come_is_counted() {
    let (mut wall, mut artnet) = (wall(), ArtNet::new(4));
    let old = frame(&mut artnet, 1);
    take(&mut wall, 0, &frame(&mut artnet, 2));
    assert_eq!(take(&mut wall, 0, &old), [OutOfOrder; 3]);
    shows(&wall, 2);
    frame(&mut artnet, 3);
    take(&mut wall, 0, &frame(&mut artnet, 4));
    let counts = wall.tally().counts();
    assert_eq!((counts.out_of_order, counts.lost, counts.malformed), (3, 3, 0));
}

#[test]
fn who_does_not_count_or_always_says_the_same_number_is_heard() {
    for sequence in [0, 1] {
        let mut wall = wall();
        for value in 1..10 {
            let mut sent = frame(&mut ArtNet::new(4), value);
            sent.iter_mut().for_each(|packet| packet[12] = sequence);
            assert_eq!(take(&mut wall, 0, &sent), [Kept, Kept, Frame]);
            shows(&wall, value);
        }
    }
}

#[test]
fn universes_beside_those_of_the_feed_are_not_for_it() {
    let mut wall = wall();
    for universe in [0, 3, 7, 0x7fff] {
        let mut artnet = ArtNet::new(universe);
        let sent = packets(|packets| artnet.encode(&plain(9, 100), packets));
        assert_eq!(take(&mut wall, 0, &sent), [Elsewhere]);
    }
    assert_eq!(wall.tally().counts().packets, 0);
}

#[test]
fn with_512_slots_a_pixel_may_be_split_between_universes() {
    let wire = json!({ "kind": "artnet", "universe": 0, "universes": 2, "channels_per_universe": 512, "pixels": 341 });
    let (mut wall, mut artnet) = (receiver(&wire), ArtNet { channels_per_universe: 512, ..ArtNet::new(0) });
    let data: Vec<u8> = (0..341 * 3).map(|index| (index % 251) as u8).collect();
    assert_eq!(take(&mut wall, 0, &packets(|packets| artnet.encode(&data, packets))), [Kept, Frame]);
    assert_eq!(wall.pixels().as_flattened(), data);
}

#[test]
fn slots_behind_whole_pixels_are_no_pixels() {
    let mut wall = receiver(&json!({ "kind": "artnet", "universe": 0, "universes": 2, "pixels": 200 }));
    let mut full = ArtNet { channels_per_universe: 512, ..ArtNet::new(0) };
    let (one, two) = ([1; 512], [2; 512]);
    let mut sent = packets(|packets| full.encode(&[one, two].concat(), packets));
    sent.reverse();
    take(&mut wall, 0, &sent);
    assert_eq!((wall.pixels()[169], wall.pixels()[170], wall.pixels()[199]), ([1; 3], [2; 3], [2; 3]));
}

#[test]
fn questions_are_told_and_answers_of_others_are_not() {
    let mut wall = wall();
    assert_eq!(wall.take(DESK, 0, &poll_packet()), Asked(Question::Poll));
    let wrong = receiver(&json!({ "kind": "artnet", "universe": 0, "allow": ["10.0.0.8"] })).take(DESK, 0, &poll_packet());
    assert_eq!(wrong, Refused);
    assert_eq!(wall.take(DESK, 0, &poll_reply(&PollReply::default())), Elsewhere);
    assert_eq!(wall.take(DESK, 0, b"Art-Net\0\x00\x97\0\x0e"), Elsewhere);
    assert_eq!(wall.take(DESK, 0, b"Art-Net\0\x00\x50\0\x0e"), Malformed);
    assert_eq!(wall.take(DESK, 0, b"Art-Net"), Malformed);
}
