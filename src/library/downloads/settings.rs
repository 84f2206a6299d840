//! What downloads are allowed to do, as whoever runs the server has decided.

use std::path::PathBuf;
use std::time::Duration;

use super::extractors::Extractors;
use super::proxy::Allowed;

#[derive(Clone, Debug)]
pub struct Settings {
    /// Where yt-dlp lies; without, it is looked for in PATH.
    pub program: Option<PathBuf>,
    /// Each job has a folder in here.
    pub directory: PathBuf,
    /// Others wait.
    pub most_at_once: usize,
    /// Of one file.
    pub largest_bytes: u64,
    /// What stays free on the disk, in bytes: the show itself has to be written, too.
    pub spare_bytes: u64,
    /// From a job's turn to its end.
    pub longest: Duration,
    /// A job that says nothing new for so long is ended.
    pub stalled_after: Duration,
    pub extractors: Extractors,
    /// What is fetched from although it is not public.
    pub allow_private: Allowed,
    pub search: Search,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Search {
    #[default]
    Off,
    On,
}

impl Settings {
    pub const MOST_AT_ONCE: usize = 2;
    pub const LARGEST_BYTES: u64 = 2 * 1_024 * 1_024 * 1_024;
    pub const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);
    /// yt-dlp tries three times with 15 s each, and then other ways.
    pub const STALLED_AFTER: Duration = Duration::from_secs(180);

    /// What is usual, for these sites.
    pub fn new(directory: PathBuf, extractors: Extractors) -> Settings {
        Settings {
            program: None,
            directory,
            most_at_once: Self::MOST_AT_ONCE,
            largest_bytes: Self::LARGEST_BYTES,
            spare_bytes: 0,
            longest: Self::LONGEST,
            stalled_after: Self::STALLED_AFTER,
            extractors,
            allow_private: Allowed::default(),
            search: Search::Off,
        }
    }
}
