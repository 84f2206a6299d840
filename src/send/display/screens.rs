//! Starts and stops the threads of displays, as the show wants them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::figures::Figures;
use super::look::Look;
use super::picture::Planes;
use super::run::{self, Picture};
use super::{Env, Open};
use crate::base::clock::Stopwatch;
use crate::base::status::{DisplayState, Reached};
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::frame::mailbox::{Branch, Mailbox, WhenFull};
use crate::frame::picture::Frame;
use crate::send::crew::Crew;
use crate::show::Show;
use crate::show::display::{Display, Screen};
use crate::show::ids::DisplayId;

const LOOK: Duration = Duration::from_millis(100);
/// A display comes by twenty times a second, and the slowest shows a picture within one; in microseconds.
const SILENCE: i64 = 5_000_000;
/// A display only ever wants the newest.
const PLACES: usize = 1;

/// At once, with those that hang and are wanted no more: each may hold a frame of the engine's.
const MOST: usize = 4;

pub struct Screens {
    env: Arc<Env>,
    crew: Crew<DisplayId, Screen>,
    watched: BTreeMap<DisplayId, Watched>,
}

/// What is known of one that hangs, and can not say it itself.
struct Watched {
    frames: Arc<Mailbox<Frame>>,
    /// When it was last seen at work, in microseconds.
    alive: Arc<AtomicI64>,
}

impl Screens {
    pub fn new(env: Env) -> Self {
        Self { env: Arc::new(env), crew: Crew::of(MOST), watched: BTreeMap::new() }
    }

    pub fn run(mut self, stop: &StopFlag) {
        while !stop.is_set() {
            let show = self.env.show.load_full();
            self.follow(&show);
            std::thread::park_timeout(LOOK);
        }
        self.crew.dismiss();
    }

    fn follow(&mut self, show: &Show) {
        let env = &self.env;
        let enabled = show.displays.iter().filter(|(_, display)| display.enabled);
        let wanted: BTreeMap<_, _> = enabled.map(|(id, display)| (id, display.screen.clone())).collect();
        for (_, gone) in self.watched.extract_if(.., |id, _| !wanted.contains_key(id)) {
            gone.frames.set_wanted(false);
        }
        let start = |id: &DisplayId, stop| {
            let display = show.displays.get(id).ok_or(io::ErrorKind::NotFound)?;
            let branch = env.frames.branch(PLACES, WhenFull::DropOldest);
            let alive = Arc::new(AtomicI64::new(env.clock.now().micros()));
            self.watched.insert(id.clone(), Watched { frames: branch.mailbox().clone(), alive: alive.clone() });
            start(display.clone(), env.clone(), branch, alive, stop)
        };
        self.crew.follow(wanted, start, |id| env.vitals.status.forget_display(id.as_str()));
        self.tell_who_is_silent();
    }

    fn tell_who_is_silent(&self) {
        let Env { clock, vitals, .. } = &*self.env;
        let long_ago = clock.now().micros() - SILENCE;
        for (id, _) in self.watched.iter().filter(|(_, watched)| watched.alive.load(Ordering::Relaxed) < long_ago) {
            let state = vitals.status.display(id.as_str()).unwrap_or_default();
            let reason = Some("its device does not answer".to_owned());
            if state.reason != reason {
                tracing::warn!(display = %id, "the display's device does not answer");
            }
            vitals.status.report_display(id.as_str(), DisplayState { state: Reached::Unreachable, reason, ..state });
        }
    }
}

fn start(
    display: Arc<Display>,
    env: Arc<Env>,
    branch: Branch<Frame>,
    alive: Arc<AtomicI64>,
    stop: StopFlag,
) -> io::Result<JoinHandle<()>> {
    spawn_thread(&format!("screen-{}", display.id), move || show_on(&display, &env, &branch, &alive, &stop))
}

fn show_on(display: &Display, env: &Env, branch: &Branch<Frame>, alive: &AtomicI64, stop: &StopFlag) {
    let figures = RefCell::new(Figures::new(display.id.as_str(), &env.vitals));
    let frames = branch.mailbox();
    let look = || {
        let now = env.clock.now();
        alive.store(now.micros(), Ordering::Relaxed);
        figures.borrow_mut().tell(&env.vitals, now);
        // Gone already, and not yet told to stop: as it was.
        let look = env.show.load().displays.get(&display.id).map_or_else(|| Look::of(display), |now| Look::of(now));
        let is_wanted = figures.borrow().is_live() && !look.test_card;
        (!stop.is_set()).then(|| {
            frames.set_wanted(is_wanted);
            look
        })
    };
    let (watch, open): (_, &Open) = (Stopwatch::start(), &env.open);
    run::run(
        || open(&display.screen),
        look,
        |patience| frames.take_newest(patience),
        || watch.elapsed(),
        |news| figures.borrow_mut().hear(news),
    );
    frames.set_wanted(false);
}

impl Picture for Frame {
    fn planes(&self) -> Option<Planes<'_>> {
        let layout = self.layout();
        let size = (layout.canvas.width, layout.canvas.height);
        Planes::new(size, Frame::planes(self), layout.luma_stride, layout.chroma_stride)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.same_picture(other)
    }
}
