//! The recordings directory: names that nobody else has, what is in it, and what is being written.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use crate::show::time::ShowTime;

const EXTENSIONS: [&str; 2] = ["mkv", "mp4"];

/// Cloning shares it.
#[derive(Clone)]
pub struct Recordings {
    dir: PathBuf,
    /// Names that are being written, and how often: at most one for each destination, and one replay.
    open: Arc<Mutex<BTreeMap<String, usize>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    pub name: String,
    pub bytes: u64,
    /// When it was last written to.
    pub at: ShowTime,
    pub is_open: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("there is no recording of this name")]
    Unknown,
    #[error("the recording is being written")]
    Open,
    #[error("the recordings directory: {0}")]
    Storage(#[from] io::Error),
}

/// A file that is being written, until this is dropped.
pub struct Writing {
    pub path: PathBuf,
    name: String,
    open: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Recordings {
    pub fn new(dir: PathBuf) -> Self {
        Self { dir, open: Arc::default() }
    }

    /// `NAME-20260131-235959.mkv`, with a number where that is taken.
    pub fn begin(&self, name: &str, extension: &str, now: ShowTime) -> io::Result<Writing> {
        std::fs::create_dir_all(&self.dir)?;
        let stamp = stamp(now);
        let file = |number: u32| match number {
            1 => format!("{name}-{stamp}.{extension}"),
            _ => format!("{name}-{stamp}-{number}.{extension}"),
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = |name: &String| !open.contains_key(name) && !self.dir.join(name).exists();
        let name = (1..u32::MAX).map(file).find(is_free).unwrap_or_else(|| file(1));
        *open.entry(name.clone()).or_default() += 1;
        Ok(Writing { path: self.dir.join(&name), name, open: self.open.clone() })
    }

    /// Newest first.
    pub fn list(&self) -> Result<Vec<Recording>, RecordingError> {
        let entries = match std::fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        // A file that goes away meanwhile is no longer one.
        let mut found: Vec<_> = entries.filter_map(|entry| self.look_at(&entry.ok()?.path())).collect();
        found.sort_by(|one, other| (other.at, &other.name).cmp(&(one.at, &one.name)));
        Ok(found)
    }

    fn look_at(&self, path: &Path) -> Option<Recording> {
        let name = path.file_name()?.to_str().filter(|name| is_ours(name))?.to_owned();
        let file = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let age = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let at = ShowTime(i64::try_from(age.as_micros()).unwrap_or(0));
        let is_open = self.open.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&name);
        Some(Recording { name, bytes: file.len(), at, is_open })
    }

    /// Where it lies. Names that could lead elsewhere are none.
    pub fn find(&self, name: &str) -> Result<(PathBuf, Recording), RecordingError> {
        if !is_ours(name) {
            return Err(RecordingError::Unknown);
        }
        let path = self.dir.join(name);
        let recording = self.look_at(&path).ok_or(RecordingError::Unknown)?;
        Ok((path, recording))
    }

    pub fn remove(&self, name: &str) -> Result<(), RecordingError> {
        let (path, recording) = self.find(name)?;
        if recording.is_open {
            return Err(RecordingError::Open);
        }
        Ok(std::fs::remove_file(path)?)
    }
}

impl Writing {
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// One plain name with an extension that we write.
fn is_ours(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    EXTENSIONS.contains(&extension) && !stem.is_empty() && stem.bytes().all(is_plain)
}

fn stamp(now: ShowTime) -> String {
    let time = time::OffsetDateTime::from_unix_timestamp(now.micros().div_euclid(1_000_000))
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (date, clock) = (time.date(), time.time());
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_never_takes_the_name_of_another() {
        let dir = tempfile::tempdir().unwrap();
        let recordings = Recordings::new(dir.path().to_owned());
        let begin = || recordings.begin("tape", "mkv", ShowTime(1_769_903_999_000_000)).unwrap();
        let first = begin();
        assert_eq!(first.name(), "tape-20260131-235959.mkv");
        assert_eq!(begin().name(), "tape-20260131-235959-2.mkv", "the first is not there yet, but will be");
        std::fs::write(&first.path, "abc").unwrap();
        drop(first);
        assert_eq!(begin().name(), "tape-20260131-235959-2.mkv");
    }

    #[test]
    fn only_what_is_finished_and_ours_can_be_removed() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("recordings");
        let recordings = Recordings::new(inner.clone());
        assert!(recordings.list().unwrap().is_empty());
        let writing = recordings.begin("tape", "mp4", ShowTime(0)).unwrap();
        std::fs::write(&writing.path, "abc").unwrap();
        std::fs::write(dir.path().join("secret.mp4"), "no").unwrap();
        std::fs::write(inner.join("notes.txt"), "no").unwrap();
        let name = writing.name().to_owned();
        assert!(matches!(recordings.remove(&name), Err(RecordingError::Open)));
        for bad in ["../secret.mp4", "notes.txt", "", ".mp4", "a/b.mp4", "..", "other.mp4"] {
            assert!(matches!(recordings.remove(bad), Err(RecordingError::Unknown)), "{bad}");
        }
        let list = recordings.list().unwrap();
        assert_eq!((list.len(), list[0].bytes, list[0].is_open), (1, 3, true));
        drop(writing);
        recordings.remove(&name).unwrap();
        assert!(recordings.list().unwrap().is_empty());
    }
}
