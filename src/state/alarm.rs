//! Wakes the writer when the show has something to do by itself. A thread of its own, because the writer waits for commands.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::writer::Asked;
use crate::base::clock::Clock;
use crate::base::tasks::spawn_thread;
use crate::show::time::ShowTime;

/// An earlier time that is set meanwhile is noticed this soon. The engine does not depend on it: it looks ahead.
const PATIENCE: Duration = Duration::from_millis(50);

const NEVER: i64 = i64::MAX;
const END: i64 = i64::MIN;

pub(super) struct Alarm {
    due: Arc<AtomicI64>,
    thread: JoinHandle<()>,
}

impl Alarm {
    /// It holds no writer up: once all others have let go of `writer`, it is closed.
    pub(super) fn start(clock: Clock, writer: mpsc::WeakSender<Asked>) -> io::Result<Self> {
        let due = Arc::new(AtomicI64::new(NEVER));
        let set = due.clone();
        let thread = spawn_thread("alarm", move || watch(&clock, &set, &writer))?;
        Ok(Self { due, thread })
    }

    /// Takes the place of what was set before.
    pub(super) fn set(&self, at: Option<ShowTime>) {
        let at = at.map_or(NEVER, |at| at.0.clamp(END + 1, NEVER));
        if self.due.swap(at, Ordering::AcqRel) != at {
            self.thread.thread().unpark();
        }
    }

    pub(super) fn end(self) {
        self.due.store(END, Ordering::Release);
        self.thread.thread().unpark();
        // It has nothing to say.
        let _ = self.thread.join();
    }
}

fn watch(clock: &Clock, due: &AtomicI64, writer: &mpsc::WeakSender<Asked>) {
    loop {
        match due.load(Ordering::Acquire) {
            END => return,
            NEVER => std::thread::park(),
            at => {
                let has_come = clock.sleep_until(ShowTime(at), PATIENCE);
                // Once for each time that was set; the writer sets the next.
                if has_come && due.compare_exchange(at, NEVER, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                    let Some(writer) = writer.upgrade() else { return };
                    // A full queue keeps the writer awake, and it looks at the time with whatever it takes from it.
                    let _ = writer.try_send(Asked::WakeUp);
                }
            }
        }
    }
}
