//! The thread that makes sound: every chunk of the 10 ms grid, in order, as soon as its time begins.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::mix::{self, BEEP_CHUNKS, Heard};
use crate::base::clock::Clock;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::base::vitals::Vitals;
use crate::frame::mailbox::Mailbox;
use crate::frame::sound::{CHANNELS, ChunkNumber, SAMPLES_PER_CHUNK, SoundChunk};
use crate::show::Show;
use crate::show::time::ShowTime;

/// All that the sound gets from outside.
pub struct Env {
    pub show: Arc<ArcSwap<Show>>,
    pub clock: Clock,
    pub outlet: Arc<Mailbox<SoundChunk>>,
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
    spawn_thread("sound", move || {
        let mut maker = Maker::new(env.outlet, env.vitals);
        while !env.stop.is_set() {
            let again_at = maker.make_due(&env.show.load(), env.clock.now());
            env.clock.sleep_until(again_at, PATIENCE);
        }
    })
}

struct Maker {
    outlet: Arc<Mailbox<SoundChunk>>,
    vitals: Arc<Vitals>,
    /// None while nobody listens.
    next: Option<ChunkNumber>,
    silence: Arc<[f32]>,
    /// The pieces of a beep, made once for as many voices as there are.
    beep: Option<(u16, Vec<Arc<[f32]>>)>,
}

fn samples(heard: Heard) -> Arc<[f32]> {
    let mut samples = [0.0; SAMPLES_PER_CHUNK * CHANNELS];
    mix::render(heard, &mut samples);
    Arc::from(samples)
}

impl Maker {
    fn new(outlet: Arc<Mailbox<SoundChunk>>, vitals: Arc<Vitals>) -> Self {
        Self { outlet, vitals, next: None, silence: samples(Heard::Silence), beep: None }
    }

    /// Posts the chunks whose time has begun; says when the next one's does.
    fn make_due(&mut self, show: &Show, now: ShowTime) -> ShowTime {
        let newest = ChunkNumber::at(now);
        let after = ChunkNumber(newest.0 + 1);
        if !self.outlet.is_wanted() {
            self.next = None;
            return after.time();
        }
        let next = self.next.unwrap_or(after);
        let oldest_made = after.0.saturating_sub(MOST_BEHIND);
        self.vitals.sound_skipped.inc_by(oldest_made.saturating_sub(next.0));
        for number in next.0.max(oldest_made)..after.0 {
            let chunk = ChunkNumber(number);
            let samples = self.samples(mix::heard(show, chunk));
            // What a full mailbox gives back is counted there.
            self.outlet.post(SoundChunk { number: chunk, samples });
        }
        let next = ChunkNumber(next.0.max(after.0));
        self.next = Some(next);
        next.time()
    }

    fn samples(&mut self, heard: Heard) -> Arc<[f32]> {
        let Heard::Beep { voices, piece } = heard else {
            return self.silence.clone();
        };
        if self.beep.as_ref().is_none_or(|(made_for, _)| *made_for != voices) {
            let pieces = (0..BEEP_CHUNKS as u16).map(|piece| samples(Heard::Beep { voices, piece }));
            self.beep = Some((voices, pieces.collect()));
        }
        let piece = self.beep.as_ref().and_then(|(_, pieces)| pieces.get(usize::from(piece)));
        piece.unwrap_or(&self.silence).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mailbox::WhenFull;

    fn maker() -> (Maker, Arc<Mailbox<SoundChunk>>) {
        let outlet = Mailbox::new(100, WhenFull::DropNewest);
        outlet.set_wanted(true);
        (Maker::new(outlet.clone(), Arc::new(Vitals::new())), outlet)
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
    fn the_thread_ends_when_told() {
        let stop = StopFlag::default();
        let outlet = Mailbox::new(1, WhenFull::DropNewest);
        let clock = Clock::manual(ShowTime(0));
        let show = Arc::new(ArcSwap::from_pointee(Show::default()));
        let env = Env { show, clock, outlet, vitals: Arc::new(Vitals::new()), stop: stop.clone() };
        let thread = start(env).expect("a thread");
        stop.stop();
        thread.join().expect("it ends well");
    }
}
