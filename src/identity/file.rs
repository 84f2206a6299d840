//! identity.json on disk: read whole, written whole or not at all, and never by two at once. Everything here blocks.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Deserialize;

use crate::base::clock::Stopwatch;

use super::book::{Book, VERSION};
use super::error::IdentityError;

/// Passwords' hashes and the key: for the server's own user only.
const MODE: u32 = 0o600;
/// A change takes some ten milliseconds. Whoever holds the lock for longer than this hangs, and must not take others along.
const PATIENCE: Duration = Duration::from_secs(5);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(2);

pub struct BookFile {
    dir: PathBuf,
    path: PathBuf,
    new: PathBuf,
    lock: PathBuf,
}

/// Tells one version of the file from the next.
pub struct Stamp {
    /// Held open, so that no later version can get the same inode.
    _held: File,
    inode: u64,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { _held: file, inode: metadata.ino(), length: metadata.len(), modified: metadata.modified().ok() })
    }

    fn is_of(&self, metadata: &fs::Metadata) -> bool {
        (metadata.ino(), metadata.len(), metadata.modified().ok()) == (self.inode, self.length, self.modified)
    }
}

/// As long as it lives, nobody else changes the file: no task here, no other process.
pub struct Locked {
    _lock: File,
}

/// Read before anything else, because the rest of a newer format may be anything.
#[derive(Deserialize)]
struct Format {
    v: u64,
}

impl BookFile {
    pub fn new(dir: &Path) -> Self {
        let within = |name: &str| dir.join(name);
        Self {
            dir: dir.to_owned(),
            path: within("identity.json"),
            new: within("identity.json.new"),
            lock: within("identity.lock"),
        }
    }

    /// None: there is no such file.
    pub fn read(&self) -> Result<Option<(Book, Stamp)>, IdentityError> {
        let failed = |error: io::Error| IdentityError::storage(&self.path, error);
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        // The stamp first: who writes into the file meanwhile makes it another one.
        let stamp = Stamp::of(file.try_clone().map_err(failed)?).map_err(failed)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        Ok(Some((self.parse(&text)?, stamp)))
    }

    fn parse(&self, text: &str) -> Result<Book, IdentityError> {
        // serde's own message may quote what it met; its place says enough.
        let damaged = |error: serde_json::Error| {
            let why = format!("it is damaged at line {}, column {}", error.line(), error.column());
            IdentityError::storage(&self.path, why)
        };
        let Format { v: found } = serde_json::from_str(text).map_err(damaged)?;
        if found > VERSION {
            return Err(IdentityError::NewerFormat { path: self.path.display().to_string(), found, known: VERSION });
        }
        serde_json::from_str(text).map_err(damaged)
    }

    /// Whether there is something else now than what was read, or written, last.
    pub fn is_changed_since(&self, stamp: Option<&Stamp>) -> bool {
        match (fs::metadata(&self.path), stamp) {
            (Ok(metadata), Some(stamp)) => !stamp.is_of(&metadata),
            (Err(error), None) => error.kind() != io::ErrorKind::NotFound,
            (Ok(_), None) | (Err(_), Some(_)) => true,
        }
    }

    /// Waits for its turn, and makes the directory where it is missing.
    pub fn lock(&self) -> Result<Locked, IdentityError> {
        let failed = |error: io::Error| IdentityError::storage(&self.lock, error);
        DirBuilder::new().recursive(true).mode(0o755).create(&self.dir).map_err(failed)?;
        let mut options = OpenOptions::new();
        let lock = options.write(true).create(true).truncate(false).mode(MODE).open(&self.lock).map_err(failed)?;
        let watch = Stopwatch::start();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Locked { _lock: lock }),
                Err(TryLockError::WouldBlock) if watch.elapsed() < PATIENCE => std::thread::sleep(ASK_AGAIN_AFTER),
                Err(TryLockError::WouldBlock) => {
                    return Err(IdentityError::storage(&self.lock, "another marquee holds it and does not let go"));
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    /// On disk when it returns.
    pub fn write(&self, book: &Book, _proof: &Locked) -> Result<Stamp, IdentityError> {
        let written = self.try_write(book);
        if written.is_err() {
            // Half a file is of no use; if it stays, the next write takes it away.
            let _ = fs::remove_file(&self.new);
        }
        written.map_err(|error| IdentityError::storage(&self.path, error))
    }

    fn try_write(&self, book: &Book) -> io::Result<Stamp> {
        let text = serde_json::to_string_pretty(book)?;
        // What a crash has left may have any mode, and may be a link to anywhere.
        match fs::remove_file(&self.new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&self.new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&self.new, &self.path)?;
        // A rename lasts only when its directory is on disk.
        File::open(&self.dir)?.sync_all()?;
        Stamp::of(file)
    }
}
