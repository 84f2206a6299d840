//! A decoder: from a file, an address or a device to pictures and sound as the house wants them.
//!
//! GStreamer decodes on threads of its own, and waits when nobody takes what it made. Whoever opened the decoder takes pictures
//! and sound without waiting (`picture`, `sound`), asks what happened (`said`), and seeks. Dropping it stops it, which may
//! take seconds when a peer hangs: drop it where that is fine.

mod chain;
pub(super) mod closing;
pub mod inlet;
mod microphone;
pub(super) mod origin;
mod taken;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use gstreamer::event::Seek;
use gstreamer::prelude::*;
use gstreamer::{Bus, ClockTime, MessageView, Pad, SeekFlags, SeekType, State};
use gstreamer_app::AppSink;

use super::pipeline::error_text;
use super::{GstError, warm};
use crate::frame::ingest::Codec;
use crate::frame::video::VideoFrame;
use crate::show::destination::Secret;
use inlet::Inlet;

/// Widest and highest picture that is decoded. 8K is 7680 × 4320, and takes 50 MB.
pub const MOST_PIXELS_ACROSS: u32 = 8192;

/// Called on GStreamer's threads when there is something to take; it must not wait.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

pub enum Origin {
    File(PathBuf),
    Network {
        url: String,
        secret: Secret,
        latency_ms: u32,
    },
    Camera {
        device: String,
        width: Option<u32>,
        height: Option<u32>,
        fps: Option<u32>,
    },
    Microphone {
        /// As an input names it; None: the first that there is.
        device: Option<String>,
    },
    Page {
        url: String,
        width: u32,
        height: u32,
        fps: u32,
    },
    /// Coded pictures and sound that we are given ourselves, through inlets.
    Pushed,
}

/// A size that pictures are scaled down into while they are decoded; their shape stays.
pub type Fit = Option<(u32, u32)>;

pub struct Decoder {
    pipeline: gstreamer::Pipeline,
    bus: Bus,
    outlets: Arc<Outlets>,
}

/// What comes out; filled in when GStreamer has found out what there is.
pub(super) struct Outlets {
    video: OnceLock<AppSink>,
    sound: OnceLock<AppSink>,
    /// Our own word for what went wrong, which is clearer than GStreamer's.
    trouble: Mutex<Option<String>>,
    /// Seeks without a flush that have not returned.
    seeking: AtomicUsize,
    wake: Wake,
    fit: Fit,
    /// Whether it holds the first picture until it is told to play. Ways in that are made while it plays could not wait for that: each
    /// would wait for the other's first piece.
    prerolls: bool,
}

impl Outlets {
    fn complain(&self, reason: String) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
        (self.wake)();
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a decoder says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It knows what there is, and can seek.
    Ready,
    /// Everything up to the end has been read, but not yet taken. It waits for a seek.
    ReadAll,
    /// Everything has been taken.
    Ended,
    Failed(String),
}

/// When something is due, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// In the file's own time.
    pub media: i64,
    /// Since the decoder was opened or sought with a flush; goes on over seeks without one.
    pub running: i64,
    /// What `running` was when the last seek took effect. It grows with every seek without a flush.
    pub base: i64,
    /// 0 if unknown.
    pub duration: i64,
}

pub struct Picture {
    pub frame: VideoFrame,
    pub at: Stamp,
}

/// A stretch of the file, in microseconds; to its end without `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub from: i64,
    pub to: Option<i64>,
}

impl Decoder {
    /// Opens it paused: it finds out what there is, and then says `Ready`. What comes live says nothing and is to be played.
    pub fn open(origin: &Origin, fit: Fit, wake: Wake) -> Result<Self, GstError> {
        closing::check_room(origin)?;
        warm::decoding();
        let outlets = Arc::new(Outlets {
            video: OnceLock::new(),
            sound: OnceLock::new(),
            trouble: Mutex::default(),
            seeking: AtomicUsize::new(0),
            wake,
            fit,
            prerolls: !matches!(origin, Origin::Pushed),
        });
        let pipeline = origin::pipeline(origin, &outlets)?;
        let bus = pipeline.bus().ok_or_else(|| GstError::BadPipeline("it has no bus".to_owned()))?;
        let decoder = Self { pipeline, bus, outlets };
        decoder.set_state(State::Paused)?;
        Ok(decoder)
    }

    pub fn play(&self) -> Result<(), GstError> {
        self.set_state(State::Playing)
    }

    /// A way in for what is `Pushed`; one for each codec.
    pub fn inlet(&self, codec: Codec) -> Result<Inlet, GstError> {
        Inlet::new(&self.pipeline, &self.outlets, codec)
    }

    fn set_state(&self, state: State) -> Result<(), GstError> {
        match self.pipeline.set_state(state) {
            Ok(_) => Ok(()),
            Err(error) => match self.said() {
                Some(Said::Failed(message)) => Err(GstError::Failed(message)),
                _ => Err(GstError::Failed(error.to_string())),
            },
        }
    }

