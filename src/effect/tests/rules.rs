use proptest::prelude::*;

use super::*;
use crate::effect::chance::hash;
use crate::effect::plane::Point;
use crate::show::light::animation::parameter::{ParameterKind, ParameterValue, Parameters};
use crate::show::light::color::LightColor;

const TIMES: [f64; 9] = [0.0, 0.37, 1.0, 12.5, 77.7, 1e9 + 0.25, -3.3, 3600.0, 0.38];

fn planes() -> [Plane; 7] {
    let scattered = Plane {
        points: (0..20).map(|index| index as f32 / 20.0).map(|u| Point { u, x: u * u, y: 1.0 - u * u * u }).collect(),
        columns: 5,
        rows: 4,
    };
    [0, 1, 2, 17]
        .map(Plane::strip)
        .into_iter()
        .chain([Plane::matrix(16, 16), Plane::ring(24), scattered])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

fn bits(lights: &[Rgb]) -> Vec<u32> {
    lights.iter().flatten().map(|part| part.to_bits()).collect()
}

#[test]
fn the_same_question_has_the_same_answer_in_any_order_of_times() {
    let world = World::new();
    for plane in planes() {
        for &animation in Animation::ALL {
            let mut one = effect(animation, json!({}), &plane);
            let answers = TIMES.map(|t| bits(&render(&mut one, t, &world.senses(), &plane)));
            let mut other = effect(animation, json!({}), &plane);
            for index in [4, 0, 8, 7, 2, 2, 5, 3, 6, 1, 0] {
                let answer = bits(&render(&mut other, TIMES[index], &world.senses(), &plane));
                assert_eq!(answer, answers[index], "{animation:?} at {}", TIMES[index]);
            }
        }
    }
}

/// Every parameter as low as it goes (`false`) or as high (`true`).
fn extremes(animation: Animation, is_high: bool) -> Parameters {
    let extreme = |kind: ParameterKind| match kind {
        ParameterKind::Float { min, max, .. } => ParameterValue::Number(if is_high { max } else { min }),
        ParameterKind::Int { min, max, .. } => ParameterValue::Number(if is_high { max } else { min } as f64),
        ParameterKind::Bool { .. } => ParameterValue::Bool(is_high),
        ParameterKind::Color { .. } => ParameterValue::Color(LightColor::Rgb { rgb: [if is_high { 255 } else { 0 }; 3] }),
        ParameterKind::Text { max_length, .. } => {
            ParameterValue::Text(if is_high { "€".repeat(max_length) } else { String::new() })
        }
        ParameterKind::Choice { options, .. } => {
            ParameterValue::Text(if is_high { options[options.len() - 1] } else { options[0] }.to_owned())
        }
    };
    animation.parameters().iter().map(|parameter| (parameter.name.to_owned(), extreme(parameter.kind))).collect()
}

#[track_caller]
fn is_light(lights: &[Rgb], what: &str) {
    let is_light = |part: &f32| (0.0..=1.0).contains(part) && part.to_bits() != (-0.0_f32).to_bits();
    assert!(lights.iter().flatten().all(is_light), "{what}: {lights:?}");
}

#[test]
fn lights_are_between_dark_and_full_whatever_is_given() {
    let world = World::new();
    let extreme_times = [0.0, -0.0, 1e9, 1e18, -1e18, f64::MAX, f64::MIN, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY];
    for plane in planes() {
        for &animation in Animation::ALL {
            for parameters in [Parameters::new(), extremes(animation, false), extremes(animation, true)] {
                let mut effect = Effect::new(animation, &parameters, u32::MAX, &Ramp::spectrum(1.0), &plane);
                for t in extreme_times {
                    is_light(&render(&mut effect, t, &world.senses(), &plane), &format!("{animation:?} at {t}"));
                    is_light(&render(&mut effect, t, &Senses::default(), &plane), &format!("{animation:?} at {t}"));
                }
            }
        }
    }
}

#[test]
fn what_comes_from_outside_and_is_no_number_does_no_harm() {
    let wild = [f32::NAN, f32::INFINITY, -7.0, 1e30, -0.0];
    let wild_color = |index: usize| [wild[index % 5], wild[(index + 1) % 5], wild[(index + 2) % 5]];
    let points = wild.iter().flat_map(|&x| wild.map(|y| Point { u: x, x, y })).collect();
    let pixels: Vec<Rgb> = (0..12).map(wild_color).collect();
    let sound = Sound { left: f32::NAN, right: f32::INFINITY, bands: [f32::NAN; 32], beat: f32::NEG_INFINITY };
    // Fewer pixels than its size promises.
    let film = Film { width: u32::MAX, height: 3, frames: vec![(pixels.clone(), u32::MAX), (Vec::new(), u32::MAX)] };
    let wall = Wall { unix_micros: i64::MIN, utc_offset_minutes: i32::MAX };
    let senses = Senses { picture: Some(&pixels), sound: Some(&sound), image: Some(&film), wall };
    let mut ramp = Ramp::solid(WHITE);
    ramp.0.iter_mut().enumerate().for_each(|(index, color)| *color = wild_color(index));
    for (columns, rows) in [(5, 5), (0, 0), (0, 9), (u32::MAX, u32::MAX), (25, 1)] {
        let plane = Plane { columns, rows, ..Plane { points: Vec::clone(&points), columns, rows } };
        for &animation in Animation::ALL {
            for parameters in [extremes(animation, false), extremes(animation, true), Parameters::new()] {
                let mut effect = Effect::new(animation, &parameters, 0, &ramp, &plane);
                for t in [0.0, 1e9] {
                    is_light(&render(&mut effect, t, &senses, &plane), &format!("{animation:?}"));
                }
            }
        }
    }
}

#[test]
fn more_lights_than_it_was_prepared_for_stay_dark_and_fewer_are_no_harm() {
    let (plane, world) = (Plane::matrix(4, 4), World::new());
    for &animation in Animation::ALL {
        let mut effect = effect(animation, json!({}), &plane);
        let exact = render(&mut effect, 1.0, &world.senses(), &plane);
        let mut out = vec![WHITE; 20];
        effect.render(1.0, &world.senses(), &mut out);
        assert_eq!((&out[..16], &out[16..]), (&exact[..], &[BLACK; 4][..]), "{animation:?}");
        effect.render(1.0, &world.senses(), &mut out[..7]);
        assert_eq!(out[..7], exact[..7], "{animation:?}");
    }
}

#[test]
fn what_moves_changes_and_what_does_not_stands_still() {
    let world = World::new();
    for plane in [Plane::strip(30), Plane::matrix(16, 16)] {
        for &animation in Animation::ALL {
            let mut effect = effect(animation, json!({}), &plane);
            let mut at = |t: f64| render(&mut effect, t, &world.senses(), &plane);
            let first = at(0.0);
            let changes = (1..60).any(|step| at(f64::from(step) * 0.21) != first);
            assert_eq!(changes, animation.moves(), "{animation:?}");
        }
    }
}

#[test]
fn a_billion_seconds_on_it_moves_as_smoothly_as_at_first() {
    // Steps between frames that are 5 ms apart; where something jumps, it jumps as far at first.
    let plane = Plane::matrix(12, 12);
    for &animation in Animation::ALL {
        let mut effect = effect(animation, json!({}), &plane);
        let mut largest = |begin: f64| {
            let mut at = |t: f64| levels(&render(&mut effect, begin + t, &Senses::default(), &plane));
            let steps = (0..400).map(|step| {
                let (now, next) = (at(f64::from(step) * 0.005), at(f64::from(step + 1) * 0.005));
                now.iter().zip(&next).map(|(now, next)| (now - next).abs()).sum::<f32>() / now.len() as f32
            });
            steps.sum::<f32>()
        };
        let (early, late) = (largest(1.0), largest(1e9));
        // Chance gives one stretch of time more to see than another, but not a multiple of it.
        assert!(late < 4.0 * early + 2.0, "{animation:?}: {early} at first, {late} later");
    }
}

/// Another value than the default.
fn others(kind: ParameterKind) -> Vec<ParameterValue> {
    match kind {
        ParameterKind::Float { min, max, .. } => vec![ParameterValue::Number(min), ParameterValue::Number(max)],
        ParameterKind::Int { min, max, .. } => vec![ParameterValue::Number(min as f64), ParameterValue::Number(max as f64)],
        ParameterKind::Bool { default } => vec![ParameterValue::Bool(!default)],
        ParameterKind::Color { .. } => vec![ParameterValue::Color(LightColor::Rgb { rgb: [1, 200, 99] })],
        ParameterKind::Text { .. } => vec![ParameterValue::Text("other".to_owned())],
        ParameterKind::Choice { options, .. } => {
            options.iter().map(|option| ParameterValue::Text((*option).to_owned())).collect()
        }
    }
}

#[test]
fn every_parameter_makes_a_difference() {
    let world = World::new();
    let planes = [Plane::strip(30), Plane::matrix(16, 9), Plane::matrix(60, 9)];
    let ramp = Ramp::gradient([0.1, 0.9, 0.3], [0.7, 0.2, 1.0]);
    for &animation in Animation::ALL {
        // The speed is in the time already, and the asset is what `Film` is.
        for parameter in animation.parameters().iter().filter(|parameter| !["speed", "asset"].contains(&parameter.name)) {
            // Some matter only together with others: the colour of seconds, where seconds are shown.
            let frames = |extra: Option<ParameterValue>, flag: bool| {
                let flags = animation.parameters().iter().filter(|other| matches!(other.kind, ParameterKind::Bool { .. }));
                let mut parameters: Parameters =
                    flags.map(|other| (other.name.to_owned(), ParameterValue::Bool(flag))).collect();
                parameters.extend(extra.map(|value| (parameter.name.to_owned(), value)));
                let frames = planes.iter().flat_map(|plane| {
                    let mut effect = Effect::new(animation, &parameters, 1, &ramp, plane);
                    (0..12)
                        .map(|step| render(&mut effect, f64::from(step) * 0.83, &world.senses(), plane))
                        .collect::<Vec<_>>()
                });
                frames.collect::<Vec<_>>()
            };
            let matters = [false, true].into_iter().any(|flag| {
                let usual = frames(None, flag);
                others(parameter.kind).into_iter().any(|other| frames(Some(other), flag) != usual)
            });
            assert!(matters, "{animation:?} does not care about {}", parameter.name);
        }
    }
}

#[test]
fn chance_follows_the_seed() {
    let plane = Plane::matrix(16, 16);
    let chancy = [
        Animation::Sparkle,
        Animation::Twinkle,
        Animation::Fire,
        Animation::Noise,
        Animation::Life,
        Animation::Meteor,
        Animation::Candle,
        Animation::Rain,
        Animation::Matrix,
        Animation::Ripple,
        Animation::Fireworks,
        Animation::Metaballs,
        Animation::Aurora,
        Animation::Tartan,
        Animation::Lightning,
    ];
    for animation in chancy {
        let frames = |seed| {
            let mut effect = Effect::new(animation, &Parameters::new(), seed, &Ramp::spectrum(1.0), &plane);
            [0.9, 5.3, 9.1, 11.4].map(|t| render(&mut effect, t, &Senses::default(), &plane))
        };
        assert_ne!(frames(1), frames(2), "{animation:?}");
    }
}

/// Of every effect, at some times, on a strip and on a matrix.
fn fingerprint() -> u32 {
    let world = World::new();
    let mut print = 0;
    for plane in [Plane::strip(17), Plane::matrix(16, 16)] {
        for &animation in Animation::ALL {
            let mut effect = effect(animation, json!({}), &plane);
            for t in TIMES {
                let lights = render(&mut effect, t, &world.senses(), &plane);
                print = bits(&lights).into_iter().fold(print, hash);
            }
        }
    }
    print
}

#[test]
fn every_machine_and_every_build_paints_the_same_bits() {
    // Whoever changes how an effect looks changes this too; whoever does not has found a machine that computes differently.
    assert_eq!(fingerprint(), 3_638_123_782);
}

#[test]
fn an_effect_can_go_to_another_thread() {
    let plane = Plane::strip(3);
    let mut effect = effect(Animation::Fire, json!({}), &plane);
    let here = render(&mut effect, 1.0, &Senses::default(), &plane);
    let there = std::thread::spawn(move || render(&mut effect, 1.0, &Senses::default(), &Plane::strip(3)));
    assert_eq!(there.join().unwrap(), here);
}

fn any_value() -> impl Strategy<Value = ParameterValue> {
    prop_oneof![
        any::<f64>().prop_map(ParameterValue::Number),
        (-20.0..20.0).prop_map(ParameterValue::Number),
        any::<bool>().prop_map(ParameterValue::Bool),
        ".{0,12}".prop_map(ParameterValue::Text),
        any::<[u8; 3]>().prop_map(|rgb| ParameterValue::Color(LightColor::Rgb { rgb })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn values_that_were_never_checked_are_no_harm(
        animation in prop::sample::select(Animation::ALL),
        values in prop::collection::vec(any_value(), 12),
        (columns, rows) in (0_u32..12, 0_u32..12),
        (seed, t) in (any::<u32>(), any::<f64>()),
    ) {
        let names = animation.parameters().iter().map(|parameter| parameter.name.to_owned());
        let parameters: Parameters = names.zip(values).collect();
        let (plane, world) = (Plane::matrix(columns, rows), World::new());
        let mut effect = Effect::new(animation, &parameters, seed, &Ramp::spectrum(1.0), &plane);
        let lights = render(&mut effect, t, &world.senses(), &plane);
        is_light(&lights, animation.id());
        let again = Effect::new(animation, &parameters, seed, &Ramp::spectrum(1.0), &plane).again(t, &world.senses(), &plane);
        prop_assert_eq!(bits(&lights), bits(&again));
    }
}

impl Effect {
    fn again(mut self, t: f64, senses: &Senses, plane: &Plane) -> Vec<Rgb> {
        render(&mut self, t, senses, plane)
    }
}
