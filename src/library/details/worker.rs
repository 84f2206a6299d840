//! Takes one asset after the other that nothing is known of, the smallest first, and tells the show what was found.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Env;
use super::board::{Board, MOST_WAITING, Progress, Stage, Storage};
use super::look::{Look, Looked, picture_format};
use crate::base::clock::Stopwatch;
use crate::library::derived::{Derived, Held, Made};
use crate::show::Show;
use crate::show::asset::{Asset, AssetKind};
use crate::show::ids::AssetId;
use crate::show::media::Details;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Origin, SubmitError};

type Assets = Arc<BTreeMap<AssetId, Arc<Asset>>>;

/// How often it is looked whether to stop, and how far the work is.
const NAP: Duration = Duration::from_millis(100);
/// Nothing has come out of a file for so long, and GStreamer's own watch has not noticed.
const PATIENCE: Duration = Duration::from_secs(150);
/// One that was told to stop is waited for as long.
const LEAVING: Duration = Duration::from_millis(100);
/// Until the show is asked again that could not be told.
const AGAIN: Duration = Duration::from_secs(2);
/// The server has ended so often while it looked into a file, and not by being told to.
const MOST_TRIES: u32 = 3;

pub(super) struct Worker {
    env: Env,
    derived: Derived,
    board: watch::Sender<Arc<Board>>,
    storage: Arc<ArcSwap<Storage>>,
    /// What was made of which asset.
    held: BTreeMap<AssetId, Held>,
    /// Could not be looked into, for a reason that is not in the file: not before it is added anew.
    left: BTreeMap<AssetId, Arc<Asset>>,
}

/// Why nothing more is done with an asset for now.
enum Left {
    /// It is over.
    Closing,
    ForNow(String),
}

impl Worker {
    pub(super) fn new(env: Env, derived: Derived, board: watch::Sender<Arc<Board>>, storage: Arc<ArcSwap<Storage>>) -> Self {
        Self { env, derived, board, storage, held: BTreeMap::new(), left: BTreeMap::new() }
    }

    pub(super) async fn run(mut self) {
        let mut snapshots = self.env.state.snapshots();
        let show = snapshots.borrow_and_update().show.clone();
        match self.derived.survey(|id| show.assets.contains_key(id)) {
            Ok(held) => self.held = held,
            Err(error) => tracing::warn!(%error, "nothing can be kept of what is made from assets: {error}"),
        }
        let mut seen: Option<Assets> = None;
        while !self.env.stop.is_set() {
            let show = snapshots.borrow_and_update().show.clone();
            let is_new = seen.as_ref().is_none_or(|seen| !Arc::ptr_eq(seen, &show.assets));
            let next = if is_new { self.look_around(&show) } else { None };
            seen = Some(show.assets.clone());
            if let Some(asset) = next {
                // There may be more.
                seen = None;
                if let Err(left) = self.look_into(&asset).await {
                    match left {
                        Left::Closing => return,
                        Left::ForNow(why) => self.leave(asset, &why),
                    }
                }
            } else if !self.rest(&mut snapshots).await {
                return;
            }
        }
    }

    /// False when there is nobody any more who changes the show.
    async fn rest(&self, snapshots: &mut watch::Receiver<Arc<crate::state::Snapshot>>) -> bool {
        // Faders move the show sixty times a second, and files do not come that often.
        sleep(NAP).await;
        !matches!(timeout(NAP, snapshots.changed()).await, Ok(Err(_)))
    }

    fn leave(&mut self, asset: Arc<Asset>, why: &str) {
        tracing::warn!(asset = %asset.id, "what is in an asset is not found out: {why}");
        self.left.insert(asset.id.clone(), asset);
    }

