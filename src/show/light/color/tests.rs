use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(value: Value) -> Result<(LightColor, Option<u8>), ColorError> {
    LightColor::read(&value)
}

#[test]
fn colours_are_read_as_clients_send_them() {
    #[track_caller]
    fn check(value: Value, color: LightColor, brightness: Option<u8>) {
        assert_eq!(read(value), Ok((color, brightness)));
    }
    check(json!({"mode": "RGB", "rgb": [255, 0, 7]}), LightColor::Rgb { rgb: [255, 0, 7] }, None);
    check(json!({"mode": "rgb", "rgb": [255.0, 0, 7]}), LightColor::Rgb { rgb: [255, 0, 7] }, None);
    check(json!({"mode": "HUE", "hue": 240, "brightness": 200}), LightColor::Hue { hue: 240.0 }, Some(200));
    check(json!({"mode": "Hue", "hue": 360, "brightness": null}), LightColor::Hue { hue: 360.0 }, None);
    check(json!({"mode": "HSV", "hsv": [12.5, 0.5, 1]}), LightColor::Hsv { hsv: [12.5, 0.5, 1.0] }, None);
    check(json!({"mode": "PRESET", "preset": "red"}), LightColor::Preset { preset: "RED".into() }, None);
    check(json!("#fF8000"), LightColor::Rgb { rgb: [255, 128, 0] }, None);
}

#[test]
fn what_is_wrong_with_a_colour_is_told() {
    #[track_caller]
    fn check(value: Value, error: ColorError) {
        assert_eq!(read(value), Err(error));
    }
    let unknown = |field: &str| ColorError::UnknownField { field: field.into() };
    let range = |field, value, allowed| ColorError::OutOfRange { field, value, allowed };
    let wrong = |field, wanted| ColorError::WrongType { field, wanted };
    const BYTE: &str = "a whole number from 0 to 255";
    const COLOR: &str = "an object with a mode, or \"#rrggbb\"";
    check(json!({"mode": "XYZ"}), ColorError::UnknownMode { given: "XYZ".into() });
    check(json!({"mode": "é".repeat(99)}), ColorError::UnknownMode { given: "é".repeat(32) });
    check(json!({"hue": 1}), ColorError::MissingField { mode: None, field: "mode" });
    check(json!({"mode": 7}), wrong("mode", "RGB, HSV, HUE or PRESET"));
    check(json!({"mode": "HSV"}), ColorError::MissingField { mode: Some(Mode::Hsv), field: "hsv" });
    check(json!({"mode": "HUE", "hue": 1, "rgb": [0, 0, 0]}), unknown("rgb"));
    check(json!({"mode": "HUE", "hue": 1, "alpha": 1}), unknown("alpha"));
    check(json!({"mode": "HUE", "hue": 360.5}), range("hue", 360.5, "0 to 360"));
    check(json!({"mode": "HUE", "hue": -1}), range("hue", -1.0, "0 to 360"));
    check(json!({"mode": "HUE", "hue": "red"}), wrong("hue", "a number"));
    check(json!({"mode": "HSV", "hsv": [0, 1.5, 0]}), range("hsv[1]", 1.5, "0 to 1"));
    check(json!({"mode": "HSV", "hsv": [0, 1]}), wrong("hsv", "a list of three numbers"));
    check(json!({"mode": "RGB", "rgb": [0, 256, 0]}), range("rgb[1]", 256.0, BYTE));
    check(json!({"mode": "RGB", "rgb": [0, 0, 0.5]}), wrong("rgb[2]", BYTE));
    check(json!({"mode": "RGB", "rgb": [0, 0, 0, 0]}), wrong("rgb", "a list of three numbers"));
    check(json!({"mode": "RGB", "rgb": [0, 0, 0], "brightness": 256}), range("brightness", 256.0, BYTE));
    check(json!({"mode": "PRESET", "preset": "MUD"}), ColorError::UnknownPreset { given: "MUD".into() });
    check(json!({"mode": "PRESET", "preset": 1}), wrong("preset", "the id of a preset"));
    for odd in [json!("red"), json!("#12345"), json!("#+12345"), json!("#ääa"), json!(7), json!(null), json!([])] {
        check(odd, wrong("color", COLOR));
    }
}

