//! What is heard, and that it is the same in pieces of any length.

use std::sync::Arc;

use super::*;
use crate::frame::pixels::allocations;
use crate::frame::sound::SAMPLE_RATE;
use crate::show::jam::beat::{Beat, Course, Tempo, Timeline};
use crate::show::jam::code::JamCode;
use crate::show::jam::module::Module;
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::pattern::{Cell, Pattern, PatternId, Track};
use crate::show::jam::{Note, Transport, millis};

const NOW: i64 = 1_790_000_000_000;
/// The same in samples.
const FIRST: i64 = NOW * 48;

/// At 120 beats a minute a step takes 6000 samples.
fn playing() -> Jam {
    let mut jam = Jam::new(JamCode::of(1), "test".to_owned(), NOW);
    jam.transport = Transport { from: Some(Beat(0)), until: None };
    jam
}

fn set(jam: &mut Jam, pattern: PatternId, track: u8, step: u8, cell: Cell) {
    *Arc::make_mut(jam.patterns.get_mut(&pattern).unwrap()).cell_mut(track, step).unwrap() = cell;
}

fn note(jam: &mut Jam, module: Module, note: u8, [from, until]: [i64; 2]) {
    jam.notes.push(Note { module, note, velocity: 100, by: ParticipantId(1), at: NOW + from, until: NOW + until });
}

/// So many frames from the beginning on, in pieces of that length; both sides in turn.
fn pieces(jam: &Jam, frames: usize, piece: usize) -> Vec<f32> {
    let (mut synth, mut out) = (Synth::new(), vec![f32::NAN; frames * CHANNELS]);
    let mut first = FIRST;
    for out in out.chunks_mut(piece * CHANNELS) {
        synth.fill(jam, first, out);
        first += (out.len() / CHANNELS) as i64;
    }
    out
}

/// The left side alone.
fn heard(jam: &Jam, frames: usize) -> Vec<f32> {
    pieces(jam, frames, 480).chunks_exact(CHANNELS).map(|frame| frame[0]).collect()
}

fn begins(sound: &[f32]) -> Option<usize> {
    sound.iter().position(|sample| *sample != 0.0)
}

fn loudest(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |most, sample| most.max(sample.abs()))
}

/// A bit of everything: rolls, chance, swing, chords.
fn busy() -> Jam {
    let mut jam = playing();
    jam.swing = 37;
    let line = Timeline { tempo: Tempo::of_bpm(173.0).unwrap(), time_origin: millis(NOW), ..Timeline::default() };
    jam.course = Course::new(line);
    for step in 0..16 {
        let cell = Cell { again: step % 5, skipped: step % 3, ..Cell::struck(60 + step) };
        set(&mut jam, PatternId::drums(0), step % 8, step, cell);
        set(&mut jam, PatternId::drums(0), (step + 3) % 8, step, cell);
        set(&mut jam, PatternId::sequencer(0), step * 5 % 8, step, cell);
    }
    for place in 0..20 {
        let module = [Module::Piano, Module::IsometricSequencer, Module::DrumMachine][place as usize % 3];
        note(
            &mut jam,
            module,
            if place % 3 == 2 { place as u8 % 8 } else { 30 + 4 * place as u8 },
            [place * 77, place * 77 + 400],
        );
    }
    jam
}

/// Everything that can be struck at once, as fast as can be.
fn full() -> Jam {
    let track = |id: String| {
        let text =
            serde_json::json!({ "id": id, "steps": vec![true; 64], "velocities": vec![100; 64], "extras": vec![7; 64] });
        serde_json::from_value::<Track>(text).unwrap()
    };
    let tracks = |name: &str| {
        let names = ["kick", "snare", "hihat-open", "crash", "clap", "tom-low", "tom-high", "cowbell"];
        Pattern::try_from((0..16).map(|place| track(format!("{name}{}{place}", names[place % 8]))).collect::<Vec<_>>())
            .unwrap()
    };
    let mut jam = playing();
    let line = Timeline { tempo: Tempo::of_bpm(999.0).unwrap(), time_origin: millis(NOW), ..Timeline::default() };
    jam.course = Course::new(line);
    jam.patterns.insert(PatternId::drums(0), Arc::new(tracks("a-")));
    jam.patterns.insert(PatternId::sequencer(0), Arc::new(tracks("b-")));
    (0..64).for_each(|place| note(&mut jam, Module::Piano, 30 + place, [i64::from(place), 9_000]));
    jam
}

#[test]
fn it_is_silent_where_nothing_plays() {
    assert_eq!(loudest(&heard(&playing(), 9_600)), 0.0);
    let mut jam = playing();
    set(&mut jam, PatternId::drums(0), 0, 0, Cell::struck(100));
    assert!(loudest(&heard(&jam, 9_600)) > 0.3);
    jam.transport = Transport::default();
    assert_eq!(loudest(&heard(&jam, 9_600)), 0.0, "stopped");
}

