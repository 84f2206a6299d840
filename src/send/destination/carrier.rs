//! One connection: a pipeline that carries packets away, from a key frame on, with time counted from there.

use std::time::Duration;

use super::{Manner, Way};
use crate::base::clock::Stopwatch;
use crate::frame::encoded::{Headers, Packet, Track};
use crate::gst::GstError;
use crate::gst::pipeline::{Notice, Pipeline};
use crate::gst::source::{Source, Timing};
use crate::show::time::ShowTime;

/// Packets in the pipeline's own queues, of each track. Half a second: enough to keep it busy, little enough to give up.
const MOST_QUEUED: u64 = 24;

pub(super) struct Carrier {
    pipeline: Pipeline,
    video: Source,
    sound: Source,
    /// The first key frame: the connection's zero.
    start: Option<ShowTime>,
    /// How long a picture is shown.
    frame: Duration,
    bytes_pushed: u64,
    /// Highest number of bytes seen going out, and since when it stands still.
    bytes_out: u64,
    still: Stopwatch,
    /// What its sink calls the bytes that it sent.
    counter: Option<&'static str>,
}

impl Carrier {
    pub fn connect(text: &str, way: &Way, manner: &Manner, headers: &Headers) -> Result<Self, GstError> {
        let pipeline = Pipeline::from_text(text)?;
        for (property, value) in &way.properties {
            if !pipeline.set("out", property, value) {
                return Err(GstError::BadPipeline(format!("the element named out has no {property}")));
            }
        }
        let (video, sound) = (pipeline.source("video")?, pipeline.source("sound")?);
        let Headers { canvas, fps, .. } = headers;
        let video_caps = format!(
            "video/x-h264,stream-format=avc,alignment=au,width={},height={},framerate={}/{},pixel-aspect-ratio=1/1",
            canvas.width,
            canvas.height,
            fps.numerator(),
            fps.denominator()
        );
        video.describe(&video_caps, &headers.avc_config)?;
        let sound_caps = "audio/mpeg,mpegversion=4,stream-format=raw,rate=48000,channels=2,framed=true,base-profile=lc";
        sound.describe(sound_caps, &headers.aac_config)?;
        pipeline.play()?;
        let counter = manner.counter.filter(|name| pipeline.statistic("out", name).is_some());
        Ok(Self {
            pipeline,
            video,
            sound,
            start: None,
            frame: fps.frame_duration(),
            bytes_pushed: 0,
            bytes_out: 0,
            still: Stopwatch::start(),
            counter,
        })
    }

    pub fn has_room(&self) -> bool {
        self.video.waiting() < MOST_QUEUED && self.sound.waiting() < 2 * MOST_QUEUED
    }

    /// How long the pictures in the pipeline's own queue are shown.
    pub fn queued(&self) -> Duration {
        self.frame.saturating_mul(u32::try_from(self.video.waiting()).unwrap_or(u32::MAX))
    }

    /// Whether anything waits to go out.
    fn is_waiting(&self) -> bool {
        self.video.waiting() > 0
    }

    /// False when the packet belongs to nothing: sound from before the first key frame.
    pub fn push(&mut self, packet: &Packet) -> bool {
        let start = match self.start {
            Some(start) => start,
            None if packet.track == Track::Video && packet.key => *self.start.insert(packet.at),
            None => return false,
        };
        let Ok(since_start) = u64::try_from(packet.at.micros() - start.micros()) else { return false };
        let timing = Timing { pts: since_start * 1_000, duration: u64::from(packet.duration_us) * 1_000, key: packet.key };
        let source = match packet.track {
            Track::Video => &self.video,
            Track::Audio => &self.sound,
        };
        self.bytes_pushed += packet.data.len() as u64;
        source.push(packet.data.clone(), timing)
    }

    pub fn trouble(&self) -> Option<String> {
        match self.pipeline.notice()? {
            Notice::Failed(message) => Some(message),
            Notice::Ended => None,
        }
    }

    /// Bytes that went out so far. A file's sink does not count; what the pipeline took from its queues it has written.
    pub fn bytes_out(&mut self) -> u64 {
        let bytes = match self.counter {
            Some(counter) => self.pipeline.statistic("out", counter).unwrap_or(0),
            None => self.bytes_pushed.saturating_sub(self.video.waiting_bytes() + self.sound.waiting_bytes()),
        };
        if bytes > self.bytes_out || !self.is_waiting() {
            self.still = Stopwatch::start();
        }
        self.bytes_out = self.bytes_out.max(bytes);
        self.bytes_out
    }

    pub fn stands_still_for(&self) -> Duration {
        self.still.elapsed()
    }

    /// Lets what is inside go out. Whether it did.
    pub fn finish(&self, manner: &Manner) -> bool {
        self.video.end();
        self.sound.end();
        let watch = Stopwatch::start();
        while watch.elapsed() < manner.finish_within {
            match self.pipeline.notice() {
                Some(Notice::Ended) => return true,
                Some(Notice::Failed(_)) => return false,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        false
    }
}
