//! What each module promises, and what all of them keep (`rules`).

mod rules;

use std::sync::Arc;

use super::JamPainter;
use crate::effect::plane::Plane;
use crate::effect::senses::{Senses, Sound};
use crate::show::jam::beat::Beat;
use crate::show::jam::code::JamCode;
use crate::show::jam::module::{Module, Visual};
use crate::show::jam::music::ColorMode;
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::pattern::{Cell, PatternId};
use crate::show::jam::{Jam, Note, Transport};
use crate::show::light::Rgb;
use crate::show::light::blend::LightBlend;
use crate::show::time::ShowTime;

const DARK: Rgb = [0.0; 3];
/// Of lit lights, none.
const DARKNESS: [usize; 0] = [];
/// The pattern that a new jam has.
const FIRST: u8 = 0;
const NOW: i64 = 1_790_000_000_000;

/// At 120 beats a minute a step takes 125 ms; it plays from the beginning.
fn playing() -> Jam {
    let mut jam = Jam::new(JamCode::of(1), "test".to_owned(), NOW);
    jam.transport = Transport { from: Some(Beat(0)), until: None };
    jam
}

fn set(jam: &mut Jam, pattern: PatternId, track: u8, step: u8, velocity: u8) {
    let pattern = jam.patterns.get_mut(&pattern).unwrap();
    *Arc::make_mut(pattern).cell_mut(track, step).unwrap() = Cell::struck(velocity);
}

fn note(jam: &mut Jam, module: Module, note: u8, velocity: u8, [from, until]: [i64; 2]) {
    jam.notes.push(Note { module, note, velocity, by: ParticipantId(1), at: NOW + from, until: NOW + until });
}

fn at(micros: i64) -> ShowTime {
    ShowTime(NOW * 1_000 + micros)
}

fn sound() -> Sound {
    let mut bands = [0.0; 32];
    (bands[0], bands[31]) = (1.0, 0.5);
    Sound { left: 0.5, right: 0.25, bands, beat: 0.8 }
}

/// What a module shows so many microseconds after the jam began.
fn seen(module: Module, jam: &Jam, micros: i64, plane: &Plane) -> Vec<Rgb> {
    seen_with(module, jam, micros, &Senses::default(), plane)
}

fn seen_with(module: Module, jam: &Jam, micros: i64, senses: &Senses, plane: &Plane) -> Vec<Rgb> {
    // Whatever was there before must be painted over.
    let mut out = vec![[f32::NAN; 3]; plane.points.len()];
    JamPainter::new(plane).module(module, jam, at(micros), senses, &mut out);
    out
}

fn level(light: &Rgb) -> f32 {
    light.iter().fold(0.0, |most, part| if *part > most { *part } else { most })
}

fn lit(lights: &[Rgb]) -> Vec<usize> {
    (0..lights.len()).filter(|light| lights[*light] != DARK).collect()
}

#[test]
fn a_strike_lights_its_lane_from_its_instant_on() {
    let mut jam = playing();
    set(&mut jam, PatternId::drums(FIRST), 2, 4, 100);
    let strip = Plane::strip(80);
    assert_eq!(lit(&seen(Module::DrumMachine, &jam, 499_999, &strip)), DARKNESS);
    let struck = seen(Module::DrumMachine, &jam, 500_000, &strip);
    assert_eq!(lit(&struck), (20..30).collect::<Vec<_>>());
    assert_eq!(struck[20], [0.0, 1.0, 0.0], "the third of the scale is four fifths away");
    let later = seen(Module::DrumMachine, &jam, 625_000, &strip);
    assert!(level(&later[20]) > 0.2 && level(&later[20]) < level(&struck[20]) / 2.0, "{later:?}");
    assert_eq!(lit(&seen(Module::DrumMachine, &jam, 750_000, &strip)), DARKNESS);
}

