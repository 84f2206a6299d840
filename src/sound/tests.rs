//! The mixer as a whole: plans in, pieces out.

mod looks;
mod moving;

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use proptest::prelude::*;

use super::decibel::{db, factor};
use super::generate::Generator;
use super::levels::LevelsHandle;
use super::mix::{Made, Mix};
use super::pieces::LENGTH;
use super::plan::{Heard, MixPlan, Source};
use crate::frame::jams::{JamBoard, LiveJam};
use crate::frame::pixels::allocations;
use crate::frame::sight::Sights;
use crate::frame::sound::{ChunkNumber, SAMPLES_PER_CHUNK};
use crate::frame::tap::{Tap, time_of};
use crate::show::ids::InputId;
use crate::show::jam::Jam;
use crate::show::jam::beat::Beat;
use crate::show::jam::pattern::{Cell, PatternId};
use crate::show::mixer::{Duck, Mixer, Strip};
use crate::show::time::ShowTime;

const FIRST: u64 = 179_000_000_000;

fn id(name: &str) -> InputId {
    InputId::new(name).unwrap()
}

fn tone(name: &str, dbfs: f32) -> Heard {
    let source = Source::Generated(Generator::Tone { hz: 1_000.0, dbfs });
    Heard { input: id(name), source, strip: Strip::default(), moving: None, weight: 1.0 }
}

fn plan(inputs: Vec<Heard>) -> MixPlan {
    MixPlan { inputs, ..MixPlan::default() }
}

struct Desk {
    mix: Mix,
    levels: LevelsHandle,
    sights: Arc<Sights>,
    jams: Arc<JamBoard>,
    taps: BTreeMap<InputId, Arc<Tap>>,
    chunk: u64,
    out: [f32; LENGTH],
}

impl Desk {
    fn new() -> Self {
        let levels = LevelsHandle::new();
        let (sights, jams) = (Sights::new(), Arc::<JamBoard>::default());
        Self {
            mix: Mix::new(levels.clone(), sights.clone(), jams.clone()),
            levels,
            sights,
            jams,
            taps: BTreeMap::new(),
            chunk: FIRST,
            out: [0.0; LENGTH],
        }
    }

    fn make(&mut self, plan: &MixPlan) -> Made {
        self.chunk += 1;
        self.mix.make(plan, &self.taps, ChunkNumber(self.chunk - 1), &mut self.out)
    }

    fn hear(&mut self, plan: &MixPlan, pieces: usize) -> Vec<f32> {
        let mut all = Vec::new();
        for _ in 0..pieces {
            self.make(plan);
            all.extend_from_slice(&self.out);
        }
        all
    }

    /// What the next piece is like, in dBFS, once it has settled.
    fn peak_after(&mut self, plan: &MixPlan, pieces: usize) -> f32 {
        self.hear(plan, pieces);
        self.make(plan);
        db(self.out.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs())))
    }
}

#[track_caller]
fn near(value: f32, expected: f32) {
    assert!((value - expected).abs() < 0.1, "{value}, not {expected}");
}

#[test]
fn the_limiters_way_is_made_up_for_the_beep_begins_with_the_second() {
    let mut desk = Desk::new();
    let beeping = MixPlan { beeps: 1, ..MixPlan::default() };
    let second = desk.hear(&beeping, 200)[100 * LENGTH..].to_vec();
    assert_eq!(FIRST % 100, 0);
    assert!(second[..2].iter().all(|sample| *sample == 0.0) && second[2..4].iter().all(|sample| *sample > 0.0));
    let sounding = second.chunks_exact(2).rposition(|frame| frame[0] != 0.0).unwrap();
    assert!((4_700..4_800).contains(&sounding), "{sounding}");
}

#[test]
fn mute_solo_weight_and_master_do_what_they_say() {
    let mut desk = Desk::new();
    let mut plan = plan(vec![tone("a", -20.0), tone("b", -20.0)]);
    near(desk.peak_after(&plan, 3), -14.0);
    plan.inputs[1].strip.mute = true;
    near(desk.peak_after(&plan, 3), -20.0);
    plan.inputs[0].weight = 0.5;
    near(desk.peak_after(&plan, 3), -26.0);
    plan.inputs[1].strip.solo = true;
    assert_eq!(desk.peak_after(&plan, 3), -120.0, "what is solo and mute is mute, and nobody else is heard");
    plan.inputs[1].strip.mute = false;
    plan.inputs[1].strip.gain_db = 6.0;
    near(desk.peak_after(&plan, 3), -14.0);
    Arc::make_mut(&mut plan.mixer).master.gain_db = -10.0;
    near(desk.peak_after(&plan, 3), -24.0);
    Arc::make_mut(&mut plan.mixer).master.mute = true;
    assert_eq!(desk.peak_after(&plan, 3), -120.0);
}

