use super::*;

/// A strip of so many lights at a time.
fn strip(animation: Animation, parameters: serde_json::Value, lights: u32, t: f64) -> Vec<Rgb> {
    frame(animation, parameters, &Plane::strip(lights), t)
}

#[test]
fn solid_is_its_color() {
    assert_eq!(strip(Animation::Solid, json!({"color_primary": "#ff0000"}), 3, 5.0), [[1.0, 0.0, 0.0]; 3]);
}

#[test]
fn a_breath_goes_from_dark_to_full_and_back() {
    let at = |t| strip(Animation::Breathe, json!({}), 2, t);
    assert_eq!(at(0.0), [BLACK; 2]);
    assert_eq!(at(2.0), [[1.0, 0.0, 0.0]; 2]);
    assert_eq!(at(4.0), [BLACK; 2]);
    assert!(at(0.5)[0][0] < at(1.0)[0][0] && at(1.0)[0][0] < at(1.5)[0][0] && at(2.5)[0][0] > at(3.0)[0][0]);
    let shallow = strip(Animation::Breathe, json!({"minimum": 0.25}), 1, 0.0);
    assert_eq!(shallow, [[0.25, 0.0, 0.0]]);
}

#[test]
fn flashes_are_as_long_as_their_duty() {
    #[track_caller]
    fn check(animation: Animation, duty: f64, per_second: f64) {
        let plane = Plane::strip(1);
        let mut effect = effect(animation, json!({"duty": duty, "color_primary": "#ffffff"}), &plane);
        let steps = 3000;
        let lit = (0..steps)
            .filter(|&step| render(&mut effect, f64::from(step) / f64::from(steps), &Senses::default(), &plane) == [WHITE]);
        assert!((lit.count() as f64 / f64::from(steps) - duty).abs() < 0.005, "{animation:?} {duty}");
        let at = |t: f64| frame(animation, json!({"duty": duty, "color_primary": "#ffffff"}), &plane, t)[0];
        assert_eq!((at(0.0), at((duty + 0.01) / per_second), at(1.0 / per_second)), (WHITE, BLACK, WHITE));
    }
    check(Animation::Strobe, 0.1, 6.0);
    check(Animation::Strobe, 0.5, 6.0);
    check(Animation::Blink, 0.5, 1.0);
}

#[test]
fn a_color_cycle_shows_the_whole_palette_on_all_lights() {
    for (t, color) in [(0.0, [1.0, 0.0, 0.0]), (5.0, [0.0, 1.0, 1.0])] {
        assert_eq!(strip(Animation::ColorCycle, json!({}), 4, t), [color; 4]);
    }
}

#[test]
fn a_rainbow_has_all_hues_in_their_order_and_moves_to_its_end() {
    let lights = strip(Animation::Rainbow, json!({}), 12, 0.0);
    let dominant = |light: &Rgb| (0..3).max_by(|&a, &b| light[a].total_cmp(&light[b])).unwrap();
    let order: Vec<_> = lights.iter().map(dominant).collect();
    assert_eq!(order[..2], [0, 0]);
    assert_eq!(order[2..6], [1; 4]);
    assert_eq!(order[6..10], [2; 4]);
    assert!(lights.iter().all(|light| light.iter().any(|part| *part > 0.99) && light.iter().any(|part| *part < 0.01)));
    // A twelfth of the line is a twelfth of the five seconds that it takes.
    let later = strip(Animation::Rainbow, json!({}), 12, 5.0 / 12.0);
    for (before, after) in lights.iter().zip(&later[1..]) {
        assert!(before.iter().zip(after).all(|(before, after)| (before - after).abs() < 1e-3));
    }
}

#[test]
fn a_wave_has_as_many_crests_as_it_repeats() {
    for repeats in [1, 3] {
        let lights = levels(&strip(Animation::Wave, json!({"repeats": repeats, "color_primary": "#ffffff"}), 120, 0.3));
        let crests = (0..120).filter(|&at| lights[at] > lights[(at + 119) % 120] && lights[at] >= lights[(at + 1) % 120]);
        assert_eq!(crests.count(), repeats);
    }
}

#[test]
fn a_still_gradient_goes_from_one_color_to_the_other() {
    let pair = json!({"use_palette": false, "motion": "still", "color_secondary": "#000000", "color_primary": "#ffffff"});
    let lights = levels(&strip(Animation::Gradient, pair.clone(), 50, 0.0));
    assert!(lights.is_sorted() && lights[0] < 0.02 && lights[49] > 0.98);
    assert_eq!(levels(&strip(Animation::Gradient, pair, 50, 7.0)), lights);
}

