//! The few pictures that are decoded and not yet past: kept by the source's thread, looked at by the tick thread.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use arc_swap::{ArcSwap, ArcSwapOption};

use super::course::Course;
use super::wanted::Wanted;
use crate::frame::tap::Tap;
use crate::frame::video::VideoFrame;
use crate::show::time::{PICTURE_EARLY_US, ShowTime};

/// Memory of one source's pictures. 4K takes 12 MB each, 1080p 3 MB.
const MOST_BYTES: usize = 96 << 20;
/// However large they are, two are needed to go from one to the next.
const LEAST_PICTURES: usize = 3;
/// The tick thread may be late by this much and still find its picture.
const KEPT_BEHIND_US: i64 = 60_000;
/// What the tick thread may still hold when we let go of it. It holds a picture for a frame or two; beyond this it frees itself.
const MOST_RETIRED: usize = 32;

/// What the tick thread sees of a source.
#[derive(Default)]
pub(super) struct Window {
    published: ArcSwapOption<Published>,
    /// For who waits instead of leaving out: until when it is decided what is shown and heard, under which orders.
    settled: AtomicI64,
    followed: AtomicU64,
}

impl Window {
    pub fn frame(&self, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.published.load().as_ref()?.frame(at).cloned()
    }

    /// Nothing that is still to come changes what there is until then.
    pub fn settle(&self, order: u64, until: ShowTime) {
        if self.followed.load(Ordering::Relaxed) != order {
            // Never the one order's word with the other's time.
            self.settled.store(i64::MIN, Ordering::Release);
            self.followed.store(order, Ordering::Release);
        }
        self.settled.store(until.micros(), Ordering::Release);
    }

    pub fn is_settled(&self, order: u64, until: ShowTime) -> bool {
        self.followed.load(Ordering::Acquire) == order && self.settled.load(Ordering::Acquire) >= until.micros()
    }
}

/// A window, and what the source behind it is told.
pub(super) struct Slot {
    pub window: Arc<Window>,
    pub tap: Arc<Tap>,
    orders: ArcSwap<Order>,
    thread: OnceLock<Thread>,
}

#[derive(Clone, PartialEq)]
pub(super) struct Order {
    pub wanted: Wanted,
    /// The show is held at this instant.
    pub held_at: Option<ShowTime>,
    /// Each has another.
    pub number: u64,
}

#[derive(Clone)]
struct Entry {
    place: i64,
    frame: Arc<VideoFrame>,
}

struct Published {
    course: Course,
    /// By place.
    entries: Vec<Entry>,
    /// Shown while none of the entries is due.
    held: Option<Arc<VideoFrame>>,
    /// Nothing is shown after this.
    until: ShowTime,
}

impl Published {
    fn frame(&self, at: ShowTime) -> Option<&Arc<VideoFrame>> {
        if at > self.until {
            return None;
        }
        let due = self.course.due_at(at);
        let newest = self.entries.iter().rev().find(|entry| entry.place <= due);
        newest.map(|entry| &entry.frame).or(self.held.as_ref())
    }
}

impl Slot {
    pub fn new(wanted: Wanted, held_at: Option<ShowTime>, tap: Arc<Tap>) -> Arc<Self> {
        #[cfg(test)]
        tap.keep_log();
        Arc::new(Self {
            window: Arc::default(),
            tap,
            orders: ArcSwap::from_pointee(Order { wanted, held_at, number: 1 }),
            thread: OnceLock::new(),
        })
    }

    pub fn worked_by(&self, thread: Thread) {
        // Told once, when it is started.
        let _ = self.thread.set(thread);
    }

    pub fn frame(&self, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.window.frame(at)
    }

    pub fn order(&self, wanted: &Wanted, held_at: Option<ShowTime>) {
        let present = self.orders.load();
        if present.wanted == *wanted && present.held_at == held_at {
            return;
        }
        self.orders.store(Arc::new(Order { wanted: wanted.clone(), held_at, number: present.number + 1 }));
        self.wake();
    }

    pub fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    pub fn is_settled(&self, until: ShowTime) -> bool {
        self.window.is_settled(self.orders.load().number, until)
    }

    pub fn ordered(&self) -> Arc<Order> {
        self.orders.load_full()
    }
}

/// Just before a picture of this time may be shown.
fn before(time: ShowTime) -> ShowTime {
    ShowTime(time.micros().saturating_sub(PICTURE_EARLY_US + 2))
}

/// The thread's side.
pub(super) struct Queue {
    window: Arc<Window>,
    course: Course,
    entries: VecDeque<Entry>,
    bytes: usize,
    held: Option<Arc<VideoFrame>>,
    until: ShowTime,
    is_changed: bool,
    /// Kept until the tick thread has let go, so that giving memory back is never its work.
    retired: VecDeque<Arc<VideoFrame>>,
    retired_views: VecDeque<Arc<Published>>,
}

pub(super) const FOREVER: ShowTime = ShowTime(i64::MAX);

