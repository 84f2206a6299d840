//! Starts and stops the threads of displays, as the show wants them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::figures::Figures;
use super::look::Look;
use super::picture::Planes;
use super::run::{self, Picture};
use super::{Env, Open};
use crate::base::clock::Stopwatch;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::frame::mailbox::{Branch, Mailbox, WhenFull};
use crate::frame::picture::Frame;
use crate::send::crew::Crew;
use crate::show::Show;
use crate::show::display::{Display, Screen};
use crate::show::ids::DisplayId;

const LOOK: Duration = Duration::from_millis(100);
/// A display only ever wants the newest.
const PLACES: usize = 1;

/// At once, with those that hang and are wanted no more: each may hold a frame of the engine's.
const MOST: usize = 4;

pub struct Screens {
    env: Arc<Env>,
    crew: Crew<DisplayId, Screen>,
    /// Where their frames come. One that hangs can not say itself that it wants no more.
    frames: BTreeMap<DisplayId, Arc<Mailbox<Frame>>>,
}

impl Screens {
    pub fn new(env: Env) -> Self {
        Self { env: Arc::new(env), crew: Crew::of(MOST), frames: BTreeMap::new() }
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
        for (_, frames) in self.frames.extract_if(.., |id, _| !wanted.contains_key(id)) {
            frames.set_wanted(false);
        }
        let start = |id: &DisplayId, stop| {
            let display = show.displays.get(id).ok_or(io::ErrorKind::NotFound)?;
            let branch = env.frames.branch(PLACES, WhenFull::DropOldest);
            self.frames.insert(id.clone(), branch.mailbox().clone());
            start(display.clone(), env.clone(), branch, stop)
        };
        self.crew.follow(wanted, start, |id| env.vitals.status.forget_display(id.as_str()));
    }
}

fn start(display: Arc<Display>, env: Arc<Env>, branch: Branch<Frame>, stop: StopFlag) -> io::Result<JoinHandle<()>> {
    spawn_thread(&format!("screen-{}", display.id), move || show_on(&display, &env, &branch, &stop))
}

fn show_on(display: &Display, env: &Env, branch: &Branch<Frame>, stop: &StopFlag) {
    let figures = RefCell::new(Figures::new(display.id.as_str(), &env.vitals));
    let frames = branch.mailbox();
    let look = || {
        figures.borrow_mut().tell(&env.vitals, env.clock.now());
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
