use super::*;
use crate::effect::text::Line;

fn senses_at(second_of_day: i64) -> Senses<'static> {
    Senses { wall: Wall { unix_micros: second_of_day * 1_000_000, utc_offset_minutes: 0 }, ..Senses::default() }
}

const TWELVE_THIRTY_FOUR: i64 = (12 * 60 + 34) * 60;

#[test]
fn text_runs_from_right_to_left_dot_by_dot() {
    let plane = Plane::matrix(8, 9);
    let mut effect = effect(Animation::ScrollText, json!({"text": "F"}), &plane);
    let mut at = |dots: f64| drawn(&render(&mut effect, (dots + 0.5) / 12.0, &Senses::default(), &plane), 8);
    assert_eq!(at(0.0), ["........"; 9]);
    let shown = ["........", "...#####", "...#....", "...#....", "...####.", "...#....", "...#....", "...#....", "........"];
    assert_eq!(at(5.0), shown);
    let leaving =
        ["........", "###.....", "........", "........", "##......", "........", "........", "........", "........"];
    assert_eq!(at(10.0), leaving);
    assert_eq!(at(13.0), ["........"; 9], "it is gone, and comes again");
    assert_eq!(at(18.0), shown);
}

#[test]
fn text_is_as_large_as_the_rows_allow() {
    let plane = Plane::matrix(12, 16);
    let mut effect = effect(Animation::ScrollText, json!({"text": "|"}), &plane);
    let lights = drawn(&render(&mut effect, 13.0 / 24.0 - 0.01, &Senses::default(), &plane), 12);
    let stroke: Vec<_> = lights.iter().map(|row| row.matches('#').count()).collect();
    assert_eq!(stroke, [0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0], "two by two lights a dot, in the middle");
}

#[test]
fn a_line_of_letters_has_gaps_between_them() {
    let line = Line::new("I!");
    let drawn: Vec<String> = (0..7)
        .map(|row| (0..line.width()).map(|column| if line.is_dot(column, row) { '#' } else { '.' }).collect())
        .collect();
    assert_eq!(drawn[0], ".###....#..");
    assert_eq!(drawn[6], ".###....#..");
    assert_eq!((line.width(), Line::new("").width()), (11, 0));
}

fn clock(plane: &Plane, parameters: serde_json::Value, second: i64) -> Vec<Rgb> {
    let mut given = json!({"color_primary": "#ffffff"});
    given.as_object_mut().unwrap().extend(parameters.as_object().unwrap().clone());
    render(&mut effect(Animation::Clock, given, plane), 0.0, &senses_at(second), plane)
}

#[test]
fn a_wide_clock_shows_hours_and_minutes_in_one_line() {
    let plane = Plane::matrix(29, 7);
    assert_eq!(
        drawn(&clock(&plane, json!({}), TWELVE_THIRTY_FOUR), 29),
        [
            "..#....###........#####....#.",
            ".##...#...#..##......#....##.",
            "..#.......#..##.....#....#.#.",
            "..#.....##...........#..#..#.",
            "..#....#.....##.......#.#####",
            "..#...#......##...#...#....#.",
            ".###..#####........###.....#.",
        ]
    );
}

#[test]
fn a_square_clock_shows_hours_above_minutes() {
    let plane = Plane::matrix(11, 15);
    let lights = drawn(&clock(&plane, json!({}), TWELVE_THIRTY_FOUR), 11);
    assert_eq!(lights[..2], ["..#....###.", ".##...#...#"]);
    assert_eq!(lights[7], "...........");
    assert_eq!(lights[8..10], ["#####....#.", "...#....##."]);
}

