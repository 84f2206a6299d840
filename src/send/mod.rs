//! Where the show goes: encoded once, carried to every destination, scaled down for the preview.
//!
//! A supervisor compares what runs with what the show wants and starts, stops or changes the difference. The encoder knows
//! no destination, and no destination knows another.

mod assembly;
pub mod destination;
pub mod encoder;
pub mod pipelines;
pub mod preview;
pub mod reconcile;
pub mod rtmp_server;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::base::clock::{Clock, Stopwatch};
use crate::base::tasks::{StopFlag, join_within, spawn_thread};
use crate::base::vitals::Vitals;
use crate::frame::feed::Feed;
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::frame::sound::SoundChunk;
use crate::show::Show;
use crate::show::destination::Target;
use crate::show::ids::DestinationId;
use crate::show::stream::StreamConfig;
use crate::show::time::ShowTime;
use destination::Destination;
use encoder::Encoder;
pub use pipelines::Pipelines;
use reconcile::reconcile;

/// Changes wake the supervisor; this is for the threads that end by themselves.
const LOOK: Duration = Duration::from_millis(200);

/// Among destinations, which it can not be mistaken for: their ids have no spaces.
const ENCODER: &str = "the encoder";

pub struct Env {
    pub show: Arc<ArcSwap<Show>>,
    pub clock: Clock,
    pub frames: Arc<Mailbox<Frame>>,
    pub sound: Arc<Mailbox<SoundChunk>>,
    /// Where the feed is published while the stream is on air.
    pub program: watch::Sender<Option<Arc<Feed>>>,
    pub recordings_dir: PathBuf,
    pub pipelines: Pipelines,
    /// A name, or `auto`.
    pub encoder: String,
    pub vitals: Arc<Vitals>,
}

pub struct Sending {
    stop: StopFlag,
    waker: Waker,
    supervisor: JoinHandle<Vec<String>>,
}

/// Tells the supervisor that the show has changed.
#[derive(Clone)]
pub struct Waker(Thread);

impl Waker {
    pub fn wake(&self) {
        self.0.unpark();
    }
}

pub fn start(env: Env) -> io::Result<Sending> {
    let stop = StopFlag::default();
    let told = stop.clone();
    let supervisor = spawn_thread("send", move || Supervisor::new(env, told).run())?;
    let waker = Waker(supervisor.thread().clone());
    Ok(Sending { stop, waker, supervisor })
}