#[test]
fn whoever_strikes_harder_makes_more_light() {
    let bright = |velocity| {
        let mut jam = playing();
        set(&mut jam, PatternId::drums(FIRST), 0, 0, velocity);
        level(&seen(Module::DrumMachine, &jam, 0, &Plane::strip(8))[0])
    };
    assert_eq!(bright(100), 1.0);
    assert!(bright(50) < 0.5 && bright(10) < bright(50) && bright(10) > 0.0);
}

#[test]
fn a_matrix_shows_what_is_programmed_and_where_it_is() {
    let mut jam = playing();
    set(&mut jam, PatternId::drums(FIRST), 1, 3, 100);
    let matrix = Plane::matrix(16, 8);
    let before = seen(Module::DrumMachine, &jam, 0, &matrix);
    let cell = 16 + 3;
    assert_eq!(lit(&before), [0, 16, 19, 32, 48, 64, 80, 96, 112], "the first column, and the step");
    let struck = seen(Module::DrumMachine, &jam, 375_000, &matrix);
    assert!(level(&before[cell]) < 0.3 && level(&before[cell]) > level(&before[0]));
    assert_eq!(level(&struck[cell]), 1.0);
    assert!(lit(&struck).iter().all(|light| light % 16 == 3));
}

#[test]
fn a_matrix_with_fewer_columns_than_steps_shows_every_strike() {
    let mut jam = playing();
    set(&mut jam, PatternId::drums(FIRST), 7, 13, 100);
    let struck = seen(Module::DrumMachine, &jam, 13 * 125_000, &Plane::matrix(4, 4));
    assert_eq!(level(&struck[3 * 4 + 3]), 1.0);
}

#[test]
fn a_jam_that_does_not_play_shows_dimly_what_is_programmed() {
    for (module, pattern) in
        [(Module::DrumMachine, PatternId::drums(FIRST)), (Module::IsometricSequencer, PatternId::sequencer(FIRST))]
    {
        for plane in [Plane::strip(160), Plane::matrix(16, 8), Plane::matrix(32, 32)] {
            let mut jam = playing();
            jam.transport = Transport::default();
            assert_eq!(lit(&seen(module, &jam, 0, &plane)), DARKNESS, "{module:?}: nothing is");
            set(&mut jam, pattern, 1, 3, 100);
            let stopped = seen(module, &jam, 375_000, &plane);
            assert!(!lit(&stopped).is_empty() && stopped.iter().all(|light| level(light) < 0.3), "{module:?}");
        }
    }
}

#[test]
fn a_track_that_is_struck_by_hand_shines_wherever_it_plays() {
    let mut jam = playing();
    jam.transport = Transport::default();
    note(&mut jam, Module::DrumMachine, 1, 100, [0, 10]);
    assert_eq!(lit(&seen(Module::DrumMachine, &jam, 0, &Plane::strip(8))), [1]);
    assert_eq!(lit(&seen(Module::DrumMachine, &jam, 0, &Plane::matrix(16, 8))), (16..32).collect::<Vec<_>>());
    note(&mut jam, Module::DrumMachine, 99, 100, [0, 10]);
    Arc::make_mut(jam.patterns.get_mut(&PatternId::drums(FIRST)).unwrap()).track_mut(1).unwrap().muted = true;
    assert_eq!(lit(&seen(Module::DrumMachine, &jam, 0, &Plane::strip(8))), DARKNESS, "muted, or no track");
}

#[test]
fn notes_of_the_piano_are_at_their_pitch_until_they_end() {
    let mut jam = playing();
    note(&mut jam, Module::Piano, 21, 100, [0, 500]);
    note(&mut jam, Module::Piano, 108, 50, [100, 200]);
    let strip = Plane::strip(88);
    let levels = |micros| {
        let seen = seen(Module::Piano, &jam, micros, &strip);
        (lit(&seen), level(&seen[0]))
    };
    let full = levels(0).1;
    assert_eq!(levels(-1), (vec![], 0.0));
    assert_eq!(levels(150_000), (vec![0, 87], full));
    assert_eq!(levels(499_999), (vec![0, 87], full));
    assert_eq!(levels(700_000), (vec![0], full / 4.0));
    assert_eq!(levels(900_000), (vec![], 0.0));
    let matrix = seen(Module::Piano, &jam, 150_000, &Plane::matrix(88, 10));
    let heights = [0, 87].map(|column| lit(&matrix).iter().filter(|light| *light % 88 == column).count());
    assert_eq!(heights, [10, 5], "as high as it was struck");
}

