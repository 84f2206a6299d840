//! Frames of lights: which are due, what is in them, and what they cost.

use serde_json::json;

use super::{Desk, at};
use crate::base::clock::Stopwatch;
use crate::base::tasks::StopFlag;
use crate::frame::picture::Layout;
use crate::frame::pixels::allocations;
use crate::frame::pool::FramePool;
use crate::show::geometry::Canvas;
use crate::show::time::FrameNumber;

#[test]
fn a_colour_reaches_its_leds_in_the_next_frame() {
    let mut desk = Desk::strip(3);
    assert_eq!(desk.bytes(0), [0; 9]);
    desk.act(5, json!({"command": "change_zone", "zone": "s", "patch": {"color": {"mode": "RGB", "rgb": [200, 100, 50]}}}));
    assert_eq!(desk.bytes(20), [200, 100, 50, 200, 100, 50, 200, 100, 50]);
}

#[test]
fn what_is_late_is_skipped_and_counted() {
    let mut desk = Desk::strip(1);
    for millis in [0, 3, 20, 39, 140, 150, 160] {
        desk.tick(millis);
    }
    let vitals = &desk.vitals;
    assert_eq!((vitals.lights_frames.get(), vitals.lights_skipped.get(), vitals.lights_due.get()), (4, 5, 9));
}

#[test]
fn nothing_is_computed_for_nobody() {
    let mut desk = Desk::new();
    desk.act(-900, json!({"command": "put_zone", "zone": {"id": "s", "pixel_count": 4}}));
    desk.tick(0);
    assert_eq!(desk.vitals.lights_frames.get(), 0);
    let watcher = desk.shown.watch();
    desk.tick(20);
    assert_eq!(desk.vitals.lights_frames.get(), 1);
    let frame = desk.shown.newest();
    assert_eq!((frame.at, frame.zones.len(), frame.zones[0].1.len()), (at(20), 1, 12));
    drop(watcher);
    desk.tick(40);
    assert_eq!(desk.vitals.lights_frames.get(), 1);
    // Coming back is not being late.
    let _watcher = desk.shown.watch();
    desk.tick(400);
    assert_eq!((desk.vitals.lights_frames.get(), desk.vitals.lights_skipped.get()), (2, 0));
}

#[test]
fn frames_of_many_seconds_allocate_nothing() {
    let mut desk = Desk::new();
    let matrix = json!({"kind": "matrix", "columns": 16, "rows": 8, "wiring": {"serpentine": true}});
    desk.act(-900, json!({"command": "put_zone", "zone": {"id": "m", "geometry": matrix}}));
    desk.act(-900, json!({"command": "put_zone", "zone": {"id": "s", "pixel_count": 100}}));
    for (id, zone, latency) in [("a", "m", 0), ("b", "s", 40), ("c", "s", -20)] {
        desk.fixture(id, json!({"segments": [{"zone": zone}], "latency_ms": latency, "power_limit": {"limit_ma": 900}}));
    }
    for animation in ["FIRE", "RAINBOW", "PLASMA", "LIFE", "SCROLL_TEXT", "PROGRAM"] {
        let start = json!({"zones": ["m", "s"], "layer": animation.to_lowercase(), "blend": "screen"});
        desk.act(-500, json!({"command": "start_animation", "animation": animation, "start": start}));
    }
    let _watcher = desk.shown.watch();
    let slots = ["a", "b", "c"].map(|id| desk.board.slot(&crate::show::ids::FixtureId::new(id).unwrap()));
    let mut run = |from: i64, frames: i64| {
        for frame in from..from + frames {
            desk.tick(frame * 20);
            slots.iter().for_each(|slot| slot.give_back(slot.take().unwrap()));
        }
    };
    run(0, 120);
    assert_eq!(allocations::during(|| run(120, 200)), 0);
}

#[test]
fn a_fixture_with_a_latency_shows_what_was_before() {
    let mut desk = Desk::strip(40);
    desk.fixture("late", json!({"segments": [{"zone": "s"}], "latency_ms": 100}));
    desk.fixture("early", json!({"segments": [{"zone": "s"}], "latency_ms": -60}));
    desk.act(-500, json!({"command": "start_animation", "animation": "COMET", "start": {"zones": ["s"]}}));
    let mut now = Vec::new();
    for frame in 0..20 {
        now.push(desk.bytes(frame * 20));
        let (late, early) = (desk.take("late").unwrap(), desk.take("early").unwrap());
        if frame >= 5 {
            assert_eq!(late.bytes, now[frame as usize - 5], "frame {frame}");
        }
        desk.board.slot(&crate::show::ids::FixtureId::new("late").unwrap()).give_back(late);
        if frame == 10 {
            let expected = early.bytes.clone();
            desk.board.slot(&crate::show::ids::FixtureId::new("early").unwrap()).give_back(early);
            assert_ne!(expected, now[10]);
            let then: Vec<_> = (11..14).map(|frame| desk.bytes(frame * 20)).collect();
            assert_eq!(then[2], expected);
            return;
        }
        desk.board.slot(&crate::show::ids::FixtureId::new("early").unwrap()).give_back(early);
    }
}

