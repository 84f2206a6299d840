//! Going on air and off, and how the stream is encoded.

use std::sync::Arc;

use super::{check_range, patch};
use crate::show::Show;
use crate::show::geometry::Canvas;
use crate::show::stream::{Rendition, Stream, StreamConfig};
use crate::show::time::ShowTime;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// Each is a whole encoder.
const MAX_RENDITIONS: usize = 4;

pub(super) fn start(show: &Show, now: ShowTime) -> Result<Event, Rejection> {
    match show.stream {
        Stream::Stopped => Ok(Event::StreamChanged { stream: Stream::Live { since: now } }),
        Stream::Live { .. } | Stream::Paused { .. } => Err(Rejection::AlreadyLive),
    }
}

pub(super) fn stop(show: &Show) -> Result<Event, Rejection> {
    match show.stream {
        Stream::Live { .. } | Stream::Paused { .. } => Ok(Event::StreamChanged { stream: Stream::Stopped }),
        Stream::Stopped => Err(Rejection::NotLive),
    }
}

pub(super) fn pause(show: &Show, now: ShowTime) -> Result<Event, Rejection> {
    match show.stream {
        Stream::Live { since } => Ok(Event::StreamChanged { stream: Stream::Paused { since, at: now } }),
        Stream::Paused { .. } => Err(Rejection::AlreadyPaused),
        Stream::Stopped => Err(Rejection::NotLive),
    }
}

pub(super) fn resume(show: &Show) -> Result<Event, Rejection> {
    match show.stream {
        Stream::Paused { since, .. } => Ok(Event::StreamChanged { stream: Stream::Live { since } }),
        Stream::Live { .. } => Err(Rejection::NotPaused),
        Stream::Stopped => Err(Rejection::NotLive),
    }
}

pub(super) fn configure(show: &Show, patch: &Patch, restart: bool) -> Result<Event, Rejection> {
    let config = patch::merged("stream configuration", &*show.config, patch)?;
    check(&config)?;
    super::destination::check_renditions(show, &config)?;
    if !restart {
        check_change(show, &config)?;
    }
    Ok(Event::StreamConfigured { config: Arc::new(config) })
}

/// Whether a stream that is on air can take it without being interrupted.
pub(super) fn check_change(show: &Show, config: &StreamConfig) -> Result<(), Rejection> {
    match interrupting_change(&show.config, config) {
        Some(field) if show.stream.is_on_air() => Err(Rejection::NeedsRestart { field }),
        _ => Ok(()),
    }
}

pub(super) fn check(config: &StreamConfig) -> Result<(), Rejection> {
    let StreamConfig { width, height, fps: _, bitrate, audio_bitrate, key_frame_interval, .. } = config;
    let StreamConfig { preset: _, preview, multiview, renditions, replay_seconds, .. } = config;
    check_side("width", *width)?;
    check_side("height", *height)?;
    check_range("bitrate", f64::from(*bitrate), 100.0..=50_000.0, "100 to 50000 kbit/s")?;
    check_range("audioBitrate", f64::from(*audio_bitrate), 32.0..=320.0, "32 to 320 kbit/s")?;
    check_range("keyFrameInterval", f64::from(*key_frame_interval), 1.0..=10.0, "1 to 10 seconds")?;
    check_range("preview.width", f64::from(preview.width), 64.0..=1920.0, "64 to 1920")?;
    check_range("preview.fps", f64::from(preview.fps), 1.0..=60.0, "1 to 60")?;
    check_range("preview.quality", f64::from(preview.quality), 1.0..=100.0, "1 to 100")?;
    check_range("multiview.width", f64::from(multiview.width), 64.0..=1920.0, "64 to 1920")?;
    check_range("multiview.fps", f64::from(multiview.fps), 1.0..=60.0, "1 to 60")?;
    check_range("multiview.quality", f64::from(multiview.quality), 1.0..=100.0, "1 to 100")?;
    check_range("replaySeconds", f64::from(*replay_seconds), 0.0..=300.0, "0 to 300 seconds")?;
    if renditions.len() > MAX_RENDITIONS {
        return Err(Rejection::TooMany { what: "renditions", limit: MAX_RENDITIONS });
    }
    renditions.iter().enumerate().try_for_each(|(index, rendition)| {
        let id = &rendition.id;
        if id.is_main() || renditions[..index].iter().any(|other| other.id == *id) {
            return Err(Rejection::AlreadyExists { what: "rendition", id: id.to_string() });
        }
        check_rendition(rendition, config.canvas())
    })
}

fn check_rendition(rendition: &Rendition, canvas: Canvas) -> Result<(), Rejection> {
    let Rendition { id: _, height, bitrate, preset: _, fps_divisor } = rendition;
    check_side("renditions.height", *height)?;
    let width = f64::from(rendition.size(canvas).width);
    check_range("renditions.height", width, 64.0..=4096.0, "a height that makes the picture 64 to 4096 wide")?;
    check_range("renditions.bitrate", f64::from(*bitrate), 100.0..=50_000.0, "100 to 50000 kbit/s")?;
    check_range("renditions.fpsDivisor", f64::from(*fps_divisor), 1.0..=4.0, "1 to 4")
}

fn check_side(field: &'static str, side: u32) -> Result<(), Rejection> {
    let allowed = "an even number from 64 to 4096";
    if side % 2 == 1 {
        return Err(Rejection::OutOfRange { field, value: side.to_string(), allowed });
    }
    check_range(field, f64::from(side), f64::from(Canvas::MIN)..=f64::from(Canvas::MAX), allowed)
}

/// The first field that differs and that a running encoder can not take. Bit rate, preview and multiview can change at any time.
fn interrupting_change(old: &StreamConfig, new: &StreamConfig) -> Option<&'static str> {
    let changes = [
        ("width", old.width != new.width),
        ("height", old.height != new.height),
        ("fps", old.fps != new.fps),
        ("audioBitrate", old.audio_bitrate != new.audio_bitrate),
        ("keyFrameInterval", old.key_frame_interval != new.key_frame_interval),
        ("preset", old.preset != new.preset),
    ];
    changes.into_iter().find(|(_, changed)| *changed).map(|(field, _)| field)
}
