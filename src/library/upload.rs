//! A file on its way in: written under a temporary name, hashed as it comes, and gone again unless it is placed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::io::AsyncWriteExt;

use super::error::{ChunkError, LibraryError};

/// Begins with a dot, which no asset's name can.
pub const TEMPORARY: &str = ".upload-";

pub struct Upload {
    file: Temporary,
    hash: blake3::Hash,
    bytes: u64,
}

/// Removed when dropped, also when the request ends in the middle.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(file = %self.0.display(), %error, "a temporary file can not be removed: {error}");
            }
            _ => {}
        }
    }
}

pub async fn receive<S>(directory: &Path, mut chunks: S, limit: usize) -> Result<Upload, LibraryError>
where
    S: Stream<Item = Result<Bytes, ChunkError>> + Unpin,
{
    let file = Temporary(directory.join(format!("{TEMPORARY}{:016x}", fastrand::u64(..))));
    let mut out = tokio::fs::OpenOptions::new().write(true).create_new(true).open(&file.0).await?;
    let mut hasher = blake3::Hasher::new();
    let mut bytes = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        bytes += chunk.len();
        if bytes > limit {
            return Err(LibraryError::TooLarge { limit });
        }
        hasher.update(&chunk);
        out.write_all(&chunk).await?;
    }
    // Also tells of errors of writes that tokio has only queued.
    out.flush().await?;
    out.sync_all().await?;
    Ok(Upload { file, hash: hasher.finalize(), bytes: bytes as u64 })
}

impl Upload {
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
