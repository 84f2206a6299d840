//! Starts what is seen elsewhere than in a stream: lights, what comes in for them, their fixtures, and displays.

use std::sync::Arc;
use std::thread::JoinHandle;

use arc_swap::ArcSwap;

use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::frame::jams::JamBoard;
use crate::frame::leds::{FeedBoard, LedBoard, LitElsewhere, ZoneFrames};
use crate::frame::mailbox::Mailbox;
use crate::frame::mosaic::Mosaics;
use crate::frame::picture::Frame;
use crate::frame::sight::Sights;
use crate::inlet;
use crate::light;
use crate::light::films::Films;
use crate::light::run::Boards;
use crate::send;
use crate::show::Show;
use crate::show::timeline::Timeline;

pub struct Env<'a> {
    pub config: &'a Config,
    pub show: Arc<ArcSwap<Show>>,
    pub shows: Arc<ArcSwap<Timeline>>,
    pub clock: Clock,
    /// Pictures that animations show.
    pub films: Films,
    /// What lights see of the program, and what displays do.
    pub light_frames: Arc<Mailbox<Frame>>,
    pub display_frames: Arc<Mailbox<Frame>>,
    pub sights: Arc<Sights>,
    /// What others send, for the picture.
    pub mosaics: Arc<Mosaics>,
    pub jams: Arc<JamBoard>,
    pub elsewhere: LitElsewhere,
    pub shown: ZoneFrames,
    pub vitals: Arc<Vitals>,
    pub stop_engine: StopFlag,
    pub stop_surfaces: StopFlag,
}

/// Threads that make something, and those that carry it out of the house: these end after the others.
pub struct Started {
    pub engine: Vec<(&'static str, JoinHandle<()>)>,
    pub surfaces: Vec<JoinHandle<()>>,
}

pub fn start(env: Env<'_>) -> anyhow::Result<Started> {
    let Env { config, show, shows, clock, films, light_frames, display_frames, sights, shown, vitals, .. } = env;
    let (stop_engine, stop_surfaces) = (env.stop_engine, env.stop_surfaces);
    let (board, inlets) = (Arc::new(LedBoard::default()), Arc::new(FeedBoard::default()));
    let inlet = inlet::run::start(inlet::run::Env {
        show: show.clone(),
        board: inlets.clone(),
        mosaics: env.mosaics,
        clock: clock.clone(),
        vitals: vitals.clone(),
        stop: stop_engine.clone(),
        address: config.light_in,
    })?;
    let lights = light::run::start(light::run::Env {
        shows,
        clock: clock.clone(),
        frames: light_frames,
        sights,
        films,
        boards: Boards { leds: board.clone(), inlets, jams: env.jams, elsewhere: env.elsewhere },
        shown,
        vitals: vitals.clone(),
        stop: stop_engine,
    })?;
    // No fault: some come with what is plugged in, like /dev/serial/by-id.
    for folder in config.light_devices.iter().filter(|folder| !folder.is_dir()) {
        tracing::warn!(folder = %folder.display(), "a folder of light_devices is not there; fixtures find no ports in it");
    }
    let mut surfaces = send::fixture::start(send::fixture::Env {
        show: show.clone(),
        board,
        clock: clock.clone(),
        vitals: vitals.clone(),
        stop: stop_surfaces.clone(),
        devices: config.light_devices.clone(),
    })?;
    surfaces.push(send::display::start(send::display::Env {
        show,
        frames: display_frames,
        clock,
        vitals,
        stop: stop_surfaces,
        open: send::display::opener(),
    })?);
    let mut engine = vec![("inlets", inlet)];
    engine.extend(lights.into_iter().map(|thread| ("lights", thread)));
    Ok(Started { engine, surfaces })
}
