//! What lights see of the program: small pictures of its newest frames, made by a thread of its own, because reading a frame takes
//! longer than lights may be late.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_queue::ArrayQueue;

use super::sample::{BorderWatch, Borders, Planes, Proxy, borders};
use crate::base::clock::Stopwatch;
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::show::time::ShowTime;

/// Two seconds at 120 frames each, and some on their way: whoever shows the picture later needs what was there before.
const PLACES: usize = 256;
/// Kept beside what is needed at the moment.
const SPARE: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_millis(50);
/// What is no brighter than this is black, as a code value.
const DARK: f32 = 0.05;

/// A small picture, what is black around it, and when it was due.
#[derive(Default)]
pub struct Glimpse {
    at: ShowTime,
    pub proxy: Proxy,
    pub borders: Borders,
}

struct Between {
    fresh: ArrayQueue<Box<Glimpse>>,
    used: ArrayQueue<Box<Glimpse>>,
}

/// For the thread that computes lights.
pub struct Eye {
    frames: Arc<Mailbox<Frame>>,
    between: Arc<Between>,
    /// Oldest first.
    seen: VecDeque<Box<Glimpse>>,
    open: bool,
}

impl Eye {
    /// Starts the thread `eye`, which reads frames while they are needed.
    pub fn start(frames: Arc<Mailbox<Frame>>, vitals: Arc<Vitals>, stop: StopFlag) -> io::Result<(Eye, JoinHandle<()>)> {
        let between = Arc::new(Between { fresh: ArrayQueue::new(PLACES), used: ArrayQueue::new(PLACES) });
        let eye =
            Eye { frames: frames.clone(), between: between.clone(), seen: VecDeque::with_capacity(PLACES), open: false };
        let failing = Failing::of("lights", &vitals, Condition::degraded("the thread that reads the picture has failed"));
        let thread = spawn_watched("eye", failing, move || {
            let mut watch = BorderWatch::default();
            while !stop.is_set() {
                if let Some(frame) = frames.take_newest(PATIENCE) {
                    read(&frame, &between, &mut watch, &vitals);
                }
            }
        })?;
        Ok((eye, thread))
    }

    /// Sees while it is needed, back to `latest` before `at`.
    pub fn look(&mut self, is_needed: bool, at: ShowTime, latest: Duration) {
        if is_needed != self.open {
            self.open = is_needed;
            self.frames.set_wanted(is_needed);
        }
        while let Some(glimpse) = self.between.fresh.pop() {
            if self.seen.len() >= PLACES {
                self.forget_oldest();
            }
            self.seen.push_back(glimpse);
        }
        let oldest = ShowTime(at.micros() - i64::try_from((latest + SPARE).as_micros()).unwrap_or(0));
        // The one that is still to be seen at that time stays, and while frames are needed the newest does, however old.
        while self.seen.get(1).is_some_and(|second| second.at <= oldest) || (!self.open && !self.seen.is_empty()) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(glimpse) = self.seen.pop_front() {
            // There is room for all that there are; one more is dropped.
            let _ = self.between.used.push(glimpse);
        }
    }

    /// The picture that was seen at that time: the newest that was due by then.
    pub fn at(&self, at: ShowTime) -> Option<&Glimpse> {
        let found = self.seen.iter().rev().find(|glimpse| glimpse.at <= at).or(self.seen.front());
        found.map(Box::as_ref)
    }
}

fn read(frame: &Frame, between: &Between, watch: &mut BorderWatch, vitals: &Vitals) {
    let took = Stopwatch::start();
    let layout = frame.layout();
    let strides = [layout.luma_stride, layout.chroma_stride, layout.chroma_stride];
    let Some(planes) = Planes::new(layout.canvas.width, layout.canvas.height, frame.planes(), strides) else { return };
    let mut glimpse = between.used.pop().unwrap_or_default();
    glimpse.at = frame.at;
    glimpse.proxy.fill(&planes);
    watch.see(borders(&glimpse.proxy, DARK));
    glimpse.borders = watch.borders();
    vitals.lights_sample_time.observe(took.elapsed().as_secs_f64());
    if let Some(unread) = between.fresh.force_push(glimpse) {
        let _ = between.used.push(unread);
    }
}
