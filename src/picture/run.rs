//! The two threads of the picture: one that ticks with the frames, and one that prepares what takes longer than a frame.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::effects::Effects;
use super::movement::Movement;
use super::pictures::Pictures;
use super::prepare::{Preparing, prepare};
use super::sources::Sources;
use super::studio::Studio;
use super::tick::Engine;
use super::watch::Outlook;
use crate::base::clock::Clock;
use crate::base::status::Condition;
use crate::base::tasks::{StopFlag, go_first};
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::mailbox::Mailbox;
use crate::frame::mosaic::Mosaics;
use crate::frame::picture::Frame;
use crate::frame::sight::Sights;
use crate::show::timeline::{ShowAt, Timeline};

/// All that the picture gets from outside.
pub struct Env {
    /// The newest show, and what it is about to be; replaced by whoever decides.
    pub shows: Arc<ArcSwap<Timeline>>,
    pub clock: Clock,
    pub assets_dir: PathBuf,
    pub outlets: Vec<Arc<Mailbox<Frame>>>,
    pub sources: Arc<Sources>,
    /// What layers that show sound look at.
    pub sights: Arc<Sights>,
    /// Animations of lights that are layers.
    pub effects: Arc<Effects>,
    pub mosaics: Arc<Mosaics>,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
    /// Which scenes are looked at besides.
    pub outlook: Outlook,
}

/// Longest sleep, so that the word to stop is heard soon.
const PATIENCE: Duration = Duration::from_millis(50);

/// Starts the threads `tick` and `prepare`. They end when `stop` is set.
pub fn start(env: Env) -> io::Result<Vec<JoinHandle<()>>> {
    let published = Arc::new(ArcSwap::from_pointee(Pictures::default()));
    let preparing = Preparing {
        shows: env.shows.clone(),
        clock: env.clock.clone(),
        stop: env.stop.clone(),
        sources: env.sources.clone(),
        published: published.clone(),
        studio: Studio::new(env.assets_dir.clone()),
        outlook: env.outlook.clone(),
    };
    let failing = || Failing::of("engine", &env.vitals, Condition::down("a thread of the engine has failed"));
    let prepare = spawn_watched("prepare", failing(), move || prepare(preparing))?;
    let preparer = prepare.thread().clone();
    let tick = spawn_watched("tick", failing(), move || {
        // Before the threads that paint with it are started. Where it may not, it is late more often.
        go_first();
        tick(env, &published, &preparer);
    })?;
    Ok(vec![tick, prepare])
}

fn tick(env: Env, published: &ArcSwap<Pictures>, preparer: &std::thread::Thread) {
    let canvas = env.shows.load().show_at(env.clock.now()).config.canvas();
    let moving = Arc::new(Movement::new(env.sources, env.sights, env.effects, env.mosaics));
    let mut engine = Engine::new(env.outlets, moving, env.vitals, canvas);
    while !env.stop.is_set() {
        let ticked = {
            let (shows, pictures) = (env.shows.load(), published.load());
            engine.tick(&**shows, &pictures, env.clock.now())
        };
        if ticked.is_missing_pictures {
            preparer.unpark();
        }
        // It may wake before the frame is due; ticking then finds nothing to do, or a show with another grid.
        env.clock.sleep_until(ticked.again_at, PATIENCE);
    }
}