#[test]
fn every_drum_and_note_begins_at_its_sample() {
    for track in 0..8 {
        for (module, pattern) in [(0, PatternId::drums(0)), (1, PatternId::sequencer(0))] {
            let mut jam = playing();
            set(&mut jam, pattern, track, 3, Cell::struck(100));
            assert_eq!(begins(&heard(&jam, 19_200)), Some(18_000), "{module} {track}");
        }
    }
    let mut jam = playing();
    note(&mut jam, Module::Piano, 60, [7, 100]);
    assert_eq!(begins(&heard(&jam, 4_800)), Some(7 * 48));
    let mut jam = playing();
    jam.transport = Transport::default();
    note(&mut jam, Module::DrumMachine, 1, [7, 8]);
    assert_eq!(begins(&heard(&jam, 4_800)), Some(7 * 48), "by hand, while nothing plays");
}

#[test]
fn pieces_of_any_length_are_the_same_sound() {
    for (jam, frames) in [(busy(), 48_000), (full(), 4_800)] {
        let whole = pieces(&jam, frames, frames);
        assert!(loudest(&whole) > 0.3);
        for piece in [37, 480, 4_800] {
            let cut = pieces(&jam, frames, piece);
            let differs = (0..whole.len()).find(|place| whole[*place].to_bits() != cut[*place].to_bits());
            assert_eq!(differs, None, "pieces of {piece}");
        }
    }
}

#[test]
fn whoever_begins_later_hears_the_same() {
    let jam = busy();
    let whole = pieces(&jam, 48_000, 480);
    for begin in [1_000_i64, 17_003, 31_415] {
        let (mut synth, mut out) = (Synth::new(), vec![f32::NAN; 9_600]);
        synth.fill(&jam, FIRST + begin, &mut out);
        assert_eq!(out[..], whole[begin as usize * 2..][..9_600], "from {begin} on");
    }
}

