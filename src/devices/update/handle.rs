//! What everyone else has of updates.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use minisign_verify::PublicKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::address::Address;
use super::boot;
use super::error::{Unavailable, UpdateError};
use super::fetch;
use super::layout::{Layout, Power};
use super::manifest::{LONGEST_MANIFEST, LONGEST_SIGNATURE, Manifest, believed};
use super::smoke::smoke_run;
use super::status::{UpdateState, UpdateStatus};
use super::unpack::unpack;
use super::version::Version;

/// Watchers are not woken for every piece of a download.
const TELL_EVERY: u64 = 1 << 20;

#[derive(Clone, Debug)]
pub struct UpdateSettings {
    /// Of the manifest. None: updates are not wanted.
    pub address: Option<String>,
    /// minisign's, in base64: the one in use, and the next.
    pub keys: Vec<String>,
    /// Where `releases` and `current` are, and that this is the release of its version. None: as this program lies.
    pub root: Option<PathBuf>,
    pub version: Version,
}

/// A cheap handle; all of them know the same.
#[derive(Clone)]
pub struct Update(Arc<Parts>);

struct Parts {
    version: Version,
    /// Where releases can be replaced, and which of them this is; also where none can be fetched.
    place: Option<(Layout, Version)>,
    source: Result<Source, Unavailable>,
    status: watch::Sender<UpdateStatus>,
    /// What was found last. A std mutex: it is held for a look.
    found: Mutex<Option<Manifest>>,
    /// One thing at a time.
    working: Arc<Semaphore>,
}

#[derive(Clone)]
struct Source {
    address: Address,
    keys: Arc<[PublicKey]>,
    layout: Layout,
}

fn source(settings: &UpdateSettings, layout: Option<&Layout>) -> Result<Source, Unavailable> {
    let address = settings.address.as_deref().ok_or(Unavailable::NotConfigured)?;
    let address = Address::parse(address).ok_or(Unavailable::InsecureAddress)?;
    let key = |(at, text): (usize, &String)| PublicKey::from_base64(text).map_err(|_| Unavailable::InvalidKey(at + 1));
    let keys = settings.keys.iter().enumerate().map(key).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(Unavailable::NoKeys);
    }
    let layout = layout.ok_or(Unavailable::NotInstalled)?.clone();
    Ok(Source { address, keys: keys.into(), layout })
}

impl Update {
    /// Never fails: where nothing can be updated, the status says why.
    pub fn open(settings: &UpdateSettings) -> Self {
        let program = || Layout::of_executable(&std::env::current_exe().ok()?);
        let told = |root: &PathBuf| Layout::open(root).map(|layout| (layout, settings.version));
        let place = settings.root.as_ref().map_or_else(program, told);
        let layout = place.as_ref().map(|(layout, _)| layout);
        let source = source(settings, layout);
        let rolled_back = layout.and_then(Layout::rolled_back);
        let state = match (&source, rolled_back) {
            (_, Some(told)) => told.into(),
            (Ok(_), None) => UpdateState::Idle,
            (Err(why), None) => why.into(),
        };
        let on_trial = place.as_ref().is_some_and(|(layout, own)| boot::trial_of(layout, *own).is_some());
        let status = UpdateStatus { version: settings.version, on_trial, state };
        Self(Arc::new(Parts {
            version: settings.version,
            place,
            source,
            status: watch::Sender::new(status),
            found: Mutex::default(),
            working: Arc::new(Semaphore::new(1)),
        }))
    }

    /// How long this release has to come up before it has to be well. None: it is known to work.
    pub fn trial(&self) -> Option<Duration> {
        let (layout, own) = self.0.place.as_ref()?;
        let trial = boot::trial_of(layout, *own)?;
        Some(trial.length())
    }

    /// To be called when all has been well for a while.
    pub fn healthy(&self) -> Result<(), UpdateError> {
        if let Some((layout, own)) = &self.0.place {
            boot::healthy(layout, *own, &Power::STEADY)?;
        }
        self.0.status.send_modify(|status| status.on_trial = false);
        Ok(())
    }

    /// Whether this machine can update itself at all, nothing is going on, and there is something to fetch.
    pub fn can_download(&self) -> Result<(), UpdateError> {
        self.0.source.as_ref().map_err(Clone::clone)?;
        if self.0.working.available_permits() == 0 {
            return Err(UpdateError::Busy);
        }
        self.0.found().map(drop).ok_or(UpdateError::NothingAvailable)
    }

