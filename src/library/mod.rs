//! Files on disk: uploads are received, checked by using them once, and kept under a name made from their content.
//!
//! The library knows files; which of them the show uses is `state`'s business, and the door ties the two.

mod check;
pub mod derived;
pub mod details;
pub mod downloads;
mod drawing_check;
mod error;
pub mod frames;

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod image_check;
mod probe;
mod room;
mod thumbnail;
mod upload;
pub mod uploads;
mod work;

#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::{Mutex, MutexGuard};

use crate::media::kind::{HEAD, sniff};
use crate::show::asset::Asset;
use check::Found;
use uploads::presentable;

pub use error::{ChunkError, LibraryError};
use upload::Bounds;
pub use upload::Upload;

/// Larger pictures than this are no stage graphics, larger fonts and tables no good ones.
pub const MAX_UPLOAD: u64 = 32 * 1024 * 1024;

/// Cloned to every door.
#[derive(Clone)]
pub struct Library(Arc<Shelf>);

struct Shelf {
    directory: PathBuf,
    /// Of videos and sound, in bytes.
    longest: u64,
    /// Bytes that uploads leave free on the disk.
    spare: u64,
    /// One asset at a time is added or removed; also, one decoder of a large picture is enough for a small machine.
    turn: Mutex<()>,
}

/// The right to add or remove, until it is dropped. Hold it over the command that tells the show.
pub struct Turn<'a>(#[expect(dead_code, reason = "held, not read")] MutexGuard<'a, ()>);

impl Library {
    /// Makes the directory if need be, and clears away what broken uploads have left.
    /// `max_upload_mb` is for videos and sound.
    pub fn open(directory: impl Into<PathBuf>, max_upload_mb: u64) -> io::Result<Library> {
        Self::open_leaving(directory, max_upload_mb, 0)
    }

    /// So many megabytes stay free on the disk.
    pub fn open_leaving(directory: impl Into<PathBuf>, max_upload_mb: u64, spare_mb: u64) -> io::Result<Library> {
        let directory = directory.into();
        std::fs::create_dir_all(&directory)?;
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(upload::TEMPORARY) {
                tracing::info!(file = %entry.path().display(), "an upload that was never finished is removed");
                std::fs::remove_file(entry.path())?;
            }
        }
        let longest = max_upload_mb.saturating_mul(1024 * 1024);
        Ok(Library(Arc::new(Shelf {
            directory,
            longest,
            spare: spare_mb.saturating_mul(1024 * 1024),
            turn: Mutex::new(()),
        })))
    }

    pub async fn turn(&self) -> Turn<'_> {
        Turn(self.0.turn.lock().await)
    }

    /// Writes the chunks to a temporary file, which is gone when the `Upload` is dropped. Stops reading at the first byte that
    /// is too much, and before if `expected` is.
    pub async fn receive<S>(&self, chunks: S, expected: u64) -> Result<Upload, LibraryError>
    where
        S: Stream<Item = Result<Bytes, ChunkError>> + Unpin,
    {
        let bounds = Bounds { long: self.0.longest, others: MAX_UPLOAD, spare: self.0.spare };
        upload::receive(&self.0.directory, chunks, bounds, expected).await
    }

    /// What holds many files in it: larger than each of them, and never an asset itself.
    pub async fn receive_archive<S>(&self, chunks: S, expected: u64, limit: u64) -> Result<Upload, LibraryError>
    where
        S: Stream<Item = Result<Bytes, ChunkError>> + Unpin,
    {
        upload::receive(&self.0.directory, chunks, Bounds { long: limit, others: limit, spare: self.0.spare }, expected)
            .await
    }

    /// Checks the upload by its content and puts it in its place: on disk when Ok.
    pub async fn store(&self, upload: Upload, name: &str, _turn: &Turn<'_>) -> Result<Asset, LibraryError> {
        let name = presentable(name);
        let directory = self.0.directory.clone();
        run(move || keep(&directory, upload, name)).await
    }

    /// The same for a file that came in another way. When it has been moved already (a crash came between), it is found by its
    /// content.
    pub async fn adopt(
        &self,
        path: &Path,
        blake3: &str,
        bytes: u64,
        name: &str,
        _turn: &Turn<'_>,
    ) -> Result<Asset, LibraryError> {
        let (name, directory, path) = (presentable(name), self.0.directory.clone(), path.to_owned());
        let hash = blake3::Hash::from_hex(blake3).map_err(|error| LibraryError::Storage(error.to_string()))?;
        let others = MAX_UPLOAD;
        run(move || {
            let found = if path.exists() { path } else { placed(&directory, &hash)? };
            let is_long = is_long_file(&found)?;
            if !is_long && bytes > others {
                return Err(LibraryError::TooLarge { limit: others });
            }
            keep(&directory, Upload::adopted(found, hash, bytes), name)
        })
        .await
    }

    /// The same for a file of an asset that the show knows already: it is put in its place if its content is what its id says.
    pub async fn place(&self, asset: &Asset, path: &Path, _turn: &Turn<'_>) -> Result<(), LibraryError> {
        let (to, directory, path) = (self.path_of(asset), self.0.directory.clone(), path.to_owned());
        let (id, bytes) = (asset.id.clone(), asset.bytes);
        run(move || {
            let mut hasher = blake3::Hasher::new();
            let length = io::copy(&mut std::fs::File::open(&path)?, &mut hasher)?;
            let found = Asset::id_of(&hasher.finalize().to_hex());
            if length != bytes || found.ok() != Some(id) {
                return Err(LibraryError::Broken("its content is not what its id says".to_owned()));
            }
            std::fs::rename(&path, &to)?;
            sync_directory(&directory)
        })
        .await
    }

    /// Removes the file; one that is not there is as good as removed.
    pub async fn remove(&self, asset: &Asset, _turn: &Turn<'_>) -> Result<(), LibraryError> {
        let (path, directory) = (self.path_of(asset), self.0.directory.clone());
        run(move || {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            sync_directory(&directory)
        })
        .await
    }

    /// Bytes of the largest file that is taken, whatever it is.
    pub fn largest(&self) -> u64 {
        self.0.longest.max(MAX_UPLOAD)
    }

    pub fn path_of(&self, asset: &Asset) -> PathBuf {
        self.0.directory.join(asset.file_name())
    }
}

