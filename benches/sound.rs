//! What mixing costs: a piece of sound (10 ms) with 16 strips, by what they go through. And how a source whose clock is wrong fares
//! for two hours of its time.
//!
//! `cargo bench --bench sound`. Prints a table and asserts nothing: machines differ.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use marquee::base::clock::Stopwatch;
use marquee::frame::sight::Sights;
use marquee::frame::sound::{ChunkNumber, SAMPLES_PER_CHUNK};
use marquee::frame::tap::{Tap, time_of};
use marquee::show::ids::InputId;
use marquee::show::mixer::{Duck, Mixer, Strip};
use marquee::show::time::ShowTime;
use marquee::sound::levels::LevelsHandle;
use marquee::sound::mix::Mix;
use marquee::sound::plan::{Heard, MixPlan, Source};

const PIECES: u64 = 3_000;
const STRIPS: usize = 16;
const FIRST: u64 = 179_000_000_000;
const STRIP: Strip = Strip { gain_db: -3.0, mute: false, solo: false, pan: 0.3, delay_ms: 40, animations: Vec::new() };

fn main() {
    println!("µs per piece of 10 ms, one thread: mean / median / p99 of {PIECES}");
    bench("silence", 0, Strip::default(), 0.0, false);
    bench("16 strips, as they are", STRIPS, Strip::default(), -40.0, false);
    bench("16 strips, gain, pan, delay", STRIPS, STRIP, -40.0, false);
    bench("the same, ducked and limited", STRIPS, STRIP, -6.0, false);
    bench("the same, with meters", STRIPS, STRIP, -6.0, true);
    for ppm in [0, 200, -200, 1_000] {
        drift(ppm);
    }
}

fn input(index: usize) -> InputId {
    InputId::new(&format!("input-{index}")).expect("an id")
}

fn bench(name: &str, strips: usize, strip: Strip, dbfs: f32, metered: bool) {
    let levels = LevelsHandle::new();
    let _watcher = metered.then(|| levels.watch());
    let mut mix = Mix::new(levels, Sights::new(), Arc::default());
    let source = Source::Tap;
    let inputs = (0..strips)
        .map(|index| Heard { input: input(index), source, strip: strip.clone(), moving: None, weight: 1.0 })
        .collect();
    let ducks = if dbfs > -20.0 { vec![duck()] } else { Vec::new() };
    let mixer = Arc::new(Mixer { ducks, ..Mixer::default() });
    let plan = MixPlan { inputs, mixer, programme: Some(ShowTime(1)), ..MixPlan::default() };
    let taps: BTreeMap<InputId, Arc<Tap>> = (0..strips).map(|index| (input(index), Tap::new())).collect();
    let amplitude = 10.0_f32.powf(dbfs / 20.0);
    let mut out = [0.0; SAMPLES_PER_CHUNK * 2];
    let mut times = Vec::new();
    for piece in 0..PIECES {
        let at = (FIRST + piece) as i64 * SAMPLES_PER_CHUNK as i64;
        for (index, tap) in taps.values().enumerate() {
            tap.write(time_of(at + 480), &wave(at, amplitude, 200.0 + 70.0 * index as f64));
        }
        let time = Stopwatch::start();
        mix.make(&plan, &taps, ChunkNumber(FIRST + piece), &mut out);
        times.push(time.elapsed());
    }
    report(name, &mut times);
}

fn duck() -> Duck {
    Duck { trigger: input(0), targets: vec![], threshold_db: -40.0, amount_db: 6.0, attack_ms: 20, release_ms: 300 }
}

fn wave(first: i64, amplitude: f32, hz: f64) -> Vec<f32> {
    let step = std::f64::consts::TAU * hz / 48_000.0;
    let sample = |index: i64| amplitude * (step * (first + index) as f64).sin() as f32;
    (0..SAMPLES_PER_CHUNK as i64).flat_map(|index| [sample(index); 2]).collect()
}

fn report(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let mean = times.iter().copied().map(micros).sum::<f64>() / times.len() as f64;
    let (median, p99) = (micros(times[times.len() / 2]), micros(times[times.len() * 99 / 100]));
    println!("{name:<30} {mean:>8.1} / {median:>8.1} / {p99:>8.1}");
}

/// Two hours of a sine from a source whose clock is that wrong, all of it heard in order: how far what is heard is off, and the
/// steepest step in it. (A sine of 1 kHz at this loudness has steps of 0.0654.)
fn drift(ppm: i64) {
    let tap = Tap::new();
    let start = FIRST as i64 * SAMPLES_PER_CHUNK as i64;
    let (mut worst, mut steepest, mut last, mut missing) = (0.0_f64, 0.0_f32, 0.0, 0);
    let mut out = [0.0; SAMPLES_PER_CHUNK * 2];
    let mut heard = start;
    for block in 0..2 * 3_600 * 100_i64 {
        let due = |block: i64| time_of(start).0 + block * 10_000 * (1_000_000 - ppm) / 1_000_000;
        tap.write(ShowTime(due(block)), &wave(block * 480, 0.5, 1_000.0));
        let end = tap.newest().map_or(0, ShowTime::micros);
        worst = worst.max((end - due(block + 1)).abs() as f64 / 1_000.0);
        while time_of(heard + 960).0 < end {
            missing += SAMPLES_PER_CHUNK - tap.read(time_of(heard), &mut out);
            for sample in out.iter().step_by(2) {
                steepest = steepest.max((sample - last).abs());
                last = *sample;
            }
            heard += 480;
        }
    }
    println!("{ppm:>5} ppm for two hours: at most {worst:.2} ms off, {missing} frames missing, steepest step {steepest:.4}");
}