    pub fn status(&self) -> UpdateStatus {
        self.0.status.borrow().clone()
    }

    pub fn changes(&self) -> watch::Receiver<UpdateStatus> {
        self.0.status.subscribe()
    }

    /// Looks for a newer version. None: there is none.
    pub async fn check(&self) -> Result<Option<Manifest>, UpdateError> {
        self.work(|parts, source| {
            parts.tell(UpdateState::Checking);
            let manifest = fetch::small(&source.address, LONGEST_MANIFEST)?;
            let signature = fetch::small(&source.address.with_suffix(".minisig"), LONGEST_SIGNATURE)?;
            let newer = believed(&manifest, &signature, &source.keys)?.newer_than(parts.version)?;
            parts.tell(newer.as_ref().map_or(UpdateState::Idle, UpdateState::available));
            parts.find(newer.clone());
            Ok(newer)
        })
        .await
    }

    /// Fetches what was found, or the rest of it.
    pub async fn download(&self) -> Result<(), UpdateError> {
        self.work(|parts, source| {
            let manifest = parts.found().ok_or(UpdateError::NothingAvailable)?;
            let (version, size) = (manifest.version, manifest.size);
            let path = source.download(&manifest)?;
            let tell = |bytes| parts.tell(UpdateState::Downloading { version, bytes, size });
            tell(0);
            fetch::release(&manifest, &path, |bytes| {
                if bytes % TELL_EVERY < 64 * 1_024 {
                    tell(bytes);
                }
            })?;
            parts.tell(UpdateState::Ready { version });
            Ok(())
        })
        .await
    }

    /// Puts what was downloaded on trial, from the next start on.
    pub async fn install(&self) -> Result<Version, UpdateError> {
        self.work(|parts, source| {
            let UpdateState::Ready { version } = parts.status.borrow().state.clone() else {
                return Err(UpdateError::NothingReady);
            };
            let manifest = parts.found().filter(|manifest| manifest.version == version).ok_or(UpdateError::NothingReady)?;
            parts.tell(UpdateState::Installing { version });
            source.install(&manifest)?;
            parts.tell(UpdateState::RestartNeeded { version });
            Ok(version)
        })
        .await
    }

    /// One thing at a time, on a thread that may wait; what fails is in the status, too.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Parts, &Source) -> Result<T, UpdateError> + Send + 'static,
    ) -> Result<T, UpdateError> {
        let source = self.0.source.clone()?;
        let permit: OwnedSemaphorePermit = self.0.working.clone().try_acquire_owned().map_err(|_| UpdateError::Busy)?;
        let parts = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let result = work(&parts, &source);
            if let Err(error) = &result
                && !matches!(error, UpdateError::NothingReady | UpdateError::NothingAvailable)
            {
                tracing::warn!(code = error.code(), "the update failed: {error}");
                parts.tell(error.into());
            }
            result
        });
        done.await.map_err(|_| UpdateError::BrokenOff)?
    }
}

impl Parts {
    fn tell(&self, state: UpdateState) {
        self.status.send_modify(|status| status.state = state);
    }

    fn find(&self, manifest: Option<Manifest>) {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = manifest;
    }

    fn found(&self) -> Option<Manifest> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Source {
    /// Named by what it must be, so that no other download is gone on with.
    fn download(&self, manifest: &Manifest) -> Result<PathBuf, UpdateError> {
        let dir = self.layout.downloads();
        fs::create_dir_all(&dir).map_err(UpdateError::storage(&dir))?;
        let hash: String = manifest.sha256[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(dir.join(format!("{}-{hash}.tar", manifest.version)))
    }

    fn install(&self, manifest: &Manifest) -> Result<(), UpdateError> {
        let version = manifest.version;
        let archive = self.download(manifest)?;
        // It may lie there since yesterday.
        fetch::check(manifest, &archive)?;
        let into = self.layout.unpacking(version);
        let stored = UpdateError::storage(&into);
        if into.exists() {
            fs::remove_dir_all(&into).map_err(&stored)?;
        }
        fs::create_dir_all(&into).map_err(&stored)?;
        let tried = unpack(&archive, &into).and_then(|()| smoke_run(&into, version));
        if tried.is_err() {
            fs::remove_dir_all(&into).map_err(&stored)?;
        }
        tried?;
        boot::install(&self.layout, version, &Power::STEADY)?;
        fs::remove_file(&archive).map_err(UpdateError::storage(&archive))
    }
}
