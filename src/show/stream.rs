//! The stream: how it is encoded, and whether it is live.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geometry::Canvas;
use super::ids::RenditionId;
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
    /// All scenes in one picture, for whoever runs the show.
    #[serde(default = "multiview")]
    pub multiview: PreviewConfig,
    /// Further encodings of the same program, beside `main`. Each runs while a destination wants it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4))]
    pub renditions: Vec<Rendition>,
    /// So many seconds of the encoded program are kept in memory, ready to be saved. 0: none.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(range(max = 300))]
    pub replay_seconds: u32,
}

/// Another encoding of the program. The width follows from the canvas' proportions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rendition {
    pub id: RenditionId,
    #[schemars(range(min = 64, max = 4096), extend("multipleOf" = 2))]
    pub height: u32,
    /// Video, kbit/s.
    #[schemars(range(min = 100, max = 50_000))]
    pub bitrate: u32,
    /// The stream's own where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// Only every so manieth frame: 2 makes 30 of 60.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[schemars(range(min = 1, max = 4))]
    pub fps_divisor: u32,
}

impl Rendition {
    /// Even in both directions, as the encoders want it.
    pub fn size(&self, canvas: Canvas) -> Canvas {
        let twice = 2 * u64::from(canvas.height.max(1));
        let half_width = (u64::from(canvas.width) * u64::from(self.height) + twice / 2) / twice;
        Canvas { width: 2 * u32::try_from(half_width).unwrap_or(u32::MAX / 2), height: self.height }
    }
}

fn multiview() -> PreviewConfig {
    PreviewConfig { width: 1280, fps: 5, quality: 75 }
}

fn one() -> u32 {
    1
}

fn is_one(number: &u32) -> bool {
    *number == 1
}

fn is_zero(number: &u32) -> bool {
    *number == 0
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

/// JPEGs for those who watch the show being made. The height follows from the canvas.
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

impl PreviewConfig {
    /// What is made of it when there is too much to paint: less the lower the rung (`marquee_engine_rung`).
    pub fn within_means(self, rung: i64) -> PreviewConfig {
        let fps = if rung >= 1 { (self.fps / 2).max(1) } else { self.fps };
        let width = if rung >= 2 { (self.width / 2).max(16) & !1 } else { self.width };
        PreviewConfig { fps, width, ..self }
    }
}

impl StreamConfig {
    pub fn canvas(&self) -> Canvas {
        Canvas { width: self.width, height: self.height }
    }

    pub fn has_rendition(&self, id: &RenditionId) -> bool {
        id.is_main() || self.renditions.iter().any(|rendition| rendition.id == *id)
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
            multiview: multiview(),
            renditions: Vec::new(),
            replay_seconds: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_for_those_who_watch_give_way_first() {
        let preview = PreviewConfig { fps: 10, width: 640, quality: 60 };
        let given = |rung| {
            let PreviewConfig { fps, width, .. } = preview.within_means(rung);
            (fps, width)
        };
        assert_eq!([0, 1, 2, 4].map(given), [(10, 640), (5, 640), (5, 320), (5, 320)]);
    }

    #[test]
    fn a_configuration_from_before_there_was_a_multiview_has_the_usual_one() {
        let mut json = serde_json::to_value(StreamConfig::default()).unwrap();
        json.as_object_mut().unwrap().remove("multiview").unwrap();
        assert_eq!(serde_json::from_value::<StreamConfig>(json).unwrap(), StreamConfig::default());
    }

    #[test]
    fn a_configuration_from_before_there_were_renditions_is_read_and_written_as_it_was() {
        let text = serde_json::to_string(&StreamConfig::default()).unwrap();
        assert!(!text.contains("renditions") && !text.contains("replay"), "{text}");
        assert_eq!(serde_json::from_str::<StreamConfig>(&text).unwrap(), StreamConfig::default());
    }
}