    /// Counts what there is, forgets what is gone, and says what comes next.
    fn look_around(&mut self, show: &Show) -> Option<Arc<Asset>> {
        let is_gone = |id: &AssetId| !show.assets.contains_key(id);
        for gone in self.held.keys().filter(|id| is_gone(id)).cloned().collect::<Vec<_>>() {
            self.derived.remove(&gone);
            self.held.remove(&gone);
        }
        self.left.retain(|id, asset| show.assets.get(id).is_some_and(|known| Arc::ptr_eq(known, asset)));
        let mut waiting: Vec<&Arc<Asset>> = show.assets.values().filter(|asset| self.wants(asset)).collect();
        // A film does not keep a hundred songs waiting.
        waiting.sort_by_key(|asset| asset.bytes);
        let next = waiting.first().map(|asset| Arc::clone(asset));
        let names: Vec<AssetId> = waiting.iter().skip(1).take(MOST_WAITING).map(|asset| asset.id.clone()).collect();
        let now = next.as_ref().map(|asset| Progress { asset: asset.id.clone(), stage: Stage::Waiting, percent: 0 });
        self.board.send_replace(Arc::new(Board { now, waiting: names, waiting_count: waiting.len().saturating_sub(1) }));
        self.count(show);
        next
    }

    /// Also what was made of it elsewhere, as for a show that was brought here.
    fn wants(&self, asset: &Asset) -> bool {
        if !(asset.kind.is_played() || asset.kind == AssetKind::Image) || self.left.contains_key(&asset.id) {
            return false;
        }
        let Some(details) = &asset.details else { return true };
        let held = self.held.get(&asset.id).copied().unwrap_or_default();
        (details.has_thumbnail && !held.thumbnail) || (details.has_waveform && !held.waveform)
    }

    fn count(&self, show: &Show) {
        let mut storage = Storage::default();
        show.assets.values().for_each(|asset| storage.add(asset));
        self.held.values().filter(|held| held.bytes > 0).for_each(|held| storage.derived.add(held.bytes));
        self.storage.store(Arc::new(storage));
    }

    async fn look_into(&mut self, asset: &Arc<Asset>) -> Result<(), Left> {
        let path = self.env.library.path_of(asset);
        if !path.is_file() {
            return Err(Left::ForNow("its file is not there".to_owned()));
        }
        let tries = self.derived.begin(&asset.id).map_err(of_disk)?;
        // Its folder goes with it, whatever comes of this.
        self.held.entry(asset.id.clone()).or_default();
        let looked = if tries < MOST_TRIES {
            self.looked(asset, Look::default()).await?
        } else {
            Looked::trouble("it is not looked into: the server has ended each time it was")
        };
        let kept = self.keep(asset, looked).await;
        if !matches!(kept, Err(Left::Closing)) {
            self.derived.end(&asset.id);
        }
        kept
    }

    /// Waits as long as there is progress.
    async fn looked(&self, asset: &Arc<Asset>, look: Look) -> Result<Looked, Left> {
        let too_many = || Left::ForNow("too many files could not be read to their end, and hold their memory".to_owned());
        let mut answer = look.begin(self.env.library.path_of(asset), asset.clone()).ok_or_else(too_many)?;
        let (mut beats, mut since) = (look.pulse.beats(), Stopwatch::start());
        loop {
            match timeout(NAP, &mut answer).await {
                Ok(Ok(Some(looked))) => return Ok(looked),
                Ok(Ok(None)) => return Err(self.stopped(asset)),
                // A reader that panics has met a file that nobody should show.
                Ok(Err(_)) => return Ok(Looked::trouble("it can not be decoded")),
                Err(_) => {}
            }
            self.tell(&asset.id, look.stage(), look.pulse.percent());
            if self.env.stop.is_set() {
                look.pulse.stop();
                let _ = timeout(LEAVING, &mut answer).await;
                return Err(self.stopped(asset));
            }
            if look.pulse.beats() != beats {
                (beats, since) = (look.pulse.beats(), Stopwatch::start());
            } else if since.elapsed() > PATIENCE {
                look.pulse.stop();
                return Ok(Looked::trouble("it can not be read to its end: nothing more comes out of it"));
            }
        }
    }

