//! Frames and sound, encoded and in one file: H.264 and AAC in MP4 or Matroska, as recordings have them.
//!
//! The encoder is set so that it makes the same of the same frames on any machine: always the same number of threads, each with
//! frames of its own, and no rate that follows the time.

use std::path::Path;
use std::time::Duration;

use super::{Output, Spec};
use crate::base::clock::Stopwatch;
use crate::frame::picture::Frame;
use crate::frame::sound::{CHANNELS, SAMPLE_RATE};
use crate::gst::GstError;
use crate::gst::pipeline::{Notice, Pipeline, filled};
use crate::gst::source::{Source, Timing};
use crate::render::error::RenderError;
use crate::render::request::Rate;
use crate::show::time::Fps;

/// Not one of the pipelines that can be exchanged: what it makes is promised.
const TEXT: &str = r#"
appsrc name=video format=time do-timestamp=false block=false max-bytes=0 max-buffers=0
  caps="video/x-raw,format=I420,width={width},height={height},framerate={fps},pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt709"
! x264enc {rate} speed-preset={preset} key-int-max={key_frames} threads=8 sliced-threads=false option-string="cpu-independent=1"
! video/x-h264,profile=high ! h264parse ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! mux.
appsrc name=sound format=time do-timestamp=false block=false max-bytes=0 max-buffers=0
  caps="audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved"
! audioconvert ! avenc_aac bitrate={audio_bps} ! aacparse ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! mux.
{muxer} name=mux ! filesink name=out sync=false async=false
"#;

/// In the encoder's own queue.
const MOST_WAITING: u64 = 4;
const NAP: Duration = Duration::from_millis(1);
/// Seconds of film from one picture that can be sought to the next.
const KEY_EVERY: f64 = 2.0;
/// An encoder that takes nothing for so long never will.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

pub struct Film {
    pipeline: Pipeline,
    video: Source,
    sound: Source,
    fps: Fps,
    first: u64,
    pairs: u64,
}

impl Film {
    pub fn begin(path: &Path, spec: Spec, muxer: &str) -> Result<Film, RenderError> {
        let (size, fps, coding) = (spec.size, spec.fps, spec.coding);
        let preset = serde_json::to_value(coding.preset).ok();
        let rate = match coding.rate {
            Rate::Quality(quality) => format!("pass=qual quantizer={quality}"),
            Rate::Bitrate(kbps) => format!("pass=cbr bitrate={kbps}"),
        };
        let text = filled(
            TEXT,
            &[
                ("width", size.width.to_string()),
                ("height", size.height.to_string()),
                ("fps", format!("{}/{}", fps.numerator(), fps.denominator())),
                ("rate", rate),
                ("preset", preset.as_ref().and_then(|name| name.as_str()).unwrap_or("veryfast").to_owned()),
                ("key_frames", ((fps.as_f64() * KEY_EVERY).round() as u64).max(1).to_string()),
                ("audio_bps", (coding.sound * 1_000).to_string()),
                ("muxer", muxer.to_owned()),
            ],
        );
        let pipeline = Pipeline::from_text(&text)?;
        // Why it can not be written there is told in the system's words.
        std::fs::File::create(path).map_err(RenderError::file(path))?;
        // Set by itself: a path may hold anything.
        pipeline.set("out", "location", &path.to_string_lossy());
        let (video, sound) = (pipeline.source("video")?, pipeline.source("sound")?);
        pipeline.play()?;
        Ok(Film { pipeline, video, sound, fps, first: spec.first.0, pairs: 0 })
    }

    fn failed(&self) -> Result<(), RenderError> {
        match self.pipeline.notice() {
            Some(Notice::Failed(why)) => Err(GstError::Failed(why).into()),
            Some(Notice::Ended) | None => Ok(()),
        }
    }
}

impl Output for Film {
    fn frame(&mut self, frame: Frame) -> Result<(), RenderError> {
        let watch = Stopwatch::start();
        while self.video.waiting() >= MOST_WAITING {
            self.failed()?;
            if watch.elapsed() > LONGEST_WAIT {
                return Err(GstError::Failed("the encoder takes no more".to_owned()).into());
            }
            std::thread::sleep(NAP);
        }
        let index = frame.number.0 - self.first;
        let time = |index: u64| {
            let nanos = u128::from(index) * u128::from(self.fps.denominator()) * 1_000_000_000;
            u64::try_from(nanos / u128::from(self.fps.numerator())).unwrap_or(u64::MAX)
        };
        let timing = Timing { pts: time(index), duration: time(index + 1) - time(index), key: true };
        // A copy: the encoder looks dozens of frames ahead, and the painter needs its buffers.
        let samples: Vec<u8> = frame.as_ref().to_vec();
        if self.video.push(samples, timing) { Ok(()) } else { self.failed() }
    }

    fn sound(&mut self, samples: &[f32]) -> Result<(), RenderError> {
        let time = |pairs: u64| pairs * 1_000_000_000 / u64::from(SAMPLE_RATE);
        let before = self.pairs;
        self.pairs += (samples.len() / CHANNELS) as u64;
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let timing = Timing { pts: time(before), duration: time(self.pairs) - time(before), key: true };
        if self.sound.push(bytes, timing) { Ok(()) } else { self.failed() }
    }

    fn finish(self: Box<Self>) -> Result<(), RenderError> {
        self.video.end();
        self.sound.end();
        let watch = Stopwatch::start();
        loop {
            match self.pipeline.notice() {
                Some(Notice::Ended) => return Ok(()),
                Some(Notice::Failed(why)) => return Err(GstError::Failed(why).into()),
                None if watch.elapsed() > LONGEST_WAIT => {
                    return Err(GstError::Failed("the encoder does not come to its end".to_owned()).into());
                }
                None => std::thread::sleep(NAP),
            }
        }
    }
}