#[test]
fn errors_say_what_to_do() {
    let told = |value| read(value).unwrap_err().to_string();
    assert_eq!(told(json!({"mode": "XYZ"})), "colour mode \"XYZ\" is not supported: use RGB, HSV, HUE or PRESET");
    assert_eq!(told(json!({})), "a colour needs the field \"mode\"");
    assert_eq!(told(json!({"mode": "HUE"})), "a colour in mode HUE needs the field \"hue\"");
    assert_eq!(told(json!({"mode": "HUE", "hue": 400})), "hue is 400, but may be 0 to 360");
}

#[test]
fn a_colour_is_kept_as_it_was_said() {
    for stored in [
        json!({"mode": "RGB", "rgb": [1, 2, 3]}),
        json!({"mode": "HSV", "hsv": [200.25, 0.1, 0.3]}),
        json!({"mode": "HUE", "hue": 240.0}),
        json!({"mode": "PRESET", "preset": "WARM_WHITE"}),
    ] {
        let color: LightColor = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(serde_json::to_value(&color).unwrap(), stored);
        let again: LightColor = serde_json::from_str(&serde_json::to_string(&color).unwrap()).unwrap();
        assert_eq!(again, color);
        assert_eq!(color.check(), Ok(()));
    }
}

#[test]
fn where_only_a_colour_is_kept_a_brightness_is_not_lost_silently() {
    let read = |value| serde_json::from_value::<LightColor>(value);
    let error = read(json!({"mode": "HUE", "hue": 240, "brightness": 200})).unwrap_err();
    assert!(error.to_string().contains("brightness"), "{error}");
    assert!(read(json!({"mode": "HUE", "hue": 400})).is_err());
}

#[test]
fn colours_that_were_put_together_are_checked() {
    for wrong in [
        LightColor::Hsv { hsv: [f64::NAN, 0.0, 0.0] },
        LightColor::Hsv { hsv: [0.0, -0.1, 0.0] },
        LightColor::Hsv { hsv: [0.0, 0.0, 1.1] },
        LightColor::Hue { hue: f64::INFINITY },
        LightColor::Preset { preset: "MUD".into() },
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
        assert!(wrong.coded().iter().all(|value| (0.0..=1.0).contains(value)), "{wrong:?}");
    }
}

#[test]
fn steps_are_rounded_only_where_they_are_asked_for() {
    let color = LightColor::Hsv { hsv: [30.0, 1.0, 1.0] };
    assert_eq!((color.rgb(), color.coded()), ([255, 128, 0], [1.0, 0.5, 0.0]));
    assert_eq!(LightColor::Preset { preset: "gold".into() }.rgb(), [255, 200, 0]);
}

#[test]
fn modes_go_by_their_names() {
    assert_eq!(Mode::SUPPORTED, ["RGB", "HSV", "HUE", "PRESET"]);
    for mode in Mode::ALL {
        assert_eq!(Mode::parse(&mode.name().to_lowercase()), Ok(mode));
        assert_eq!(serde_json::to_value(mode).unwrap(), mode.name());
        assert_eq!(serde_json::from_value::<Mode>(json!(mode.name())).unwrap(), mode);
    }
    let schema = schemars::schema_for!(Mode).to_value();
    assert!(Mode::SUPPORTED.iter().all(|name| schema.to_string().contains(name)), "{schema}");
}

#[test]
fn the_schema_tells_every_way_to_say_a_colour() {
    let schema = schemars::schema_for!(LightColor).to_value();
    let ways = schema["oneOf"].as_array().unwrap();
    let modes: Vec<_> = ways.iter().filter_map(|way| way["properties"]["mode"]["const"].as_str()).collect();
    assert_eq!(modes, Mode::SUPPORTED);
    assert_eq!(ways[3]["properties"]["preset"]["enum"].as_array().unwrap().len(), presets().len());
    assert_eq!(ways[4]["type"], "string");
}

proptest! {
    #[test]
    fn whatever_is_read_is_right(mode in "(?i)(rgb|hsv|hue|preset)?", a in -50.0..400.0, b in 0.0..1.2, c in any::<f64>()) {
        let value = json!({"mode": mode, mode.to_lowercase(): [a, b, c]});
        for value in [value.clone(), json!({"mode": mode, "hue": a}), json!([value]), json!({"mode": mode, "hsv": [a, b, b]})] {
            if let Ok((color, _)) = LightColor::read(&value) {
                prop_assert_eq!(color.check(), Ok(()));
            }
        }
    }
}
