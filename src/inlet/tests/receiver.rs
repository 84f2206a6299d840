use serde_json::json;

use super::super::Receiver;
use super::super::Taken::*;
use super::{DESK, MS, OTHER, feed, receiver, take};

/// Shows one pixel of DNRGB.
fn pixel(index: u8, value: u8) -> Vec<u8> {
    vec![4, 255, 0, index, value, value, value]
}

#[test]
fn nobody_is_heard_who_was_not_named() {
    let mut nobody = receiver(&json!({ "kind": "wled", "allow": [] }));
    assert_eq!(take(&mut nobody, 0, &[pixel(0, 9)]), [Refused]);
    let mut one = receiver(&json!({ "kind": "wled", "allow": ["10.0.0.7"] }));
    assert_eq!(one.take(OTHER, 0, &pixel(0, 9)), Refused);
    assert_eq!(one.take("::ffff:10.0.0.8".parse().unwrap(), 0, &pixel(0, 9)), Refused);
    assert_eq!((one.pixels()[0], one.until()), ([0; 3], None));
    assert_eq!(one.take(DESK, 0, &pixel(0, 9)), Frame);
    assert_eq!(one.take("::ffff:10.0.0.7".parse().unwrap(), 0, &pixel(0, 9)), Frame);
    let counts = one.tally().counts();
    assert_eq!((counts.refused, counts.packets, counts.frames), (2, 2, 2));
}

#[test]
fn a_frame_counts_for_a_while_and_is_not_seen_again_after_a_silence() {
    let mut wall = receiver(&json!({ "kind": "wled" }));
    take(&mut wall, 5, &[pixel(0, 9)]);
    assert_eq!(wall.until(), Some(5 + 2_500 * MS));
    take(&mut wall, 4 + 2_500 * MS, &[pixel(1, 8)]);
    assert_eq!(wall.pixels(), [[9; 3], [8; 3], [0; 3], [0; 3]]);
    take(&mut wall, 4 + 5_000 * MS, &[pixel(2, 7)]);
    assert_eq!(wall.pixels(), [[0; 3], [0; 3], [7; 3], [0; 3]]);
}

#[test]
fn a_flood_is_looked_at_so_far_and_no_further() {
    let mut wall = receiver(&json!({ "kind": "wled" }));
    let flood = pixel(0, 9);
    let seen = (0..50_000).filter(|_| wall.take(DESK, 0, &flood) == Frame).count();
    assert_eq!(seen, 20_000);
    assert_eq!(wall.tally().counts().dropped, 30_000);
    assert_eq!(wall.take(DESK, 1_000 * MS, &flood), Frame);
}

#[test]
fn a_flood_of_strangers_takes_nothing_from_those_who_may_send() {
    let mut wall = receiver(&json!({ "kind": "wled", "allow": ["10.0.0.7"] }));
    let flood = pixel(0, 1);
    assert!((0..50_000).all(|_| wall.take(OTHER, 0, &flood) == Refused));
    assert_eq!(wall.take(DESK, 0, &pixel(0, 9)), Frame);
    assert_eq!(wall.tally().counts().dropped, 0);
}

#[test]
fn a_feed_that_is_out_of_range_is_not_listened_to() {
    assert!(Receiver::new(feed(&json!({ "kind": "wled", "pixels": 0 }))).is_err());
    assert!(Receiver::new(feed(&json!({ "kind": "sacn", "universe": 1, "pixels": 65_536 }))).is_err());
}

#[test]
fn no_time_makes_it_fail() {
    let mut wall = receiver(&json!({ "kind": "wled" }));
    for now in [i64::MAX, i64::MIN, 0, i64::MAX - 1] {
        assert_eq!(wall.take(DESK, now, &pixel(0, 9)), Frame);
        wall.tend(now);
    }
}
