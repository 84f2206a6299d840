//! What moves or sounds: video files, network streams, cameras, microphones. Where a file stands is a function of its playback and the time.

pub mod check;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::destination::Secret;
use super::ids::{AssetId, InputId};
use super::jam::code::JamCode;
use super::mixer::Strip;
use super::time::ShowTime;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    pub id: InputId,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub name: String,
    /// How long its last picture stays when it is lost, before the fallback is shown.
    #[serde(default = "hold_ms")]
    #[schemars(range(max = 600_000))]
    pub hold_ms: u32,
    /// The picture that is shown while it is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<AssetId>,
    #[serde(default)]
    pub when_hidden: WhenHidden,
    /// How it goes into the mix.
    #[serde(default)]
    pub sound: Strip,
    #[serde(flatten)]
    pub kind: InputKind,
}

/// What becomes of it while nothing on air shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenHidden {
    /// Nothing is decoded. A file keeps its place, because that follows from the time; a stream is connected to anew.
    #[default]
    Stop,
    /// It goes on, so that it is there at once, and is heard.
    Keep,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum InputKind {
    /// An uploaded video or piece of sound.
    Video(Video),
    /// A stream that is fetched from elsewhere.
    Network {
        /// rtmp, rtmps, rtsp, rtsps, srt, udp, rtp, http or https (HLS, MPEG-TS, a file). The server connects to it, wherever
        /// it leads, so whoever may set it may make the server connect to any address that the server can reach.
        #[schemars(length(max = 1024))]
        url: String,
        /// What the address must not show: rtmp, the stream's key, which is appended; rtsp and http, `user:password`; srt, the
        /// passphrase.
        #[serde(default)]
        secret: Secret,
        /// How much later than it came it is shown, so that an uneven network is not seen.
        #[serde(default = "latency_ms")]
        #[schemars(range(min = 20, max = 10_000))]
        latency_ms: u32,
    },
    /// A stream that somebody pushes to this server's RTMP port, to `rtmp://host:1935/live/` and this key. While it is empty nobody may.
    Published {
        #[serde(default)]
        key: Secret,
        /// How much later than it came it is shown, so that an uneven network is not seen.
        #[serde(default = "latency_ms")]
        #[schemars(range(min = 20, max = 10_000))]
        latency_ms: u32,
    },
    /// A camera or capture card of this machine.
    Camera {
        /// `/dev/video0`
        #[schemars(length(max = 64))]
        device: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 16, max = 8192))]
        width: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 16, max = 8192))]
        height: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 1, max = 120))]
        fps: Option<u32>,
    },
    /// What a microphone or line-in of this machine hears.
    Microphone {
        /// `pulse` (PulseAudio, PipeWire), `alsa`, or one of the two with a device: `pulse:NAME`, `alsa:hw:1`. Absent: the usual
        /// one of the first that is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(length(max = 160))]
        device: Option<String>,
        /// How much later than it came it is heard.
        #[serde(default = "local_latency_ms")]
        #[schemars(range(min = 20, max = 10_000))]
        latency_ms: u32,
    },
    /// A web page, drawn by WebKit where GStreamer has it (`wpesrc`).
    Page {
        #[schemars(length(max = 1024))]
        url: String,
        #[schemars(range(min = 16, max = 4096))]
        width: u32,
        #[schemars(range(min = 16, max = 4096))]
        height: u32,
        #[serde(default = "page_fps")]
        #[schemars(range(min = 1, max = 60))]
        fps: u32,
    },
    /// A test tone.
    Tone {
        #[serde(default = "tone_hz")]
        #[schemars(range(min = 20, max = 20_000))]
        hz: f64,
        /// 0 is the loudest there is.
        #[serde(default = "tone_level_db")]
        #[schemars(range(min = -100, max = 0))]
        level_db: f64,
    },
    /// What is played in a jam: drums, notes, the sequencer. Its picture is a layer of the kind `jam`.
    Jam { jam: JamCode },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Video {
    pub asset: AssetId,
    /// From the last picture on to the first.
    #[serde(default = "yes")]
    pub repeat: bool,
    /// 2 is twice as fast. Its sound becomes higher and lower with it, as a tape's does.
    #[serde(default = "one")]
    #[schemars(range(min = 0.1, max = 4))]
    pub speed: f64,
    /// The part that is played, in the file's own time.
    #[serde(default)]
    #[schemars(range(max = 86_400_000))]
    pub from_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 86_400_000))]
    pub to_ms: Option<u64>,
    #[serde(default)]
    pub start: Start,
    /// What is seen after the end, if it is not repeated.
    #[serde(default)]
    pub at_end: AtEnd,
    #[serde(default)]
    pub playback: Playback,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// It goes on, seen or not.
    #[default]
    Always,
    /// It begins anew whenever a scene that shows it is taken.
    Shown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// The last picture stays.
    #[default]
    Hold,
    Hide,
}

