//! Readers of tags, and nothing else. They tell facts: this tag is present on that reader, it was removed, a reader appeared or is
//! gone. What a tap means is decided elsewhere, by pure code, from what is told here.
//!
//! A source (`reader`) sees; `presence` makes of it what is told; `outbox` holds it while the listener is busy; `run` is the thread
//! that joins them. Anyone may ask for the status at any time.

#[cfg(any(test, not(feature = "nfc")))]
mod absent;
pub mod apdu;
pub mod event;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod outbox;
mod pause;
#[cfg(feature = "nfc")]
pub mod pcsc;
pub mod pn532;
pub mod presence;
pub mod reader;
mod run;
pub mod simulated;
pub mod status;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use self::event::NfcEvent;
use self::outbox::Outbox;
use self::pause::Pauses;
use self::presence::{Graces, Presence};
use self::reader::{TagReader, Wake};
use self::run::Watch;
use self::status::{Board, Condition, NfcStatus, SourceStatus};
use crate::base::clock::Clock;
use crate::base::tasks::{StopFlag, join_within, spawn_thread};

/// A daemon that hangs can hold a thread for ever; the server stops without it then.
const LONGEST_END: Duration = Duration::from_secs(3);

/// All readers that pcscd serves. In a build without the feature `nfc` it says so, and that is all.
pub fn pcsc() -> Box<dyn TagReader> {
    #[cfg(feature = "nfc")]
    return Box::new(pcsc::PcscReaders::new());
    #[cfg(not(feature = "nfc"))]
    return Box::new(absent::Absent);
}

/// Readers that are watched until this is dropped.
pub struct NfcHandle {
    clock: Clock,
    board: Arc<Board>,
    stop: StopFlag,
    threads: Vec<(JoinHandle<()>, Wake)>,
}

/// Watches all of `sources`, each in a thread of its own, and tells `out` what happens.
///
/// A full `out` stops nothing: what has no room waits in order, and of what waits too long, taps that have ended are left out and
/// counted (`outbox`).
pub fn start(
    sources: Vec<Box<dyn TagReader>>,
    graces: Graces,
    clock: &Clock,
    out: &Sender<NfcEvent>,
) -> io::Result<NfcHandle> {
    let (board, stop) = Default::default();
    let mut handle = NfcHandle { clock: clock.clone(), board, stop, threads: Vec::new() };
    for source in sources {
        handle.watch(source, graces, out.clone())?;
    }
    Ok(handle)
}

impl NfcHandle {
    pub fn status(&self) -> NfcStatus {
        self.board.status(self.clock.now())
    }

    /// Returns when the threads have ended, or when the time is over that they have for it.
    pub fn stop(self) {
        drop(self);
    }

    fn watch(&mut self, source: Box<dyn TagReader>, graces: Graces, out: Sender<NfcEvent>) -> io::Result<()> {
        let (kind, wake) = (source.kind(), source.wake());
        let watch = Watch {
            source,
            clock: self.clock.clone(),
            presence: Presence::new(graces),
            outbox: Outbox::new(out),
            line: self.board.add(SourceStatus::starting(kind, self.clock.now())),
            board: self.board.clone(),
            stop: self.stop.clone(),
            pauses: Pauses::default(),
            troubles: BTreeMap::new(),
            condition: Condition::Starting,
        };
        self.threads.push((spawn_thread(&format!("nfc-{}", kind.label()), move || watch.run())?, wake));
        Ok(())
    }
}

impl Drop for NfcHandle {
    fn drop(&mut self) {
        self.stop.stop();
        for (thread, wake) in &self.threads {
            thread.thread().unpark();
            wake();
        }
        for (thread, _) in self.threads.drain(..) {
            let name = thread.thread().name().unwrap_or_default().to_owned();
            if !join_within(thread, LONGEST_END) {
                tracing::warn!(thread = name, "a card reader does not let go, and is left alone");
            }
        }
    }
}
