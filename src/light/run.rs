//! The thread that computes lights: at even times, the newest show, never waiting for whoever sends.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::ears::Ears;
use super::eye::Eye;
use super::films::Films;
pub use super::tick::Boards;
use super::tick::Engine;
use crate::base::clock::Clock;
use crate::base::status::Condition;
use crate::base::tasks::{StopFlag, go_first};
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::leds::ZoneFrames;
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::frame::sight::Sights;
use crate::show::timeline::Timeline;

/// All that lights get from outside.
pub struct Env {
    pub shows: Arc<ArcSwap<Timeline>>,
    pub clock: Clock,
    /// The program's frames.
    pub frames: Arc<Mailbox<Frame>>,
    pub sights: Arc<Sights>,
    pub films: Films,
    pub boards: Boards,
    pub shown: ZoneFrames,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
}

/// Longest sleep, so that the word to stop is heard soon.
const PATIENCE: Duration = Duration::from_millis(50);

/// Starts the threads `lights` and `eye`. They end when `stop` is set; the last frame of every fixture is dark.
pub fn start(env: Env) -> io::Result<Vec<JoinHandle<()>>> {
    let (shows, clock, vitals, stop) = (env.shows.clone(), env.clock.clone(), env.vitals.clone(), env.stop.clone());
    let (mut engine, reading) = engine(env)?;
    let failing = Failing::of("lights", &vitals, Condition::degraded("the thread that computes lights has failed"));
    let computing = spawn_watched("lights", failing, move || {
        go_first();
        while !stop.is_set() {
            let again_at = {
                let shows = shows.load();
                engine.tick(&**shows, clock.now())
            };
            clock.sleep_until(again_at, PATIENCE);
        }
        engine.go_dark(clock.now());
    })?;
    Ok(vec![computing, reading])
}

/// What the thread `lights` runs, for whoever turns the time himself; and the thread `eye`, which is started.
pub fn engine(env: Env) -> io::Result<(Engine, JoinHandle<()>)> {
    let Env { shows: _, clock: _, frames, sights, films, boards, shown, vitals, stop } = env;
    let (eye, reading) = Eye::start(frames, vitals.clone(), stop)?;
    Ok((Engine::new(eye, Ears::new(sights), films, boards, shown, vitals), reading))
}
