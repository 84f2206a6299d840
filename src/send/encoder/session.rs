//! The life of an encoder's thread: one pipeline after another, and frames and sound into it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::scale::Scaler;
use super::{Env, Intake, Spec};
use crate::base::clock::Stopwatch;
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::EncoderCounts;
use crate::frame::encoded::{Headers, Track};
use crate::frame::picture::Frame;
use crate::frame::sound::{SAMPLE_RATE, SAMPLES_PER_CHUNK, SoundChunk};
use crate::gst::GstError;
use crate::gst::encoders;
use crate::gst::pipeline::{Notice, Pipeline, filled};
use crate::gst::source::{Source, Timing};
use crate::send::assembly::Assembly;
use crate::send::program::Program;
use crate::show::time::{FrameNumber, ShowTime};

/// Frames in the encoder's own queue. More wait in the mailbox, where a drop is counted.
const MOST_QUEUED: u64 = 3;
/// Looks for sound this often while no frame comes.
const PATIENCE: Duration = Duration::from_millis(5);
const LONGEST_DRAIN: Duration = Duration::from_millis(800);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Session {
    spec: Spec,
    env: Env,
    stop: StopFlag,
    bitrate: Arc<AtomicU32>,
    intake: Intake,
    program: Arc<Program>,
    counts: EncoderCounts,
}

/// A pipeline that runs.
struct Running {
    pipeline: Pipeline,
    video: Source,
    sound: Source,
    assembly: Arc<Assembly>,
    /// Tracks that have come to their end.
    drained: Arc<AtomicU32>,
    encoder: &'static encoders::Encoder,
    bitrate: u32,
    /// The first frame: the pipeline's zero.
    first: Option<FrameNumber>,
    /// Which group of pictures the last frame was of.
    group: Option<u64>,
    /// None where frames go in as they are.
    scaler: Option<Scaler>,
}

impl Session {
    pub fn new(spec: Spec, env: Env, stop: StopFlag, bitrate: Arc<AtomicU32>) -> Self {
        let (intake, program) = (Intake::of(&env, &spec), env.programs.of(&spec.rendition));
        let counts = env.vitals.encoder_counts((!spec.rendition.is_main()).then_some(spec.rendition.as_str()));
        Self { spec, env, stop, bitrate, intake, program, counts }
    }