#[test]
fn twelve_hours_and_seconds_are_shown_if_they_are_wanted() {
    let plane = Plane::matrix(47, 7);
    let line = |text: &str| {
        let line = Line::new(text);
        (0..7)
            .map(|row| (0..47).map(|column| if line.is_dot(column, row) { '#' } else { '.' }).collect())
            .collect::<Vec<String>>()
    };
    let shown = |parameters, second| drawn(&clock(&plane, parameters, second), 47);
    assert_eq!(shown(json!({"seconds": true}), TWELVE_THIRTY_FOUR + 56), line("12:34:56"));
    assert_eq!(shown(json!({"seconds": true}), 5), line("00:00:05"));
    assert_eq!(shown(json!({"seconds": true, "twelve_hours": true}), 5), line("12:00:05"));
    assert_eq!(shown(json!({"seconds": true, "twelve_hours": true}), 15 * 3600), line(" 3:00:00"));
    assert_eq!(shown(json!({"seconds": true, "twelve_hours": true}), 22 * 3600), line("10:00:00"));
}

#[test]
fn a_clock_without_room_lets_its_digits_run_through() {
    let plane = Plane::matrix(8, 8);
    let mut effect = effect(Animation::Clock, json!({"color_primary": "#ffffff"}), &plane);
    let frames = [0.5, 1.5].map(|t| drawn(&render(&mut effect, t, &senses_at(TWELVE_THIRTY_FOUR), &plane), 8));
    assert_ne!(frames[0], frames[1]);
}

#[test]
fn a_ring_clock_has_hands() {
    let plane = Plane::ring(60);
    let given =
        json!({"color_primary": "#ff0000", "color_secondary": "#00ff00", "color_seconds": "#0000ff", "seconds": true});
    let lights = clock(&plane, given, 3 * 3600 + 20 * 60 + 41);
    let lit: Vec<_> = (0..60).filter(|&light| lights[light] != BLACK).map(|light| (light, lights[light])).collect();
    assert_eq!(lit, [(16, [1.0, 0.0, 0.0]), (20, [0.0, 1.0, 0.0]), (41, [0.0, 0.0, 1.0])]);
    let together = clock(&plane, json!({"color_primary": "#ff0000", "color_secondary": "#00ff00"}), 0);
    assert_eq!(together[0], [1.0, 1.0, 0.0], "at midnight they lie on each other");
    let strip = clock(&Plane::strip(12), json!({"color_primary": "#ff0000", "color_secondary": "#000000"}), 9 * 3600);
    assert_eq!(brightest(&strip), 9);
}

#[test]
fn what_has_nothing_to_show_is_black() {
    for animation in [Animation::Program, Animation::Image, Animation::Vu, Animation::Spectrum, Animation::Beat] {
        let plane = Plane::matrix(4, 4);
        let mut parameters = json!({});
        if animation == Animation::Beat {
            parameters["color_secondary"] = json!("#ffffff");
        }
        assert_eq!(frame(animation, parameters, &plane, 1.0), [BLACK; 16], "{animation:?}");
    }
}

#[test]
fn the_program_is_passed_on_light_by_light() {
    let (plane, world) = (Plane::strip(8), World::new());
    let at = |parameters| render(&mut effect(Animation::Program, parameters, &plane), 0.0, &world.senses(), &plane);
    assert_eq!(at(json!({})), world.picture[..8]);
    assert_eq!(at(json!({"brightness": 0.5}))[3][1], 0.25);
    let grey = at(json!({"saturation": 0.0}))[5];
    assert!((grey[0] - grey[1]).abs() < 1e-6 && (grey[1] - grey[2]).abs() < 1e-6 && grey[0] > 0.1);
    let vivid = at(json!({"saturation": 2.0}))[0];
    assert!(vivid[1] > 0.5 && vivid[0] == 0.0, "{vivid:?}");
}

const RED: Rgb = [1.0, 0.0, 0.0];
const GREEN: Rgb = [0.0, 1.0, 0.0];

#[track_caller]
fn check_image(parameters: serde_json::Value, plane: &Plane, t: f64, wanted: &[Rgb]) {
    // Twice as wide as high: red, then the same in green.
    let film = Film { width: 2, height: 1, frames: vec![(vec![RED, BLACK], 100), (vec![GREEN, BLACK], 50)] };
    let senses = Senses { image: Some(&film), ..Senses::default() };
    let found = render(&mut effect(Animation::Image, parameters, plane), t, &senses, plane);
    assert_eq!(found, wanted);
}

