use std::collections::BTreeSet;

use serde_json::json;

use super::parameter::{ParameterError, ParameterKind, ParameterValue, Parameters};
use super::{Animation, Dimensions, Needs};
use crate::show::light::color::LightColor;

fn parameters(json: serde_json::Value) -> Parameters {
    serde_json::from_value(json).unwrap()
}

#[test]
fn ids_are_what_is_written_and_found_again() {
    for &animation in Animation::ALL {
        assert_eq!(serde_json::to_value(animation).unwrap(), json!(animation.id()));
        assert_eq!(serde_json::from_value::<Animation>(json!(animation.id())).unwrap(), animation);
        assert_eq!(Animation::named(animation.id()), Some(animation));
    }
    let ids: BTreeSet<_> = Animation::ALL.iter().map(|animation| animation.id()).collect();
    let names: BTreeSet<_> = Animation::ALL.iter().map(|animation| animation.name()).collect();
    assert_eq!((ids.len(), names.len()), (Animation::ALL.len(), Animation::ALL.len()));
    assert_eq!(Animation::named("breathe"), None);
}

#[test]
fn descriptions_are_one_plain_sentence() {
    for &animation in Animation::ALL {
        let text = animation.description();
        assert!(text.ends_with('.') && text.matches(". ").count() == 0 && text.len() < 100, "{text}");
    }
}

#[test]
fn defaults_lie_in_their_ranges() {
    for &animation in Animation::ALL {
        let defaults: Parameters =
            animation.parameters().iter().map(|parameter| (parameter.name.to_owned(), parameter.kind.default())).collect();
        assert_eq!(defaults.len(), animation.parameters().len(), "{animation:?} has a parameter twice");
        assert_eq!(animation.check(&defaults), Ok(defaults), "{animation:?}");
    }
}

#[test]
fn breathe_has_the_parameters_that_clients_know() {
    let kind = |name| serde_json::to_value(Animation::Breathe.parameter(name).unwrap().kind).unwrap();
    assert_eq!(kind("speed"), json!({"type": "float", "min": 0.1, "max": 10.0, "default": 1.0}));
    assert_eq!(kind("color_primary"), json!({"type": "color", "default": {"mode": "RGB", "rgb": [255, 0, 0]}}));
}

#[test]
fn one_dimensional_ones_can_be_laid_and_turned() {
    for &animation in Animation::ALL.iter().filter(|animation| animation.dimensions() == Dimensions::One) {
        for name in ["mapping", "reverse", "mirror"] {
            assert!(animation.parameter(name).is_some(), "{animation:?} has no {name}");
        }
    }
}

#[test]
fn what_shows_something_else_says_what_it_needs() {
    for (animation, needs) in [
        (Animation::Program, Needs::Picture),
        (Animation::Image, Needs::Asset),
        (Animation::Vu, Needs::Sound),
        (Animation::Spectrum, Needs::Sound),
        (Animation::Beat, Needs::Sound),
        (Animation::Fire, Needs::Nothing),
    ] {
        assert_eq!(animation.needs(), needs);
    }
    for &animation in Animation::ALL {
        assert_eq!(animation.needs() == Needs::Asset, animation.parameter("asset").is_some(), "{animation:?}");
    }
}

#[test]
fn speed_is_the_same_wherever_there_is_one() {
    let speed = ParameterKind::Float { min: 0.1, max: 10.0, default: 1.0 };
    for &animation in Animation::ALL.iter().filter(|animation| animation.moves()) {
        assert_eq!(animation.parameter("speed").unwrap().kind, speed);
    }
}

#[test]
fn what_is_given_is_normalised_and_nothing_is_filled_in() {
    let given = json!({"speed": 2, "color_primary": "#ff8000", "use_palette": true});
    let normal = json!({"speed": 2.0, "color_primary": {"mode": "RGB", "rgb": [255, 128, 0]}, "use_palette": true});
    assert_eq!(Animation::Breathe.check(&parameters(given)), Ok(parameters(normal)));
    let given = json!({"mapping": "Radial", "spacing": 4});
    let normal = json!({"mapping": "radial", "spacing": 4.0});
    assert_eq!(Animation::Theater.check(&parameters(given)), Ok(parameters(normal)));
    let text = parameters(json!({"text": "#ff8000"}));
    assert_eq!(Animation::ScrollText.check(&text), Ok(text.clone()), "a text may look like a colour");
    assert_eq!(Animation::Fire.check(&Parameters::new()), Ok(Parameters::new()));
}

