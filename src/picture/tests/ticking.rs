//! Which frames are made, shared and skipped. The clock is an argument, so nothing here waits.

use super::*;
use crate::base::clock::Clock;
use crate::base::status::Health;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::frame::ingest::Ingest;
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::picture::Frame;
use crate::frame::sight::Sights;
use crate::frame::taps::Taps;
use crate::picture::ladder::Rung;
use crate::picture::run;
use crate::picture::sources::{Outside, Sources};
use crate::picture::tick::{BUFFERS, Engine};
use crate::picture::watch::Outlook;
use crate::show::stream::Stream;
use crate::show::time::FrameNumber;
use crate::show::timeline::Timeline;

struct Stage {
    engine: Engine,
    outlet: Arc<Mailbox<Frame>>,
    vitals: Arc<Vitals>,
    show: Show,
}

impl Stage {
    fn new(layers: &str) -> Stage {
        let (outlet, vitals, show) = (Mailbox::new(64, WhenFull::DropNewest), Arc::new(Vitals::new()), show_of(layers));
        outlet.set_wanted(true);
        let engine = Engine::new(vec![outlet.clone()], Arc::new(NoFilms), vitals.clone(), show.config.canvas());
        Stage { engine, outlet, vitals, show }
    }

    /// Ticks when `frame` is due, and returns what was posted.
    fn tick(&mut self, frame: u64) -> Option<Frame> {
        let now = self.show.config.fps.time_of(FrameNumber(frame));
        let ticked = self.engine.tick(&self.show, &Pictures::default(), now);
        assert!(ticked.again_at > now);
        let Vitals { frames_due, frames_painted, frames_skipped, .. } = &*self.vitals;
        assert_eq!(frames_due.get(), frames_painted.get() + frames_skipped.get());
        self.outlet.try_take()
    }

    /// Due, painted, shared, skipped.
    fn counts(&self) -> [u64; 4] {
        let Vitals { frames_due, frames_painted, frames_shared, frames_skipped, .. } = &*self.vitals;
        [frames_due, frames_painted, frames_shared, frames_skipped].map(|counter| counter.get())
    }
}

const STILL: &str = r##"{"id":"c","kind":"color","color":"#804020"}"##;
const MOVING: &str = r#"{"id":"p","kind":"pattern"}"#;

#[test]
fn frames_lie_on_the_grid_and_a_still_picture_is_shared() {
    let mut stage = Stage::new(STILL);
    assert!(stage.tick(100).is_none(), "wanting begins with the next frame");
    let first = stage.tick(101).expect("a frame");
    let second = stage.tick(102).expect("a frame");
    assert_eq!((first.number, first.at), (FrameNumber(101), stage.show.config.fps.time_of(FrameNumber(101))));
    assert_eq!(second.number, FrameNumber(102));
    assert!(first.same_picture(&second));
    assert!(stage.tick(102).is_none(), "a frame is made once");
    assert_eq!(stage.counts(), [2, 2, 1, 0]);
}

#[test]
fn a_late_tick_skips_to_the_newest() {
    let mut stage = Stage::new(MOVING);
    stage.tick(0);
    stage.tick(1);
    assert_eq!(stage.tick(8).expect("a frame").number, FrameNumber(8));
    assert!(stage.outlet.is_empty(), "never a burst");
    assert_eq!(stage.counts(), [8, 2, 0, 6]);
}

#[test]
fn nothing_is_due_while_nobody_wants_it() {
    let mut stage = Stage::new(MOVING);
    stage.outlet.set_wanted(false);
    for frame in 0..50 {
        assert!(stage.tick(frame).is_none());
    }
    stage.outlet.set_wanted(true);
    stage.tick(900);
    assert!(stage.tick(901).is_some());
    assert_eq!(stage.counts(), [1, 1, 0, 0]);
}

#[test]
fn an_empty_pool_skips_and_degrades_and_recovers() {
    let mut stage = Stage::new(MOVING);
    stage.tick(0);
    let held: Vec<Frame> = (1..200).filter_map(|frame| stage.tick(frame)).collect();
    let repeated = stage.vitals.frames_repeated.get();
    let most = BUFFERS as u64;
    let painted = held.iter().filter(|frame| frame.number.0 <= most).count() as u64;
    assert_eq!((painted, held.len() as u64), (most, most + repeated), "a repeated picture needs no buffer");
    assert_eq!(stage.counts(), [199, most + repeated, 0, 199 - most - repeated]);
    let health = |stage: &Stage| stage.vitals.status.conditions()["engine"].state;
    assert_eq!(health(&stage), Health::Degraded);
    drop(held);
    for frame in 200..2_000 {
        assert!(stage.tick(frame).is_some());
    }
    assert_eq!(health(&stage), Health::Ok);
}