#[test]
fn segments_take_what_they_name_and_what_is_not_there_is_dark() {
    let mut desk = Desk::new();
    desk.act(-900, json!({"command": "put_zone", "zone": {"id": "a", "pixel_count": 10}}));
    desk.act(-900, json!({"command": "put_zone", "zone": {"id": "b", "pixel_count": 2, "color": "#0000ff"}}));
    desk.act(-900, json!({"command": "test_zone", "zone": "a", "pattern": "ends", "seconds": 60}));
    let segments = json!([
        {"zone": "b"}, {"zone": "a", "first": 8, "count": 4}, {"zone": "a", "count": 2, "reversed": true}
    ]);
    desk.fixture("f", json!({"segments": segments}));
    let bytes = desk.bytes(0);
    let pixels: Vec<[u8; 3]> = bytes.chunks(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let (blue, dark, red, green) = ([0, 0, 255], [0; 3], [255, 0, 0], [0, 255, 0]);
    assert_eq!(pixels, [blue, blue, dark, red, dark, dark, dark, green]);
}

#[test]
fn a_fixture_that_is_looked_for_flashes_for_a_while() {
    let mut desk = Desk::strip(2);
    desk.act(0, json!({"command": "identify_fixture", "fixture": "f", "seconds": 1}));
    let lit: Vec<bool> = (0..60).map(|frame| desk.bytes(frame * 20)[0] == 255).collect();
    assert!(lit[..50].iter().any(|lit| *lit) && lit[..50].iter().any(|lit| !lit));
    assert!(lit[50..].iter().all(|lit| !lit), "its time is over");
}

#[test]
fn pictures_are_wanted_only_while_a_zone_shows_them() {
    let mut desk = Desk::strip(2);
    desk.tick(0);
    assert!(!desk.frames.is_wanted());
    desk.act(5, json!({"command": "start_animation", "animation": "PROGRAM", "start": {"zones": ["s"]}}));
    desk.tick(20);
    assert!(desk.frames.is_wanted());
    desk.act(25, json!({"command": "stop_animation", "animation": "PROGRAM"}));
    desk.tick(40);
    assert!(!desk.frames.is_wanted());
    desk.act(45, json!({"command": "set_light_mode", "mode": "PROGRAM"}));
    desk.tick(60);
    assert!(desk.frames.is_wanted());
    desk.act(65, json!({"command": "remove_fixture", "fixture": "f"}));
    desk.tick(80);
    assert!(!desk.frames.is_wanted(), "nobody shows it");
}

#[test]
fn lights_see_the_picture_as_their_zone_asks() {
    let stop = StopFlag::default();
    let mut desk = Desk::until(stop.clone());
    let seeing = [json!({}), json!({"skip_borders": true}), json!({"reduction": "dominant"})];
    for (number, seeing) in seeing.into_iter().enumerate() {
        let (zone, fixture) = (format!("z{number}"), format!("f{number}"));
        let geometry = json!({"kind": "strip", "pixels": 4, "direction": "down"});
        desk.act(-900, json!({"command": "put_zone", "zone": {"id": zone, "geometry": geometry, "seeing": seeing}}));
        desk.fixture(&fixture, json!({"segments": [{"zone": zone}]}));
    }
    desk.act(-500, json!({"command": "set_light_mode", "mode": "PROGRAM", "transition": "CUT"}));
    // A quarter above and below is black; three of eight columns are grey, the others white.
    let pool = FramePool::new(Layout::new(Canvas { width: 128, height: 96 }), 4);
    let reds = |desk: &mut Desk, millis: i64| {
        if let Some(mut frame) = pool.try_take().filter(|_| desk.frames.is_wanted()) {
            let luma = |index: usize| match (index / 128, index % 128) {
                (0..24 | 72.., _) => 16,
                (_, 0..48) => 126,
                _ => 235,
            };
            frame.planes_mut()[0].iter_mut().enumerate().for_each(|(index, byte)| *byte = luma(index));
            desk.frames.post(frame.freeze(FrameNumber(1), at(millis)));
        }
        desk.tick(millis);
        ["f0", "f1", "f2"].map(|fixture| {
            let frame = desk.take(fixture).unwrap();
            let red = [0, 3, 6, 9].map(|index| frame.bytes[index]);
            desk.board.slot(&crate::show::ids::FixtureId::new(fixture).unwrap()).give_back(frame);
            red
        })
    };
    let watch = Stopwatch::start();
    let mut millis = 0;
    let [whole, within, most] = loop {
        let reds = reds(&mut desk, millis);
        if reds[1][0] > 100 || watch.elapsed() > std::time::Duration::from_secs(180) {
            break reds;
        }
        millis += 20;
        std::thread::yield_now();
    };
    stop.stop();
    assert!(millis > 50 * 20, "nobody believes in borders at once: {millis}");
    let [top, above, below, bottom] = whole;
    assert!(top < 40 && bottom < 40, "black where the picture is: {whole:?}");
    assert!((190..=230).contains(&above) && above == below, "the mean of the light: {whole:?}");
    assert!(
        within.iter().all(|red| red.abs_diff(above) <= 12),
        "what is within the borders fills it: {within:?}, {whole:?}"
    );
    assert!(most[1] >= 250 && most[2] >= 250, "the colour of most: {most:?}");
}
