//! All files of a score, in order, and the stretches that they make together.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::segment::Segment;
use super::{ScoreError, storage};
use crate::show::time::ShowTime;

const EXTENSION: &str = "score";

/// A score on disk. Reading it needs no lock, and no server that stands still.
#[derive(Clone, Debug)]
pub struct Shelf {
    directory: PathBuf,
}

/// A time of which everything is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: ShowTime,
    pub to: ShowTime,
}

impl Shelf {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The files with their numbers, oldest first.
    pub fn files(&self) -> Result<Vec<(u64, PathBuf)>, ScoreError> {
        let failed = storage(&self.directory);
        let entries = match fs::read_dir(&self.directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(&failed)?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(&failed)?.path();
            let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
            let is_score = path.extension().is_some_and(|extension| extension == EXTENSION);
            files.extend(number.filter(|_| is_score).map(|number| (number, path)));
        }
        files.sort();
        Ok(files)
    }

    pub fn path_of(&self, number: u64) -> PathBuf {
        self.directory.join(format!("{number:08}.{EXTENSION}"))
    }

    /// One that was removed meanwhile was the oldest, and is not missed.
    pub fn segments(&self) -> Result<Vec<Segment>, ScoreError> {
        let mut segments = Vec::new();
        for (_, path) in self.files()? {
            match Segment::look(&path) {
                Err(ScoreError::Storage { error, .. }) if error.kind() == ErrorKind::NotFound => {}
                segment => segments.push(segment?),
            }
        }
        Ok(segments)
    }

    /// Oldest first. The newest reaches as far as the server is known to have lived.
    pub fn stretches(&self) -> Result<Vec<Stretch>, ScoreError> {
        let segments = self.segments()?;
        let mut stretches: Vec<Stretch> = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            let goes_on = index > 0 && segment.follows(&segments[index - 1]);
            match stretches.last_mut().filter(|_| goes_on) {
                Some(stretch) => stretch.to = stretch.to.max(segment.last.at),
                None => stretches.push(Stretch { from: segment.head.at, to: segment.last.at }),
            }
        }
        if let Some(newest) = stretches.last_mut() {
            newest.to = newest.to.max(self.last_alive());
        }
        Ok(stretches)
    }

    fn alive(&self) -> PathBuf {
        self.directory.join("alive")
    }

    /// Whoever keeps the score lives at this time.
    pub fn sign(&self, now: ShowTime) -> Result<(), ScoreError> {
        let path = self.alive();
        let since = Duration::from_micros(u64::try_from(now.micros()).unwrap_or(0));
        let signed = File::create(&path).and_then(|file| file.set_modified(UNIX_EPOCH + since));
        signed.map_err(storage(&path))
    }

    fn last_alive(&self) -> ShowTime {
        let touched = fs::metadata(self.alive()).and_then(|found| found.modified()).ok();
        let since = touched.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        since.map_or(ShowTime(0), |since| ShowTime(0).plus(since))
    }
}