#[test]
fn chords_are_mixed_as_light_is() {
    let mut jam = playing();
    let alone = [60, 64].map(|pitch| {
        let mut jam = playing();
        note(&mut jam, Module::Piano, pitch, 60, [0, 500]);
        seen(Module::Piano, &jam, 0, &Plane::strip(1))[0]
    });
    note(&mut jam, Module::Piano, 60, 60, [0, 500]);
    note(&mut jam, Module::Piano, 64, 60, [0, 500]);
    let both = [0, 1, 2].map(|part| (alone[0][part] + alone[1][part]).min(1.0));
    assert_eq!(seen(Module::Piano, &jam, 0, &Plane::strip(1)), [both]);
}

#[test]
fn the_sequencer_strikes_its_degrees_on_every_ground() {
    let mut jam = playing();
    set(&mut jam, PatternId::sequencer(FIRST), 0, 8, 100);
    let strip = seen(Module::IsometricSequencer, &jam, 1_000_000, &Plane::strip(88));
    assert_eq!(lit(&strip), [48 - 21], "C of the octave below the middle");
    let plain = seen(Module::IsometricSequencer, &jam, 1_000_000, &Plane::matrix(16, 8));
    assert!(level(&plain[7 * 16 + 8]) > 0.8, "the lowest is at the bottom");
    let corner = seen(Module::IsometricSequencer, &jam, 1_000_000, &Plane::matrix(32, 32));
    let bright: Vec<_> = (0..corner.len()).filter(|light| level(&corner[*light]) > 0.8).collect();
    assert!(!bright.is_empty());
    // Half of the way from the left corner to the lower one.
    assert!(bright.iter().all(|light| (6..13).contains(&(light % 32)) && (21..28).contains(&(light / 32))), "{bright:?}");
}

#[test]
fn the_visualiser_shows_what_is_heard() {
    let (sound, strip, matrix) = (sound(), Plane::strip(32), Plane::matrix(4, 8));
    let senses = Senses { sound: Some(&sound), ..Senses::default() };
    let mut jam = playing();
    for visual in [Visual::Spectrum, Visual::Pulse, Visual::Level] {
        jam.visual = visual;
        set(&mut jam, PatternId::drums(FIRST), 0, 0, 100);
        assert_eq!(lit(&seen(Module::DjVisualizer, &jam, 300_000, &strip)), DARKNESS, "{visual:?}: nothing else is");
    }
    let show = |jam: &Jam, plane| seen_with(Module::DjVisualizer, jam, 300_000, &senses, plane);
    jam.visual = Visual::Spectrum;
    assert_eq!(lit(&show(&jam, &strip)), [0, 31]);
    assert_eq!(lit(&show(&jam, &matrix)).iter().filter(|light| *light % 4 == 3).count(), 4, "half as high");
    jam.visual = Visual::Level;
    assert_eq!(lit(&show(&jam, &strip)), (0..16).collect::<Vec<_>>());
    assert_eq!(lit(&show(&jam, &matrix)), (16..32).collect::<Vec<_>>(), "from the bottom");
    jam.visual = Visual::Pulse;
    assert_eq!(lit(&show(&jam, &strip)).len(), 32);
}

