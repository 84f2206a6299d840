//! The downloads that are under way, and the handle to them. Which there should be is decided elsewhere, and kept there.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, oneshot, watch};
use url::Host;

use super::error::DownloadError;
use super::folder::{self, Folder};
use super::id::JobId;
use super::job::{Job, Outcome, Stop, carry_out, on_disk};
use super::progress::Progress;
use super::proxy::{Allowed, forbidden};
use super::search::{Found, Query, SearchError};
use super::settings::Settings;
use super::version::{Present, Program};
use super::{find, settings};
use crate::base::clock::Clock;

/// Under way or waiting.
const MOST_JOBS: usize = 64;
const MOST_SEARCHES: usize = 2;

/// Cloned to whoever begins and shows downloads.
#[derive(Clone)]
pub struct Downloads(Arc<House>);

pub struct House {
    pub settings: Settings,
    pub directory: PathBuf,
    pub allowed: Arc<Allowed>,
    pub clock: Clock,
    pub program: Program,
    /// First come, first served.
    pub turns: Semaphore,
    pub searches: Semaphore,
    /// A std mutex: it is held for a look at a table, never while something is awaited.
    jobs: Mutex<Jobs>,
}

#[derive(Default)]
struct Jobs {
    running: BTreeMap<JobId, Running>,
    is_closing: bool,
}

struct Running {
    progress: watch::Receiver<Progress>,
    stop: watch::Sender<Option<Stop>>,
}

/// What whoever began a job is given.
pub struct Begun {
    /// Comes once, when the job's folder is as it should be and the same id may be begun again.
    pub outcome: oneshot::Receiver<Outcome>,
    /// The newest only.
    pub progress: watch::Receiver<Progress>,
}

impl Downloads {
    /// Makes the directory; nothing runs until something is begun.
    pub fn start(settings: Settings, clock: Clock) -> Result<Downloads, DownloadError> {
        let directory = folder::prepare(&settings.directory)?;
        Ok(Downloads(Arc::new(House {
            directory,
            allowed: Arc::new(settings.allow_private.clone()),
            program: Program::new(settings.program.clone(), clock.clone()),
            turns: Semaphore::new(settings.most_at_once.max(1)),
            searches: Semaphore::new(MOST_SEARCHES),
            jobs: Mutex::default(),
            clock,
            settings,
        })))
    }

    /// The yt-dlp that is used, or why there is none: for people.
    pub async fn available(&self) -> Result<Present, String> {
        self.0.program.present().await
    }

    /// Also goes on with one that was suspended, or broke off. Must be called within a tokio runtime.
    pub fn begin(&self, job: Job) -> Result<Begun, DownloadError> {
        self.check_address(&job)?;
        let (told, outcome) = oneshot::channel();
        let (progress, shown) = watch::channel(Progress::waiting());
        let (stop, stopped) = watch::channel(None);
        self.0.enter(job.id.clone(), Running { progress: shown.clone(), stop })?;
        let place = Place { house: self.0.clone(), id: job.id.clone(), progress };
        tokio::spawn(async move {
            let outcome = carry_out(&place.house, &job, &place.progress, stopped).await;
            drop(place);
            // Whoever began it may not care.
            let _ = told.send(outcome);
        });
        Ok(Begun { outcome, progress: shown })
    }

    /// What can be said without asking anybody: addresses that are written as numbers.
    fn check_address(&self, job: &Job) -> Result<(), DownloadError> {
        let address = match job.address.host() {
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
            Host::Domain(_) => return Ok(()),
        };
        let port = job.address.port();
        let is_allowed = self.0.allowed.has(&address.to_string(), (address, port).into());
        match forbidden(address) {
            Some(_) if !is_allowed => Err(DownloadError::AddressForbidden(format!("{address}:{port}"))),
            _ => Ok(()),
        }
    }

    /// None for one that is not under way.
    pub fn status(&self, id: &JobId) -> Option<Progress> {
        let jobs = self.0.jobs();
        jobs.running.get(id).map(|running| running.progress.borrow().clone())
    }

    /// Ends it if it is under way, and removes all that is there of it: afterwards nothing of it runs or lies anywhere.
    /// This is also how the folder of a finished one is cleared away.
    pub async fn cancel(&self, id: &JobId) -> Result<(), DownloadError> {
        if let Some(progress) = self.0.tell(id, Stop::Cancel) {
            ended(progress).await;
        }
        let folder = Folder::of(&self.0.directory, id);
        on_disk(move || folder.remove()).await
    }

    /// Removes the folders of all jobs but these, and those under way; says how many.
    pub async fn retain(&self, ids: impl IntoIterator<Item = JobId>) -> Result<usize, DownloadError> {
        let mut known: std::collections::BTreeSet<JobId> = ids.into_iter().collect();
        known.extend(self.0.jobs().running.keys().cloned());
        let directory = self.0.directory.clone();
        on_disk(move || folder::retain(&directory, |id| known.contains(id))).await
    }

    /// Ends all that is under way and keeps what has come of it; nothing can be begun any more.
    pub async fn shutdown(&self) {
        for progress in self.0.close() {
            ended(progress).await;
        }
    }

    /// Looks for something by words.
    pub async fn search(&self, query: &Query) -> Result<Vec<Found>, SearchError> {
        if self.0.settings.search == settings::Search::Off {
            return Err(SearchError::Disabled);
        }
        // To its end, also when nobody waits for the answer any more: so nothing of it is left.
        let searched = tokio::spawn(find::find(self.0.clone(), query.clone()));
        searched.await.unwrap_or_else(|error| Err(SearchError::Failed(error.to_string())))
    }
}

/// Its sender is dropped when all is done.
async fn ended(mut progress: watch::Receiver<Progress>) {
    while progress.changed().await.is_ok() {}
}

impl House {
    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, id: JobId, running: Running) -> Result<(), DownloadError> {
        let mut jobs = self.jobs();
        if jobs.is_closing {
            return Err(DownloadError::Closing);
        }
        if jobs.running.contains_key(&id) {
            return Err(DownloadError::Running);
        }
        if jobs.running.len() >= MOST_JOBS {
            return Err(DownloadError::TooMany { limit: MOST_JOBS });
        }
        jobs.running.insert(id, running);
        Ok(())
    }

    fn tell(&self, id: &JobId, word: Stop) -> Option<watch::Receiver<Progress>> {
        let jobs = self.jobs();
        let running = jobs.running.get(id)?;
        running.stop.send_replace(Some(word));
        Some(running.progress.clone())
    }

    fn close(&self) -> Vec<watch::Receiver<Progress>> {
        let mut jobs = self.jobs();
        jobs.is_closing = true;
        let tell = |running: &Running| {
            // Whoever is being cancelled stays that.
            running.stop.send_if_modified(|stop| stop.is_none().then(|| *stop = Some(Stop::Suspend)).is_some());
            running.progress.clone()
        };
        jobs.running.values().map(tell).collect()
    }
}

/// A job's place in the table, left when dropped.
struct Place {
    house: Arc<House>,
    id: JobId,
    progress: watch::Sender<Progress>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.house.jobs().running.remove(&self.id);
    }
}