    /// Being told to stop is not the file's fault.
    fn stopped(&self, asset: &Asset) -> Left {
        self.derived.end(&asset.id);
        Left::Closing
    }

    fn tell(&self, asset: &AssetId, stage: Stage, percent: u8) {
        let now = Some(Progress { asset: asset.clone(), stage, percent });
        self.board.send_if_modified(|board| {
            let is_new = board.now != now;
            if is_new {
                *board = Arc::new(Board { now, ..Board::clone(board) });
            }
            is_new
        });
    }

    /// On disk first, then in the show: what the show tells of is there.
    async fn keep(&mut self, asset: &Arc<Asset>, looked: Looked) -> Result<(), Left> {
        self.tell(&asset.id, Stage::Storing, 100);
        let Looked { details, thumbnail, waveform, cover } = looked;
        let mut details = details;
        details.has_thumbnail = self.put(&asset.id, Made::Thumbnail, thumbnail.as_deref()).map_err(of_disk)?;
        details.has_waveform = self.put(&asset.id, Made::Waveform, waveform.as_deref()).map_err(of_disk)?;
        if let Some(cover) = cover {
            let name = details.album.as_ref().or(details.title.as_ref()).unwrap_or(&asset.name);
            details.cover = self.keep_cover(cover, &format!("{name} (cover)")).await;
        }
        self.held.insert(asset.id.clone(), self.derived.held(&asset.id));
        self.describe(asset, details).await
    }

    fn put(&self, asset: &AssetId, made: Made, bytes: Option<&[u8]>) -> io::Result<bool> {
        match bytes {
            Some(bytes) => self.derived.write(asset, made, bytes)?,
            None => self.derived.discard(asset, made),
        }
        Ok(bytes.is_some())
    }

    async fn describe(&self, asset: &Arc<Asset>, mut details: Details) -> Result<(), Left> {
        loop {
            let command = Command::DescribeAsset { asset: asset.id.clone(), details: Box::new(details.clone()) };
            match self.env.state.submit(command, Origin::door("details")).await {
                Ok(_) => return Ok(()),
                // It was removed meanwhile; that of the asset itself is seen when it is looked around.
                Err(SubmitError::Rejected(Rejection::NoAsset(gone))) if details.cover.as_ref() == Some(&gone) => {
                    details.cover = None;
                }
                Err(SubmitError::Rejected(Rejection::NoAsset(_))) => return Ok(()),
                Err(SubmitError::Closing) => return Err(Left::Closing),
                Err(SubmitError::Overloaded | SubmitError::StorageUnavailable(_)) if !self.env.stop.is_set() => {
                    sleep(AGAIN).await;
                }
                Err(_) if self.env.stop.is_set() => return Err(Left::Closing),
                Err(error) => return Err(Left::ForNow(error.to_string())),
            }
        }
    }

    /// As an asset of its own, which many songs may share. None where that is not possible: the song is worth more than its cover.
    async fn keep_cover(&self, bytes: Vec<u8>, name: &str) -> Option<AssetId> {
        picture_format(&bytes)?;
        let library = &self.env.library;
        let upload = library.receive(stream::iter([Ok(Bytes::from(bytes))]), 0).await.ok()?;
        let turn = library.turn().await;
        let cover = library.store(upload, name, &turn).await;
        let cover = cover.inspect_err(|error| tracing::debug!(%error, "a cover is not kept: {error}")).ok()?;
        let id = cover.id.clone();
        if self.env.state.snapshot().show.assets.contains_key(&id) {
            return Some(id);
        }
        let added = self.env.state.submit(Command::AddAsset { asset: cover.clone() }, Origin::door("details")).await;
        if let Err(error) = added {
            tracing::warn!(%error, "a cover is not kept: {error}");
            library.remove(&cover, &turn).await.ok()?;
            return None;
        }
        Some(id)
    }
}

fn of_disk(error: io::Error) -> Left {
    Left::ForNow(error.to_string())
}
