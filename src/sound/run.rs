//! The thread that makes sound: every chunk of the 10 ms grid, in order, as soon as its time begins.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::levels::LevelsHandle;
use super::mix::Mix;
use super::pieces::{LENGTH, Pieces};
use super::plan::{MixPlan, plan_mix};
use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::Condition;
use crate::base::tasks::{StopFlag, go_first};
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::jams::JamBoard;
use crate::frame::mailbox::Mailbox;
use crate::frame::sight::Sights;
use crate::frame::sound::{ChunkNumber, SoundChunk};
use crate::frame::taps::Taps;
use crate::show::time::ShowTime;
use crate::show::timeline::{ShowAt, Timeline};

/// All that the sound gets from outside.
pub struct Env {
    pub shows: Arc<ArcSwap<Timeline>>,
    pub clock: Clock,
    pub outlet: Arc<Mailbox<SoundChunk>>,
    /// What decoders write into.
    pub taps: Arc<Taps>,
    pub jams: Arc<JamBoard>,
    pub levels: LevelsHandle,
    /// What layers that show sound look at.
    pub sights: Arc<Sights>,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
}

/// A pause of the machine up to this long (500 ms) is made up for, because a gap in sound is heard. Beyond it chunks are
/// skipped and counted.
const MOST_BEHIND: u64 = 50;

/// Longest sleep, so that the word to stop is heard soon.
const PATIENCE: Duration = Duration::from_millis(50);

/// Starts the thread `sound`. It ends when `stop` is set.
pub fn start(env: Env) -> io::Result<JoinHandle<()>> {
    let failing = Failing::of("sound", &env.vitals, Condition::down("the thread that mixes has failed"));
    spawn_watched("sound", failing, move || {
        // Where it may not, a pause of the machine is made up for.
        go_first();
        let mut maker = Maker::new(env.outlet, env.taps, (env.levels, env.sights, env.jams), env.vitals);
        while !env.stop.is_set() {
            let again_at = maker.make_due(&**env.shows.load(), env.clock.now());
            env.clock.sleep_until(again_at, PATIENCE);
        }
    })
}

struct Maker {
    outlet: Arc<Mailbox<SoundChunk>>,
    taps: Arc<Taps>,
    levels: LevelsHandle,
    sights: Arc<Sights>,
    vitals: Arc<Vitals>,
    /// None while nobody listens and nobody looks at meters or at layers that show sound.
    next: Option<ChunkNumber>,
    plan: MixPlan,
    mix: Mix,
    samples: Box<[f32; LENGTH]>,
    pieces: Pieces,
}

impl Maker {
    fn new(
        outlet: Arc<Mailbox<SoundChunk>>,
        taps: Arc<Taps>,
        (levels, sights, jams): (LevelsHandle, Arc<Sights>, Arc<JamBoard>),
        vitals: Arc<Vitals>,
    ) -> Self {
        let mix = Mix::new(levels.clone(), sights.clone(), jams);
        let (samples, pieces, plan) = (Box::new([0.0; LENGTH]), Pieces::new(), MixPlan::default());
        Self { outlet, taps, levels, sights, vitals, next: None, plan, mix, samples, pieces }
    }

    /// Posts the chunks whose time has begun; says when the next one's does.
    fn make_due(&mut self, shows: &impl ShowAt, now: ShowTime) -> ShowTime {
        let newest = ChunkNumber::at(now);
        let after = ChunkNumber(newest.0 + 1);
        let is_seen = self.levels.is_watched() || self.sights.is_looked_at(now);
        if !self.outlet.is_wanted() && !is_seen {
            self.next = None;
            return after.time();
        }
        let next = self.next.unwrap_or_else(|| {
            self.mix.begin();
            after
        });
        let oldest_made = after.0.saturating_sub(MOST_BEHIND);
        self.vitals.sound_skipped.inc_by(oldest_made.saturating_sub(next.0));
        for number in next.0.max(oldest_made)..after.0 {
            let number = ChunkNumber(number);
            self.make(shows, number);
        }
        let next = ChunkNumber(next.0.max(after.0));
        self.next = Some(next);
        next.time()
    }