/// Decoding and fsync take their time, so not on the threads that serve requests.
async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T, LibraryError> + Send + 'static) -> Result<T, LibraryError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // A decoder that panics has met a file that nobody should show.
        Err(_) => Err(LibraryError::Broken("it can not be decoded".to_owned())),
    }
}

/// Where the file of that content lies, whatever its format.
fn placed(directory: &Path, hash: &blake3::Hash) -> Result<PathBuf, LibraryError> {
    let lost = || LibraryError::Interrupted("its file is gone".to_owned());
    let id = Asset::id_of(&hash.to_hex()).map_err(|_| lost())?;
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.file_stem().is_some_and(|stem| stem == id.as_str()) {
            return Ok(path);
        }
    }
    Err(lost())
}

fn is_long_file(path: &Path) -> Result<bool, LibraryError> {
    let mut head = Vec::with_capacity(HEAD);
    std::fs::File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(check::is_long(sniff(&head)))
}

fn keep(directory: &Path, upload: Upload, name: String) -> Result<Asset, LibraryError> {
    let found = check::check(upload.path())?;
    let digest = upload.hash().to_hex();
    let id = Asset::id_of(&digest).map_err(|error| LibraryError::Storage(error.to_string()))?;
    let bytes = upload.bytes();
    let Found { kind, format, width, height, duration_ms, has_alpha, animated, families } = found;
    let details = None;
    let asset = Asset { id, name, kind, format, width, height, bytes, duration_ms, has_alpha, animated, families, details };
    upload.place(&directory.join(asset.file_name()))?;
    sync_directory(directory)?;
    Ok(asset)
}

/// A rename lasts only when its directory is on disk.
fn sync_directory(directory: &Path) -> Result<(), LibraryError> {
    Ok(std::fs::File::open(directory)?.sync_all()?)
}
