use proptest::prelude::*;
use serde_json::json;

use super::*;

fn palette(stops: &[(f64, [u8; 3])], interpolation: Interpolation, wrap: bool) -> Palette {
    let stops = stops.iter().map(|(at, rgb)| PaletteStop { at: *at, color: LightColor::Rgb { rgb: *rgb } });
    let id = PaletteId::new("TEST").unwrap();
    Palette { id, name: "Test".into(), stops: stops.collect(), interpolation, wrap }
}

fn rgb(stops: &[(f64, [u8; 3])]) -> Palette {
    palette(stops, Interpolation::Rgb, false)
}

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

#[test]
fn a_palette_is_read_with_what_everyone_wants_unless_said_otherwise() {
    let stops = json!([{"at": 0, "color": "#ff0000"}, {"at": 0.5, "color": {"mode": "HUE", "hue": 240}}]);
    let read: Palette = serde_json::from_value(json!({"id": "MINE", "name": "Mine", "stops": stops})).unwrap();
    assert_eq!((read.interpolation, read.wrap, read.check()), (Interpolation::Oklab, true, Ok(())));
    let again: Palette = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
    assert_eq!(again, read);
    let odd = json!({"id": "MINE", "name": "Mine", "stops": stops, "colour": 1});
    assert!(serde_json::from_value::<Palette>(odd).is_err());
}

#[test]
fn what_is_wrong_with_a_palette_is_told() {
    #[track_caller]
    fn check(stops: &[(f64, [u8; 3])], wanted: Result<(), PaletteError>) {
        assert_eq!(rgb(stops).check(), wanted);
    }
    check(&[(0.0, RED), (0.5, BLUE), (0.5, RED), (1.0, RED)], Ok(()));
    check(&[(0.0, RED)], Err(PaletteError::StopCount { given: 1 }));
    check(&[(0.0, RED); 33], Err(PaletteError::StopCount { given: 33 }));
    check(&[(0.0, RED); 32], Ok(()));
    check(&[(0.0, RED), (1.5, RED)], Err(PaletteError::OutOfRange { index: 1, at: 1.5 }));
    check(&[(-0.1, RED), (1.0, RED)], Err(PaletteError::OutOfRange { index: 0, at: -0.1 }));
    check(&[(0.5, RED), (0.4, RED)], Err(PaletteError::Falling { index: 1, at: 0.4 }));
    assert!(rgb(&[(0.0, RED), (f64::NAN, RED)]).check().is_err());
    assert_eq!(Palette { name: String::new(), ..rgb(&[(0.0, RED), (1.0, RED)]) }.check(), Err(PaletteError::Name));
    let mut unknown = rgb(&[(0.0, RED), (1.0, RED)]);
    unknown.stops[1].color = LightColor::Preset { preset: "MUD".into() };
    let error = ColorError::UnknownPreset { given: "MUD".into() };
    assert_eq!(unknown.check(), Err(PaletteError::Color { index: 1, error }));
}

#[test]
fn the_ends_of_a_ramp_are_the_stops_themselves() {
    for interpolation in [Interpolation::Oklab, Interpolation::Rgb] {
        for wrap in [true, false] {
            let mut palette = palette(&[(0.0, RED), (1.0, BLUE)], interpolation, wrap);
            palette.stops[0].color = LightColor::Hsv { hsv: [123.4, 0.3, 0.7] };
            let ramp = palette.ramp();
            assert_eq!((ramp[0], ramp[255]), (palette.stops[0].color.coded(), [0.0, 0.0, 1.0]));
        }
    }
}

#[test]
fn between_two_stops_the_way_is_even() {
    let ramp = rgb(&[(0.0, [0; 3]), (1.0, [255, 0, 51])]).ramp();
    for (step, [red, green, blue]) in ramp.iter().enumerate() {
        let part = step as f32 / 255.0;
        assert!((red - part).abs() < 1e-6 && *green == 0.0 && (blue - part * 0.2).abs() < 1e-6, "{step}");
    }
    let [grey, ..] = palette(&[(0.0, [0; 3]), (1.0, [255; 3])], Interpolation::Oklab, false).at(0.5);
    assert_eq!((grey * 255.0).round(), 99.0, "looks half as light, and is not half as much");
}

