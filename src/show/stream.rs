//! The stream: how it is encoded, and whether it is live.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geometry::Canvas;
use super::time::{Fps, ShowTime};

/// Whether the show is on air. Times say since when, so that everything else follows from the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Stream {
    #[default]
    Stopped,
    Live {
        since: ShowTime,
    },
    /// Held: the picture as it was at `at`, and silence. Connections stay.
    Paused {
        since: ShowTime,
        at: ShowTime,
    },
}

impl Stream {
    pub fn is_on_air(&self) -> bool {
        self.on_air_since().is_some()
    }

    /// When it was started.
    pub fn on_air_since(&self) -> Option<ShowTime> {
        match self {
            Stream::Live { since } | Stream::Paused { since, .. } => Some(*since),
            Stream::Stopped => None,
        }
    }

    /// The instant that the picture shows when the clock says `now`.
    pub fn picture_time(&self, now: ShowTime) -> ShowTime {
        match self {
            Stream::Paused { at, .. } => (*at).min(now),
            Stream::Stopped | Stream::Live { .. } => now,
        }
    }
}

/// Everything about the encoded stream and its preview that can be set. Names are those of the stream API (camelCase).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StreamConfig {
    #[schemars(range(min = 64, max = 4096), extend("multipleOf" = 2))]
    pub width: u32,
    #[schemars(range(min = 64, max = 4096), extend("multipleOf" = 2))]
    pub height: u32,
    pub fps: Fps,
    /// Video, kbit/s.
    #[schemars(range(min = 100, max = 50_000))]
    pub bitrate: u32,
    /// AAC, kbit/s.
    #[schemars(range(min = 32, max = 320))]
    pub audio_bitrate: u32,
    /// Seconds between key frames.
    #[schemars(range(min = 1, max = 10))]
    pub key_frame_interval: u32,
    pub preset: Preset,
    pub preview: PreviewConfig,
}

/// Effort of the encoder, fastest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    Ultrafast,
    Superfast,
    Veryfast,
    Faster,
    Fast,
    Medium,
}

/// The JPEG preview. The height follows from the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewConfig {
    #[schemars(range(min = 64, max = 1920))]
    pub width: u32,
    /// At most this many pictures a second.
    #[schemars(range(min = 1, max = 60))]
    pub fps: u32,
    /// 1 to 100.
    #[schemars(range(min = 1, max = 100))]
    pub quality: u8,
}

impl StreamConfig {
    pub fn canvas(&self) -> Canvas {
        Canvas { width: self.width, height: self.height }
    }
}

impl Default for StreamConfig {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            fps: Fps::new(30, 1).expect("30 is a frame rate"),
            bitrate: 3_000,
            audio_bitrate: 128,
            key_frame_interval: 2,
            preset: Preset::Veryfast,
            preview: PreviewConfig { width: 640, fps: 10, quality: 75 },
        }
    }
}
