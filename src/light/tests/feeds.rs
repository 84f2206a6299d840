//! What comes in over the network, on zones.

use serde_json::json;

use super::{Desk, at};
use crate::show::ids::FeedId;

fn feed(desk: &mut Desk, more: serde_json::Value) {
    let mut feed = json!({"id": "in", "kind": "ddp", "enabled": true, "pixels": 4});
    feed.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    desk.act(-700, json!({"command": "put_light_feed", "feed": feed}));
    desk.act(-700, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#000040"}}));
    let layer = json!({"id": "net", "kind": "feed", "feed": "in"});
    desk.act(-700, json!({"command": "put_zone_layer", "zone": "s", "layer": layer}));
}

fn send(desk: &Desk, pixels: &[[u8; 3]], until_ms: i64) {
    let slot = desk.inlets.slot(&FeedId::new("in").unwrap());
    let mut frame = slot.buffer().unwrap();
    frame.pixels = pixels.to_vec();
    frame.until = at(until_ms);
    slot.put(frame);
}

#[test]
fn what_comes_in_is_seen_until_its_time_is_over() {
    let mut desk = Desk::strip(4);
    feed(&mut desk, json!({}));
    assert_eq!(desk.bytes(0)[..3], [0, 0, 0x40], "nothing has come");
    send(&desk, &[[1, 2, 3], [4, 5, 6]], 100);
    assert_eq!(desk.bytes(20), [1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0], "what is missing is dark");
    assert_eq!(desk.bytes(80)[..3], [1, 2, 3]);
    assert_eq!(desk.bytes(100)[..3], [0, 0, 0x40], "and what is below is seen again");
    send(&desk, &[[9; 3]; 4], 500);
    assert_eq!(desk.bytes(120), [9; 12]);
    desk.act(130, json!({"command": "remove_zone_layer", "zone": "s", "layer": "net"}));
    desk.act(130, json!({"command": "remove_light_feed", "feed": "in"}));
    assert_eq!(desk.bytes(140)[..3], [0, 0, 0x40]);
}

#[test]
fn a_feed_that_is_a_picture_is_seen_where_leds_lie() {
    let mut desk = Desk::strip(4);
    let matrix = json!({"kind": "matrix", "columns": 2, "rows": 2, "wiring": {"serpentine": true}});
    desk.act(-800, json!({"command": "change_zone", "zone": "s", "patch": {"geometry": matrix}}));
    feed(&mut desk, json!({"columns": 2}));
    send(&desk, &[[1; 3], [2; 3], [3; 3], [4; 3]], 500);
    assert_eq!(desk.bytes(0), [1, 1, 1, 2, 2, 2, 4, 4, 4, 3, 3, 3], "the second row is wired backwards");
}

#[test]
fn a_feed_may_go_and_come_back_as_often_as_it_likes() {
    let mut desk = Desk::strip(4);
    // Who listens keeps its slot, and may notice nothing of it.
    let _held = desk.inlets.slot(&FeedId::new("in").unwrap());
    for round in 0..8_u8 {
        let millis = i64::from(round) * 100;
        feed(&mut desk, json!({}));
        desk.tick(millis);
        send(&desk, &[[round + 1; 3]; 4], millis + 90);
        assert_eq!(desk.bytes(millis + 20), [round + 1; 12], "round {round}");
        desk.act(millis + 30, json!({"command": "remove_zone_layer", "zone": "s", "layer": "net"}));
        desk.act(millis + 30, json!({"command": "remove_light_feed", "feed": "in"}));
        desk.tick(millis + 40);
        let frame = desk.take("f").unwrap();
        desk.board.slot(&crate::show::ids::FixtureId::new("f").unwrap()).give_back(frame);
    }
}
