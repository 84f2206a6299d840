//! Inputs that move: each runs on a thread of its own (`in-ID`), which opens, decodes, keeps time and comes back after a loss.
//!
//! The tick thread only looks: `Sources::frame` finds the picture that is due among the few that are decoded, without waiting
//! or allocating. Where a source stands at an instant is a straight line (`course`) that the thread publishes together with its
//! pictures (`queue`), so seeking, pausing and speed are only other lines. What should run is a pure function of the show
//! (`wanted`); `Sources::order` carries the difference out.

pub mod animated;
mod course;
mod drift;
mod file;
mod jam;
mod laps;
mod live;
mod published;
mod queue;
mod runner;
mod session;
mod sound;
mod tone;
pub mod wanted;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::base::clock::Clock;
use crate::base::tasks::{StopFlag, join_within, spawn_thread};
use crate::base::vitals::Vitals;
use crate::frame::ingest::Ingest;
use crate::frame::jams::JamBoard;
use crate::frame::tap::Tap;
use crate::frame::taps::Taps;
use crate::frame::video::{Films, VideoFrame};
use crate::show::ids::{AssetId, InputId};
use crate::show::time::ShowTime;
use animated::{Animations, Moving};
use queue::Slot;
use runner::Runner;
use wanted::Wanted;

/// A source that talks to a peer that hangs may need this long to let go; longer is not waited.
const GOODBYE: Duration = Duration::from_millis(1_500);

/// Where that is found which others send or play.
#[derive(Clone)]
pub struct Outside {
    /// Streams that are pushed to us.
    pub ingest: Arc<Ingest>,
    pub jams: Arc<JamBoard>,
}

pub struct Sources {
    clock: Clock,
    vitals: Arc<Vitals>,
    /// Where the mixer finds what they leave.
    taps: Arc<Taps>,
    outside: Outside,
    /// Read by the tick thread for every frame; replaced when an input comes or goes.
    slots: ArcSwap<Slots>,
    /// Pictures that move by themselves.
    animations: Animations,
    /// Taken only by whoever gives orders, never by the tick thread.
    running: Mutex<Running>,
}

type Slots = BTreeMap<InputId, Arc<Slot>>;

#[derive(Default)]
struct Running {
    threads: BTreeMap<InputId, (JoinHandle<()>, StopFlag)>,
    /// Told to stop, and not yet ended.
    leaving: Vec<JoinHandle<()>>,
    /// Maps that the tick thread may still be reading: the last reference is ours, so that it frees nothing.
    retired: Vec<Arc<Slots>>,
}

impl Films for Sources {
    fn film(&self, input: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.frame(input, at)
    }

    fn moving(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.animations.frame(asset, at)
    }

    fn stinger(&self, asset: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.slots.load().get(asset.as_str())?.frame(at)
    }
}

impl Sources {
    /// Nothing runs before the first order. `gst::start` must have been called.
    pub fn new(clock: Clock, taps: Arc<Taps>, outside: Outside, vitals: Arc<Vitals>) -> Arc<Self> {
        let animations = Animations::new(clock.clone());
        Arc::new(Self { clock, vitals, taps, outside, slots: ArcSwap::default(), animations, running: Mutex::default() })
    }

    /// The picture that is due at `at`, if there is one. Never waits, decodes or allocates.
    pub fn frame(&self, id: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.slots.load().get(id)?.frame(at)
    }

    /// Where the input leaves its sound.
    pub fn tap(&self, id: &InputId) -> Option<Arc<Tap>> {
        Some(self.slots.load().get(id)?.tap.clone())
    }

    /// Starts, changes and stops what differs from what is wanted. While the show is held, `held_at` is the instant that it
    /// shows. Cheap when nothing differs; waits for no source.
    pub fn order(&self, wanted: &BTreeMap<InputId, Wanted>, held_at: Option<ShowTime>) {
        let mut running = self.running();
        running.leaving.retain(|thread| !thread.is_finished());
        running.retired.retain(|slots| Arc::strong_count(slots) > 1);
        let slots = self.slots.load_full();
        for (id, slot) in slots.iter() {
            match wanted.get(id) {
                Some(wanted) => slot.order(wanted, held_at),
                None => self.stop_one(&mut running, id),
            }
        }
        let is_same = slots.len() == wanted.len() && wanted.keys().all(|id| slots.contains_key(id));
        if is_same {
            return;
        }
        let mut next = Slots::new();
        for (id, wanted) in wanted {
            let slot = slots.get(id).cloned().or_else(|| self.start_one(&mut running, wanted, held_at));
            next.extend(slot.map(|slot| (id.clone(), slot)));
        }
        drop(slots);
        running.retired.push(self.slots.swap(Arc::new(next)));
    }

    /// For who waits instead of leaving out: whether everything that runs has what is shown and heard until then, or will never have.
    pub fn are_settled(&self, until: ShowTime) -> bool {
        self.slots.load().values().all(|slot| slot.is_settled(until)) && self.animations.are_settled(until)
    }

    /// A clock that is turned by hand has been turned.
    pub fn wake(&self) {
        self.slots.load().values().for_each(|slot| slot.wake());
        self.animations.wake();
    }

    /// The same for animated pictures that are seen.
    pub fn order_moving(&self, wanted: &BTreeMap<AssetId, Moving>, held_at: Option<ShowTime>) {
        self.animations.order(wanted, held_at);
    }

    /// Stops everything, and waits a moment for it.
    pub fn stop(&self) {
        self.order(&BTreeMap::new(), None);
        let mut leaving = std::mem::take(&mut self.running().leaving);
        leaving.extend(self.animations.stop());
        for thread in leaving {
            let name = thread.thread().name().unwrap_or("").to_owned();
            if !join_within(thread, GOODBYE) {
                tracing::warn!(thread = name, "an input did not stop in time");
            }
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_one(&self, running: &mut Running, wanted: &Wanted, held_at: Option<ShowTime>) -> Option<Arc<Slot>> {
        let id = &wanted.input.id;
        let stop = StopFlag::default();
        let slot = Slot::new(wanted.clone(), held_at, self.taps.get_or_insert(id));
        let runner = Runner::new(slot.clone(), self.clock.clone(), self.outside.clone(), self.vitals.clone(), stop.clone());
        match spawn_thread(&format!("in-{id}"), move || runner.run()) {
            Ok(thread) => {
                slot.worked_by(thread.thread().clone());
                running.threads.insert(id.clone(), (thread, stop));
                Some(slot)
            }
            Err(error) => {
                // It is tried again with the next order.
                tracing::error!(input = %id, %error, "an input can not be started");
                None
            }
        }
    }

    fn stop_one(&self, running: &mut Running, id: &InputId) {
        if let Some((thread, stop)) = running.threads.remove(id) {
            stop.stop();
            thread.thread().unpark();
            running.leaving.push(thread);
        }
        self.taps.remove(id);
        self.vitals.status.forget_input(id.as_str());
    }
}
