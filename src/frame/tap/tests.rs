use std::f64::consts::TAU;

use super::*;
use crate::frame::pixels::allocations;

/// Some day in 2026: what is computed from a large time stamp must still be exact.
const START: ShowTime = ShowTime(1_790_000_000_000_000);

fn at(micros: i64) -> ShowTime {
    ShowTime(START.0 + micros)
}

fn sine(first: i64, frames: usize) -> Vec<f32> {
    let sample = |index: usize| (0.5 * (TAU * 1_000.0 / 48_000.0 * (first + index as i64) as f64).sin()) as f32;
    (0..frames).flat_map(|index| [sample(index), -sample(index)]).collect()
}

fn read(tap: &Tap, micros: i64, frames: usize) -> (usize, Vec<f32>) {
    let mut out = vec![f32::NAN; frames * 2];
    (tap.read(at(micros), &mut out), out)
}

#[test]
fn positions_and_times_belong_together() {
    assert_eq!(position(ShowTime(10_000)), 480);
    assert_eq!(position(ShowTime(-10_000)), -480);
    for index in (0..2_000).chain(position(START)..position(START) + 2_000) {
        assert_eq!(position(time_of(index)), index);
    }
}

#[test]
fn what_is_written_is_read_at_its_time() {
    let tap = Tap::new();
    assert_eq!((tap.newest(), read(&tap, 0, 480).0), (None, 0));
    let wave = sine(0, 480);
    tap.write(START, &wave);
    assert_eq!(tap.newest(), Some(at(10_000)));
    assert_eq!(read(&tap, 0, 480), (480, wave.clone()));
    let (there, out) = read(&tap, 5_000, 480);
    assert_eq!(there, 240);
    assert_eq!((&out[..480], &out[480..]), (&wave[480..], &[0.0; 480][..]));
    let (there, out) = read(&tap, -5_000, 480);
    assert_eq!((there, &out[480..]), (240, &wave[..480]));
    tap.clear();
    assert_eq!((tap.newest(), read(&tap, 0, 480).0), (None, 0));
    tap.write(at(7_000_000), &wave);
    assert_eq!(read(&tap, 7_000_000, 480), (480, wave));
}

#[test]
fn rough_time_stamps_leave_neither_gap_nor_overlap() {
    let tap = Tap::new();
    let mut random = fastrand::Rng::with_seed(3);
    tap.write(START, &sine(0, 480));
    for block in 1..300_i64 {
        tap.write(at(block * 10_000 + random.i64(-3_000..3_000)), &sine(block * 480, 480));
        let (there, out) = read(&tap, (block - 1) * 10_000, 960);
        assert_eq!(there, 960, "{block}");
        assert_eq!(out, sine((block - 1) * 480, 960), "bit for bit");
    }
}

#[test]
fn the_oldest_is_overwritten_and_a_jump_is_followed() {
    let tap = Tap::new();
    for block in 0..600 {
        tap.write(at(block * 10_000), &sine(block * 480, 480));
    }
    assert_eq!(read(&tap, 1_990_000, 480).0, 0, "four seconds are kept");
    assert_eq!(read(&tap, 2_000_000, 480).0, 480);
    // 150 ms are missing.
    tap.write(at(6_150_000), &sine(0, 480));
    assert_eq!((read(&tap, 6_000_000, 480).0, read(&tap, 6_150_000, 480)), (0, (480, sine(0, 480))));
    assert_eq!(read(&tap, 5_990_000, 480).0, 480, "what came before is still there");
    // It starts again a second earlier: from there on it is new, and fades from what was there.
    tap.write(at(5_000_000), &[0.25; 960]);
    let (there, out) = read(&tap, 4_990_000, 1_440);
    assert_eq!((there, &out[960 + 192..1_920]), (960, &[0.25; 768][..]));
    let steepest = out[..1_920].windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.08, "no click: {steepest}");
    tap.write(at(-900_000_000), &[0.5; 960]);
    assert_eq!(read(&tap, -900_000_000, 480).0, 480, "however far back");
    assert_eq!(read(&tap, 4_990_000, 480).0, 0);
}