#[test]
fn a_note_ends_and_one_that_is_let_go_earlier_ends_then() {
    let mut jam = playing();
    note(&mut jam, Module::Piano, 60, [0, 500]);
    let sound = heard(&jam, 96_000);
    assert!(loudest(&sound[20_000..24_000]) > 10.0 * loudest(&sound[38_000..40_000]));
    assert_eq!(loudest(&sound[60_000..]), 0.0);
    // Nobody knew at first when it ends.
    jam.notes[0].until = NOW + 10_000;
    let (mut synth, mut out) = (Synth::new(), vec![0.0; 48_000]);
    synth.fill(&jam, FIRST, &mut out);
    jam.notes[0].until = NOW + 100;
    let mut after = vec![0.0; 96_000];
    for (piece, after) in (0..).zip(after.chunks_mut(960)) {
        synth.fill(&jam, FIRST + 24_000 + piece * 480, after);
    }
    assert!(loudest(&after[..960]) > loudest(&out[47_000..]) * 0.5, "not at once");
    assert_eq!(loudest(&after[80_000..]), 0.0);
    let step =
        after.chunks_exact(2).zip(after.chunks_exact(2).skip(1)).map(|(a, b)| (a[0] - b[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.1, "it does not click: {step}");
}

#[test]
fn a_note_that_comes_late_is_heard_nevertheless_but_once() {
    let mut jam = playing();
    let (mut synth, mut out) = (Synth::new(), vec![0.0; 960]);
    synth.fill(&jam, FIRST, &mut out);
    note(&mut jam, Module::Piano, 60, [0, 1_000]);
    synth.fill(&jam, FIRST + 480, &mut out);
    assert!(begins(&out).is_some_and(|place| place < 4) && out[0].abs() < 0.02, "it comes in softly");
    assert_eq!(synth.voices.len(), 1);
    note(&mut jam, Module::Piano, 60, [15, 1_000]);
    (2..50).for_each(|piece| synth.fill(&jam, FIRST + piece * 480, &mut out));
    assert_eq!(synth.voices.len(), 1, "a string has one pitch, and what was cut short does not come back");
}

#[test]
fn volumes_and_switches_are_heard() {
    let peak = |change: &dyn Fn(&mut Jam)| {
        let mut jam = playing();
        set(&mut jam, PatternId::drums(0), 0, 0, Cell::struck(100));
        change(&mut jam);
        loudest(&heard(&jam, 9_600))
    };
    let full = peak(&|_| ());
    let track = |jam: &mut Jam, change: &dyn Fn(&mut Track)| {
        change(Arc::make_mut(jam.patterns.get_mut(&PatternId::drums(0)).unwrap()).track_mut(0).unwrap());
    };
    let half = full / 4.0;
    let near = |found: f32| assert!((found - half).abs() < 0.01, "{found} is not {half}");
    near(peak(&|jam| jam.modules.get_mut(&Module::DrumMachine).unwrap().volume = 50));
    near(peak(&|jam| track(jam, &|track| track.volume = 50)));
    near(peak(&|jam| track(jam, &|track| track.cells[0].velocity = 50)));
    assert_eq!(peak(&|jam| track(jam, &|track| track.muted = true)), 0.0);
    assert_eq!(peak(&|jam| jam.modules.get_mut(&Module::DrumMachine).unwrap().enabled = false), 0.0);
}

#[test]
fn a_closed_hat_ends_an_open_one() {
    let mut jam = playing();
    set(&mut jam, PatternId::drums(0), 3, 0, Cell::struck(100));
    let open = heard(&jam, 9_600);
    set(&mut jam, PatternId::drums(0), 2, 1, Cell { velocity: 0, ..Cell::struck(0) });
    let closed = heard(&jam, 9_600);
    assert_eq!(open[..6_000], closed[..6_000]);
    assert!(loudest(&open[6_200..]) > 0.02);
    assert_eq!(loudest(&closed[6_200..]), 0.0);
}

#[test]
fn everything_at_once_stays_within_bounds() {
    let (jam, mut synth, mut out) = (full(), Synth::new(), vec![0.0; 960]);
    for piece in 0..40 {
        synth.fill(&jam, FIRST + piece * 480, &mut out);
        assert!(out.iter().all(|sample| sample.abs() < 1.0));
        let lasting = synth.voices.iter().filter(|voice| voice.cut.is_none()).count();
        assert!(lasting <= MOST_VOICES && synth.voices.len() < ROOM, "{lasting}");
    }
}

#[test]
fn nothing_is_allocated_for_a_piece() {
    for jam in [busy(), full()] {
        let (mut synth, mut out) = (Synth::new(), vec![0.0; 960]);
        let made = allocations::during(|| (0..40).for_each(|piece| synth.fill(&jam, FIRST + piece * 480, &mut out)));
        assert_eq!(made, 0);
    }
}

/// How much there is of one frequency (Goertzel).
fn energy(sound: &[f32], hz: f32) -> f32 {
    let turn = 2.0 * (std::f32::consts::TAU * hz / SAMPLE_RATE as f32).cos();
    let [one, two] = sound.iter().fold([0.0; 2], |[one, two], sample| [sample + turn * one - two, one]);
    one * one + two * two - turn * one * two
}

#[test]
fn a_kick_is_low_and_a_hat_is_high() {
    let shares = |track: u8| {
        let mut jam = playing();
        set(&mut jam, PatternId::drums(0), track, 0, Cell::struck(100));
        let sound = heard(&jam, 6_000);
        let around = |places: [f32; 8]| places.iter().map(|hz| energy(&sound, *hz)).sum::<f32>();
        let low = around([45.0, 50.0, 55.0, 60.0, 70.0, 80.0, 100.0, 150.0]);
        let high = around([7_000.0, 8_500.0, 10_000.0, 12_000.0, 14_000.0, 16_000.0, 18_000.0, 20_000.0]);
        [low, high]
    };
    let [low, high] = shares(0);
    assert!(low > 100.0 * high, "kick: {low} {high}");
    for hat in [2, 3] {
        let [low, high] = shares(hat);
        assert!(high > 100.0 * low, "hat {hat}: {low} {high}");
    }
}

#[test]
fn a_note_has_its_pitch() {
    let mut jam = playing();
    note(&mut jam, Module::Piano, 69, [0, 1_000]);
    let sound = heard(&jam, 24_000);
    for other in [415.3, 466.2, 523.3, 660.0] {
        assert!(energy(&sound, 440.0) > 50.0 * energy(&sound, other), "{other}");
    }
    let rising = sound[..24_000].windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
    assert!((218..=221).contains(&rising), "{rising}");
}

#[test]
fn tracks_of_any_name_are_heard() {
    let mut jam = playing();
    let mut tracks: Vec<Track> = Pattern::empty_drums().into();
    tracks[5].id = "theremin".into();
    jam.patterns.insert(PatternId::drums(0), Arc::new(Pattern::try_from(tracks).unwrap()));
    set(&mut jam, PatternId::drums(0), 5, 0, Cell::struck(100));
    assert!(loudest(&heard(&jam, 4_800)) > 0.1);
}

#[test]
fn no_sample_is_too_far_away() {
    let (jam, mut out) = (busy(), vec![0.0; 200]);
    for first in [i64::MIN, i64::MIN + 50, -1, 0, i64::MAX / 128] {
        Synth::new().fill(&jam, first, &mut out);
        assert!(out.iter().all(|sample| sample.abs() < 1.0));
    }
}
