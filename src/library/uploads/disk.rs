//! The few things that uploads ask of a disk. Behind a trait, so that a test can have each of them fail, or pull the plug after it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A file that is open for reading and writing, and its path.
pub struct Opened {
    pub file: File,
    pub path: PathBuf,
}

/// Each call blocks until it is done. What was written lasts after `sync`, what was made, renamed or removed after `sync_directory`.
pub trait Disk: Send + Sync {
    fn make_directory(&self, path: &Path) -> io::Result<()>;
    /// Makes the file where there is none.
    fn open(&self, path: &Path) -> io::Result<Opened>;
    fn write(&self, opened: &Opened, bytes: &[u8], at: u64) -> io::Result<()>;
    fn cut(&self, opened: &Opened, length: u64) -> io::Result<()>;
    fn sync(&self, opened: &Opened) -> io::Result<()>;
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// A file that is not there is as good as removed.
    fn remove(&self, path: &Path) -> io::Result<()>;
    fn remove_directory(&self, path: &Path) -> io::Result<()>;
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// Bytes that may still be written.
    fn free(&self, path: &Path) -> io::Result<u64>;
}

/// The real one.
pub struct Local;

impl Disk for Local {
    fn make_directory(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn open(&self, path: &Path) -> io::Result<Opened> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        Ok(Opened { file, path: path.to_owned() })
    }

    fn write(&self, opened: &Opened, bytes: &[u8], at: u64) -> io::Result<()> {
        opened.file.write_all_at(bytes, at)
    }

    fn cut(&self, opened: &Opened, length: u64) -> io::Result<()> {
        opened.file.set_len(length)
    }

    fn sync(&self, opened: &Opened) -> io::Result<()> {
        opened.file.sync_data()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        gone(fs::remove_file(path))
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        gone(fs::remove_dir_all(path))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn free(&self, path: &Path) -> io::Result<u64> {
        crate::library::room::free(path)
    }
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Bytes of a file; None where there is none.
pub fn length_of(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
