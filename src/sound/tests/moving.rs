//! Faders that move by themselves, heard on samples: the sound is a constant, so what is heard is the fader.

use super::*;
use crate::frame::tap::time_of;
use crate::show::Show;
use crate::sound::plan::plan_mix;

/// 1 s after this, in the middle of a piece, the animations begin.
const START_MS: i64 = FIRST as i64 * 10 + 1_003;
const LOUD: f32 = 0.25;

/// An input on air from the first piece on, with this in its `sound`.
fn show(sound: &str) -> Show {
    let config = serde_json::to_string(&crate::show::stream::StreamConfig::default()).expect("a config");
    let taken = FIRST as i64 * 10_000;
    serde_json::from_str(&format!(
        r#"{{"config":{config},"stream":{{"status":"stopped"}},"scenes":{{"s":{{"id":"s","layers":[{{"id":"l","kind":"input","input":"a"}}]}}}},
            "program":{{"scene":"s","since":{taken}}},"destinations":{{}},"assets":{{}},
            "inputs":{{"a":{{"id":"a","kind":"published","sound":{sound}}}}}}}"#
    ))
    .expect("a show")
}

/// Three seconds of left and right, from the first piece on.
fn heard(show: &Show) -> Vec<[f32; 2]> {
    let (mut desk, mut plan, tap) = (Desk::new(), MixPlan::default(), Tap::new());
    let constant = vec![LOUD; 4 * 48_000 * 2 - 9_600];
    tap.write(time_of((FIRST as i64 - 2) * 480), &constant);
    desk.taps.insert(id("a"), tap);
    let mut all = Vec::new();
    for _ in 0..300 {
        plan_mix(show, ChunkNumber(desk.chunk), &mut plan);
        desk.make(&plan);
        all.extend(desk.out.chunks_exact(2).map(|frame| [frame[0] / LOUD, frame[1] / LOUD]));
    }
    all
}

fn keyframes(property: &str, rest: &str) -> String {
    format!(r#"{{"animations":[{{"property":"{property}","start":{{"at":{START_MS}}},{rest}}}]}}"#)
}

/// What is heard so many milliseconds after the start.
fn at(heard: &[[f32; 2]], millis: i64) -> [f32; 2] {
    heard[((START_MS - FIRST as i64 * 10 + millis) * 48) as usize - 1]
}

fn steepest(heard: &[[f32; 2]]) -> f32 {
    // From where the input has faded in.
    let steps = heard[4_800..].windows(2).flat_map(|pair| [pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]]);
    steps.fold(0.0, |most: f32, step| most.max(step.abs()))
}

#[test]
fn a_gain_goes_from_keyframe_to_keyframe_on_the_sample_and_without_steps() {
    let heard = heard(&show(&keyframes(
        "gain_db",
        r#""keyframes":[{"at_ms":0,"value":0},{"at_ms":500,"value":-20},{"at_ms":1000,"value":6,"easing":"ease_in_quad"}]"#,
    )));
    for millis in -900..1_500 {
        let expected = match millis {
            ..0 => 0.0,
            0..500 => -20.0 * millis as f32 / 500.0,
            500..1_000 => -20.0 + 26.0 * ((millis - 500) as f32 / 500.0).powi(2),
            _ => 6.0,
        };
        for side in at(&heard, millis) {
            assert!((db(side) - expected).abs() < 0.01, "{millis} ms: {} dB, not {expected}", db(side));
        }
    }
    // The steepest is 26 dB in half a second, twice as steep at its end where it is loudest: 0.104 dB a millisecond.
    assert!(steepest(&heard) < 2.0 * 0.013 / 48.0, "{}", steepest(&heard));
}

#[test]
fn a_jump_is_where_it_was_set_and_takes_a_millisecond() {
    let heard = heard(&show(&keyframes(
        "volume",
        r#""keyframes":[{"at_ms":0,"value":1},{"at_ms":400,"value":0,"easing":"step_end"}]"#,
    )));
    let near =
        |found: [f32; 2], expected: f32| assert!(found.iter().all(|side| (side - expected).abs() < 1e-3), "{found:?}");
    near(at(&heard, 398), 1.0);
    near(at(&heard, 399), 1.0);
    assert_eq!(at(&heard, 400), [0.0; 2], "volume reaches silence, which no gain does");
    assert!(steepest(&heard) < 1.0 / 48.0 + 1e-4, "{}", steepest(&heard));
}

#[test]
fn a_pan_keeps_the_power_and_repeats_there_and_back() {
    let heard = heard(&show(&keyframes(
        "pan",
        r#""repeat":2,"alternate":true,"keyframes":[{"at_ms":0,"value":-1},{"at_ms":600,"value":1}]"#,
    )));
    for millis in 0..1_300 {
        let [left, right] = at(&heard, millis);
        assert!((left * left + right * right - 2.0).abs() < 1e-3, "{millis}: {left} {right}");
    }
    assert_eq!(at(&heard, 600).map(|side| (side * 1_000.0).round()), [0.0, 1_414.0]);
    assert_eq!(at(&heard, 1_200).map(|side| (side * 1_000.0).round()), [1_414.0, 0.0]);
    assert!(steepest(&heard[(START_MS - FIRST as i64 * 10 + 1) as usize * 48..]) < 2.0 * 1.415 / 480.0 / 4.0);
}

#[test]
fn taken_is_when_the_scene_came_on_air_and_what_is_over_may_let_go() {
    let sound = r#"{"gain_db":-12,"animations":[{"property":"volume","start":"taken","after":"release",
        "keyframes":[{"at_ms":0,"value":0},{"at_ms":1000,"value":0.5}]}]}"#;
    let heard = heard(&show(sound));
    let after = |millis: usize| heard[millis * 48 - 1][0] / factor(-12.0);
    assert!(heard[..480].iter().all(|frame| frame[0].abs() < 0.01));
    assert!((after(500) - 0.25).abs() < 1e-3 && (after(999) - 0.5).abs() < 1e-3);
    assert!((after(1_001) - 1.0).abs() < 1e-3, "let go: {}", after(1_001));
}

#[test]
fn what_moves_allocates_nothing() {
    let show = show(&keyframes(
        "gain_db",
        r#""repeat":0,"alternate":true,"keyframes":[{"at_ms":0,"value":0},{"at_ms":90,"value":-20}]"#,
    ));
    let (mut desk, mut plan) = (Desk::new(), MixPlan::default());
    let mut make = |pieces: usize| {
        for _ in 0..pieces {
            plan_mix(&show, ChunkNumber(desk.chunk), &mut plan);
            desk.make(&plan);
        }
    };
    make(110);
    assert_eq!(allocations::during(|| make(100)), 0);
}
