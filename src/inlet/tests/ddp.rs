use proptest::prelude::*;
use serde_json::json;

use super::super::Taken::*;
use super::super::{Question, Receiver};
use super::{DESK, MS, OTHER, packets, plain, receiver, shows, take};
use crate::wire::ddp::Ddp;

/// Three packets a frame.
const PIXELS: usize = 1_200;

fn wall() -> Receiver {
    receiver(&json!({ "kind": "ddp", "pixels": PIXELS }))
}

fn frame(ddp: &mut Ddp, value: u8) -> Vec<Vec<u8>> {
    packets(|packets| ddp.encode(&plain(value, PIXELS), packets))
}

/// Flags, sequence, kind and id as they are given, for the pixels from `offset` on.
fn packet(start: [u8; 4], offset: u32, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&start[..], &offset.to_be_bytes(), &length.to_be_bytes(), data].concat()
}

#[test]
fn a_frame_is_seen_with_its_last_packet_and_not_before() {
    let (mut wall, mut ddp) = (wall(), Ddp::new(false));
    assert_eq!(take(&mut wall, 0, &frame(&mut ddp, 1)), [Frame, Frame, Frame], "nobody has pushed before");
    for value in 2..50 {
        let sent = frame(&mut ddp, value);
        assert_eq!(take(&mut wall, 0, &sent[..2]), [Kept, Kept]);
        shows(&wall, value - 1);
        assert_eq!(take(&mut wall, 0, &sent[2..]), [Frame]);
        shows(&wall, value);
    }
    assert_eq!(wall.tally().counts().frames, 51);
    assert_eq!((wall.tally().counts().lost, wall.tally().counts().out_of_order), (0, 0));
}

#[test]
fn before_the_first_push_ever_every_packet_is_seen() {
    let mut wall = receiver(&json!({ "kind": "ddp" }));
    let never = |offset, value| packet([0x40, 0, 0x0b, 1], offset, &[value; 3]);
    assert_eq!(take(&mut wall, 0, &[never(0, 1), never(3, 2)]), [Frame, Frame]);
    assert_eq!(wall.pixels(), [[1; 3], [2; 3], [0; 3], [0; 3]]);
    assert_eq!(take(&mut wall, 0, &[packet([0x41, 0, 0x0b, 1], 6, &[3; 3])]), [Frame]);
    assert_eq!(take(&mut wall, 0, &[never(0, 9)]), [Kept]);
    assert_eq!(wall.pixels(), [[1; 3], [2; 3], [3; 3], [0; 3]]);
}

#[test]
fn what_was_sent_without_a_push_is_seen_with_the_packet_for_all() {
    let (mut wall, mut ddp) = (wall(), Ddp { push: false, ..Ddp::new(false) });
    let sync = [ddp.sync_packet().to_vec()];
    take(&mut wall, 0, &sync);
    assert_eq!(take(&mut wall, 0, &frame(&mut ddp, 7)), [Kept, Kept, Kept]);
    shows(&wall, 0);
    assert_eq!(take(&mut wall, 0, &sync), [Frame]);
    shows(&wall, 7);
}

#[test]
fn the_kind_says_how_many_channels_there_are_and_the_feed_does_where_it_does_not() {
    #[track_caller]
    fn check(rgbw: bool, kind: u8, wanted: [[u8; 3]; 2]) {
        let mut wall = receiver(&json!({ "kind": "ddp", "pixels": 2, "rgbw": rgbw }));
        take(&mut wall, 0, &[packet([0x41, 1, kind, 1], 0, &[10, 20, 30, 100, 50, 60, 70, 0])]);
        assert_eq!(wall.pixels(), wanted, "{kind:#x}");
    }
    let (three, four) = ([[10, 20, 30], [100, 50, 60]], [[110, 120, 130], [50, 60, 70]]);
    for kind in [0x0b, 0x8b, 0x0d, 0x0a] {
        check(false, kind, three);
        check(true, kind, three);
    }
    for kind in [0x1b, 0x9b] {
        check(false, kind, four);
        check(true, kind, four);
    }
    for kind in [0x00, 0x01, 0x80] {
        check(false, kind, three);
        check(true, kind, four);
    }
}

#[test]
fn what_brings_no_pixels_does_not_say_what_pixels_are_like() {
    let mut wall = receiver(&json!({ "kind": "ddp", "pixels": 1 }));
    take(&mut wall, 0, &[packet([0x40, 0, 0x1b, 1], 0, &[1, 2, 3, 4]), packet([0x41, 0, 0x0b, 1], 0, &[])]);
    assert_eq!(wall.pixels(), [[5, 6, 7]]);
}