    pub fn run(self) {
        let mut pause = FIRST_PAUSE;
        while !self.stop.is_set() {
            let watch = Stopwatch::start();
            let encoded = self.encode();
            if watch.elapsed() > LONGEST_PAUSE * 6 {
                pause = FIRST_PAUSE;
            }
            match encoded {
                Ok(()) => {}
                Err(error) => {
                    tracing::error!(%error, rendition = %self.spec.rendition, again_in = ?pause, "the encoder failed");
                    self.report(Condition::down(error.to_string()));
                    let watch = Stopwatch::start();
                    while watch.elapsed() < pause && !self.stop.is_set() {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        // Whatever was wrong with it, off air nothing is.
        self.report(Condition::ok());
    }

    /// One pipeline, from its first frame to its last.
    fn encode(&self) -> Result<(), GstError> {
        let mut running = self.build()?;
        self.intake.frames().empty();
        self.intake.sound().empty();
        self.intake.set_wanted(true);
        self.counts.starts.inc();
        self.report(Condition::ok());
        let ended = self.carry(&mut running);
        self.intake.set_wanted(false);
        if ended.is_ok() {
            running.drain();
        }
        running.assembly.end();
        ended
    }

    fn build(&self) -> Result<Running, GstError> {
        let encoder = encoders::choose(&self.env.choice)?;
        let (spec, bitrate) = (&self.spec, self.wanted_bitrate());
        let text = filled(self.env.pipelines.text(encoder.pipeline), &spec.values(bitrate));
        let pipeline = Pipeline::from_text(&text)?;
        let (video, sound) = (pipeline.source("video")?, pipeline.source("sound")?);
        let headers = Headers {
            canvas: spec.size,
            fps: spec.rate(),
            video_kbps: bitrate,
            audio_kbps: spec.audio_bitrate,
            avc_config: Default::default(),
            aac_config: Default::default(),
        };
        let assembly = Assembly::new(self.env.clock.clone(), self.counts.clone(), self.program.clone(), headers);
        let assembly = Arc::new(assembly);
        let drained = Arc::new(AtomicU32::new(0));
        for (name, track) in [("coded_video", Track::Video), ("coded_sound", Track::Audio)] {
            let (assembly, drained) = (assembly.clone(), drained.clone());
            let on_end = move || {
                drained.fetch_add(1, Ordering::Relaxed);
            };
            pipeline.sink(name)?.on_data(move |taken| assembly.take(track, taken), on_end);
        }
        pipeline.play()?;
        let scaler = (!spec.rendition.is_main()).then(|| Scaler::new(spec.size));
        Ok(Running { pipeline, video, sound, assembly, drained, encoder, bitrate, first: None, group: None, scaler })
    }

    fn report(&self, condition: Condition) {
        self.env.troubles.report(&self.env.vitals, &self.spec.rendition, condition);
    }

    /// As configured, unless its one destination can not take so much.
    fn wanted_bitrate(&self) -> u32 {
        self.bitrate.load(Ordering::Relaxed).min(self.program.most_kbps())
    }

    fn carry(&self, running: &mut Running) -> Result<(), GstError> {
        let mut dropped = self.intake.frames().dropped();
        let mut checked = Stopwatch::start();
        while !self.stop.is_set() {
            if running.video.waiting() < MOST_QUEUED {
                if let Some(frame) = self.intake.frames().take(PATIENCE) {
                    self.push_frame(running, frame);
                }
            } else {
                std::thread::sleep(PATIENCE);
            }
            while let Some(chunk) = self.intake.sound().try_take() {
                self.push_sound(running, chunk);
            }
            self.counts.waiting(self.intake.frames().len());
            if let Some(Notice::Failed(message)) = running.pipeline.notice() {
                return Err(GstError::Failed(message));
            }
            running.follow_bitrate(self.wanted_bitrate());
            if checked.elapsed() > Duration::from_secs(1) {
                checked = Stopwatch::start();
                dropped = self.judge(dropped);
            }
        }
        Ok(())
    }

    /// Once a second: says whether frames were lost since the last time.
    fn judge(&self, dropped_before: u64) -> u64 {
        let dropped = self.intake.frames().dropped();
        let lost = dropped - dropped_before;
        self.counts.dropped.inc_by(lost);
        let condition = match lost {
            0 => Condition::ok(),
            _ => Condition::degraded(format!(
                "too slow: {lost} frames dropped in the last second; try a faster preset or a smaller picture"
            )),
        };
        self.report(condition);
        dropped
    }

    fn push_frame(&self, running: &mut Running, frame: Frame) {
        let (fps, divisor) = (self.spec.fps, u64::from(self.spec.divisor));
        // While the canvas or the rate changes, a frame of the old kind may still be on its way.
        if frame.layout().canvas != self.spec.canvas || fps.time_of(frame.number) != frame.at {
            return;
        }
        if !frame.number.0.is_multiple_of(divisor) {
            return;
        }
        let number = frame.number;
        let first = *running.first.get_or_insert_with(|| {
            running.assembly.starts_at(frame.at);
            number
        });
        let Some(frame) = running.scaled(frame) else { return self.counts.dropped.inc() };
        let since_start = |number: FrameNumber| {
            let micros = fps.time_of(number).micros() - fps.time_of(first).micros();
            u64::try_from(micros).unwrap_or(0) * 1_000
        };
        let pts = since_start(number);
        running.begin_group(number.0 / self.spec.frames_between_keys(), pts);
        let timing = Timing { pts, duration: since_start(FrameNumber(number.0 + divisor)) - pts, key: true };
        if running.video.push(frame, timing) {
            self.counts.frames_in.inc();
        }
    }

    /// Sound from before the first frame belongs to nothing.
    fn push_sound(&self, running: &Running, chunk: SoundChunk) {
        let Some(first) = running.first else { return };
        let start: ShowTime = self.spec.fps.time_of(first);
        let since_start = chunk.number.time().micros() - start.micros();
        let Ok(since_start) = u64::try_from(since_start) else { return };
        let duration = 1_000_000_000 * SAMPLES_PER_CHUNK as u64 / u64::from(SAMPLE_RATE);
        running.sound.push(chunk.bytes(), Timing { pts: since_start * 1_000, duration, key: true });
    }
}

impl Running {
    fn scaled(&mut self, frame: Frame) -> Option<Frame> {
        match &mut self.scaler {
            Some(scaler) => scaler.scaled(&frame),
            None => Some(frame),
        }
    }

    /// Groups begin at times that are the same for all renditions, so that players can go from one to another at any. An encoder left
    /// alone counts the frames it was given, and those that were skipped would take it away from the others.
    fn begin_group(&mut self, group: u64, at: u64) {
        if self.group.replace(group).is_some_and(|before| before != group) {
            self.video.want_key(at);
        }
    }

    fn follow_bitrate(&mut self, wanted: u32) {
        if wanted == self.bitrate {
            return;
        }
        self.bitrate = wanted;
        if let Some((property, units)) = self.encoder.bitrate {
            self.pipeline.set("encoder", property, &(wanted * units).to_string());
        }
    }

    fn drain(&self) {
        self.video.end();
        self.sound.end();
        let watch = Stopwatch::start();
        while self.drained.load(Ordering::Relaxed) < 2 && watch.elapsed() < LONGEST_DRAIN {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