#[test]
fn a_multiview_that_never_finishes_costs_the_program_no_frame() {
    // All hold as much as they may: the encoder, the preview, and the multiview.
    let [encoder, preview, multiview] = [(8, WhenFull::DropNewest), (1, WhenFull::DropOldest), (1, WhenFull::DropOldest)]
        .map(|(places, full)| Mailbox::new(places, full));
    let outlets = vec![encoder.clone(), preview.clone(), multiview.clone()];
    outlets.iter().for_each(|outlet| outlet.set_wanted(true));
    let (vitals, show) = (Arc::new(Vitals::new()), show_of(MOVING));
    let mut engine = Engine::new(outlets, Arc::new(NoFilms), vitals.clone(), show.config.canvas());
    let mut held: Vec<Frame> = Vec::new();
    for frame in 0..500 {
        engine.tick(&show, &Pictures::default(), show.config.fps.time_of(FrameNumber(frame)));
        if (100..102).contains(&frame) {
            held.extend([&preview, &multiview].iter().filter_map(|mailbox| mailbox.try_take()));
        }
    }
    assert_eq!((held.len(), encoder.len(), multiview.len()), (4, 8, 1));
    assert_eq!((vitals.frames_skipped.get(), vitals.frames_painted.get()), (0, 499));
}

#[test]
fn the_next_frame_shows_the_newest_show_at_its_size_and_rate() {
    let mut stage = Stage::new(STILL);
    stage.tick(0);
    let before = stage.tick(1).expect("a frame");
    stage.show.program = None;
    let after = stage.tick(2).expect("a frame");
    assert!(!before.same_picture(&after));
    assert_eq!(after.planes()[0][0], 16);
    stage.show.config = Arc::new(StreamConfig { width: 640, ..(*stage.show.config).clone() });
    assert_eq!(stage.tick(3).expect("a frame").layout().canvas.width, 640);
}

/// Two scenes of one colour each; `program` is JSON.
fn two_scenes(program: &str) -> Stage {
    let mut stage = Stage::new(STILL);
    let second = r##"{"id":"w","layers":[{"id":"c","kind":"color","color":"#ffffff"}]}"##;
    let scene: crate::show::scene::Scene = serde_json::from_str(second).expect("a scene");
    Arc::make_mut(&mut stage.show.scenes).insert(scene.id.clone(), Arc::new(scene));
    stage.show.program = Some(serde_json::from_str(program).expect("a program"));
    stage
}

#[test]
fn one_scene_becomes_another() {
    let program = r#"{"scene":"w","since":1000000,"mix":{"kind":"leaving","scene":"s","taken":0,"since":1000000,
        "position":0.0,"transition":{"kind":"fade","duration_ms":1000}}}"#;
    let mut stage = two_scenes(program);
    stage.tick(29);
    let lumas: Vec<u8> = (30..=62).map(|frame| stage.tick(frame).expect("a frame").planes()[0][5000]).collect();
    let dark = lumas[0];
    assert!(dark < 100 && lumas.is_sorted(), "{lumas:?}");
    let half = u16::from(dark).midpoint(235);
    assert!(u16::from(lumas[15]).abs_diff(half) <= 1 && lumas[30] == 235, "{lumas:?}");
    assert!(stage.tick(63).expect("a frame").same_picture(&stage.tick(64).expect("a frame")), "then it is still again");
}

#[test]
fn a_bar_that_is_held_holds_the_picture() {
    let program = r#"{"scene":"s","since":0,"mix":{"kind":"coming","scene":"w","taken":0,"position":0.25,
        "transition":{"kind":"wipe","direction":"right"}}}"#;
    let mut stage = two_scenes(program);
    stage.tick(29);
    let first = stage.tick(30).expect("a frame");
    let row = &first.planes()[0][..320];
    assert_eq!((row[70], row[90] == 235), (235, false), "a quarter is the new scene");
    assert!(stage.tick(90).expect("a frame").same_picture(&first));
}