/// What was decided about playing, and since when; where it stands at an instant follows. Offsets are from the start of the
/// played part, and may be larger than it: then it has been repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Playback {
    Playing {
        /// Microseconds of Unix time.
        #[schemars(with = "i64")]
        since: ShowTime,
        #[serde(default)]
        offset_ms: u64,
    },
    Paused {
        offset_ms: u64,
    },
    Stopped,
}

impl Default for Playback {
    /// As if it had begun at the epoch: all who play the same file show the same picture.
    fn default() -> Self {
        Playback::Playing { since: ShowTime(0), offset_ms: 0 }
    }
}

impl Playback {
    /// Microseconds from the start of the played part, repeats and all; None if it is stopped.
    pub fn offset_us(&self, speed: f64, at: ShowTime) -> Option<i64> {
        let micros = |offset_ms: u64| i64::try_from(offset_ms).unwrap_or(i64::MAX).saturating_mul(1_000);
        match *self {
            Playback::Playing { since, offset_ms } => {
                let elapsed = at.micros().saturating_sub(since.micros()).max(0);
                Some(micros(offset_ms).saturating_add((elapsed as f64 * speed) as i64))
            }
            Playback::Paused { offset_ms } => Some(micros(offset_ms)),
            Playback::Stopped => None,
        }
    }

    pub fn paused(&self, speed: f64, at: ShowTime) -> Playback {
        match self.offset_us(speed, at) {
            Some(offset) => Playback::Paused { offset_ms: u64::try_from(offset / 1_000).unwrap_or(0) },
            None => Playback::Paused { offset_ms: 0 },
        }
    }

    /// Goes on from where it is, or from the start if it was stopped. One that plays is left alone.
    pub fn resumed(&self, at: ShowTime) -> Playback {
        match *self {
            Playback::Playing { .. } => *self,
            Playback::Paused { offset_ms } => Playback::Playing { since: at, offset_ms },
            Playback::Stopped => Playback::Playing { since: at, offset_ms: 0 },
        }
    }

    /// Elsewhere, playing or paused as it is.
    pub fn sought(&self, offset_ms: u64, at: ShowTime) -> Playback {
        match self {
            Playback::Playing { .. } => Playback::Playing { since: at, offset_ms },
            Playback::Paused { .. } | Playback::Stopped => Playback::Paused { offset_ms },
        }
    }
}

impl Input {
    /// Whether this key lets somebody publish it. How long that takes tells nothing about the key.
    pub fn is_published_under(&self, said: &str) -> bool {
        let InputKind::Published { key, .. } = &self.kind else { return false };
        !key.is_empty() && bool::from(key.reveal().as_bytes().ct_eq(said.as_bytes()))
    }

    /// Without what no door may show.
    pub fn without_secrets(mut self) -> Self {
        match &mut self.kind {
            InputKind::Network { secret, .. } | InputKind::Published { key: secret, .. } => *secret = Secret::default(),
            InputKind::Video(_)
            | InputKind::Camera { .. }
            | InputKind::Microphone { .. }
            | InputKind::Page { .. }
            | InputKind::Tone { .. }
            | InputKind::Jam { .. } => {}
        }
        self
    }
}

fn hold_ms() -> u32 {
    3_000
}

fn latency_ms() -> u32 {
    200
}

/// Of what has no network that would be uneven.
fn local_latency_ms() -> u32 {
    40
}

fn page_fps() -> u32 {
    30
}

fn tone_hz() -> f64 {
    1_000.0
}

fn tone_level_db() -> f64 {
    -20.0
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}
