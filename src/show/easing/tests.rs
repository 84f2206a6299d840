//! Known values, and what holds for every curve.

use super::*;

fn all() -> Vec<Easing> {
    let names = "linear ease ease_in ease_out ease_in_out step_start step_end";
    let curves = "sine quad cubic quart expo back elastic bounce";
    let ways = ["ease_in", "ease_out", "ease_in_out"];
    let named = names.split(' ').map(str::to_owned);
    let penner = curves.split(' ').flat_map(|curve| ways.map(|way| format!("{way}_{curve}")));
    let mut all: Vec<Easing> =
        named.chain(penner).map(|name| serde_json::from_value(name.into()).expect("a known name")).collect();
    all.extend([Easing::Steps(4), Easing::Steps(0), Easing::CubicBezier([0.3, -2.0, 0.7, 3.0])]);
    all.extend([Easing::CubicBezier([1.0, 0.0, 0.0, 1.0]), Easing::CubicBezier([0.0, 1.0, 1.0, 0.0])]);
    for damping in [0.0, 1.0, 10.0, 19.99, 20.0, 20.01, 60.0, 1e9] {
        all.push(Easing::Spring(Spring { damping, ..Spring::default() }));
    }
    all
}

#[track_caller]
fn check(easing: &str, values: &[(f64, f64)]) {
    let easing: Easing = serde_json::from_str(easing).expect("an easing");
    for (progress, expected) in values {
        let found = easing.at(*progress);
        assert!((found - expected).abs() < 5e-6, "{easing:?} at {progress}: {found}, not {expected}");
    }
}

#[test]
fn curves_of_css_have_their_known_values() {
    check(r#""linear""#, &[(0.25, 0.25)]);
    check(r#""ease""#, &[(0.25, 0.408511), (0.5, 0.802403), (0.75, 0.960459)]);
    check(r#""ease_in""#, &[(0.25, 0.093465), (0.5, 0.315357), (0.75, 0.621862)]);
    check(r#""ease_out""#, &[(0.25, 0.378138), (0.5, 0.684643), (0.75, 0.906535)]);
    check(r#""ease_in_out""#, &[(0.25, 0.129162), (0.5, 0.5), (0.75, 0.870838)]);
    check(r#""step_start""#, &[(0.0, 1.0), (0.5, 1.0)]);
    check(r#""step_end""#, &[(0.0, 0.0), (0.99, 0.0), (1.0, 1.0)]);
    check(r#"{"steps": 4}"#, &[(0.0, 0.0), (0.24, 0.0), (0.25, 0.25), (0.99, 0.75), (1.0, 1.0)]);
    check(r#"{"cubic_bezier": [0.25, 0.1, 0.25, 1]}"#, &[(0.5, 0.802403)]);
    check(r#"{"cubic_bezier": [0, 0, 1, 1]}"#, &[(0.3, 0.3)]);
    // Its middle is vertical: Newton's steps alone would not find it.
    check(r#"{"cubic_bezier": [1, 0, 0, 1]}"#, &[(0.5, 0.5)]);
}

#[test]
fn curves_of_penner_have_their_known_values() {
    check(r#""ease_in_sine""#, &[(0.5, 0.292893)]);
    check(r#""ease_out_quad""#, &[(0.5, 0.75)]);
    check(r#""ease_in_out_cubic""#, &[(0.25, 0.0625), (0.75, 0.9375)]);
    check(r#""ease_in_quart""#, &[(0.5, 0.0625)]);
    check(r#""ease_in_expo""#, &[(0.5, 0.03125)]);
    check(r#""ease_in_back""#, &[(0.5, -0.087698)]);
    check(r#""ease_out_back""#, &[(0.5, 1.087698)]);
    check(r#""ease_in_elastic""#, &[(0.5, -0.015625)]);
    check(r#""ease_out_bounce""#, &[(0.5, 0.765625), (0.25, 0.472656)]);
}

#[test]
fn every_curve_begins_at_0_ends_at_1_and_is_finite_in_between() {
    for easing in all() {
        let first = easing.at(0.0);
        assert!(first == 0.0 || easing == Easing::StepStart, "{easing:?} begins at {first}");
        assert_eq!(easing.at(1.0), 1.0, "{easing:?}");
        for step in 0..=1_000 {
            let value = easing.at(f64::from(step) / 1_000.0);
            assert!(value.is_finite() && value.abs() < 4.0, "{easing:?}: {value}");
        }
        for odd in [f64::NAN, f64::NEG_INFINITY, -3.0] {
            assert_eq!(easing.at(odd), first, "{easing:?}");
        }
        assert_eq!(easing.at(f64::INFINITY), 1.0, "{easing:?}");
    }
}

#[test]
fn curves_that_are_not_meant_to_jump_do_not() {
    for easing in all() {
        if matches!(easing, Easing::StepStart | Easing::StepEnd | Easing::Steps(_)) {
            continue;
        }
        for step in 0..10_000 {
            let change = easing.at(f64::from(step + 1) / 1e4) - easing.at(f64::from(step) / 1e4);
            assert!(change.abs() < 0.09, "{easing:?} at {step}: {change}");
        }
    }
}

#[test]
fn a_spring_swings_or_creeps_and_has_settled_in_the_end() {
    let spring = |damping| Easing::Spring(Spring { damping, ..Spring::default() });
    let highest = |easing: Easing| (0..=1_000).map(|step| easing.at(f64::from(step) / 1e3)).fold(0.0, f64::max);
    assert!((highest(spring(10.0)) - 1.163).abs() < 0.01, "{}", highest(spring(10.0)));
    assert!(highest(spring(20.0)) <= 1.0 && highest(spring(60.0)) <= 1.0);
    for damping in [1.0, 10.0, 19.0, 20.0, 21.0, 60.0] {
        let late = spring(damping).at(0.97);
        assert!((late - 1.0).abs() < 0.005, "damping {damping}: {late}");
    }
    let heavier = Easing::Spring(Spring { stiffness: 400.0, damping: 40.0, mass: 4.0 });
    let ratio_alone = Easing::Spring(Spring { stiffness: 100.0, damping: 10.0, mass: 1.0 });
    assert_eq!(heavier.at(0.2), ratio_alone.at(0.2));
}

#[test]
fn they_are_read_back_as_written_and_odd_ones_are_refused() {
    for easing in all() {
        let text = serde_json::to_string(&easing).expect("it can be written");
        assert_eq!(serde_json::from_str::<Easing>(&text).expect("it can be read"), easing);
    }
    for bad in [r#""eas""#, r#"{"steps": -1}"#, r#"{"cubic_bezier": [0, 0, 1]}"#, r#"{"spring": {"stiff": 1}}"#, "1"] {
        assert!(serde_json::from_str::<Easing>(bad).is_err(), "{bad}");
    }
    assert!(Easing::Steps(0).check().is_err() && Easing::Steps(1_001).check().is_err() && Easing::Steps(1).check().is_ok());
    assert!(Easing::CubicBezier([0.0, f64::NAN, 0.0, 1.0]).check().is_err());
    assert!(Easing::Spring(Spring { mass: 0.0, ..Spring::default() }).check().is_err());
    assert!(Easing::Spring(Spring::default()).check().is_ok());
}