#[test]
fn images_fit_as_they_are_told_and_play() {
    let square = Plane::matrix(4, 4);
    let crisp = |fit: &str| json!({"fit": fit, "smooth": false});
    let row = [RED, RED, BLACK, BLACK];
    let contained: Vec<_> = [[BLACK; 4], row, row, [BLACK; 4]].concat();
    check_image(crisp("contain"), &square, 0.0, &contained);
    check_image(crisp("fill"), &square, 0.0, &[row; 4].concat());
    check_image(crisp("cover"), &square, 0.0, &[row; 4].concat());
    check_image(crisp("cover"), &Plane::matrix(2, 4), 0.0, &[[RED, BLACK]; 4].concat());
    check_image(crisp("fill"), &Plane::strip(2), 0.12, &[GREEN, BLACK]);
    check_image(crisp("fill"), &Plane::strip(2), 0.16, &[RED, BLACK]);
    check_image(json!({"fit": "fill"}), &Plane::strip(4), 0.0, &[RED, [0.75, 0.0, 0.0], [0.25, 0.0, 0.0], BLACK]);
}

fn hear(animation: Animation, parameters: serde_json::Value, plane: &Plane, sound: &Sound) -> Vec<Rgb> {
    let senses = Senses { sound: Some(sound), ..Senses::default() };
    render(&mut effect(animation, parameters, plane), 0.0, &senses, plane)
}

#[test]
fn a_vu_bar_is_as_long_as_it_is_loud() {
    let sound = Sound { left: 0.5, right: 0.25, ..Sound::default() };
    let lit = |lights: &[Rgb]| lights.iter().map(|light| if *light == BLACK { '.' } else { '#' }).collect::<String>();
    let strip = Plane::strip(8);
    assert_eq!(lit(&hear(Animation::Vu, json!({}), &strip, &sound)), "####....");
    assert_eq!(lit(&hear(Animation::Vu, json!({"gain": 2.0}), &strip, &sound)), "########");
    assert_eq!(lit(&hear(Animation::Vu, json!({"stereo": true}), &strip, &sound)), "..###...");
    let matrix = hear(Animation::Vu, json!({"stereo": true}), &Plane::matrix(2, 4), &sound);
    assert_eq!(matrix.chunks(2).map(lit).collect::<Vec<_>>(), ["..", "..", "#.", "##"]);
    assert_eq!(lit(&hear(Animation::Vu, json!({}), &strip, &Sound::default())), "........");
}

#[test]
fn a_spectrum_has_low_pitches_first_and_bars_as_high_as_they_are_loud() {
    let mut sound = Sound::default();
    sound.bands[0] = 1.0;
    sound.bands[17] = 0.5;
    let matrix = hear(Animation::Spectrum, json!({"count": 4}), &Plane::matrix(4, 4), &sound);
    let lit = |lights: &[Rgb]| lights.iter().map(|light| if *light == BLACK { '.' } else { '#' }).collect::<String>();
    assert_eq!(matrix.chunks(4).map(lit).collect::<Vec<_>>(), ["#...", "#...", "#.#.", "#.#."]);
    let strip = hear(Animation::Spectrum, json!({"count": 4}), &Plane::strip(8), &sound);
    assert_eq!(lit(&strip), "##..##..");
    assert!(level(&strip[0]) > level(&strip[4]));
}

#[test]
fn everything_flashes_with_the_beat() {
    let at = |beat| hear(Animation::Beat, json!({}), &Plane::strip(2), &Sound { beat, ..Sound::default() });
    assert_eq!((at(0.0), at(1.0)), (vec![BLACK; 2], vec![WHITE; 2]));
    assert!(level(&at(0.5)[0]) < 0.6);
}