impl Queue {
    pub fn new(window: Arc<Window>) -> Self {
        Self {
            window,
            course: Course { from: ShowTime(0), place: 0, speed: 0.0 },
            entries: VecDeque::new(),
            bytes: 0,
            held: None,
            until: FOREVER,
            is_changed: false,
            retired: VecDeque::new(),
            retired_views: VecDeque::new(),
        }
    }

    pub fn course(&self) -> Course {
        self.course
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.held.is_none()
    }

    pub fn newest(&self) -> Option<i64> {
        self.entries.back().map(|entry| entry.place)
    }

    /// Whether the picture for this place is here, or will come without a seek.
    pub fn covers(&self, place: i64, ahead: i64) -> bool {
        match (self.entries.front(), self.entries.back()) {
            (Some(first), Some(last)) => first.place <= place && place <= last.place.saturating_add(ahead),
            _ => false,
        }
    }

    /// Whether another picture may be taken: up to `pictures` that are not due yet, or as many as fill `span`.
    pub fn has_room(&self, now: ShowTime, pictures: usize, span: i64, most: usize) -> bool {
        if self.bytes >= MOST_BYTES && self.entries.len() >= LEAST_PICTURES {
            return false;
        }
        let due = self.course.due_at(now);
        let ahead = self.entries.iter().rev().take_while(|entry| entry.place > due).count();
        let spans = self.newest().is_some_and(|newest| newest.saturating_sub(due) >= span);
        ahead < pictures || (ahead < most && !spans)
    }

    pub fn push(&mut self, place: i64, frame: VideoFrame) {
        // Two at one place would be a file's mistake; the newer is as good.
        while self.newest().is_some_and(|newest| newest >= place) {
            let newest = self.entries.pop_back();
            self.retire(newest);
        }
        self.bytes += frame.bytes();
        self.entries.push_back(Entry { place, frame: Arc::new(frame) });
        self.is_changed = true;
    }

    /// Until when another picture that comes is not due.
    pub fn decided_until(&self, now: ShowTime) -> ShowTime {
        match self.newest() {
            // It stands still.
            Some(newest) if self.course.speed <= 0.0 && newest > self.course.due_at(now) => FOREVER,
            Some(newest) => self.course.time_of(newest).map_or(ShowTime(i64::MIN), before),
            None => ShowTime(i64::MIN),
        }
    }

    /// Lets go of what is past.
    pub fn prune(&mut self, now: ShowTime) {
        let behind = (KEPT_BEHIND_US as f64 * self.course.speed) as i64;
        let due = self.course.due_at(now).saturating_sub(behind);
        while self.entries.get(1).is_some_and(|second| second.place <= due) {
            let oldest = self.entries.pop_front();
            self.retire(oldest);
            self.is_changed = true;
        }
        if self.held.is_some() && self.entries.front().is_some_and(|first| first.place <= due) {
            let held = self.held.take();
            self.retired.extend(held);
            self.is_changed = true;
        }
    }

    pub fn set_course(&mut self, course: Course) {
        self.is_changed |= self.course != course;
        self.course = course;
    }

    /// It goes on elsewhere: what is shown at `now` stays until the first picture from there is due.
    pub fn jump(&mut self, now: ShowTime, course: Course) {
        let shown = self.view().frame(now).cloned();
        self.clear();
        // Who waits for us alone to let go of it must not find it twice.
        self.retired.retain(|frame| !shown.as_ref().is_some_and(|shown| Arc::ptr_eq(frame, shown)));
        self.held = shown;
        self.set_course(course);
    }

    pub fn show_until(&mut self, until: ShowTime) {
        self.is_changed |= self.until != until;
        self.until = until;
    }

    pub fn clear(&mut self) {
        while let Some(entry) = self.entries.pop_front() {
            self.retire(Some(entry));
        }
        let held = self.held.take();
        self.retired.extend(held);
        self.is_changed = true;
    }

    fn retire(&mut self, entry: Option<Entry>) {
        if let Some(entry) = entry {
            self.bytes = self.bytes.saturating_sub(entry.frame.bytes());
            self.retired.push_back(entry.frame);
        }
    }

    fn view(&self) -> Published {
        let entries = self.entries.iter().cloned().collect();
        Published { course: self.course, entries, held: self.held.clone(), until: self.until }
    }

    /// Shows the tick thread what has changed.
    pub fn publish(&mut self) {
        if self.is_changed {
            self.is_changed = false;
            let view = self.view();
            let is_empty = view.entries.is_empty() && view.held.is_none();
            let next = if is_empty { None } else { Some(Arc::new(view)) };
            self.retired_views.extend(self.window.published.swap(next));
        }
        self.retired_views.retain(|view| Arc::strong_count(view) > 1);
        self.retired.retain(|frame| Arc::strong_count(frame) > 1);
        let extra = self.retired.len().saturating_sub(MOST_RETIRED);
        self.retired.drain(..extra);
        let extra = self.retired_views.len().saturating_sub(MOST_RETIRED);
        self.retired_views.drain(..extra);
    }
}