#[test]
fn what_is_for_another_device_or_about_something_else_is_left_alone() {
    let mut wall = receiver(&json!({ "kind": "ddp", "destination_id": 7 }));
    let rgb = [9; 3];
    let sent = [
        packet([0x41, 1, 0x0b, 1], 0, &rgb),
        packet([0x41, 1, 0x0b, 246], 0, &rgb),
        packet([0x45, 1, 0x0b, 7], 0, &rgb),
        packet([0x48, 1, 0x0b, 7], 0, &rgb),
        packet([0x42, 1, 0x0b, 250], 0, &[]),
    ];
    assert!(take(&mut wall, 0, &sent).iter().all(|taken| *taken == Elsewhere));
    assert_eq!(take(&mut wall, 0, &[packet([0x42, 1, 0, 251], 0, &[])]), [Asked(Question::Status)]);
    shows(&wall, 0);
    let sent = [packet([0x41, 1, 0x0b, 255], 0, &rgb), packet([0x41, 1, 0x0b, 7], 3, &rgb)];
    assert_eq!(take(&mut wall, 0, &sent), [Frame, Frame]);
    assert_eq!(wall.pixels(), [[9; 3], [9; 3], [0; 3], [0; 3]]);
    assert_eq!((wall.tally().counts().packets, wall.tally().counts().malformed), (3, 0));
}

#[test]
fn a_packet_that_is_shorter_than_it_says_changes_nothing() {
    let mut wall = receiver(&json!({ "kind": "ddp" }));
    let mut short = packet([0x41, 1, 0x0b, 1], 0, &[9; 12]);
    short.pop();
    assert_eq!(take(&mut wall, 0, &[short, vec![], vec![0x41]]), [Malformed, Malformed, Malformed]);
    shows(&wall, 0);
    assert_eq!(wall.tally().counts().malformed, 3);
}

#[test]
fn part_of_an_old_frame_that_comes_late_is_not_put_into_the_next() {
    let (mut wall, mut ddp) = (wall(), Ddp::new(false));
    take(&mut wall, 0, &frame(&mut ddp, 1));
    let (old, new) = (frame(&mut ddp, 2), frame(&mut ddp, 3));
    take(&mut wall, 0, &old[1..]);
    assert_eq!(
        take(&mut wall, 0, &[new[0].clone(), old[0].clone(), new[1].clone(), new[2].clone()]),
        [Kept, OutOfOrder, Kept, Frame]
    );
    shows(&wall, 3);
    assert_eq!(wall.tally().counts().out_of_order, 1);
}

#[test]
fn numbers_are_counted_for_each_sender() {
    let mut wall = receiver(&json!({ "kind": "ddp" }));
    let from = |who, sequence| (who, packet([0x41, sequence, 0x0b, 1], 0, &[9; 3]));
    for (who, packet) in [from(DESK, 9), from(OTHER, 7), from(DESK, 10), from(OTHER, 8)] {
        assert_eq!(wall.take(who, 0, &packet), Frame);
    }
    assert_eq!(wall.take(DESK, 0, &from(DESK, 9).1), OutOfOrder);
    assert_eq!(wall.take(DESK, 0, &from(DESK, 13).1), Frame);
    assert_eq!(wall.tally().counts().lost, 2);
    assert_eq!(wall.take(DESK, 3_000 * MS, &from(DESK, 12).1), Frame, "after a silence it counts anew");
}

#[test]
fn who_numbers_each_packet_is_understood_however_long_the_strip_is() {
    let mut wall = receiver(&json!({ "kind": "ddp", "pixels": 20_000 }));
    let mut sequence = 0;
    for value in 1..=20u8 {
        let mut sent = packets(|packets| Ddp::new(false).encode(&plain(value, 20_000), packets));
        for packet in &mut sent {
            sequence = sequence % 15 + 1;
            packet[1] = sequence;
        }
        assert_eq!(take(&mut wall, 0, &sent).last(), Some(&Frame));
        shows(&wall, value);
    }
    assert_eq!(wall.tally().counts().out_of_order, 0);
}

proptest! {
    /// Whatever the order and whatever is lost: a frame that is seen is one that was there when its push came.
    #[test]
    fn nothing_is_seen_between_pushes(order in proptest::collection::vec((0usize..3, any::<bool>()), 1..60)) {
        let (mut wall, mut ddp) = (wall(), Ddp::new(false));
        take(&mut wall, 0, &frame(&mut ddp, 1));
        let mut value = 1u8;
        for (part, next) in order {
            value = if next { value.wrapping_add(1) } else { value };
            let before = wall.pixels().to_vec();
            let sent = frame(&mut ddp, value);
            let taken = wall.take(DESK, 0, &sent[part]);
            if part < 2 {
                prop_assert_eq!(taken, Kept);
                prop_assert_eq!(wall.pixels(), &before);
            }
        }
    }
}
