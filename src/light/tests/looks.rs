//! What zones look like while it changes.

use serde_json::json;

use super::Desk;

fn red_to_blue(transition: &str) -> Desk {
    let mut desk = Desk::strip(10);
    desk.act(-100, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#ff0000"}}));
    desk.act(
        0,
        json!({"command": "change_zone", "zone": "s", "patch": {"color": "#0000ff"},
        "transition": transition, "duration": 1.0}),
    );
    desk
}

fn reds(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(3).map(|pixel| pixel[0]).collect()
}

fn blues(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(3).map(|pixel| pixel[2]).collect()
}

#[test]
fn old_and_new_are_seen_with_opposite_weight() {
    let mut desk = red_to_blue("FADE");
    for (millis, red, blue) in [(0, 255, 0), (200, 204, 51), (500, 128, 128), (1_000, 0, 255), (1_500, 0, 255)] {
        let bytes = desk.bytes(millis);
        assert_eq!((bytes[0], bytes[2]), (red, blue), "at {millis}");
        assert!(bytes.chunks(3).all(|pixel| pixel == &bytes[..3]), "all LEDs alike");
    }
}

#[test]
fn every_transition_goes_all_the_way_and_never_shines_more_than_both() {
    for kind in ["CUT", "FADE", "WIPE", "DISSOLVE", "IRIS", "DIP"] {
        let mut desk = red_to_blue(kind);
        for millis in (0..1_000).step_by(20) {
            let bytes = desk.bytes(millis);
            let sums: Vec<u16> = bytes.chunks(3).map(|pixel| u16::from(pixel[0]) + u16::from(pixel[2])).collect();
            assert!(sums.iter().all(|sum| *sum <= 256), "{kind} at {millis}: {sums:?}");
        }
        assert_eq!(blues(&desk.bytes(1_000)), [255; 10], "{kind}");
    }
}

#[test]
fn a_wipe_moves_along_and_a_dissolve_is_everywhere() {
    let half = |kind: &str| blues(&red_to_blue(kind).bytes(500));
    let wipe = half("WIPE");
    assert!(wipe[0] == 255 && wipe[9] == 0, "{wipe:?}");
    assert!(wipe.windows(2).all(|pair| pair[0] >= pair[1]));
    let dissolve = half("DISSOLVE");
    let done = dissolve.iter().filter(|blue| **blue > 127).count();
    assert!((2..=8).contains(&done) && dissolve.windows(2).any(|pair| pair[0] < pair[1]), "{dissolve:?}");
    let dip = red_to_blue("DIP").bytes(500);
    assert!(dip.iter().all(|channel| *channel < 8), "black in the middle: {dip:?}");
}

#[test]
fn a_change_that_is_interrupted_goes_on_from_where_it_was() {
    let mut desk = red_to_blue("FADE");
    let before = desk.bytes(500);
    desk.act(
        500,
        json!({"command": "change_zone", "zone": "s", "patch": {"color": "#00ff00"},
        "transition": "FADE", "duration": 1.0}),
    );
    assert_eq!(desk.bytes(500 + 20)[1], 5, "green has begun to come");
    // Set back to the very moment: nothing jumps.
    let mut again = red_to_blue("FADE");
    again.act(
        500,
        json!({"command": "change_zone", "zone": "s", "patch": {"color": "#00ff00"},
        "transition": "FADE", "duration": 1.0}),
    );
    assert_eq!(again.bytes(500), before);
    // Half way: half of what the first fade has become, half green.
    assert_eq!(again.bytes(1_000)[..3], [0, 128, 128]);
    assert_eq!(again.bytes(1_500)[..3], [0, 255, 0]);
}

#[test]
fn brightnesses_multiply_and_a_zone_that_is_off_is_dark() {
    let mut desk = Desk::strip(1);
    desk.act(0, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#ffffff", "brightness": 128}}));
    assert_eq!(desk.bytes(0), [128; 3]);
    desk.act(10, json!({"command": "set_light_brightness", "brightness": 128}));
    assert_eq!(desk.bytes(20), [64; 3]);
    desk.act(30, json!({"command": "change_zone", "zone": "s", "patch": {"enabled": false}}));
    assert_eq!(desk.bytes(40), [0; 3]);
}

#[test]
fn power_goes_off_and_on_by_a_transition() {
    let mut desk = Desk::strip(4);
    desk.act(-50, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#ffffff"}}));
    desk.act(0, json!({"command": "switch_lights", "on": false, "transition": "FADE", "duration": 2.0}));
    assert_eq!(desk.bytes(1_000), [128; 12]);
    desk.act(1_000, json!({"command": "switch_lights", "on": true, "transition": "FADE", "duration": 1.0}));
    assert!((120..=135).contains(&desk.bytes(1_020)[0]), "without a jump");
    assert_eq!(desk.bytes(2_000), [255; 12]);
    desk.act(2_000, json!({"command": "switch_lights", "on": false, "transition": "CUT"}));
    assert_eq!(desk.bytes(2_020), [0; 12]);
    desk.act(2_040, json!({"command": "switch_lights", "on": true, "transition": "WIPE", "duration": 1.0}));
    let wipe = reds(&desk.bytes(2_540));
    assert!(wipe[0] == 255 && wipe[3] == 0, "{wipe:?}");
}

#[test]
fn modes_show_colours_animations_or_the_picture() {
    let mut desk = Desk::strip(4);
    desk.act(-50, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#0000ff"}}));
    let start = json!({"zones": ["s"], "parameters": {"color_primary": {"mode": "RGB", "rgb": [255, 0, 0]}}});
    desk.act(-50, json!({"command": "start_animation", "animation": "SOLID", "start": start}));
    assert_eq!(desk.bytes(0)[..3], [255, 0, 0]);
    let shown = [("STATIC", [0, 0, 255]), ("PROGRAM", [0, 0, 0]), ("ANIMATION", [255, 0, 0])];
    for (frame, (mode, shown)) in (1..).zip(shown) {
        desk.act(5, json!({"command": "set_light_mode", "mode": mode, "transition": "CUT"}));
        assert_eq!(desk.bytes(frame * 20)[..3], shown, "{mode}");
    }
}

#[test]
fn layers_lie_over_each_other_by_priority_and_vanish_when_their_time_is_over() {
    let mut desk = Desk::strip(1);
    desk.act(-50, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#400000"}}));
    let layer = |id: &str, color: &str, more: serde_json::Value| {
        let mut layer = json!({"id": id, "kind": "color", "color": color});
        layer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"command": "put_zone_layer", "zone": "s", "layer": layer})
    };
    desk.act(0, layer("top", "#004000", json!({"priority": 200, "blend": "add", "timeout": 0.1})));
    desk.act(0, layer("low", "#000040", json!({"priority": 10, "opacity": 0.5})));
    assert_eq!(desk.bytes(0), [0x20, 0x40, 0x20], "half of blue over red, and green added to both");
    assert_eq!(desk.bytes(100), [0x20, 0, 0x20], "its time is over");
    desk.act(105, json!({"command": "remove_zone_layer", "zone": "s", "layer": "low"}));
    assert_eq!(desk.bytes(120), [0x40, 0, 0]);
}

#[test]
fn an_animation_that_is_made_faster_goes_on_from_where_it_is() {
    let mut desk = Desk::strip(30);
    desk.act(0, json!({"command": "start_animation", "animation": "RAINBOW", "start": {"zones": ["s"], "seed": 1}}));
    desk.bytes(980);
    let before = desk.bytes(1_000);
    desk.act(1_000, json!({"command": "change_animation", "animation": "RAINBOW", "parameters": {"speed": 10.0}}));
    let mut at_once = Desk::strip(30);
    at_once.show = desk.show.clone();
    assert_eq!(at_once.bytes(1_000), before, "no jump");
    let (slow, fast) = (desk.bytes(1_020), desk.bytes(1_040));
    assert_ne!(slow, before);
    assert_ne!(fast, slow);
}
