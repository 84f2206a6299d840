//! Where data comes out of a pipeline, on one of its threads.

use bytes::Bytes;
use gstreamer::{BufferFlags, FlowError, FlowSuccess, MappedBuffer, Sample, buffer::Readable};
use gstreamer_app::{AppSink, AppSinkCallbacks};

pub struct Sink(AppSink);

/// One piece of data.
pub struct Taken {
    /// Nanoseconds from the pipeline's start. An encoder may count from elsewhere (x264enc from a thousand hours), which the
    /// segment knows and takes away.
    pub at: u64,
    pub duration: u64,
    pub key: bool,
    pub data: Bytes,
    /// What a decoder must know first, where the format has it.
    pub codec_data: Option<Bytes>,
}

struct Mapped(MappedBuffer<Readable>);

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl Sink {
    pub(super) fn new(sink: AppSink) -> Self {
        Self(sink)
    }

    /// Calls `take` for each piece, and `ended` once after the last.
    pub fn on_data(&self, mut take: impl FnMut(Taken) + Send + 'static, mut ended: impl FnMut() + Send + 'static) {
        let callbacks = AppSinkCallbacks::builder()
            .new_sample(move |sink| {
                let sample = sink.pull_sample().map_err(|_| FlowError::Eos)?;
                if let Some(taken) = taken(&sample) {
                    take(taken);
                }
                Ok(FlowSuccess::Ok)
            })
            .eos(move |_| ended())
            .build();
        self.0.set_callbacks(callbacks);
    }
}

fn taken(sample: &Sample) -> Option<Taken> {
    let segment = sample.segment()?.downcast_ref::<gstreamer::ClockTime>()?;
    let buffer = sample.buffer_owned()?;
    let at = segment.to_running_time(buffer.pts()?)?;
    let duration = buffer.duration().map_or(0, |duration| duration.nseconds());
    let key = !buffer.flags().contains(BufferFlags::DELTA_UNIT);
    let codec_data = sample.caps().and_then(|caps| {
        let config = caps.structure(0)?.get::<gstreamer::Buffer>("codec_data").ok()?;
        Some(Bytes::copy_from_slice(config.map_readable().ok()?.as_slice()))
    });
    let mapped = buffer.into_mapped_buffer_readable().ok()?;
    Some(Taken { at: at.nseconds(), duration, key, data: Bytes::from_owner(Mapped(mapped)), codec_data })
}