    fn make(&mut self, shows: &impl ShowAt, number: ChunkNumber) {
        let time = Stopwatch::start();
        plan_mix(shows, number, &mut self.plan);
        let made = self.mix.make(&self.plan, &self.taps.snapshot(), number, &mut self.samples);
        self.vitals.sound_mix_time.observe(time.elapsed().as_secs_f64());
        self.vitals.sound_missing.inc_by(made.short);
        if self.outlet.is_wanted() {
            let samples = if made.at_rest { self.pieces.silence() } else { self.pieces.of(&self.samples) };
            // What a full mailbox gives back is counted there.
            self.outlet.post(SoundChunk { number, samples });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mailbox::WhenFull;
    use crate::show::Show;
    use crate::show::program::Program;
    use crate::show::scene::Scene;

    fn maker() -> (Maker, Arc<Mailbox<SoundChunk>>) {
        let outlet = Mailbox::new(100, WhenFull::DropNewest);
        outlet.set_wanted(true);
        (
            Maker::new(
                outlet.clone(),
                Taps::new(),
                (LevelsHandle::new(), Sights::new(), Arc::default()),
                Arc::new(Vitals::new()),
            ),
            outlet,
        )
    }

    fn posted(outlet: &Mailbox<SoundChunk>) -> Vec<u64> {
        std::iter::from_fn(|| outlet.try_take()).map(|chunk| chunk.number.0).collect()
    }

    #[test]
    fn every_chunk_is_made_once_and_in_order() {
        let (mut maker, outlet) = maker();
        let show = Show::default();
        let mut expected = 100..;
        for micros in (990_000..1_400_000).step_by(7_300) {
            let again_at = maker.make_due(&show, ShowTime(micros));
            assert!(again_at > ShowTime(micros) && again_at.micros() - micros <= 10_000);
            for number in posted(&outlet) {
                assert_eq!(Some(number), expected.next());
                assert!(ChunkNumber(number).time() <= ShowTime(micros));
            }
        }
        assert!(expected.start > 130);
        assert_eq!(maker.vitals.sound_skipped.get(), 0);
    }

    #[test]
    fn half_a_second_is_made_up_for_and_more_is_skipped() {
        let (mut maker, outlet) = maker();
        let show = Show::default();
        maker.make_due(&show, ShowTime(0));
        maker.make_due(&show, ShowTime(490_000));
        assert_eq!(posted(&outlet), (1..=49).collect::<Vec<_>>());
        maker.make_due(&show, ShowTime(2_000_000));
        assert_eq!(posted(&outlet), (151..=200).collect::<Vec<_>>());
        assert_eq!(maker.vitals.sound_skipped.get(), 101);
    }

    #[test]
    fn nobody_listening_costs_nothing_and_skips_nothing() {
        let (mut maker, outlet) = maker();
        let show = Show::default();
        outlet.set_wanted(false);
        maker.make_due(&show, ShowTime(0));
        maker.make_due(&show, ShowTime(9_000_000));
        outlet.set_wanted(true);
        maker.make_due(&show, ShowTime(9_500_000));
        maker.make_due(&show, ShowTime(9_510_000));
        assert_eq!(posted(&outlet), [951]);
        assert_eq!(maker.vitals.sound_skipped.get(), 0);
    }

    #[test]
    fn three_hours_have_as_many_pieces_as_they_should_and_follow_each_other() {
        let (mut maker, outlet) = maker();
        let show = Show::default();
        let (start, hours) = (1_790_000_000_000_000_i64, 3);
        let clock = Clock::manual(ShowTime(start));
        maker.make_due(&show, clock.now());
        let mut random = fastrand::Rng::with_seed(1);
        let (mut count, mut next) = (0, start as u64 / 10_000 + 1);
        while clock.now().0 < start + hours * 3_600_000_000 {
            // A thread that wakes when it likes.
            clock.set(ShowTime(clock.now().0 + random.i64(100..400_000)).min(ShowTime(start + hours * 3_600_000_000)));
            maker.make_due(&show, clock.now());
            for number in posted(&outlet) {
                assert_eq!(number, next);
                (count, next) = (count + 1, next + 1);
            }
        }
        assert_eq!((count, maker.vitals.sound_skipped.get()), (hours as u64 * 360_000, 0));
    }

    #[test]
    fn meters_are_watched_though_nobody_listens() {
        let (mut maker, outlet) = maker();
        let show = Show::default();
        outlet.set_wanted(false);
        let watcher = maker.levels.watch();
        let mut seen = std::collections::BTreeSet::new();
        for micros in (0..=1_000_000).step_by(10_000) {
            maker.make_due(&show, ShowTime(micros));
            seen.insert(maker.levels.newest().at);
        }
        assert!((30..=31).contains(&seen.len()), "{}", seen.len());
        drop(watcher);
        let before = maker.levels.newest().at;
        maker.make_due(&show, ShowTime(2_000_000));
        assert_eq!((maker.levels.newest().at, posted(&outlet).len()), (before, 0));
    }

    #[test]
    fn sound_is_made_while_a_layer_shows_it_though_nobody_listens() {
        let (mut maker, outlet) = maker();
        outlet.set_wanted(false);
        let mut show = Show::default();
        let scene: Scene =
            serde_json::from_str(r#"{"id":"s","layers":[{"id":"a","kind":"levels"},{"id":"b","kind":"pattern"}]}"#)
                .expect("a scene");
        show.program = Some(Program::cut(scene.id.clone(), ShowTime(0)));
        Arc::make_mut(&mut show.scenes).insert(scene.id.clone(), Arc::new(scene));
        for micros in (0..1_000_000).step_by(10_000) {
            maker.make_due(&show, ShowTime(micros));
        }
        assert_eq!(maker.sights.look(None, ShowTime(1_000_000)), None, "no frame has looked yet");
        for micros in (1_010_000..2_050_000).step_by(10_000) {
            maker.make_due(&show, ShowTime(micros));
            maker.sights.look(None, ShowTime(micros));
        }
        let sight = maker.sights.look(None, ShowTime(2_050_000)).expect("the pattern's beep is seen");
        assert!(sight.peak_db[0] > -19.0, "{:?}", sight.peak_db);
        assert!(posted(&outlet).is_empty());
    }

    #[test]
    fn the_thread_ends_when_told() {
        let stop = StopFlag::default();
        let outlet = Mailbox::new(1, WhenFull::DropNewest);
        let clock = Clock::manual(ShowTime(0));
        let shows = Arc::new(ArcSwap::from_pointee(Timeline::default()));
        let (taps, levels, sights) = (Taps::new(), LevelsHandle::new(), Sights::new());
        let jams = Arc::default();
        let env =
            Env { shows, clock, outlet, taps, jams, levels, sights, vitals: Arc::new(Vitals::new()), stop: stop.clone() };
        let thread = start(env).expect("a thread");
        stop.stop();
        thread.join().expect("it ends well");
    }
}
