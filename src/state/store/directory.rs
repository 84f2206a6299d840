//! The data directory: one server at a time, and a format that this server understands.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::score::Shelf;
use crate::state::format::VERSION;

const JOURNAL: &str = "journal.redb";

#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error("the data directory {path} can not be used: {error}")]
    Unusable { path: PathBuf, error: io::Error },
    #[error("the data directory {path} is in use by another marquee (process {holder})")]
    InUse { path: PathBuf, holder: String },
    #[error(
        "the data directory {path} was written by a newer marquee (format {found}, this one knows {VERSION}); nothing was touched"
    )]
    Newer { path: PathBuf, found: String },
}

/// Held as long as the server runs; the lock goes with the process, however it ends.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

impl DataDirectory {
    /// Makes it where it is missing.
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        let unusable = |error| DirectoryError::Unusable { path: path.to_owned(), error };
        fs::create_dir_all(path).map_err(unusable)?;
        let lock = lock(path)?;
        check_format(path)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
    }

    pub fn holds_journal(path: &Path) -> bool {
        path.join(JOURNAL).is_file()
    }

    pub fn assets(&self) -> PathBuf {
        Self::assets_in(&self.path)
    }

    /// For whoever only reads, beside a server that runs.
    pub fn assets_in(path: &Path) -> PathBuf {
        path.join("assets")
    }

    pub fn score(&self) -> Shelf {
        Self::score_in(&self.path)
    }

    /// For whoever only reads, beside a server that runs.
    pub fn score_in(path: &Path) -> Shelf {
        Shelf::new(path.join("score"))
    }

    /// What was made from assets, and can be made again.
    pub fn derived(&self) -> PathBuf {
        self.path.join("derived")
    }

    pub fn templates(&self) -> PathBuf {
        self.path.join("templates")
    }

    /// On the same filesystem as the assets: what is whole is moved there.
    pub fn uploads(&self) -> PathBuf {
        self.path.join("uploads")
    }

    /// What has come of files of the leader's. On the same filesystem as the assets.
    pub fn partials(&self) -> PathBuf {
        self.path.join("followed")
    }

    pub fn downloads(&self) -> PathBuf {
        self.path.join("downloads")
    }

    /// Touched now and then while the server lives.
    pub fn alive(&self) -> PathBuf {
        self.path.join("alive")
    }

    pub fn jams(&self) -> PathBuf {
        self.path.join("jams.redb")
    }

    pub fn recordings(&self) -> PathBuf {
        self.path.join("recordings")
    }
}

fn lock(path: &Path) -> Result<File, DirectoryError> {
    let unusable = |error| DirectoryError::Unusable { path: path.to_owned(), error };
    let name = path.join("lock");
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(name).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Only for the message: a holder that can not be read is still a holder.
            let _ = file.read_to_string(&mut holder);
            return Err(DirectoryError::InUse { path: path.to_owned(), holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(error)) => return Err(unusable(error)),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(unusable)?;
    Ok(file)
}

fn check_format(path: &Path) -> Result<(), DirectoryError> {
    let unusable = |error| DirectoryError::Unusable { path: path.to_owned(), error };
    let name = path.join("format");
    match fs::read_to_string(&name) {
        // Empty after a power failure in the first instant of its life.
        Ok(text) if text.trim().is_empty() => write_format(path).map_err(unusable),
        Ok(text) if text.trim().parse().is_ok_and(|found: u32| found <= VERSION) => Ok(()),
        Ok(text) => Err(DirectoryError::Newer { path: path.to_owned(), found: text.trim().chars().take(20).collect() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => write_format(path).map_err(unusable),
        Err(error) => Err(unusable(error)),
    }
}

/// Whole or not at all, and on disk with the directory itself.
fn write_format(path: &Path) -> io::Result<()> {
    let new = path.join("format.new");
    let mut file = File::create(&new)?;
    writeln!(file, "{VERSION}")?;
    file.sync_all()?;
    fs::rename(&new, path.join("format"))?;
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = DataDirectory::open(dir.path()).unwrap();
        let second = DataDirectory::open(dir.path());
        let expected = std::process::id().to_string();
        assert!(matches!(second, Err(DirectoryError::InUse { holder, .. }) if holder == expected));
        drop(first);
        DataDirectory::open(dir.path()).unwrap();
    }

    #[test]
    fn a_newer_format_stops_the_start() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("format"), "2\n").unwrap();
        assert!(matches!(DataDirectory::open(dir.path()), Err(DirectoryError::Newer { .. })));
        assert_eq!(fs::read_to_string(dir.path().join("format")).unwrap(), "2\n");
    }
}