    /// What happened, if anything. Asked often, so that the bus never fills.
    pub fn said(&self) -> Option<Said> {
        if let Some(reason) = self.outlets.trouble() {
            return Some(Said::Failed(reason));
        }
        while let Some(message) = self.bus.pop() {
            match message.view() {
                MessageView::Error(error) => {
                    return Some(Said::Failed(self.outlets.trouble().unwrap_or_else(|| error_text(error))));
                }
                MessageView::AsyncDone(_) => return Some(Said::Ready),
                MessageView::SegmentDone(_) => return Some(Said::ReadAll),
                MessageView::Eos(_) => return Some(Said::Ended),
                MessageView::Latency(_) => {
                    // Refused only when the pipeline is already going down.
                    let _ = self.pipeline.recalculate_latency();
                }
                _ => {}
            }
        }
        None
    }

    /// How long the file says it is, in microseconds.
    pub fn length(&self) -> Option<i64> {
        let length = self.pipeline.query_duration::<ClockTime>()?;
        i64::try_from(length.useconds()).ok().filter(|length| *length > 0)
    }

    pub fn has_video(&self) -> bool {
        self.outlets.video.get().is_some()
    }

    pub fn has_sound(&self) -> bool {
        self.outlets.sound.get().is_some()
    }

    /// Goes there at once, throwing away what was decoded. When the part has been read it says `ReadAll`.
    pub fn jump(&self, part: Part) -> bool {
        self.settle();
        let flags = SeekFlags::FLUSH | SeekFlags::ACCURATE;
        let flags = if self.knows_segments() { flags | SeekFlags::SEGMENT } else { flags };
        self.seek_pad().is_some_and(|pad| pad.push_event(seek(part, flags)))
    }

    /// After `ReadAll`: goes on with this part as soon as what was read has been taken, without a gap.
    ///
    /// The demuxer takes this when it has passed on all it read, and for that we must go on taking. So a thread of GStreamer's
    /// waits for it. If it is refused, `said` tells.
    pub fn go_on(&self, part: Part) {
        let (Some(sink), Some(pad)) = (self.seek_sink(), self.seek_pad()) else { return };
        let outlets = self.outlets.clone();
        outlets.seeking.fetch_add(1, Ordering::Relaxed);
        sink.call_async(move |_| {
            if !pad.push_event(seek(part, SeekFlags::ACCURATE | SeekFlags::SEGMENT)) {
                outlets.complain("it can not be repeated".to_owned());
            }
            outlets.seeking.fetch_sub(1, Ordering::Release);
        });
    }

    /// A seek that is under way must not come after the next one. It waits for room, so room is made.
    fn settle(&self) {
        const LONGEST_MS: usize = 1_000;
        let is_seeking = || self.outlets.seeking.load(Ordering::Acquire) > 0;
        for _ in (0..LONGEST_MS).take_while(|_| is_seeking()) {
            while self.picture().is_some() || self.sound(&mut Vec::new()).is_some() {}
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// One of the two is enough, and saves the demuxer from telling two seeks apart.
    fn seek_sink(&self) -> Option<&AppSink> {
        self.outlets.video.get().or_else(|| self.outlets.sound.get())
    }

    /// Seeks go through the pad: an element holds its own state while it passes them on, and a sink that is just beginning to
    /// play would wait for that, with the demuxer waiting for the sink.
    fn seek_pad(&self) -> Option<Pad> {
        self.seek_sink()?.static_pad("sink")
    }

    /// Formats that do not go on by themselves say `Ended` where others say `ReadAll`. Asked with the wrong flags they would
    /// stop altogether, so they are known by name.
    fn knows_segments(&self) -> bool {
        let has =
            |demuxer: &str| self.pipeline.iterate_all_by_element_factory_name(demuxer).next().is_ok_and(|it| it.is_some());
        !["tsdemux", "mpegpsdemux"].into_iter().any(has)
    }

    /// The next picture, if one is decoded.
    pub fn picture(&self) -> Option<Picture> {
        self.outlets.video.get().and_then(taken::picture)
    }

    /// Appends the next piece of sound (48 kHz, stereo, interleaved), if one is decoded, and says when it is due.
    pub fn sound(&self, samples: &mut Vec<f32>) -> Option<Stamp> {
        self.outlets.sound.get().and_then(|sink| taken::sound(sink, samples))
    }
}

fn seek(part: Part, flags: SeekFlags) -> gstreamer::Event {
    let time = |micros: i64| ClockTime::from_useconds(u64::try_from(micros).unwrap_or(0));
    Seek::new(1.0, flags, SeekType::Set, time(part.from), SeekType::Set, part.to.map(time))
}

impl Drop for Decoder {
    fn drop(&mut self) {
        closing::close(&self.pipeline);
    }
}
