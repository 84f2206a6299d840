//! What is in a file is found out after it was taken in, one file after the other, on a thread that gets what others leave.
//!
//! Nobody has to tell it what to do: it watches the show, and looks into every picture, video and sound that nothing is known of yet. What it
//! finds becomes part of the show; the small picture and the waveform that it makes lie beside the assets.

mod board;
mod look;
#[cfg(test)]
mod tests;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::Library;
use super::derived::{Derived, Made};
use crate::base::tasks::{StopFlag, go_last, spawn_thread};
use crate::show::ids::AssetId;
use crate::state::StateHandle;
use worker::Worker;

pub use board::{Board, Progress, Share, Stage, Storage};

pub struct Env {
    pub state: StateHandle,
    pub library: Library,
    /// What is made is kept there.
    pub derived: PathBuf,
    pub stop: StopFlag,
}

/// For doors: how far it is, and what was made.
#[derive(Clone)]
pub struct DetailsHandle {
    board: watch::Receiver<Arc<Board>>,
    storage: Arc<ArcSwap<Storage>>,
    derived: Derived,
}

impl DetailsHandle {
    /// Of a house where nobody looks into files.
    pub fn idle(derived: impl Into<PathBuf>) -> Self {
        let (_, board) = watch::channel(Arc::default());
        Self { board, storage: Arc::default(), derived: Derived::new(derived) }
    }

    /// Newest only.
    pub fn board(&self) -> Arc<Board> {
        self.board.borrow().clone()
    }

    pub fn boards(&self) -> watch::Receiver<Arc<Board>> {
        self.board.clone()
    }

    /// As it was when the show last changed.
    pub fn storage(&self) -> Storage {
        **self.storage.load()
    }

    pub fn thumbnail(&self, asset: &AssetId) -> PathBuf {
        self.derived.path(asset, Made::Thumbnail)
    }

    pub fn waveform(&self, asset: &AssetId) -> PathBuf {
        self.derived.path(asset, Made::Waveform)
    }
}

/// Begins with everything in the show that is not known yet. It ends soon after it is told to, and with the state.
pub fn start(env: Env) -> io::Result<(DetailsHandle, JoinHandle<()>)> {
    let (board, seen) = watch::channel(Arc::default());
    let handle = DetailsHandle { board: seen, storage: Arc::default(), derived: Derived::new(&env.derived) };
    let derived = handle.derived.clone();
    let storage = handle.storage.clone();
    // Of its own: what takes long here must not keep requests waiting.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let thread = spawn_thread("details", move || {
        go_last();
        runtime.block_on(Worker::new(env, derived, board, storage).run());
        // A decoder that hangs is left behind.
        runtime.shutdown_background();
    })?;
    Ok((handle, thread))
}