/// Somebody far away plays drums and keys, somebody here has a microphone: the strip shows both.
#[test]
fn what_is_played_shines_in_the_visualiser_beside_what_is_heard() {
    let (sound, strip) = (sound(), Plane::strip(32));
    let mut jam = playing();
    set(&mut jam, PatternId::drums(FIRST), 0, 4, 100);
    set(&mut jam, PatternId::sequencer(FIRST), 0, 4, 100);
    note(&mut jam, Module::Piano, 88, 100, [500, 600]);
    let at_pitch = |pitch: usize| (pitch - 21) * 32 / 88;
    let played = [at_pitch(48), at_pitch(60), at_pitch(88)];
    let show = |jam: &Jam, heard: bool, plane: &Plane| {
        let senses = Senses { sound: heard.then_some(&sound), ..Senses::default() };
        seen_with(Module::DjVisualizer, jam, 500_000, &senses, plane)
    };
    assert_eq!(lit(&show(&jam, false, &strip)), played);
    assert_eq!(lit(&show(&jam, true, &strip)), [&[0], &played[..], &[31]].concat(), "both");
    let high = lit(&show(&jam, false, &Plane::matrix(32, 8)));
    assert_eq!(high.iter().filter(|light| *light % 32 == played[2]).count(), 8, "as high as it was struck");
    jam.visual = Visual::Level;
    assert_eq!(lit(&show(&jam, false, &Plane::matrix(4, 8))).len(), 3 * 4, "one above the other");
    jam.visual = Visual::Pulse;
    assert_eq!(lit(&show(&jam, false, &strip)).len(), 32);
    for module in Module::ALL {
        jam.modules.get_mut(&module).unwrap().enabled = module == Module::DjVisualizer;
    }
    assert_eq!(lit(&show(&jam, false, &strip)), DARKNESS, "what is switched off does not shine");
}

/// Together with the others it leaves to them what they show.
#[test]
fn among_other_modules_the_visualiser_shows_the_sound_alone() {
    let mut jam = playing();
    note(&mut jam, Module::Piano, 60, 100, [0, 500]);
    jam.modules.get_mut(&Module::Piano).unwrap().opacity = 0;
    let mut out = [DARK; 88];
    JamPainter::new(&Plane::strip(88)).paint(&jam, at(0), &Senses::default(), &mut out);
    assert_eq!(lit(&out), DARKNESS);
}

#[test]
fn drums_make_what_is_heard_brighter() {
    let sound = sound();
    let senses = Senses { sound: Some(&sound), ..Senses::default() };
    let mut jam = playing();
    jam.visual = Visual::Pulse;
    set(&mut jam, PatternId::drums(FIRST), 0, 4, 100);
    let shown = |micros| level(&seen_with(Module::DjVisualizer, &jam, micros, &senses, &Plane::strip(1))[0]);
    assert!(shown(500_000) > shown(499_999) * 1.4);
    assert_eq!(shown(750_000), shown(499_999));
}

#[test]
fn modules_lie_over_each_other_as_they_are_set() {
    let mut jam = playing();
    note(&mut jam, Module::Piano, 60, 100, [0, 500]);
    set(&mut jam, PatternId::drums(FIRST), 0, 0, 100);
    let paint = |jam: &Jam| {
        let mut out = vec![[f32::NAN; 3]; 3];
        JamPainter::new(&Plane::strip(2)).paint(jam, at(0), &Senses::default(), &mut out);
        assert_eq!(out[2], DARK, "beyond the plane");
        [out[0], out[1]]
    };
    let drums = seen(Module::DrumMachine, &jam, 0, &Plane::strip(2));
    let piano = seen(Module::Piano, &jam, 0, &Plane::strip(2));
    for module in [Module::IsometricSequencer, Module::DjVisualizer] {
        jam.modules.get_mut(&module).unwrap().enabled = false;
    }
    jam.modules.get_mut(&Module::Piano).unwrap().blend = LightBlend::Normal;
    assert_eq!(paint(&jam), piano[..]);
    jam.modules.get_mut(&Module::Piano).unwrap().opacity = 0;
    assert_eq!(paint(&jam), drums[..]);
    jam.modules.get_mut(&Module::DrumMachine).unwrap().enabled = false;
    assert_eq!(paint(&jam), [DARK; 2]);
}
