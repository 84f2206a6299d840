//! Destinations: each lives and dies alone, on its own thread, with its own pipeline for each connection.
//!
//! A connection is thrown away when it breaks, and another is built: GStreamer 1.22's muxers and sinks do not recover from
//! within. `runner` has the life of a destination, `carrier` the pipeline, and here is what the kinds differ in.

mod carrier;
mod congestion;
mod counts;
mod message;
mod runner;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::hls::{self, Shelf};
use super::pipelines::Pipelines;
use super::program::Programs;
use super::recordings::{Recordings, Writing};
use crate::base::clock::Clock;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::base::vitals::Vitals;
use crate::show::destination::{self, RecordFormat, SrtMode, Target};
use crate::show::ids::{DestinationId, RenditionId};
use crate::show::stream::StreamConfig;
use crate::show::time::ShowTime;

#[derive(Clone)]
pub struct Env {
    pub clock: Clock,
    pub programs: Programs,
    pub pipelines: Pipelines,
    pub recordings: Recordings,
    pub shelf: Shelf,
    pub vitals: Arc<Vitals>,
}

/// What a destination is to carry, and where. Another one needs another thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub target: Target,
    pub renditions: Vec<RenditionId>,
    pub dynamic_bitrate: bool,
    /// Seconds between key frames, where that matters: HLS segments end at them.
    pub key_frame_interval: Option<u32>,
}

impl Order {
    pub fn of(destination: &destination::Destination, config: &StreamConfig) -> Self {
        let destination::Destination { target, dynamic_bitrate, .. } = destination;
        let key_frame_interval = matches!(target, Target::Hls { .. }).then_some(config.key_frame_interval);
        let (renditions, dynamic_bitrate) = (destination.renditions(), *dynamic_bitrate);
        Self { target: target.clone(), renditions, dynamic_bitrate, key_frame_interval }
    }
}

pub struct Destination {
    stop: StopFlag,
    thread: JoinHandle<()>,
}

impl Destination {
    pub fn start(id: DestinationId, order: Order, env: Env) -> io::Result<Self> {
        let stop = StopFlag::default();
        let name = format!("to-{id}");
        let thread = match hls::runner::Runner::new(id.clone(), &order, env.clone(), stop.clone()) {
            Some(runner) => spawn_thread(&name, move || runner.run())?,
            None => {
                let runner = runner::Runner::new(id, order, env, stop.clone());
                spawn_thread(&name, move || runner.run())?
            }
        };
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
    /// What its sink calls the bytes that it sent; without one, what the pipeline took from its queues counts as written.
    counter: Option<&'static str>,
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
    counter: Some("out-bytes-total"),
    live_after_bytes: 5_000,
    connect_within: Duration::from_secs(6),
    dead_after: Duration::from_secs(8),
    skips_beyond: Some(Duration::from_secs(4)),
    finish_within: Duration::from_millis(600),
    // A server that comes back is used again within five seconds.
    tried_every: Duration::from_secs(2),
};

const SRT: Manner = Manner {
    pipeline: "push-srt",
    counter: Some("bytes-sent-total"),
    // It counts what the protocol took to send, which it does only once it is connected.
    live_after_bytes: 2_000,
    ..PUSH
};

const RECORD: Manner = Manner {
    pipeline: "record-mkv",
    counter: None,
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
        Target::Srt { mode: SrtMode::Caller, .. } => SRT,
        // Live as soon as it listens: callers come and go, and none of them holds up the others.
        Target::Srt { mode: SrtMode::Listener, .. } => Manner { counter: None, live_after_bytes: 1, ..SRT },
        // Has a runner of its own.
        Target::Hls { .. } | Target::Record { format: RecordFormat::Mkv } => RECORD,
        Target::Record { format: RecordFormat::Mp4 } => Manner { pipeline: "record-mp4", ..RECORD },
    }
}

/// Where the next connection goes: properties of a pipeline's `out`, set once it stands, so that no secret is in its text.
struct Way {
    properties: Vec<(&'static str, String)>,
    /// Of a recording.
    file: Option<Writing>,
}

impl From<Vec<(&'static str, String)>> for Way {
    fn from(properties: Vec<(&'static str, String)>) -> Self {
        Self { properties, file: None }
    }
}

fn way(target: &Target, id: &DestinationId, recordings: &Recordings, now: ShowTime) -> Result<Way, String> {
    match target {
        Target::Rtmp { url, key } => Ok(vec![("location", format!("{url}/{}", key.reveal()))].into()),
        Target::Srt { .. } => Ok(way_of_srt(target).into()),
        Target::Hls { .. } => Err("it has no pipeline".to_owned()),
        Target::Record { format } => {
            let extension = match format {
                RecordFormat::Mkv => "mkv",
                RecordFormat::Mp4 => "mp4",
            };
            let file = recordings.begin(id.as_str(), extension, now).map_err(|error| format!("recordings: {error}"))?;
            let path = file.path.to_str().ok_or_else(|| "the recordings directory's name is not UTF-8".to_owned())?;
            Ok(Way { properties: vec![("location", path.to_owned())], file: Some(file) })
        }
    }
}

/// The address first: setting it sets everything else back.
fn way_of_srt(target: &Target) -> Vec<(&'static str, String)> {
    let Target::Srt { url, mode, passphrase, latency_ms, streamid } = target else { return Vec::new() };
    let mode = match mode {
        SrtMode::Caller => "caller",
        SrtMode::Listener => "listener",
    };
    let mut way =
        vec![("uri", format!("{url}?mode={mode}")), ("mode", mode.to_owned()), ("latency", latency_ms.to_string())];
    if !passphrase.is_empty() {
        way.extend([("passphrase", passphrase.reveal().to_owned()), ("pbkeylen", "16".to_owned())]);
    }
    if !streamid.is_empty() {
        way.push(("streamid", streamid.clone()));
    }
    way
}

/// A recording that failed before its first byte leaves no file behind.
fn discard_if_empty(way: &Way) {
    let Some(file) = &way.file else { return };
    if std::fs::metadata(&file.path).is_ok_and(|file| file.len() == 0) {
        // One that can not be removed is only untidy.
        let _ = std::fs::remove_file(&file.path);
    }
}
