//! What comes out of the sinks: pictures that stay in the decoder's memory, and samples.

use std::sync::Arc;

use gstreamer::{BufferRef, ClockTime, Sample, Segment};
use gstreamer_app::AppSink;
use gstreamer_video::prelude::*;
use gstreamer_video::video_frame::Readable;
use gstreamer_video::{VideoFrame as Mapped, VideoInfo};

use super::{Picture, Stamp};
use crate::frame::video::{Plane, Planes, VideoFrame};

/// A mapped buffer. The last who drops it gives the memory back to the decoder.
struct Decoded(Mapped<Readable>);

impl Planes for Decoded {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        if index >= self.0.n_planes() as usize {
            return None;
        }
        let stride = usize::try_from(*self.0.plane_stride().get(index)?).ok()?;
        let bytes = self.0.plane_data(u32::try_from(index).ok()?).ok()?;
        Some(Plane { bytes, stride })
    }
}

/// The next picture that has a time and is whole.
pub(super) fn picture(sink: &AppSink) -> Option<Picture> {
    while let Some(sample) = sink.try_pull_sample(ClockTime::ZERO) {
        if let Some(picture) = picture_of(&sample) {
            return Some(picture);
        }
    }
    None
}

fn picture_of(sample: &Sample) -> Option<Picture> {
    let info = VideoInfo::from_caps(sample.caps()?).ok()?;
    let buffer = sample.buffer_owned()?;
    let at = stamp(sample, &buffer)?;
    let aspect = (u32::try_from(info.par().numer()).ok()?, u32::try_from(info.par().denom()).ok()?);
    let mapped = Mapped::from_buffer_readable(buffer, &info).ok()?;
    let frame = VideoFrame::new((info.width(), info.height()), aspect, at.media, Arc::new(Decoded(mapped)));
    Some(Picture { frame, at })
}

pub(super) fn sound(sink: &AppSink, samples: &mut Vec<f32>) -> Option<Stamp> {
    while let Some(sample) = sink.try_pull_sample(ClockTime::ZERO) {
        if let Some(at) = sample.buffer().and_then(|buffer| {
            let at = stamp(&sample, buffer)?;
            let mapped = buffer.map_readable().ok()?;
            let (values, _) = mapped.as_slice().as_chunks::<4>();
            samples.extend(values.iter().map(|bytes| f32::from_le_bytes(*bytes)));
            Some(at)
        }) {
            return Some(at);
        }
    }
    None
}

fn stamp(sample: &Sample, buffer: &BufferRef) -> Option<Stamp> {
    let segment: &Segment = sample.segment()?;
    let segment = segment.downcast_ref::<ClockTime>()?;
    let pts = buffer.pts()?;
    let micros = |time: ClockTime| i64::try_from(time.useconds()).ok();
    Some(Stamp {
        // A piece that reaches over the segment's edge has no place in it; its own time is the next best.
        media: micros(segment.to_stream_time(pts).unwrap_or(pts))?,
        running: micros(segment.to_running_time(pts)?)?,
        base: segment.base().and_then(micros).unwrap_or(0),
        duration: buffer.duration().and_then(micros).unwrap_or(0),
    })
}
