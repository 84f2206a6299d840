//! A file on its way in: written under a temporary name, hashed as it comes, and gone again unless it is placed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::io::AsyncWriteExt;

use super::check::is_long;
use super::error::{ChunkError, LibraryError};
use super::room::free;
use crate::media::kind::{HEAD, sniff};

/// Begins with a dot, which no asset's name can.
pub const TEMPORARY: &str = ".upload-";

pub struct Upload {
    file: Temporary,
    hash: blake3::Hash,
    bytes: u64,
}

/// Removed when dropped, also when the request ends in the middle; unless somebody else looks after it.
struct Temporary(PathBuf, Care);

#[derive(PartialEq)]
enum Care {
    Ours,
    Theirs,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.1 == Care::Theirs {
            return;
        }
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(file = %self.0.display(), %error, "a temporary file can not be removed: {error}");
            }
            _ => {}
        }
    }
}

/// Bytes that a file may have, which follows from what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Videos and sound.
    pub long: u64,
    pub others: u64,
    /// What stays free on the disk: the show itself has to be written, too.
    pub spare: u64,
}

/// Bytes after which it is looked at again whether there is room.
const LOOK_AFTER: u64 = 8 * 1024 * 1024;

impl Bounds {
    fn of(self, head: &[u8]) -> u64 {
        if is_long(sniff(head)) { self.long } else { self.others }
    }

    async fn check_room(self, directory: &Path, more: u64) -> Result<(), LibraryError> {
        let directory = directory.to_owned();
        let free = tokio::task::spawn_blocking(move || free(&directory)).await.map_err(io::Error::other)??;
        if free >= self.spare.saturating_add(more) { Ok(()) } else { Err(LibraryError::StorageFull) }
    }
}

/// `expected` bytes, at least, are said to come: what would be too much is refused as soon as it is known what it is.
pub async fn receive<S>(directory: &Path, mut chunks: S, bounds: Bounds, expected: u64) -> Result<Upload, LibraryError>
where
    S: Stream<Item = Result<Bytes, ChunkError>> + Unpin,
{
    bounds.check_room(directory, expected).await?;
    let file = Temporary(directory.join(format!("{TEMPORARY}{:016x}", fastrand::u64(..))), Care::Ours);
    let mut out = tokio::fs::OpenOptions::new().write(true).create_new(true).open(&file.0).await?;
    let mut hasher = blake3::Hasher::new();
    let mut bytes = 0_u64;
    let mut head = Vec::with_capacity(HEAD);
    let mut next_look = LOOK_AFTER;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        bytes += chunk.len() as u64;
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
        let limit = bounds.of(&head);
        let is_known = head.len() == HEAD;
        if bytes > limit || (is_known && expected > limit) {
            return Err(LibraryError::TooLarge { limit });
        }
        if bytes >= next_look {
            bounds.check_room(directory, expected.saturating_sub(bytes)).await?;
            next_look = bytes + LOOK_AFTER;
        }
        hasher.update(&chunk);
        out.write_all(&chunk).await?;
    }
    // Also tells of errors of writes that tokio has only queued.
    out.flush().await?;
    out.sync_all().await?;
    Ok(Upload { file, hash: hasher.finalize(), bytes })
}

impl Upload {
    /// A file that is whole and lies elsewhere on the same filesystem: it is moved from there, or stays.
    pub fn adopted(path: PathBuf, hash: blake3::Hash, bytes: u64) -> Self {
        Self { file: Temporary(path, Care::Theirs), hash, bytes }
    }

    pub fn path(&self) -> &Path {
        &self.file.0
    }

    pub fn hash(&self) -> blake3::Hash {
        self.hash
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives the file its name, all at once.
    pub fn place(self, path: &Path) -> io::Result<()> {
        fs::rename(&self.file.0, path)
    }
}
