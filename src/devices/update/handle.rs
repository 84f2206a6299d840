//! What everyone else has of updates.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use minisign_verify::PublicKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::address::Address;
use super::boot::{self, Started};
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
    /// Where `releases` and `current` are. None: where this program lies.
    pub root: Option<PathBuf>,
    pub version: Version,
}

/// A cheap handle; all of them know the same.
#[derive(Clone)]
pub struct Update(Arc<Parts>);

struct Parts {
    version: Version,
    /// Whether releases can be replaced here, also where none can be fetched.
    layout: Option<Layout>,
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
        let layout = settings.root.as_deref().map_or_else(program, Layout::open);
        let source = source(settings, layout.as_ref());
        let rolled_back = layout.as_ref().and_then(Layout::rolled_back);
        let state = match (&source, rolled_back) {
            (_, Some(told)) => told.into(),
            (Ok(_), None) => UpdateState::Idle,
            (Err(why), None) => why.into(),
        };
        let status = UpdateStatus { version: settings.version, on_trial: false, state };
        Self(Arc::new(Parts {
            version: settings.version,
            layout,
            source,
            status: watch::Sender::new(status),
            found: Mutex::default(),
            working: Arc::new(Semaphore::new(1)),
        }))
    }

    /// To be called once at the start, before anything that could fail. After `RolledBack` the program has to end, so that the
    /// release from before is started.
    pub fn started(&self) -> Result<Started, UpdateError> {
        let Some(layout) = &self.0.layout else { return Ok(Started::GoOn { trial: false }) };
        let started = boot::started(layout, &Power::STEADY)?;
        let on_trial = started == Started::GoOn { trial: true };
        self.0.status.send_modify(|status| status.on_trial = on_trial);
        Ok(started)
    }

    /// To be called when all has been well for a while.
    pub fn healthy(&self) -> Result<(), UpdateError> {
        if let Some(layout) = &self.0.layout {
            boot::healthy(layout, &Power::STEADY)?;
        }
        self.0.status.send_modify(|status| status.on_trial = false);
        Ok(())
    }

    /// Whether this machine can update itself at all, and nothing is going on.
    pub fn is_possible(&self) -> Result<(), UpdateError> {
        self.0.source.as_ref().map_err(Clone::clone)?;
        if self.0.working.available_permits() == 0 { Err(UpdateError::Busy) } else { Ok(()) }
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

    /// Makes what was downloaded the release of the next start.
    pub async fn install(&self) -> Result<Version, UpdateError> {
        self.work(|parts, source| {
            let UpdateState::Ready { version } = parts.status.borrow().state.clone() else {
                return Err(UpdateError::NothingReady);
            };
            let manifest = parts.found().filter(|manifest| manifest.version == version).ok_or(UpdateError::NothingReady)?;
            parts.tell(UpdateState::Installing { version });
            source.install(&manifest, parts.version)?;
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

    fn install(&self, manifest: &Manifest, previous: Version) -> Result<(), UpdateError> {
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
        // What `current` is now, not what runs: it may have been started by hand.
        let previous = self.layout.current().unwrap_or(previous);
        boot::install(&self.layout, version, previous, &Power::STEADY)?;
        fs::remove_file(&archive).map_err(UpdateError::storage(&archive))
    }
}
