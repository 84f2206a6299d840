//! All readers that pcscd serves.
//!
//! A context of pcscd that has failed never recovers, and may still say that it is valid. So it is never asked: with the first error
//! that is not about a single card, the whole session is dropped, and the next call begins a new one.

mod fault;
mod reading;
mod session;
mod slot;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pcsc::Context;

use self::session::Session;
use super::event::ReaderKind;
use super::reader::{ReaderFault, Sighting, TagReader, Wake};
use crate::base::tasks::spawn_thread;

#[derive(Default)]
pub struct PcscReaders {
    session: Option<Session>,
    waiting: Waiting,
}

/// The context of a call that is waiting just now. pcscd answers a cancellation on the connection that it concerns, so one that comes
/// at any other time would be taken for the answer to something else.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Option<Context>>>);

impl Waiting {
    fn during<T>(&self, context: &Context, wait: impl FnOnce() -> T) -> T {
        self.set(Some(context.clone()));
        let result = wait();
        self.set(None);
        result
    }

    fn set(&self, context: Option<Context>) {
        let before = std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), context);
        // outside of the lock: the last that has a context closes it
        drop(before);
    }

    /// In a thread of its own, because it asks the daemon, and one that hangs does not answer.
    fn cancel(&self) {
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(context) = context else { return };
        let cancelled = spawn_thread("nfc-cancel", move || context.cancel());
        // a wait that is not cancelled ends by itself, a little later
        cancelled.map(drop).ok();
    }
}

impl PcscReaders {
    pub fn new() -> Self {
        Self::default()
    }
}

impl TagReader for PcscReaders {
    fn kind(&self) -> ReaderKind {
        ReaderKind::Pcsc
    }

    fn wait(&mut self, patience: Duration) -> Result<Vec<Sighting>, ReaderFault> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session::establish().map_err(fault::of_daemon)?,
        };
        let sightings = session.round(patience, &self.waiting).map_err(fault::of_daemon)?;
        // only one that has not failed is used again
        self.session = Some(session);
        Ok(sightings)
    }

    fn wake(&self) -> Wake {
        let waiting = self.waiting.clone();
        Arc::new(move || waiting.cancel())
    }
}
