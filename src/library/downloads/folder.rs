//! The folder of a job: made for it alone, readable by nobody else, and gone with it. What is in there was named by a stranger's
//! site, so nothing is believed of it but what the file system says.

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::arguments::PARTS;
use super::id::JobId;

const PRIVATE: u32 = 0o700;
/// Held by whoever works in the folder.
const LOCK: &str = ".lock";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

/// The directory of all jobs.
pub fn prepare(directory: &Path) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(PRIVATE).create(directory)?;
    directory.canonicalize()
}

impl Folder {
    pub fn of(directory: &Path, id: &JobId) -> Folder {
        Folder(directory.join(id.as_str()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// New, or with what an earlier try has left.
    pub fn open(&self) -> io::Result<()> {
        own_directory(&self.0)?;
        own_directory(&self.0.join(PARTS))
    }

    /// None while somebody else works there: a yt-dlp that has outlived the server that started it. The file is empty, and the
    /// child is given it to read from, so the lock is held for as long as either lives.
    pub fn claim(&self) -> io::Result<Option<File>> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(self.0.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The file that is said to be the result, and its bytes: a file of its own, right in the folder. None for anything else.
    pub fn product(&self, said: &Path) -> io::Result<Option<(PathBuf, u64)>> {
        let path = self.0.join(said);
        let found = match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => found,
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let path = path.canonicalize()?;
        let is_inside = path.parent() == Some(self.0.canonicalize()?.as_path());
        Ok((is_inside && found.len() > 0).then_some((path, found.len())))
    }

    /// What is not there is as good as removed.
    pub fn remove(&self) -> io::Result<()> {
        let removed = match fs::symlink_metadata(&self.0) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&self.0),
            Ok(_) => fs::remove_file(&self.0),
            Err(error) => Err(error),
        };
        removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
    }
}

/// A link in its place would lead elsewhere.
fn own_directory(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(PRIVATE).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !fs::symlink_metadata(path)?.is_dir() {
                return Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is in the way", path.display())));
            }
            fs::set_permissions(path, Permissions::from_mode(PRIVATE))
        }
        created => created,
    }
}

/// Removes the folders of jobs that `is_known` does not know; how many there were.
pub fn retain(directory: &Path, is_known: impl Fn(&JobId) -> bool) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        // What has no name of a job is not ours.
        let Some(id) = name.to_str().and_then(|name| name.parse::<JobId>().ok()) else { continue };
        if !is_known(&id) {
            Folder::of(directory, &id).remove()?;
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        directory: tempfile::TempDir,
        folder: Folder,
    }

    fn place() -> Place {
        let directory = tempfile::tempdir().expect("a directory");
        let folder = Folder::of(directory.path(), &"job-1".parse().expect("an id"));
        Place { directory, folder }
    }

    #[test]
    fn a_folder_is_private_and_keeps_what_is_in_it() {
        let Place { directory: _directory, folder } = place();
        folder.open().expect("made");
        fs::write(folder.path().join("parts/a.part"), "half").expect("written");
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("set");
        folder.open().expect("opened again");
        assert_eq!(fs::metadata(folder.path()).expect("there").permissions().mode() & 0o777, PRIVATE);
        assert!(folder.path().join("parts/a.part").is_file());
    }

    #[test]
    fn a_link_in_place_of_a_folder_is_refused_and_not_followed() {
        let Place { directory, folder } = place();
        let elsewhere = tempfile::tempdir().expect("a directory");
        fs::write(elsewhere.path().join("kept"), "kept").expect("written");
        std::os::unix::fs::symlink(elsewhere.path(), folder.path()).expect("a link");
        assert_eq!(folder.open().expect_err("refused").kind(), io::ErrorKind::NotADirectory);
        folder.remove().expect("removed");
        assert!(elsewhere.path().join("kept").is_file() && !folder.path().exists(), "{directory:?}");
    }

    #[test]
    fn only_a_file_of_its_own_right_in_the_folder_is_a_result() {
        let Place { directory, folder } = place();
        folder.open().expect("made");
        let inside = |name: &str| folder.path().join(name);
        fs::write(inside("good.mp4"), "12345").expect("written");
        fs::write(inside("empty.mp4"), "").expect("written");
        fs::write(directory.path().join("outside.mp4"), "12345").expect("written");
        std::os::unix::fs::symlink("good.mp4", inside("link.mp4")).expect("a link");
        let product = |said: &str| folder.product(Path::new(said)).expect("looked at");
        let good = inside("good.mp4").canonicalize().expect("there");
        assert_eq!(product("good.mp4"), Some((good.clone(), 5)));
        assert_eq!(folder.product(&inside("good.mp4")).expect("looked at"), Some((good, 5)));
        let outside = directory.path().join("outside.mp4").display().to_string();
        for bad in ["empty.mp4", "link.mp4", "missing.mp4", "parts", "", "/etc/passwd", "../outside.mp4", &outside] {
            assert_eq!(product(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_at_a_time_works_in_a_folder() {
        let Place { directory: _directory, folder } = place();
        folder.open().expect("made");
        let first = folder.claim().expect("asked");
        assert!(first.is_some() && folder.claim().expect("asked").is_none());
        drop(first);
        assert!(folder.claim().expect("asked").is_some());
    }

    #[test]
    fn only_folders_of_unknown_jobs_go() {
        let directory = tempfile::tempdir().expect("a directory");
        for name in ["known", "stray", ".hidden", "not an id"] {
            fs::create_dir(directory.path().join(name)).expect("made");
        }
        assert_eq!(retain(directory.path(), |id| id.as_str() == "known").expect("looked at"), 1);
        assert!(!directory.path().join("stray").exists());
        assert!(["known", ".hidden", "not an id"].iter().all(|name| directory.path().join(name).exists()));
    }
}
