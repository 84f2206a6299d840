use serde_json::json;

use super::super::Taken::*;
use super::{MS, packets, plain, receiver, shows, take};
use crate::wire::wled::{Mode, Wled, release};

#[test]
fn each_mode_is_seen_at_once() {
    #[track_caller]
    fn check(mode: Mode, data: &[u8], wanted: [[u8; 3]; 4]) {
        let mut wall = receiver(&json!({ "kind": "wled" }));
        let sent = packets(|packets| Wled { mode, timeout_s: 2 }.encode(data, packets));
        assert_eq!(take(&mut wall, 0, &sent), [Frame]);
        assert_eq!(wall.pixels(), wanted);
    }
    let (rgb, wanted) = ([1, 2, 3, 4, 5, 6], [[1, 2, 3], [4, 5, 6], [0; 3], [0; 3]]);
    check(Mode::Warls, &rgb, wanted);
    check(Mode::Drgb, &rgb, wanted);
    check(Mode::Dnrgb, &rgb, wanted);
    let rgbw = [1, 2, 3, 10, 4, 5, 6, 0];
    check(Mode::Drgbw, &rgbw, [[11, 12, 13], [4, 5, 6], [0; 3], [0; 3]]);
    check(Mode::Dnrgbw, &rgbw, [[11, 12, 13], [4, 5, 6], [0; 3], [0; 3]]);
}

#[test]
fn pixels_go_where_the_packet_says_and_not_beyond_the_last() {
    let mut wall = receiver(&json!({ "kind": "wled" }));
    take(&mut wall, 0, &[vec![4, 2, 0, 3, 1, 2, 3, 4, 5, 6], vec![1, 2, 1, 7, 8, 9, 200, 1, 1, 1]]);
    assert_eq!(wall.pixels(), [[0; 3], [7, 8, 9], [0; 3], [1, 2, 3]]);
    assert_eq!(take(&mut wall, 0, &[vec![4, 2, 255, 255, 1, 2, 3]]), [Frame], "for nobody, but somebody is there");
    assert_eq!(wall.pixels(), [[0; 3], [7, 8, 9], [0; 3], [1, 2, 3]]);
}

#[test]
fn a_long_strip_takes_several_packets() {
    let mut wall = receiver(&json!({ "kind": "wled", "pixels": 1_500 }));
    let sent = packets(|packets| Wled { mode: Mode::Dnrgb, timeout_s: 2 }.encode(&plain(5, 1_500), packets));
    assert_eq!(take(&mut wall, 0, &sent), [Frame; 4]);
    shows(&wall, 5);
}

#[test]
fn a_sender_may_ask_for_less_time_than_the_feed_has_but_not_for_more() {
    #[track_caller]
    fn check(timeout_s: u8, lasts_ms: i64) {
        let mut wall = receiver(&json!({ "kind": "wled", "timeout_ms": 10_000 }));
        take(&mut wall, 0, &[vec![2, timeout_s, 9, 9, 9]]);
        assert_eq!(wall.until(), Some(lasts_ms * MS));
    }
    check(1, 1_000);
    check(9, 9_000);
    check(11, 10_000);
    check(254, 10_000);
    check(255, 10_000);
}

#[test]
fn a_timeout_of_nothing_ends_it_at_once() {
    let mut wall = receiver(&json!({ "kind": "wled" }));
    assert_eq!(take(&mut wall, 0, &[vec![2, 2, 9, 9, 9], release().to_vec()]), [Frame, Ended]);
    assert_eq!(wall.until(), None);
    take(&mut wall, 1, &[vec![4, 2, 0, 1, 7, 7, 7]]);
    assert_eq!(wall.pixels(), [[0; 3], [7; 3], [0; 3], [0; 3]], "what was seen before is not seen again");
}

#[test]
fn requests_are_no_pixels() {
    let mut wall = receiver(&json!({ "kind": "wled" }));
    assert_eq!(take(&mut wall, 0, &[b"{\"on\":false}".to_vec(), b"T=0".to_vec(), vec![]]), [Malformed; 3]);
    assert_eq!(take(&mut wall, 0, &[vec![0; 41]]), [Elsewhere], "what devices tell one another");
}
