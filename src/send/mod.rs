//! Where the show goes: encoded once, carried to every destination, scaled down for the preview.
//!
//! A supervisor compares what runs with what the show wants and starts, stops or changes the difference. The encoder knows
//! no destination, and no destination knows another.

mod assembly;
mod crew;
pub mod destination;
pub mod discover;
pub mod display;
pub mod encoder;
pub mod fixture;
mod follow;
pub mod hls;
mod mux;
pub mod pipelines;
pub mod preview;
pub mod program;
pub mod reconcile;
pub mod recordings;
pub mod replay;
pub mod rtmp_server;
pub mod speakers;
mod supervisor;
pub mod whep;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::net::UdpSocket;
use tokio::sync::watch;

use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::feed::Feed;
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::frame::sound::SoundChunk;
use crate::show::Show;
use hls::Shelf;
pub use pipelines::Pipelines;
use recordings::Recordings;
use replay::Replay;
use speakers::Speakers;
use supervisor::Supervisor;
use whep::Viewers;

pub struct Env {
    pub show: Arc<ArcSwap<Show>>,
    pub clock: Clock,
    pub frames: Arc<Mailbox<Frame>>,
    pub sound: Arc<Mailbox<SoundChunk>>,
    /// Where the feed is published while the stream is on air.
    pub program: watch::Sender<Option<Arc<Feed>>>,
    pub recordings: Recordings,
    pub replay: Replay,
    /// Where HLS destinations put what players fetch.
    pub shelf: Shelf,
    pub pipelines: Pipelines,
    /// None: what is mixed is not heard on this machine.
    pub speakers: Option<speakers::Choice>,
    /// A name, or `auto`.
    pub encoder: String,
    pub vitals: Arc<Vitals>,
}

pub struct Sending {
    stop: StopFlag,
    waker: Waker,
    watched: whep::Env,
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
    let (replay, show) = (env.replay.clone(), env.show.clone());
    let (sound, pipelines, vitals) = (env.sound.clone(), env.pipelines.clone(), env.vitals.clone());
    if let Some(choice) = env.speakers.clone() {
        let (chunks, pipelines, vitals, stop) = (sound.clone(), pipelines.clone(), vitals.clone(), stop.clone());
        Speakers { choice, chunks, pipelines, vitals, stop }.start()?;
    }
    let supervisor = Supervisor::new(env, told.clone());
    let (program, programs) = (supervisor.main_program(), supervisor.programs());
    let shown = show.clone();
    let seconds = move || shown.load().config.replay_seconds;
    // It holds nothing that has to be finished: when it is told to stop, it is not waited for.
    let failing = Failing::of("replay", &vitals, Condition::degraded("its thread has failed"));
    spawn_watched("replay", failing, move || replay.keep(&program, seconds, &told))?;
    let failing =
        Failing::of("sending", &vitals, Condition::down("the thread that keeps encoders and destinations has failed"));
    let supervisor = spawn_watched("send", failing, move || supervisor.run())?;
    let waker = Waker(supervisor.thread().clone());
    let watched = whep::Env { show, programs, sound, pipelines, waker: waker.clone(), vitals };
    Ok(Sending { stop, waker, watched, supervisor })
}

impl Sending {
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Browsers, to whom it goes over this socket.
    pub fn viewers(&self, socket: UdpSocket, most: usize) -> io::Result<Viewers> {
        Viewers::new(socket, most, self.watched.clone())
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
