//! Destinations: each lives and dies alone, on its own thread, with its own pipeline for each connection.
//!
//! A connection is thrown away when it breaks, and another is built: GStreamer 1.22's muxers and sinks do not recover from
//! within. `runner` has the life of a destination, `carrier` the pipeline, and here is what the kinds differ in.

mod carrier;
mod runner;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::pipelines::Pipelines;
use crate::base::clock::Clock;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::base::vitals::Vitals;
use crate::frame::feed::Feed;
use crate::show::destination::{RecordFormat, Target};
use crate::show::ids::DestinationId;
use crate::show::time::ShowTime;

#[derive(Clone)]
pub struct Env {
    pub clock: Clock,
    pub program: watch::Receiver<Option<Arc<Feed>>>,
    pub pipelines: Pipelines,
    pub recordings_dir: PathBuf,
    pub vitals: Arc<Vitals>,
}

pub struct Destination {
    stop: StopFlag,
    thread: JoinHandle<()>,
}

impl Destination {
    pub fn start(id: DestinationId, target: Target, env: Env) -> io::Result<Self> {
        let stop = StopFlag::default();
        let runner = runner::Runner::new(id.clone(), target, env, stop.clone());
        let thread = spawn_thread(&format!("to-{id}"), move || runner.run())?;
        Ok(Self { stop, thread })
    }

    /// It has failed: destinations end only when they are told to.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Finishes what it is writing, then ends.
    pub fn stop(self) -> JoinHandle<()> {
        self.stop.stop();
        self.thread
    }
}

/// What the kinds of destination differ in.
#[derive(Clone, Copy)]
struct Manner {
    pipeline: &'static str,
    /// Bytes that must have gone out before it counts as live. An RTMP handshake and its commands take under 4 KB, and media
    /// follow only when the server has agreed.
    live_after_bytes: u64,
    /// Without being live this long after it was begun, a connection is given up.
    connect_within: Duration,
    /// Packets are waiting, and nothing went out for this long: the peer is dead, whatever the socket says.
    dead_after: Duration,
    /// A reader this far behind goes on at the next key frame: a server wants the present. None for a file, which wants it all.
    skips_beyond: Option<Duration>,
    /// How long finishing may take.
    finish_within: Duration,
    /// While it is away it is tried again at least this often, for the first ten minutes.
    tried_every: Duration,
}

const PUSH: Manner = Manner {
    pipeline: "push-rtmp",
    live_after_bytes: 5_000,
    connect_within: Duration::from_secs(6),
    dead_after: Duration::from_secs(8),
    skips_beyond: Some(Duration::from_secs(4)),
    finish_within: Duration::from_millis(600),
    // A server that comes back is used again within five seconds.
    tried_every: Duration::from_secs(2),
};

const RECORD: Manner = Manner {
    pipeline: "record-mkv",
    live_after_bytes: 1,
    connect_within: Duration::from_secs(10),
    dead_after: Duration::from_secs(20),
    skips_beyond: None,
    finish_within: Duration::from_secs(3),
    // Each try makes a file.
    tried_every: Duration::from_secs(10),
};

fn manner(target: &Target) -> Manner {
    match target {
        Target::Rtmp { .. } => PUSH,
        Target::Record { format: RecordFormat::Mkv } => RECORD,
        Target::Record { format: RecordFormat::Mp4 } => Manner { pipeline: "record-mp4", ..RECORD },
    }
}

/// Where the next connection goes: an address with its key, or a file that is not there yet.
fn location(target: &Target, id: &DestinationId, recordings_dir: &Path, now: ShowTime) -> Result<String, String> {
    match target {
        Target::Rtmp { url, key } => Ok(format!("{url}/{}", key.reveal())),
        Target::Record { format } => {
            std::fs::create_dir_all(recordings_dir).map_err(|error| format!("{}: {error}", recordings_dir.display()))?;
            let path = new_file(recordings_dir, id, *format, now);
            path.to_str().map(str::to_owned).ok_or_else(|| "the recordings directory's name is not UTF-8".to_owned())
        }
    }
}

/// A recording that failed before its first byte leaves no file behind.
fn discard_if_empty(target: &Target, location: &str) {
    let is_empty = || std::fs::metadata(location).is_ok_and(|file| file.len() == 0);
    if matches!(target, Target::Record { .. }) && is_empty() {
        // One that can not be removed is only untidy.
        let _ = std::fs::remove_file(location);
    }
}

/// `ID-20260131-235959.mkv`, with a number where that is taken.
fn new_file(dir: &Path, id: &DestinationId, format: RecordFormat, now: ShowTime) -> PathBuf {
    let extension = match format {
        RecordFormat::Mkv => "mkv",
        RecordFormat::Mp4 => "mp4",
    };
    let time = time::OffsetDateTime::from_unix_timestamp(now.micros().div_euclid(1_000_000))
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (date, clock) = (time.date(), time.time());
    let stamp = format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    let name = |number: u32| match number {
        1 => dir.join(format!("{id}-{stamp}.{extension}")),
        _ => dir.join(format!("{id}-{stamp}-{number}.{extension}")),
    };
    (1..u32::MAX).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_never_takes_the_name_of_another() {
        let dir = tempfile::tempdir().unwrap();
        let id = DestinationId::new("tape").unwrap();
        let name = || new_file(dir.path(), &id, RecordFormat::Mkv, ShowTime(1_769_903_999_000_000));
        assert_eq!(name().file_name().unwrap(), "tape-20260131-235959.mkv");
        std::fs::write(name(), "").unwrap();
        assert_eq!(name().file_name().unwrap(), "tape-20260131-235959-2.mkv");
    }
}