#[test]
fn in_a_theater_every_third_light_is_lit_and_they_run_on() {
    let at = |t| drawn(&strip(Animation::Theater, json!({"color_primary": "#ffffff"}), 9, t), 9);
    assert_eq!(at(0.0), ["#..#..#.."]);
    assert_eq!(at(0.2), [".#..#..#."]);
    assert_eq!(at(0.4), ["..#..#..#"]);
    assert_eq!(at(0.6), ["#..#..#.."]);
    let wide = drawn(&strip(Animation::Theater, json!({"color_primary": "#ffffff", "spacing": 4}), 9, 0.0), 9);
    assert_eq!(wide, ["#...#...#"]);
}

#[test]
fn chasing_blocks_have_their_size_and_run_to_the_end() {
    let given = json!({"count": 2, "size": 0.25, "color_primary": "#ffffff", "color_secondary": "#000000"});
    let at = |t| drawn(&strip(Animation::Chase, given.clone(), 16, t), 16);
    assert_eq!(at(0.0), ["##......##......"]);
    assert_eq!(at(0.5), ["..##......##...."]);
    assert_eq!(at(1.75), ["#......##......#"]);
    assert_eq!(at(2.0), at(0.0));
}

#[test]
fn a_snake_has_its_length_and_goes_on_light_by_light() {
    let given = json!({"size": 0.25, "color_primary": "#ffffff", "color_secondary": "#ffffff"});
    let at = |t| drawn(&strip(Animation::Snake, given.clone(), 16, t), 16);
    // Sixteen lights take two seconds and a bit.
    let pace = 4.0 * (16.0_f64 / 60.0).sqrt() / 16.0;
    assert_eq!(at(4.5 * pace), [".####..........."]);
    assert_eq!(at(5.5 * pace), ["..####.........."]);
    assert_eq!(at(16.5 * pace), ["#............###"]);
}

#[test]
fn a_comet_flies_to_the_end_with_its_tail_behind_it() {
    let at = |t| strip(Animation::Comet, json!({"size": 0.5}), 40, t);
    let heads: Vec<_> = [0.5, 1.0, 1.5, 2.0].map(|t| brightest(&at(t))).into();
    assert!(heads.is_sorted() && heads[0] + 15 < heads[3], "{heads:?}");
    let lights = levels(&at(1.5));
    let head = heads[2];
    assert!(lights[head - 15..=head].is_sorted(), "the tail fades: {lights:?}");
    assert!(lights[head - 10] > 0.05 && lights[head + 2] == 0.0);
    let wrapped = levels(&strip(Animation::Comet, json!({"size": 0.5, "wrap": true}), 40, 0.5));
    assert!(wrapped[0] > 0.3 && wrapped[35] > 0.05, "its tail is still at the end: {wrapped:?}");
}

#[test]
fn a_meteor_falls_past_and_its_trail_crumbles() {
    let at = |intensity: f64| levels(&strip(Animation::Meteor, json!({"intensity": intensity}), 60, 1.3));
    assert!(at(0.0)[..40].is_sorted(), "without crumbling it is a comet");
    assert!(!at(1.0)[..40].is_sorted());
    let heads: Vec<_> = [0.3, 0.8, 1.3].map(|t| brightest(&strip(Animation::Meteor, json!({}), 60, t))).into();
    assert!(heads.is_sorted() && heads[0] + 20 < heads[2], "{heads:?}");
}

#[test]
fn a_scanner_goes_to_and_fro_and_looks_the_same_both_ways() {
    let at = |t: f64| strip(Animation::Scanner, json!({}), 31, t);
    assert_eq!((brightest(&at(0.0)), brightest(&at(0.625)), brightest(&at(1.25)), brightest(&at(1.875))), (0, 15, 30, 15));
    for t in [0.2, 0.7, 1.1] {
        let back = at(2.5 - t);
        assert!(at(t).iter().zip(&back).all(|(there, back)| (level(there) - level(back)).abs() < 1e-4), "at {t}");
    }
    let middle = levels(&at(0.625));
    assert!((0..15).all(|off| (middle[15 - off] - middle[15 + off]).abs() < 1e-3), "the eye is as bright on both sides");
}

#[test]
fn a_wipe_covers_everything_bit_by_bit_and_then_uncovers_it() {
    let at = |t| levels(&strip(Animation::Wipe, json!({"color_primary": "#ffffff"}), 20, t));
    let covered: Vec<f32> = (0..=24).map(|step| at(f64::from(step) * 0.1).iter().sum()).collect();
    assert!(covered.is_sorted() && covered[0] == 0.0 && covered[24] == 20.0, "{covered:?}");
    assert!(at(1.25)[..9].iter().all(|&level| level == 1.0) && at(1.25)[12..].iter().all(|&level| level == 0.0));
    assert!(at(3.75)[..9].iter().all(|&level| level == 0.0) && at(3.75)[12..].iter().all(|&level| level == 1.0));
}

