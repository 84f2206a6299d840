//! Values at instants.

use super::*;

const TAKEN: ShowTime = ShowTime(5_000_000);

fn animation(json: &str) -> Animation {
    serde_json::from_str(json).expect("an animation")
}

/// `extra` stands beside two keyframes, 0 at 100 ms and 10 at 1100 ms.
fn slide(extra: &str) -> Animation {
    animation(&format!(
        r#"{{"property": "x", "start": "taken", "keyframes": [{{"at_ms": 100, "value": 0}}, {{"at_ms": 1100, "value": 10}}]{extra}}}"#
    ))
}

/// Values at milliseconds after the scene was taken.
#[track_caller]
fn check(animation: &Animation, expected: &[(i64, Option<f64>)]) {
    for (millis, expected) in expected {
        let found = value(animation, ShowTime(TAKEN.0 + millis * 1_000), TAKEN);
        assert_eq!(found, *expected, "at {millis} ms");
    }
}

#[test]
fn a_value_goes_from_keyframe_to_keyframe() {
    check(&slide(""), &[(-1, None), (99, None), (100, Some(0.0)), (600, Some(5.0)), (1100, Some(10.0)), (9999, Some(10.0))]);
    check(&slide(r#", "after": "release""#), &[(1099, Some(9.99)), (1100, None), (9999, None)]);
    let three = animation(
        r#"{"property": "opacity", "start": "taken", "keyframes": [{"at_ms": 0, "value": 1},
            {"at_ms": 100, "value": 0, "easing": "step_end"}, {"at_ms": 200, "value": 1, "easing": "ease_in_quad"}]}"#,
    );
    check(&three, &[(0, Some(1.0)), (99, Some(1.0)), (100, Some(0.0)), (150, Some(0.25)), (200, Some(1.0))]);
}

#[test]
fn it_repeats_turns_round_and_goes_on_for_ever() {
    let twice = slide(r#", "repeat": 2"#);
    check(&twice, &[(1099, Some(9.99)), (1100, Some(0.0)), (1600, Some(5.0)), (2100, Some(10.0)), (5000, Some(10.0))]);
    let there_and_back = slide(r#", "repeat": 2, "alternate": true"#);
    check(&there_and_back, &[(1100, Some(10.0)), (1350, Some(7.5)), (2100, Some(0.0)), (5000, Some(0.0))]);
    let for_ever = slide(r#", "repeat": 0, "alternate": true"#);
    check(&for_ever, &[(1_000_000_100 + 250, Some(2.5)), (1_000_001_100 + 250, Some(7.5))]);
    assert_eq!(for_ever.settles_at(TAKEN), None);
}

#[test]
fn it_moves_from_its_first_keyframe_until_it_settles() {
    let moving = |animation: &Animation, millis: i64| is_moving(animation, ShowTime(TAKEN.0 + millis * 1_000), TAKEN);
    let once = slide("");
    assert_eq!([99, 100, 1099, 1100].map(|at| moving(&once, at)), [false, true, true, false]);
    assert_eq!(once.settles_at(TAKEN), Some(ShowTime(TAKEN.0 + 1_100_000)));
    assert!(moving(&slide(r#", "repeat": 0"#), 1_000_000_000));
    let single = animation(r#"{"property": "x", "start": "taken", "repeat": 0, "keyframes": [{"at_ms": 5, "value": 7}]}"#);
    check(&single, &[(4, None), (5, Some(7.0)), (99, Some(7.0))]);
    assert!(!moving(&single, 5) && !moving(&single, 50));
}

#[test]
fn a_start_is_a_time_the_taking_or_the_moment_of_the_command() {
    let at = Animation { start: Start::At(9_000), ..slide("") };
    check(&at, &[(4_099, None), (4_600, Some(5.0))]);
    let now = Animation { start: Start::Now, ..slide("") };
    assert_eq!(now.started(ShowTime(9_000_999)).start, Start::At(9_000));
    assert_eq!(slide("").started(ShowTime(1)).start, Start::Taken);
    for (json, start) in [(r#""now""#, Start::Now), (r#""taken""#, Start::Taken), (r#"{"at": 12}"#, Start::At(12))] {
        assert_eq!(serde_json::from_str::<Start>(json).expect("a start"), start);
        assert_eq!(serde_json::from_str::<Start>(&serde_json::to_string(&start).expect("text")).expect("a start"), start);
    }
}

#[test]
fn any_times_and_keyframes_give_an_answer() {
    let keyframe = |at_ms, value| Keyframe { at_ms, value, easing: Easing::EaseOutElastic };
    let lists = [vec![], vec![keyframe(u32::MAX, 1.0)], vec![keyframe(9, 1.0), keyframe(9, 2.0), keyframe(3, 4.0)]];
    let times = [i64::MIN, -1, 0, 1, 9_000, i64::MAX].map(ShowTime);
    for keyframes in lists.into_iter().chain([vec![keyframe(0, 0.0), keyframe(u32::MAX, 1.0)]]) {
        for start in [Start::Now, Start::Taken, Start::At(i64::MIN), Start::At(i64::MAX)] {
            for repeat in [0, 1, u32::MAX] {
                let animation = Animation { keyframes: keyframes.clone(), start, repeat, alternate: true, ..slide("") };
                for at in times {
                    for taken in times {
                        let found = value(&animation, at, taken);
                        assert!(found.is_none_or(f64::is_finite), "{animation:?}");
                        is_moving(&animation, at, taken);
                    }
                }
            }
        }
    }
}

#[test]
fn what_can_not_be_played_is_refused() {
    assert_eq!(slide("").check(), Ok(()));
    let with = |keyframes: Vec<Keyframe>| Animation { keyframes, ..slide("") }.check();
    let keyframe = |at_ms, value| Keyframe { at_ms, value, easing: Easing::Linear };
    assert_eq!(with(vec![]), Err(InvalidAnimation::Keyframes(0)));
    assert_eq!(with((0..65).map(|at| keyframe(at, 0.0)).collect()), Err(InvalidAnimation::Keyframes(65)));
    assert_eq!(with(vec![keyframe(5, 0.0), keyframe(5, 0.0)]), Err(InvalidAnimation::NotRising(1)));
    assert_eq!(with(vec![keyframe(MAX_AT_MS + 1, 0.0)]), Err(InvalidAnimation::TooLate(0)));
    assert!(matches!(with(vec![keyframe(0, f64::NAN)]), Err(InvalidAnimation::Value { index: 0, .. })));
    assert!(matches!(with(vec![keyframe(0, 1e9)]), Err(InvalidAnimation::Value { .. })));
    let steps = vec![Keyframe { easing: Easing::Steps(0), ..keyframe(0, 0.0) }];
    assert_eq!(with(steps), Err(InvalidAnimation::Easing(0, InvalidEasing::Steps(0))));
    let bad = r#"{"property": "x", "keyframes": [], "speed": 2}"#;
    assert!(serde_json::from_str::<Animation>(bad).is_err());
}