#[test]
fn in_oklab_the_steps_between_two_colours_look_equal() {
    let labs = palette(&[(0.0, RED), (1.0, [0, 128, 255])], Interpolation::Oklab, false)
        .ramp()
        .map(|rgb| Oklab::from_coded(rgb.map(f64::from)));
    let mean = labs[0].distance(labs[255]) / 255.0;
    assert!(labs.windows(2).all(|pair| (pair[0].distance(pair[1]) / mean - 1.0).abs() < 0.05));
}

#[test]
fn a_palette_that_wraps_comes_back_to_its_first_stop() {
    let there_and_back = [(0.0, RED), (0.5, BLUE)];
    let ramp = palette(&there_and_back, Interpolation::Rgb, true).ramp();
    assert_eq!(ramp[255], ramp[0]);
    let [red, _, blue] = palette(&there_and_back, Interpolation::Rgb, true).at(0.75);
    assert_eq!((red, blue), (0.5, 0.5));
    assert_eq!(rgb(&there_and_back).at(0.75), [0.0, 0.0, 1.0], "without wrapping it stays");
}

#[test]
fn the_way_back_goes_on_before_the_first_stop() {
    let palette = palette(&[(0.25, RED), (0.75, BLUE)], Interpolation::Rgb, true);
    assert_eq!(palette.at(0.0), [0.5, 0.0, 0.5]);
    assert_eq!(palette.at(0.125), [0.75, 0.0, 0.25]);
    assert_eq!(palette.at(1.0), palette.at(0.0));
    assert_eq!(rgb(&[(0.25, RED), (0.75, BLUE)]).at(0.0), [1.0, 0.0, 0.0]);
}

#[test]
fn two_stops_at_one_place_make_an_edge() {
    let palette = rgb(&[(0.0, RED), (0.5, RED), (0.5, BLUE), (1.0, BLUE)]);
    assert_eq!((palette.at(0.499), palette.at(0.5)), ([1.0, 0.0, 0.0], [0.0, 0.0, 1.0]));
}

#[test]
fn builtin_palettes_are_right_and_all_different() {
    let all = builtin();
    assert_eq!(all.len(), builtin::COUNT, "one has an id that is none");
    assert!(all.len() >= 24);
    for (index, palette) in all.iter().enumerate() {
        let id = palette.id.as_str();
        assert_eq!(palette.check(), Ok(()), "{id}");
        assert!(id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'), "{id}");
        for other in &all[index + 1..] {
            assert_ne!(other.id, palette.id);
            assert_ne!(other.name, palette.name);
            assert!(other.stops != palette.stops, "{id} is {}", other.id);
        }
        let again: Palette = serde_json::from_value(serde_json::to_value(palette).unwrap()).unwrap();
        assert_eq!(&again, palette);
    }
}

#[test]
fn builtin_palettes_that_wrap_have_no_seam() {
    for palette in builtin().iter().filter(|palette| palette.wrap) {
        assert_eq!(palette.ramp()[0], palette.ramp()[255], "{}", palette.id);
    }
}

#[test]
fn spectra_rise_in_lightness_all_the_way() {
    for id in ["SPECTRUM_COOL", "SPECTRUM_WARM"] {
        let palette = builtin().iter().find(|palette| palette.id.as_str() == id).unwrap();
        let lightness = palette.ramp().map(|rgb| Oklab::from_coded(rgb.map(f64::from)).lightness);
        assert!(lightness.windows(2).all(|pair| pair[0] < pair[1]), "{id}");
    }
}

proptest! {
    #[test]
    fn whatever_the_stops_a_ramp_can_be_shown(
        places in proptest::collection::vec(prop_oneof![any::<f64>(), 0.0..=1.0, Just(f64::NAN)], 0..6),
        hue in any::<f64>(), wrap in any::<bool>(), oklab in any::<bool>(), place in any::<f64>(),
    ) {
        let interpolation = if oklab { Interpolation::Oklab } else { Interpolation::Rgb };
        let mut palette = palette(&[], interpolation, wrap);
        let color = |step: usize| LightColor::Hue { hue: hue * step as f64 };
        palette.stops = places.iter().enumerate().map(|(step, at)| PaletteStop { at: *at, color: color(step) }).collect();
        let ramp = palette.ramp();
        prop_assert!(ramp.iter().chain([&palette.at(place)]).flatten().all(|value| (0.0..=1.0).contains(value)));
    }
}
