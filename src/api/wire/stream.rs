//! The two types of the stream API: what it is doing, and how well.

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::figures::Figures;
use crate::base::status::Health;
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::stream::Stream;
use crate::show::time::ShowTime;

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamState {
    pub is_live: bool,
    pub is_paused: bool,
    /// Measured.
    pub fps: f64,
    #[serde(rename = "targetFPS")]
    pub target_fps: f64,
    /// Frames given to the encoder in this broadcast.
    pub frame_count: u64,
    pub dropped_frames: u64,
    /// Milliseconds, over the last seconds.
    pub average_render_time: f64,
    /// Milliseconds of Unix time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<i64>,
    pub error: Option<String>,
}

impl StreamState {
    pub fn new(show: &Show, figures: &Figures, vitals: &Vitals) -> Self {
        let since = since(&show.stream);
        let counted = figures.broadcast.filter(|broadcast| Some(broadcast.since) == since);
        let (frame_count, dropped_frames) = counted.map_or((0, 0), |broadcast| broadcast.counts(vitals));
        Self {
            is_live: show.stream.is_on_air(),
            is_paused: matches!(show.stream, Stream::Paused { .. }),
            fps: figures.fps,
            target_fps: tenths(show.config.fps.as_f64() * 100.0) / 100.0,
            frame_count,
            dropped_frames,
            average_render_time: figures.render_ms,
            start_time: since.map(ShowTime::millis),
            error: error(vitals),
        }
    }
}

/// On air since when.
pub fn since(stream: &Stream) -> Option<ShowTime> {
    match stream {
        Stream::Stopped => None,
        Stream::Live { since } | Stream::Paused { since, .. } => Some(*since),
    }
}

/// What keeps the stream from being made, in the words of the part that knows.
fn error(vitals: &Vitals) -> Option<String> {
    let conditions = vitals.status.conditions();
    ["engine", "encoder"].iter().find_map(|part| {
        let condition = conditions.get(part).filter(|condition| condition.state == Health::Down)?;
        Some(format!("{part}: {}", condition.reason.as_deref().unwrap_or("down")))
    })
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamMetrics {
    pub fps: f64,
    /// kbit/s, as it leaves the encoder.
    pub bitrate: f64,
    pub dropped_frames: u64,
    /// Milliseconds.
    pub encoder_latency: f64,
    /// Free frame buffers, 0 to 100.
    pub buffer_health: f64,
    /// 0 to 100, of all cores.
    pub cpu_usage: f64,
    /// Bytes.
    pub memory_usage: i64,
}

impl StreamMetrics {
    pub fn new(figures: &Figures, vitals: &Vitals) -> Self {
        Self {
            fps: figures.fps,
            bitrate: figures.bitrate_kbps,
            dropped_frames: figures.broadcast.map_or(0, |broadcast| broadcast.counts(vitals).1),
            encoder_latency: figures.encoder_latency_ms,
            buffer_health: buffer_health(vitals),
            cpu_usage: tenths(vitals.cpu_percent.get()),
            memory_usage: vitals.memory_bytes.get(),
        }
    }
}

/// Free buffers of all. Frames that wait for the encoder hold buffers, but may share one; each counts as one in use.
fn buffer_health(vitals: &Vitals) -> f64 {
    let size = vitals.pool_size.get();
    if size <= 0 {
        return 100.0;
    }
    let free = vitals.pool_free.get().min(size - vitals.encoder_waiting.get()).clamp(0, size);
    tenths(100.0 * free as f64 / size as f64)
}

/// Nobody reads more digits.
pub fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