#[test]
fn reversed_and_mirrored_lines_are_what_they_say() {
    let lines = Animation::ALL.iter().filter(|animation| animation.parameter("mirror").is_some());
    let world = World::new();
    for &animation in lines {
        // What depends on the number of a light has another one from the other side: no crumbling.
        let extra = if animation == Animation::Meteor { json!({"intensity": 0.0}) } else { json!({}) };
        let at = |reverse: bool, mirror: bool| {
            let mut given = extra.clone();
            given["reverse"] = json!(reverse);
            given["mirror"] = json!(mirror);
            let plane = Plane::strip(24);
            levels(&render(&mut effect(animation, given, &plane), 0.71, &world.senses(), &plane))
        };
        let is_near = |one: &[f32], other: &[f32]| one.iter().zip(other).all(|(one, other)| (one - other).abs() < 2e-3);
        let backwards = |lights: Vec<f32>| lights.into_iter().rev().collect::<Vec<_>>();
        assert!(is_near(&at(true, false), &backwards(at(false, false))), "{animation:?} reversed");
        assert!(is_near(&at(false, true), &backwards(at(false, true))), "{animation:?} mirrored");
    }
    let comet = |reverse| strip(Animation::Comet, json!({"mirror": true, "reverse": reverse}), 40, 1.0);
    assert!(brightest(&comet(false)[..20]) < brightest(&strip(Animation::Comet, json!({"mirror": true}), 40, 1.5)[..20]));
    assert!(
        brightest(&comet(true)[..20])
            > brightest(&strip(Animation::Comet, json!({"mirror": true, "reverse": true}), 40, 1.5)[..20])
    );
}

#[test]
fn sparkles_are_as_many_as_they_are_dense_and_die_away() {
    let lit = |density: f64| {
        let given = json!({"density": density, "color_secondary": "#000000"});
        strip(Animation::Sparkle, given, 2000, 3.0).iter().filter(|light| **light != BLACK).count()
    };
    assert_eq!((lit(0.0), lit(1.0)), (0, 2000));
    assert!((150..250).contains(&lit(0.1)), "{}", lit(0.1));
    let plane = Plane::strip(1);
    let mut effect = effect(Animation::Sparkle, json!({"density": 1.0}), &plane);
    let light: Vec<_> =
        (0..80).map(|step| level(&render(&mut effect, f64::from(step) * 0.005, &Senses::default(), &plane)[0])).collect();
    assert_eq!(
        light.windows(2).filter(|pair| pair[1] > pair[0] + 0.5).count(),
        1,
        "it flashes up once in its 0.4 s, and fades"
    );
}

#[test]
fn stars_twinkle_slowly() {
    let plane = Plane::strip(100);
    let mut effect = effect(Animation::Twinkle, json!({"use_palette": false, "color_primary": "#ffffff"}), &plane);
    let mut at = |t: f64| levels(&render(&mut effect, t, &Senses::default(), &plane));
    let (mut full, mut before) = (0, at(0.0));
    for step in 1..1000 {
        let now = at(f64::from(step) * 0.01);
        assert!(now.iter().zip(&before).all(|(now, before)| (now - before).abs() < 0.03), "at {step}");
        full += now.iter().filter(|&&level| level > 0.98).count();
        before = now;
    }
    assert!(full > 100);
}

#[test]
fn a_candle_flickers_but_does_not_go_out() {
    let plane = Plane::strip(8);
    let mut one = effect(Animation::Candle, json!({}), &plane);
    let mut many = effect(Animation::Candle, json!({"multi": true}), &plane);
    let mut seen = Vec::new();
    for step in 0..600 {
        let t = f64::from(step) * 0.05;
        let lights = render(&mut one, t, &Senses::default(), &plane);
        assert!(lights.iter().all(|light| *light == lights[0] && light[0] > 0.3 && light[0] > light[2]));
        seen.push(lights[0][0]);
        assert_ne!(render(&mut many, t, &Senses::default(), &plane)[1], render(&mut many, t, &Senses::default(), &plane)[2]);
    }
    let spread = seen.iter().copied().fold(0.0, f32::max) - seen.iter().copied().fold(1.0, f32::min);
    assert!(spread > 0.1, "{spread}");
}