#[test]
fn inputs_come_and_go_without_a_click() {
    let mut desk = Desk::new();
    let (a, b) = (tone("a", -6.0), tone("b", -12.0));
    let plans = [vec![a.clone()], vec![b.clone(), a.clone()], vec![b.clone()], vec![], vec![a, b]];
    let mut all = Vec::new();
    for inputs in plans {
        all.extend(desk.hear(&plan(inputs), 4));
    }
    let steepest = all.windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.131 * 0.8, "{steepest}");
    assert_eq!(all[15 * LENGTH..16 * LENGTH], [0.0; LENGTH]);
}

#[test]
fn a_voice_ducks_the_music_and_silence_lets_it_come_back() {
    let mut desk = Desk::new();
    let duck: Duck =
        serde_json::from_str(r#"{"trigger":"mic","amount_db":12,"attack_ms":50,"release_ms":200,"threshold_db":-40}"#)
            .unwrap();
    let mixer = Arc::new(Mixer { ducks: vec![duck], ..Mixer::default() });
    let mut plan = MixPlan { inputs: vec![tone("music", -20.0), tone("mic", -120.0)], mixer, ..MixPlan::default() };
    // The trigger is out of the sum: what is heard is the music.
    plan.inputs[1].strip.pan = 0.0;
    near(desk.peak_after(&plan, 5), -20.0);
    plan.inputs[1].source = Source::Generated(Generator::Tone { hz: 1_000.0, dbfs: -35.0 });
    near(desk.peak_after(&plan, 6), db(factor(-32.0) + factor(-35.0)));
    plan.inputs[1].strip.mute = true;
    // 25 ms into the release, at the beginning of the third piece.
    near(desk.peak_after(&plan, 2), -30.5);
    near(desk.peak_after(&plan, 18), -20.0);
}

#[test]
fn a_tap_is_heard_on_time_and_running_dry_is_counted() {
    let mut desk = Desk::new();
    let tap = Tap::new();
    desk.taps.insert(id("film"), tap.clone());
    let at = (FIRST + 10) as i64 * SAMPLES_PER_CHUNK as i64;
    let ramp: Vec<f32> = (0..48_000).flat_map(|index| [0.5 * index as f32 / 48_000.0; 2]).collect();
    tap.write(time_of(at), &ramp);
    let film = Heard { input: id("film"), source: Source::Tap, strip: Strip::default(), moving: None, weight: 1.0 };
    let plan = plan(vec![film]);
    assert_eq!(desk.make(&plan), Made { at_rest: false, short: 1 });
    let heard = desk.hear(&plan, 60);
    assert_eq!(heard[20 * LENGTH..21 * LENGTH], ramp[11 * LENGTH..12 * LENGTH], "what is due in a piece is in that piece");
    assert_eq!(desk.make(&plan).short, 0);
    desk.hear(&plan, 60);
    assert_eq!(desk.make(&plan).short, 1);
}

#[test]
fn meters_show_inputs_before_mute_and_the_master_as_it_leaves() {
    let mut desk = Desk::new();
    let mut plan = plan(vec![tone("a", -23.0), tone("b", -10.0)]);
    plan.programme = Some(ShowTime(1));
    plan.inputs[1].strip.mute = true;
    desk.hear(&plan, 100);
    assert_eq!(desk.levels.newest().inputs, [], "nobody watches");
    let _watcher = desk.levels.watch();
    desk.hear(&plan, 400);
    let levels = desk.levels.newest();
    assert_eq!(levels.at, ChunkNumber(desk.chunk).time());
    near(levels.master.peak_db[0], -23.0);
    near(levels.master.rms_db[1], -26.0);
    near(levels.loudness.integrated.unwrap() as f32, -23.0);
    near(levels.loudness.short_term.unwrap() as f32, -23.0);
    let names: Vec<&str> = levels.inputs.iter().map(|(input, _)| input.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    near(levels.inputs[1].1.peak_db[0], -10.0);
    plan.programme = Some(ShowTime(2));
    desk.hear(&plan, 20);
    assert_eq!(desk.levels.newest().loudness.integrated, None, "another programme, and not half a second of it");
}

#[test]
fn steady_state_allocates_nothing() {
    let mut desk = Desk::new();
    let _watcher = desk.levels.watch();
    let duck: Duck = serde_json::from_str(r#"{"trigger":"i3","threshold_db":-30}"#).unwrap();
    let mut plan = plan((0..16).map(|index| tone(&format!("i{index}"), -10.0)).collect());
    plan.mixer = Arc::new(Mixer { ducks: vec![duck], ..Mixer::default() });
    for heard in &mut plan.inputs[..8] {
        heard.source = Source::Tap;
        heard.strip = Strip { pan: 0.3, gain_db: -3.0, delay_ms: 40, ..Strip::default() };
        desk.taps.insert(heard.input.clone(), Tap::new());
    }
    desk.hear(&plan, 20);
    let allocated = allocations::during(|| {
        for _ in 0..100 {
            desk.make(&plan);
        }
    });
    assert_eq!(allocated, 0);
}

#[test]
fn real_silence_rests_until_something_is_heard() {
    let mut desk = Desk::new();
    let (silent, sounding) = (plan(vec![]), plan(vec![tone("a", -20.0)]));
    desk.hear(&sounding, 3);
    let made: Vec<bool> = (0..400).map(|_| desk.make(&silent).at_rest).collect();
    assert!(!made[300] && made[399]);
    assert!(!desk.make(&sounding).at_rest && desk.out != [0.0; LENGTH]);
    let _watcher = desk.levels.watch();
    desk.hear(&silent, 400);
    assert!(!desk.make(&silent).at_rest, "meters go on");
}

fn any_strip() -> impl Strategy<Value = Strip> {
    (-60.0..=20.0_f32, any::<bool>(), any::<bool>(), -1.0..=1.0_f32, 0..=2_000_u16).prop_map(
        |(gain_db, mute, solo, pan, delay_ms)| Strip {
            gain_db,
            mute,
            solo: solo && mute,
            pan,
            delay_ms,
            ..Strip::default()
        },
    )
}

fn any_plan() -> impl Strategy<Value = MixPlan> {
    let generator = prop_oneof![
        (20.0..20_000.0_f32, -30.0..24.0_f32).prop_map(|(hz, dbfs)| Source::Generated(Generator::Tone { hz, dbfs })),
        (-30.0..24.0_f32).prop_map(|dbfs| Source::Generated(Generator::PinkNoise { dbfs })),
        Just(Source::Tap),
    ];
    let input = (0..4_usize, generator, any_strip(), 0.0..=1.0_f32);
    let master = (-60.0..=20.0_f32, proptest::option::of(-30.0..=0.0_f32), any::<bool>());
    (proptest::collection::vec(input, 0..5), master, 0..40_u16).prop_map(|(inputs, master, beeps)| {
        let mut plan = MixPlan { beeps, ..MixPlan::default() };
        for (name, source, strip, weight) in inputs {
            let input = id(&format!("i{name}"));
            if plan.inputs.iter().all(|heard| heard.input != input) {
                plan.inputs.push(Heard { input, source, strip, moving: None, weight });
            }
        }
        let duck =
            Duck { trigger: id("i0"), targets: vec![], threshold_db: -30.0, amount_db: 20.0, attack_ms: 0, release_ms: 100 };
        let mixer = Arc::make_mut(&mut plan.mixer);
        (mixer.master.gain_db, mixer.master.limiter, mixer.ducks) = (master.0, master.1, vec![duck]);
        mixer.master.mute = master.2 && beeps > 30;
        plan
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_is_planned_stays_below_the_ceiling(plans in proptest::collection::vec(any_plan(), 1..4)) {
        let mut desk = Desk::new();
        let wild: Vec<f32> = (0..96_000).map(|index| if index % 7 == 0 { f32::NAN } else { (index % 13) as f32 * 1e5 }).collect();
        for name in ["i0", "i1"] {
            let tap = Tap::new();
            tap.write(time_of(FIRST as i64 * 480), &wild);
            desk.taps.insert(id(name), tap);
        }
        for plan in plans {
            let ceiling = plan.mixer.master.limiter.map_or(1.0, factor);
            for _ in 0..4 {
                desk.make(&plan);
                prop_assert!(desk.out.iter().all(|sample| sample.is_finite() && sample.abs() <= ceiling));
            }
        }
    }
}

#[test]
fn a_jam_is_heard_as_an_input_while_this_node_knows_of_it() {
    let mut desk = Desk::new();
    let code = "AB12CD".parse().unwrap();
    let heard = Heard { source: Source::Jam(code), ..tone("jam", 0.0) };
    let plan = plan(vec![heard]);
    assert_eq!(desk.hear(&plan, 10), [0.0; 10 * LENGTH], "nothing is known of it");
    let mut jam = Jam::new(code, String::new(), 0);
    let drums = jam.patterns.get_mut(&PatternId::drums(0)).unwrap();
    (0..16).step_by(4).for_each(|step| *Arc::make_mut(drums).cell_mut(0, step).unwrap() = Cell::struck(100));
    jam.transport.from = Some(Beat(0));
    desk.jams.put(code, &LiveJam::new(Arc::new(ArcSwap::from_pointee(jam))));
    let loudest = |samples: &[f32]| samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
    assert!(loudest(&desk.hear(&plan, 100)) > 0.1, "two drums in a second");
    let allocated = allocations::during(|| {
        for _ in 0..100 {
            desk.make(&plan);
        }
    });
    assert_eq!(allocated, 0);
    desk.jams.remove(code, &desk.jams.get(code).unwrap());
    desk.hear(&plan, 10);
    assert_eq!(loudest(&desk.hear(&plan, 10)), 0.0, "it has gone, and went softly");
}
