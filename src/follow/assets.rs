//! Files of the show come from the leader, two at a time, each over a line of its own, so that no change waits behind one. What has
//! come of a file stays, also over a restart; only a whole one whose content is what its name says is put among the others.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::AsyncWriteExt;

use super::Node;
use super::dial::{Address, Heard, Line};
use crate::base::following::AssetsState;
use crate::library::Library;
use crate::show::asset::Asset;
use crate::show::ids::AssetId;
use crate::state::following::{Deliveries, Delivery};
use crate::state::relay::{Down, Up};

const AT_ONCE: usize = 2;
/// Of what is missing, so many are named.
const NAMED: usize = 8;
/// One that could not be had is asked for again after that.
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// A piece comes sooner, or the leader is gone.
const PATIENCE: Duration = Duration::from_secs(10);

type Assets = BTreeMap<AssetId, Arc<Asset>>;

/// Where files lie until they are whole.
#[derive(Clone)]
pub struct Partials(PathBuf);

impl Partials {
    pub fn open(directory: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&directory)?;
        Ok(Self(directory))
    }

    fn of(&self, asset: &Asset) -> PathBuf {
        self.0.join(asset.id.as_str())
    }
}

pub struct Fetching {
    pub node: Node,
    pub address: Address,
    pub deliveries: Deliveries,
    pub library: Library,
    pub partials: Partials,
}

impl Fetching {
    pub async fn run(self) {
        let mut snapshots = self.node.state.snapshots();
        let mut known = Arc::<Assets>::default();
        loop {
            let assets = snapshots.borrow_and_update().show.assets.clone();
            self.forget(&known, &assets).await;
            known = assets;
            let missing = self.missing(&known).await;
            let is_whole = missing.is_empty();
            tokio::select! {
                () = self.node.closed() => return,
                () = self.fetch(missing), if !is_whole => {}
                // Removed meanwhile, or added.
                changed = changed_assets(&mut snapshots, &known) => if !changed { return },
            }
        }
    }

    /// What the show has let go.
    async fn forget(&self, known: &Assets, now: &Assets) {
        for asset in known.values().filter(|asset| !now.contains_key(&asset.id)) {
            let turn = self.library.turn().await;
            if let Err(error) = self.library.remove(asset, &turn).await {
                tracing::warn!(%error, asset = %asset.id, "a file that is no longer part of the show stays behind");
            }
        }
    }

    async fn missing(&self, assets: &Assets) -> Vec<Arc<Asset>> {
        let (mut missing, mut here) = (Vec::new(), BTreeSet::new());
        for asset in assets.values() {
            match tokio::fs::metadata(self.library.path_of(asset)).await {
                Ok(_) => drop(here.insert(asset.id.clone())),
                Err(_) => missing.push(asset.clone()),
            }
        }
        // A writer that has ended wants to know nothing any more.
        let _ = self.deliveries.deliver(Delivery::Files(here)).await;
        let state = AssetsState {
            missing: missing.len(),
            missing_bytes: missing.iter().map(|asset| asset.bytes).sum(),
            next: missing.iter().take(NAMED).map(|asset| asset.id.to_string()).collect(),
        };
        self.node.vitals.follow_missing_assets.set(state.missing as i64);
        self.node.vitals.following.change(|following| following.assets = state);
        missing
    }

    /// Comes back when something has come, or after a while in which nothing could.
    async fn fetch(&self, missing: Vec<Arc<Asset>>) {
        let mut at_work: FuturesUnordered<_> = missing.iter().take(AT_ONCE).map(|asset| self.fetch_one(asset)).collect();
        let mut came = false;
        while let Some(fetched) = at_work.next().await {
            match fetched {
                Ok(()) => came = true,
                Err(why) => tracing::debug!("a file of the leader's can not be had yet: {why}"),
            }
        }
        if !came {
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    async fn fetch_one(&self, asset: &Arc<Asset>) -> Result<(), String> {
        let mut line = self.address.dial().await?;
        let partial = self.partials.of(asset);
        let told = |error: io::Error| error.to_string();
        let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(&partial).await.map_err(told)?;
        let mut from = file.metadata().await.map_err(told)?.len();
        while from < asset.bytes {
            let piece = piece(&mut line, asset, from).await?;
            if piece.is_empty() {
                break;
            }
            file.write_all(&piece).await.map_err(told)?;
            from += piece.len() as u64;
        }
        file.sync_all().await.map_err(told)?;
        drop(file);
        let turn = self.library.turn().await;
        let kept = self.library.place(asset, &partial, &turn).await;
        if kept.is_err() {
            discard(&partial).await;
        }
        kept.map_err(|error| error.to_string())
    }
}

async fn discard(partial: &Path) {
    // Not its content: it begins anew.
    if let Err(error) = tokio::fs::remove_file(partial).await {
        tracing::warn!(%error, "a part of a file that is of no use stays behind");
    }
}

async fn piece(line: &mut Line, asset: &Asset, from: u64) -> Result<bytes::Bytes, String> {
    line.say(&Up::Piece { asset: asset.id.clone(), from }).await?;
    loop {
        let heard = tokio::time::timeout(PATIENCE, line.hear()).await.map_err(|_| "no piece comes".to_owned())?;
        match heard? {
            Heard::Piece(piece) => return Ok(piece),
            Heard::Down(down) if matches!(*down, Down::NoPiece { .. }) => return Err("the leader has none".to_owned()),
            Heard::Down(_) | Heard::SignOfLife => {}
        }
    }
}

/// False when the server goes down.
async fn changed_assets(
    snapshots: &mut tokio::sync::watch::Receiver<Arc<crate::state::Snapshot>>,
    known: &Arc<Assets>,
) -> bool {
    snapshots.wait_for(|snapshot| !Arc::ptr_eq(&snapshot.show.assets, known)).await.is_ok()
}
