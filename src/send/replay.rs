//! The replay: the last seconds of the encoded program, kept in memory, and written to a file when somebody asks. Nothing is encoded
//! again: the file has the very packets that went out.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::mux::file;
use super::program::Program;
use super::recordings::{RecordingError, Recordings};
use crate::base::clock::Clock;
use crate::base::tasks::StopFlag;
use crate::frame::encoded::{Headers, Packet, Track};
use crate::frame::feed::{Feed, Next};
use crate::show::time::ShowTime;

const LOOK: Duration = Duration::from_millis(100);
/// Five minutes at 13 Mbit/s. Beyond, fewer seconds are kept.
const MOST_BYTES: usize = 512 << 20;

/// Cloning shares it.
#[derive(Clone)]
pub struct Replay {
    kept: Arc<Mutex<Kept>>,
    /// One at a time: each may be half a gigabyte.
    saving: Arc<AtomicBool>,
    recordings: Recordings,
    clock: Clock,
}

#[derive(Default)]
struct Kept {
    headers: Option<Headers>,
    packets: VecDeque<Arc<Packet>>,
    bytes: usize,
}

/// A replay that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    pub name: String,
    pub bytes: u64,
    pub duration: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("nothing is kept for a replay: set replaySeconds, and be on air")]
    Nothing,
    #[error("another replay is being written")]
    Busy,
    #[error(transparent)]
    Recording(#[from] RecordingError),
}

impl Replay {
    pub fn new(recordings: Recordings, clock: Clock) -> Self {
        Self { kept: Arc::default(), saving: Arc::default(), recordings, clock }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread that keeps. `seconds` says how many, at any time.
    pub(super) fn keep(&self, program: &Program, seconds: impl Fn() -> u32, stop: &StopFlag) {
        while !stop.is_set() {
            match (seconds(), program.running()) {
                (0, _) => *self.lock() = Kept::default(),
                (_, None) => {}
                (_, Some(feed)) => self.follow(&feed, &seconds, stop),
            }
            std::thread::sleep(LOOK);
        }
    }

    /// One feed, to its end. What was kept of the one before can not stand in one file with it.
    fn follow(&self, feed: &Arc<Feed>, seconds: &impl Fn() -> u32, stop: &StopFlag) {
        let mut reader = feed.read_from_oldest_key();
        *self.lock() = Kept { headers: Some(feed.headers.clone()), ..Kept::default() };
        while !stop.is_set() {
            let longest = seconds();
            match reader.next_blocking(LOOK) {
                _ if longest == 0 => return,
                Next::Packet(packet) => self.lock().add(packet, longest),
                Next::Missed(_) => *self.lock() = Kept { headers: Some(feed.headers.clone()), ..Kept::default() },
                Next::Pending => {}
                Next::Ended => return,
            }
        }
    }

    /// Writes what is kept into a new recording. It takes as long as the disk does: not for a task that others wait for.
    pub fn save(&self) -> Result<Saved, ReplayError> {
        if self.saving.swap(true, Ordering::AcqRel) {
            return Err(ReplayError::Busy);
        }
        let saved = self.save_alone();
        self.saving.store(false, Ordering::Release);
        saved
    }

    fn save_alone(&self) -> Result<Saved, ReplayError> {
        // Shared, not copied; and the lock is gone before anything is written.
        let (headers, packets) = {
            let kept = self.lock();
            (kept.headers.clone(), kept.packets.iter().cloned().collect::<Vec<_>>())
        };
        let headers = headers.ok_or(ReplayError::Nothing)?;
        let start = packets.first().ok_or(ReplayError::Nothing)?.at;
        // Sound that came late may be from before the first picture.
        let packets: Vec<_> = packets.into_iter().filter(|packet| packet.at >= start).collect();
        let writing = self.recordings.begin("replay", "mp4", self.clock.now()).map_err(RecordingError::from)?;
        let bytes = write(&writing.path, &headers, &packets).map_err(|error| {
            // Half a file is no recording; one that can not be removed is only untidy.
            let _ = std::fs::remove_file(&writing.path);
            RecordingError::from(error)
        })?;
        Ok(Saved { name: writing.name().to_owned(), bytes, duration: duration(&packets) })
    }
}

fn write(path: &Path, headers: &Headers, packets: &[Arc<Packet>]) -> io::Result<u64> {
    let mut file = BufWriter::with_capacity(1 << 20, std::fs::File::create_new(path)?);
    file.write_all(&file::head(headers, packets))?;
    for packet in packets {
        file.write_all(&packet.data)?;
    }
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

fn duration(packets: &[Arc<Packet>]) -> Duration {
    let mut video = packets.iter().filter(|packet| packet.track == Track::Video);
    let Some(first) = video.next() else { return Duration::ZERO };
    let last = video.next_back().unwrap_or(first);
    ShowTime(last.at.micros() + i64::from(last.duration_us)).since(first.at)
}

impl Kept {
    fn add(&mut self, packet: Arc<Packet>, seconds: u32) {
        let newest = packet.at.micros();
        self.bytes += packet.data.len();
        self.packets.push_back(packet);
        // Whole groups of pictures go, as soon as what begins with the next one is long enough.
        while let Some(next) = self.second_key() {
            let rest = newest - self.packets.get(next).map_or(newest, |key| key.at.micros());
            if rest < i64::from(seconds) * 1_000_000 && self.bytes <= MOST_BYTES {
                return;
            }
            self.bytes -= self.packets.drain(..next).map(|packet| packet.data.len()).sum::<usize>();
        }
    }

    fn second_key(&self) -> Option<usize> {
        let is_start = |packet: &Arc<Packet>| packet.key && packet.track == Track::Video;
        self.packets.iter().skip(1).position(is_start).map(|index| index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_seconds_as_wanted_are_kept_and_they_begin_with_a_key_frame() {
        let mut kept = Kept::default();
        for number in 0..300 {
            let at = ShowTime(number * 100_000);
            let (key, data) = (number % 20 == 0, vec![0; 10].into());
            kept.add(Arc::new(Packet { track: Track::Video, at, duration_us: 100_000, key, data }), 5);
            let first = &kept.packets[0];
            assert!(first.key && (number < 50 || at.since(first.at) >= Duration::from_secs(5)));
            assert!(at.since(first.at) < Duration::from_millis(7_100), "and no more than a group of pictures above");
        }
        assert_eq!(kept.bytes, kept.packets.len() * 10);
    }
}