#[test]
fn what_is_no_sound_is_silence() {
    let tap = Tap::new();
    tap.write(START, &[f32::NAN, f32::INFINITY, 1e30, -1e30, 0.5, -0.5]);
    assert_eq!(read(&tap, 0, 3), (3, vec![0.0, 0.0, 16.0, -16.0, 0.5, -0.5]));
    tap.write(START, &[]);
}

/// A source whose clock runs 200 ppm fast, as the mixer hears it: all of it, in order.
fn heard_from_a_fast_source(seconds: i64) -> Vec<f32> {
    let tap = Tap::new();
    let mut heard = Vec::new();
    for block in 0..seconds * 100 {
        let due = block * 10_000 * (1_000_000 - 200) / 1_000_000;
        tap.write(at(due), &sine(block * 480, 480));
        if block > 10 {
            let from = heard.len();
            heard.resize(from + 960, 0.0);
            let there = tap.read_marked(position(START) + from as i64 / 2, &mut heard[from..]);
            assert_eq!(there, 480, "block {block}");
        }
    }
    heard
}

/// Amplitude and phase of 1 kHz squeezed by 200 ppm, and what is there besides, as a share of it.
fn distortion(wave: &[f64]) -> f64 {
    let step = TAU * 1_000.0 / (1.0 - 200e-6) / 48_000.0;
    let (mut with_sine, mut with_cosine) = (0.0, 0.0);
    for (index, sample) in wave.iter().enumerate() {
        with_sine += sample * (step * index as f64).sin();
        with_cosine += sample * (step * index as f64).cos();
    }
    let half = wave.len() as f64 / 2.0;
    let (a, b) = (with_sine / half, with_cosine / half);
    let rest: f64 = wave
        .iter()
        .enumerate()
        .map(|(index, sample)| (sample - a * (step * index as f64).sin() - b * (step * index as f64).cos()).powi(2))
        .sum();
    (rest / half).sqrt() / a.hypot(b)
}

#[test]
fn a_fast_clock_is_followed_without_a_click_and_without_distortion() {
    let heard = heard_from_a_fast_source(40);
    let left: Vec<f64> = heard.chunks_exact(2).map(|frame| f64::from(frame[0])).collect();
    let steepest = left.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    let allowed = 0.5 * TAU * 1_000.0 / 48_000.0 * 1.001;
    assert!(steepest < allowed, "no step that a sine of 1 kHz does not have: {steepest}");
    assert!(heard.chunks_exact(2).all(|frame| frame[0] == -frame[1]));
    // Four seconds after it has settled: a whole number of periods, near enough.
    let settled = &left[35 * 48_000..39 * 48_000];
    let share = distortion(settled);
    assert!(share < 1e-4, "distortion and noise {share:e}, {:.0} dB", 20.0 * share.log10());
}

#[test]
fn writing_and_reading_allocate_nothing() {
    let tap = Tap::new();
    let wave = sine(0, 1_024);
    let mut out = [0.0; 960];
    let mut due = 0;
    // The stamps of a fast source: stretching is included.
    let mut turn = || {
        tap.write(at(due), &wave);
        tap.read(at(due), &mut out);
        due += 21_300;
    };
    (0..500).for_each(|_| turn());
    assert_eq!(allocations::during(|| (0..500).for_each(|_| turn())), 0);
}

#[test]
fn a_reader_beside_a_writer_never_meets_half_a_frame_or_another_time() {
    let tap = Tap::new();
    std::thread::scope(|scope| {
        let writer = tap.clone();
        // The value is the position, so that what is read says where it belongs.
        let frame = |index: i64| [(index % 4_093) as f32 / 4_096.0; 2];
        let writing = scope.spawn(move || {
            for block in 0..3_000_i64 {
                let samples: Vec<f32> = (block * 480..(block + 1) * 480).flat_map(frame).collect();
                writer.write(time_of(block * 480), &samples);
            }
        });
        let mut out = vec![0.0; 4_800];
        while !writing.is_finished() {
            // Just where the writer comes round.
            let first = (tap.ring.end() - ring::FRAMES as i64 - 600).max(0);
            tap.read_marked(first, &mut out);
            for (index, found) in (first..).zip(out.chunks_exact(2)) {
                assert!(found[0].is_nan() || found == frame(index), "{index}: {found:?}");
            }
        }
    });
}