impl Sending {
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Finishes recordings, closes destinations, ends the encoder. Says who was late.
    pub fn stop(self, patience: Duration) -> Vec<String> {
        self.stop.stop();
        self.waker.wake();
        let watch = Stopwatch::start();
        while !self.supervisor.is_finished() {
            if watch.elapsed() > patience {
                return vec!["send".to_owned()];
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.supervisor.join().unwrap_or_else(|_| vec!["send".to_owned()])
    }
}

struct Supervisor {
    show: Arc<ArcSwap<Show>>,
    stop: StopFlag,
    encoder_env: encoder::Env,
    destination_env: destination::Env,
    encoder: Option<Encoder>,
    /// When the stream was started that is being sent.
    on_air_since: Option<ShowTime>,
    destinations: BTreeMap<DestinationId, Destination>,
    /// What each of them was started with.
    targets: BTreeMap<DestinationId, Target>,
    /// Told to stop, and not yet done. One that takes another's place waits for it.
    leaving: Vec<(String, JoinHandle<()>)>,
    /// Everything that ever had a state, so that one that was removed can be forgotten.
    known: BTreeMap<DestinationId, ()>,
}

impl Supervisor {
    fn new(env: Env, stop: StopFlag) -> Self {
        let Env { show, clock, frames, sound, program, recordings_dir, pipelines, encoder: choice, vitals } = env;
        let destination_env = destination::Env {
            clock: clock.clone(),
            program: program.subscribe(),
            pipelines: pipelines.clone(),
            recordings_dir,
            vitals: vitals.clone(),
        };
        let encoder_env = encoder::Env { clock, frames, sound, program: Arc::new(program), pipelines, choice, vitals };
        Self {
            show,
            stop,
            encoder_env,
            destination_env,
            encoder: None,
            on_air_since: None,
            destinations: BTreeMap::new(),
            targets: BTreeMap::new(),
            leaving: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    fn run(mut self) -> Vec<String> {
        while !self.stop.is_set() {
            let show = self.show.load_full();
            self.follow(&show);
            std::thread::park_timeout(LOOK);
        }
        self.shut_down()
    }

    fn follow(&mut self, show: &Show) {
        self.leaving.retain(|(_, thread)| !thread.is_finished());
        self.bury();
        let since = show.stream.on_air_since();
        // Stopped and started again since the last look: everything ends first, and begins at the next look.
        let is_another_stream = since.is_some() && self.on_air_since.is_some() && since != self.on_air_since;
        self.on_air_since = since;
        let on_air = since.is_some() && !is_another_stream;
        self.follow_encoder(on_air.then(|| show.config.clone()));
        let wanted = show.destinations.values().filter(|destination| on_air && destination.enabled);
        let desired: BTreeMap<_, _> =
            wanted.map(|destination| (destination.id.clone(), destination.target.clone())).collect();
        self.follow_destinations(&desired);
        self.forget_removed(show);
    }

    /// A thread that ended by itself has failed; what it did is started anew.
    fn bury(&mut self) {
        if self.encoder.as_ref().is_some_and(Encoder::is_finished) {
            tracing::error!("the encoder's thread has failed");
            self.encoder = None;
        }
        let failed = self.destinations.iter().filter(|(_, destination)| destination.is_finished());
        let failed: Vec<_> = failed.map(|(id, _)| id.clone()).collect();
        for id in failed {
            tracing::error!(destination = %id, "its thread has failed");
            self.destinations.remove(&id);
            self.targets.remove(&id);
        }
    }

    fn follow_encoder(&mut self, config: Option<Arc<StreamConfig>>) {
        if let (Some(encoder), Some(config)) = (&mut self.encoder, &config)
            && encoder.can_become(config)
        {
            encoder.become_config(config.clone());
            return;
        }
        if let Some(encoder) = self.encoder.take() {
            self.leaving.push((ENCODER.to_owned(), encoder.stop()));
        }
        // Two encoders would take each other's frames, so the new one waits until the old one is done.
        if let Some(config) = config
            && !self.is_leaving(ENCODER)
        {
            match Encoder::start(config, self.encoder_env.clone()) {
                Ok(encoder) => self.encoder = Some(encoder),
                Err(error) => tracing::error!(%error, "the encoder's thread can not be started"),
            }
        }
    }

    fn follow_destinations(&mut self, desired: &BTreeMap<DestinationId, Target>) {
        let plan = reconcile(&self.targets, desired);
        for id in plan.stop.iter().chain(&plan.restart) {
            self.targets.remove(id);
            if let Some(destination) = self.destinations.remove(id) {
                self.leaving.push((id.to_string(), destination.stop()));
            }
        }
        for id in plan.start.iter().chain(&plan.restart) {
            // The one before may still be finishing its file; next time, then.
            if self.is_leaving(id.as_str()) {
                continue;
            }
            let Some(target) = desired.get(id) else { continue };
            match Destination::start(id.clone(), target.clone(), self.destination_env.clone()) {
                Ok(destination) => {
                    self.destinations.insert(id.clone(), destination);
                    self.targets.insert(id.clone(), target.clone());
                    self.known.insert(id.clone(), ());
                }
                Err(error) => tracing::error!(%error, destination = %id, "its thread can not be started"),
            }
        }
    }

    fn is_leaving(&self, name: &str) -> bool {
        self.leaving.iter().any(|(leaving, thread)| leaving == name && !thread.is_finished())
    }

    /// A destination that no longer exists has no state and no figures.
    fn forget_removed(&mut self, show: &Show) {
        let vitals = &self.destination_env.vitals;
        let leaving: Vec<_> = self.leaving.iter().map(|(name, _)| name.clone()).collect();
        self.known.retain(|id, ()| {
            let gone = !show.destinations.contains_key(id) && !leaving.iter().any(|name| name == id.as_str());
            if gone {
                vitals.status.forget_destination(id.as_str());
                for family in [
                    &vitals.destination_bytes,
                    &vitals.destination_packets,
                    &vitals.destination_dropped,
                    &vitals.destination_reconnects,
                ] {
                    // Fails only when there was none.
                    let _ = family.remove_label_values(&[id.as_str()]);
                }
            }
            !gone
        });
    }

    /// The encoder first, so that destinations get its last packets and then the end.
    fn shut_down(mut self) -> Vec<String> {
        let watch = Stopwatch::start();
        let limit = Duration::from_millis(3_300);
        let mut late = Vec::new();
        if let Some(encoder) = self.encoder.take()
            && !join_within(encoder.stop(), Duration::from_millis(1_000))
        {
            late.push(ENCODER.to_owned());
        }
        let destinations = std::mem::take(&mut self.destinations);
        self.leaving.extend(destinations.into_iter().map(|(id, destination)| (id.to_string(), destination.stop())));
        for (name, thread) in self.leaving {
            if !join_within(thread, limit.saturating_sub(watch.elapsed())) {
                late.push(name);
            }
        }
        late
    }
}
