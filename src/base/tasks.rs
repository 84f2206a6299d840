//! Threads with names, and the word to stop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::clock::Stopwatch;

/// Set once, read by every loop.
#[derive(Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A named OS thread. Linux shows 15 characters of the name.
pub fn spawn_thread<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body)
}

/// What the nice value of a thread is that must not be late.
const FIRST: i32 = -10;

/// From here on this thread goes before others of the machine, and so do those that it starts: a frame is painted on time also while
/// decoders, encoders and other programs want every core. Says whether the system lets it: root may, and whoever `LimitNICE` lets.
pub fn go_first() -> bool {
    // On Linux this is the thread's own, not the whole process's.
    let gone = rustix::process::setpriority_process(None, FIRST);
    gone.inspect_err(|error| tracing::debug!(%error, "a thread that must not be late is like any other")).is_ok()
}

/// What the nice value of a thread is whose work can wait.
const LAST: i32 = 15;

/// From here on this thread, and those that it starts, get what others leave. There is no way back without rights that most servers do
/// not have, so only a thread that ends with its work should do this.
pub fn go_last() -> bool {
    let gone = rustix::process::setpriority_process(None, LAST);
    gone.inspect_err(|error| tracing::debug!(%error, "a thread that can wait is like any other")).is_ok()
}

/// Waits for a thread to end, at most `patience`; says whether it did.
pub fn join_within<T>(thread: JoinHandle<T>, patience: Duration) -> bool {
    let watch = Stopwatch::start();
    while !thread.is_finished() {
        if watch.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    thread.join().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_thread_itself_and_what_it_starts_go_first() {
        let niceness = || rustix::process::getpriority_process(None).expect("it is known");
        let before = niceness();
        let first = spawn_thread("first", move || {
            let expected = if go_first() { FIRST } else { before };
            let started = spawn_thread("started", niceness).expect("a thread").join();
            (niceness(), started.expect("it ends"), expected)
        });
        let (own, started, expected) = first.expect("a thread").join().expect("it ends");
        assert_eq!((own, started, niceness()), (expected, expected, before));
        let last = spawn_thread("last", move || (go_last(), niceness())).expect("a thread").join();
        assert_eq!((last.expect("it ends"), niceness()), ((true, LAST), before));
    }
}
