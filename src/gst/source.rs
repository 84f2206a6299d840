//! Where data goes into a pipeline. It never blocks: whoever pushes looks at the level first.

use gstreamer::prelude::*;
use gstreamer::{Buffer, BufferFlags, Caps, ClockTime};
use gstreamer_app::AppSrc;
use gstreamer_video::DownstreamForceKeyUnitEvent;

use super::GstError;

#[derive(Clone)]
pub struct Source(AppSrc);

/// When a piece of data is due in the pipeline, in nanoseconds from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    pub pts: u64,
    pub duration: u64,
    /// A decoder can begin here.
    pub key: bool,
}

/// What others send may name any time; half of what can be counted is 292 years.
const LATEST: u64 = u64::MAX / 2;

impl Source {
    pub(super) fn new(source: AppSrc) -> Self {
        Self(source)
    }

    /// Describes the data: GStreamer's caps as text, and what a decoder must know first (`codec_data`).
    pub fn describe(&self, caps: &str, codec_data: &[u8]) -> Result<(), GstError> {
        let mut caps: Caps = caps.parse().map_err(|_| GstError::BadPipeline(format!("{caps} are no caps")))?;
        if !codec_data.is_empty() {
            caps.make_mut().set("codec_data", Buffer::from_slice(codec_data.to_vec()));
        }
        self.0.set_caps(Some(&caps));
        Ok(())
    }

    /// Takes the bytes as they are, without a copy. False when the pipeline takes no more.
    pub fn push(&self, data: impl AsRef<[u8]> + Send + 'static, timing: Timing) -> bool {
        let mut buffer = Buffer::from_slice(data);
        if let Some(buffer) = buffer.get_mut() {
            let pts = ClockTime::from_nseconds(timing.pts);
            buffer.set_pts(pts);
            buffer.set_dts(pts);
            buffer.set_duration(ClockTime::from_nseconds(timing.duration));
            if !timing.key {
                buffer.set_flags(BufferFlags::DELTA_UNIT);
            }
        }
        self.0.push_buffer(buffer).is_ok()
    }

    /// The same for a stream of others, whose pictures may be shown in another order than they are decoded in. In nanoseconds.
    pub fn push_coded(&self, data: impl AsRef<[u8]> + Send + 'static, decoded_at: u64, shown_at: u64, key: bool) -> bool {
        let mut buffer = Buffer::from_slice(data);
        if let Some(buffer) = buffer.get_mut() {
            // The largest number there is means that there is no time.
            buffer.set_pts(ClockTime::from_nseconds(shown_at.min(LATEST)));
            buffer.set_dts(ClockTime::from_nseconds(decoded_at.min(LATEST)));
            if !key {
                buffer.set_flags(BufferFlags::DELTA_UNIT);
            }
        }
        self.0.push_buffer(buffer).is_ok()
    }

    /// Wants the first picture from then on, in nanoseconds from the pipeline's start, to be a key frame. To be said before it is
    /// pushed.
    pub fn want_key(&self, at: u64) {
        let event = DownstreamForceKeyUnitEvent::builder().running_time(ClockTime::from_nseconds(at)).all_headers(false);
        // Refused only when the pipeline is already going down.
        let _ = self.0.send_event(event.build());
    }

    /// Pushed, and not yet taken.
    pub fn waiting(&self) -> u64 {
        self.0.current_level_buffers()
    }

    pub fn waiting_bytes(&self) -> u64 {
        self.0.current_level_bytes()
    }

    /// No more will come.
    pub fn end(&self) {
        // Refused only when the pipeline is already going down.
        let _ = self.0.end_of_stream();
    }
}
