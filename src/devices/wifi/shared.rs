//! What the handle, the keeper and a change that is being made know together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore, watch};

use crate::base::clock::Clock;
use crate::show::time::ShowTime;

use super::WifiSettings;
use super::change::{About, Change, Seen};
use super::error::{Unavailable, WifiError};
use super::link::Link;
use super::status::{LastChange, Outcome, WifiStatus};

pub struct Shared {
    pub clock: Clock,
    pub settings: WifiSettings,
    pub status: watch::Sender<WifiStatus>,
    pub found: watch::Sender<Found>,
    /// Someone wants to know now.
    pub asked: Notify,
    /// One change at a time.
    pub changing: Arc<Semaphore>,
    /// A std mutex: it is held for a look, never while something is awaited.
    change: Mutex<Change>,
}

/// What the keeper's last look found.
pub struct Found {
    pub looks: u64,
    pub at: ShowTime,
    pub link: Result<Link, Unavailable>,
}

impl Shared {
    pub fn new(settings: WifiSettings, clock: Clock) -> Arc<Self> {
        let found = Found { looks: 0, at: clock.now(), link: Err(Unavailable::NotLooked) };
        Arc::new(Self {
            clock,
            settings,
            status: watch::Sender::new(WifiStatus::unavailable(&Unavailable::NotLooked)),
            found: watch::Sender::new(found),
            asked: Notify::new(),
            changing: Arc::new(Semaphore::new(1)),
            change: Mutex::default(),
        })
    }

    pub fn change(&self) -> MutexGuard<'_, Change> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The watchers hear of it only if it is different.
    pub fn tell(&self, change: impl FnOnce(&mut WifiStatus)) {
        self.status.send_if_modified(|status| {
            let before = status.clone();
            change(status);
            *status != before
        });
    }

    pub fn measured(&self, status: WifiStatus) {
        self.tell(|old| *old = status.measured_after(old));
    }

    /// After a look, whatever it found.
    pub fn looked(&self, link: Result<Link, Unavailable>) {
        if let Err(why) = &link {
            self.measured(WifiStatus::unavailable(why));
        }
        let at = self.clock.now();
        self.found.send_modify(|found| *found = Found { looks: found.looks + 1, at, link });
    }

    pub fn judge(&self, seen: &Seen<'_>) {
        let over = self.change().look(seen);
        if let Some((about, outcome)) = over {
            tracing::warn!(ssid = about.name, ?outcome, "the change of the network was not confirmed: {outcome:?}");
            self.over(&about, outcome, None);
        }
    }

    /// The change is over; `error` says why, if it failed.
    pub fn over(&self, about: &About, outcome: Outcome, error: Option<&WifiError>) {
        let (ssid, change, code) = (about.name.clone(), about.kind, error.map(WifiError::code));
        let last = LastChange { ssid, change, outcome, code, at: self.clock.now() };
        self.change().end(outcome);
        self.tell(|status| {
            status.pending_confirmation = None;
            status.last_change = Some(last);
        });
    }
}