#[test]
fn a_pause_holds_the_picture() {
    let mut stage = Stage::new(MOVING);
    stage.tick(0);
    let live = stage.tick(1).expect("a frame");
    stage.show.stream = Stream::Paused { since: ShowTime(0), at: live.at };
    let held = stage.tick(2).expect("a frame");
    assert!(held.same_picture(&live));
    assert_eq!(held.number, FrameNumber(2), "the frames go on");
}

#[test]
fn the_threads_follow_a_manual_clock_and_end_when_told() {
    let clock = Clock::manual(ShowTime(0));
    let (outlet, stop) = (Mailbox::new(64, WhenFull::DropNewest), StopFlag::default());
    let show = show_of(EVERYTHING);
    let fps = show.config.fps;
    outlet.set_wanted(true);
    let threads = run::start(run::Env {
        mosaics: Arc::default(),
        effects: Default::default(),
        shows: Arc::new(arc_swap::ArcSwap::from_pointee(Timeline::new(Arc::new(show)))),
        clock: clock.clone(),
        assets_dir: nowhere().to_owned(),
        outlets: vec![outlet.clone()],
        sources: Sources::new(
            clock.clone(),
            Taps::new(),
            Outside { ingest: Ingest::new(), jams: Arc::default() },
            Arc::new(Vitals::new()),
        ),
        sights: Sights::new(),
        vitals: Arc::new(Vitals::new()),
        stop: stop.clone(),
        outlook: Outlook::default(),
    })
    .expect("threads");
    let mut number = 0;
    let mut numbers = Vec::new();
    while numbers.len() < 5 {
        number += 1;
        clock.set(fps.time_of(FrameNumber(number)));
        numbers.extend(outlet.take(std::time::Duration::from_millis(100)).map(|frame| frame.number));
    }
    assert!(numbers.is_sorted_by(|one, next| one < next));
    stop.stop();
    for thread in threads {
        thread.join().expect("it ends well");
    }
}

#[test]
fn too_much_to_do_leaves_things_out_and_they_come_back() {
    let mut stage = Stage::new(MOVING);
    let mut frame = 0;
    stage.tick(frame);
    // Every third frame only, as on a machine that stalls.
    for _ in 0..200 {
        frame += 3;
        stage.tick(frame);
    }
    assert!(stage.vitals.engine_rung.get() >= 2);
    let condition = stage.vitals.status.conditions().remove("engine").expect("it said how it is");
    assert_eq!(condition.state, Health::Degraded);
    assert!(condition.reason.is_some_and(|reason| reason.contains("preview")));
    for _ in 0..60 * 30 {
        frame += 1;
        stage.tick(frame);
    }
    assert_eq!(stage.vitals.engine_rung.get(), 0);
    stage.engine.stand_on(Rung::HalfTheFrames);
    frame += 2 - frame % 2;
    let (even, odd) = (stage.tick(frame).expect("a frame"), stage.tick(frame + 1).expect("a frame"));
    assert!(even.same_picture(&odd), "although the pattern moves");
    assert_eq!((odd.number, stage.vitals.frames_repeated.get()), (FrameNumber(frame + 1), 1));
}

#[test]
fn what_is_scheduled_is_seen_from_the_first_frame_that_is_not_before_its_time() {
    let mut stage = Stage::new(STILL);
    let fps = stage.show.config.fps;
    let before = Arc::new(stage.show.clone());
    let after = Arc::new(Show { program: None, ..stage.show.clone() });
    for (offset, first) in [(-1, 10), (0, 10), (1, 11)] {
        let mut timeline = Timeline::new(before.clone());
        timeline.push(ShowTime(fps.time_of(FrameNumber(10)).0 + offset), after.clone());
        stage.engine.tick(&timeline, &Pictures::default(), fps.time_of(FrameNumber(7)));
        for number in 8..=12 {
            // Late by half a frame: what counts is the frame's own time.
            let now = ShowTime(fps.time_of(FrameNumber(number)).0 + 16_000);
            stage.engine.tick(&timeline, &Pictures::default(), now);
            let frame = stage.outlet.try_take().expect("a frame");
            assert_eq!(frame.planes()[0][0] == 16, number >= first, "frame {number}, {offset} µs after the tenth");
        }
        stage.outlet.set_wanted(false);
        stage.engine.tick(&timeline, &Pictures::default(), fps.time_of(FrameNumber(20)));
        stage.outlet.set_wanted(true);
    }
}
