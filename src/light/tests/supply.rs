//! What fixtures draw, and what they may.

use serde_json::json;

use super::Desk;

/// Of what is on the wire: an LED at full draws 16, 11 and 15 mA at 5 V, one that is dark 1.
fn drawn_mw(bytes: &[u8]) -> f64 {
    let lit: f64 = bytes
        .chunks(3)
        .map(|pixel| 80.0 * f64::from(pixel[0]) + 55.0 * f64::from(pixel[1]) + 75.0 * f64::from(pixel[2]))
        .sum();
    lit / 255.0 + 5.0 * (bytes.len() / 3) as f64
}

#[test]
fn fixtures_on_one_supply_share_what_it_gives() {
    let mut desk = Desk::new();
    let supplies = json!({"main": {"volts": 5.0, "limit_ma": 2_000.0}});
    desk.act(-950, json!({"command": "change_light_settings", "patch": {"supplies": supplies}}));
    desk.act(-900, json!({"command": "put_zone", "zone": {"id": "s", "pixel_count": 60, "color": "#ffffff"}}));
    for id in ["f", "g"] {
        desk.fixture(id, json!({"segments": [{"zone": "s"}], "power_limit": {"supply": "main"}}));
    }
    let first = desk.bytes(0);
    let second = desk.take("g").unwrap();
    assert_eq!(first, second.bytes);
    let both = 2.0 * drawn_mw(&first);
    assert!(both <= 10_000.0 && both > 9_000.0, "{both} mW of 10,000");
    assert!((f64::from(second.draw_mw) - both / 2.0).abs() < 200.0 && second.scale < 0.5, "{}", second.scale);
}

#[test]
fn no_frame_draws_more_than_its_limit_whatever_is_shown() {
    let mut desk = Desk::strip(50);
    desk.act(-700, json!({"command": "change_fixture", "fixture": "f", "patch": {"power_limit": {"limit_w": 3.0}}}));
    for (number, animation) in ["STROBE", "FIRE", "SPARKLE", "RAINBOW", "COLOR_CYCLE"].into_iter().enumerate() {
        let from = number as i64 * 4_000;
        desk.act(from, json!({"command": "start_animation", "animation": animation, "start": {"zones": ["s"]}}));
        for frame in 0..200 {
            let drawn = drawn_mw(&desk.bytes(from + frame * 20));
            assert!(drawn <= 3_000.0, "{animation}: {drawn} mW");
        }
    }
}

#[test]
fn what_was_dimmed_comes_back_slowly() {
    let mut desk = Desk::strip(50);
    desk.act(-700, json!({"command": "change_fixture", "fixture": "f", "patch": {"power_limit": {"limit_w": 3.0}}}));
    desk.act(0, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#ffffff"}}));
    desk.bytes(0);
    desk.act(5, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#400000"}}));
    let levels: Vec<u8> = (1..16).map(|frame| desk.bytes(frame * 20)[0]).collect();
    assert!(levels[0] < 0x30 && levels.windows(2).all(|pair| pair[0] <= pair[1]), "{levels:?}");
    assert_eq!(levels.last(), Some(&0x40));
}