#[track_caller]
fn refused(animation: Animation, given: serde_json::Value) -> ParameterError {
    animation.check(&parameters(given)).unwrap_err()
}

#[test]
fn what_can_not_be_meant_is_refused_with_what_could() {
    let unknown = refused(Animation::ColorCycle, json!({"colour": 1}));
    assert_eq!(unknown, ParameterError::Unknown { name: "colour".to_owned(), known: vec!["speed"] });
    assert_eq!(unknown.to_string(), "there is no parameter \"colour\": known are speed");
    for speed in [0.0, 10.1, -1.0] {
        let wanted = ParameterError::OutOfRange { name: "speed", value: speed, min: 0.1, max: 10.0 };
        assert_eq!(refused(Animation::Fire, json!({"speed": speed})), wanted);
    }
    let nan = [("speed".to_owned(), ParameterValue::Number(f64::NAN))].into();
    assert!(matches!(Animation::Fire.check(&nan), Err(ParameterError::OutOfRange { .. })));
    assert!(matches!(refused(Animation::Rainbow, json!({"mapping": "sideways"})), ParameterError::NotAChoice { .. }));
    let long = json!({"text": "ä".repeat(201)});
    assert_eq!(refused(Animation::ScrollText, long), ParameterError::TooLong { name: "text", max_length: 200 });
    assert!(Animation::ScrollText.check(&parameters(json!({"text": "ä".repeat(200)}))).is_ok());
    for (animation, given, wanted) in [
        (Animation::Fire, json!({"speed": "fast"}), "a number"),
        (Animation::Chase, json!({"count": 2.5}), "a whole number"),
        (Animation::Chase, json!({"reverse": 1}), "true or false"),
        (Animation::Chase, json!({"color_primary": "#12345"}), "a colour"),
        (Animation::Chase, json!({"color_primary": "red"}), "a colour"),
        (Animation::ScrollText, json!({"text": 5}), "a text"),
        (Animation::Chase, json!({"mapping": true}), "a text"),
    ] {
        assert!(matches!(refused(animation, given), ParameterError::WrongType { wanted: found, .. } if found == wanted));
    }
}

#[test]
fn what_is_read_is_what_was_given_within_its_range() {
    let given = parameters(json!({"count": 99, "size": -1, "reverse": true, "mapping": "up",
        "color_primary": {"mode": "HUE", "hue": 120.0}, "color_secondary": 5}));
    let chase = Animation::Chase;
    assert_eq!((chase.number(&given, "count"), chase.number(&given, "size")), (20.0, 0.05));
    assert_eq!((chase.flag(&given, "reverse"), chase.flag(&given, "mirror")), (true, false));
    assert_eq!((chase.choice(&given, "mapping"), chase.color(&given, "color_primary")), ("up", [0, 255, 0]));
    assert_eq!(chase.color(&given, "color_secondary"), [0, 0, 60], "a number is no colour");
    assert_eq!(chase.number(&[("size".to_owned(), ParameterValue::Number(f64::NAN))].into(), "size"), 0.3);
    assert_eq!(chase.value(&given, "speed"), Some(ParameterValue::Number(1.0)));
    assert_eq!(chase.value(&given, "reverse"), Some(ParameterValue::Bool(true)));
    assert_eq!(chase.value(&given, "text"), None);
    assert_eq!(Animation::ScrollText.text(&Parameters::new(), "text"), "Hello");
    let hue = parameters(json!({"c": {"mode": "HUE", "hue": 240}}));
    assert_eq!(hue.get("c"), Some(&ParameterValue::Color(LightColor::Hue { hue: 240.0 })));
}
