//! The encoder: one thread that carries frames and sound into one pipeline, for as long as the stream is on air. If the
//! pipeline breaks, another is built; destinations see a short gap and a new feed.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::assembly::Assembly;
use super::pipelines::Pipelines;
use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::Condition;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::base::vitals::Vitals;
use crate::frame::encoded::{Headers, Track};
use crate::frame::feed::Feed;
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::frame::sound::{SAMPLE_RATE, SAMPLES_PER_CHUNK, SoundChunk};
use crate::gst::GstError;
use crate::gst::encoders;
use crate::gst::pipeline::{Notice, Pipeline, filled};
use crate::gst::source::{Source, Timing};
use crate::show::stream::StreamConfig;
use crate::show::time::{FrameNumber, ShowTime};

/// Frames in the encoder's own queue. More wait in the mailbox, where a drop is counted.
const MOST_QUEUED: u64 = 3;
/// Looks for sound this often while no frame comes.
const PATIENCE: Duration = Duration::from_millis(5);
const LONGEST_DRAIN: Duration = Duration::from_millis(800);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Env {
    pub clock: Clock,
    pub frames: Arc<Mailbox<Frame>>,
    pub sound: Arc<Mailbox<SoundChunk>>,
    pub program: Arc<watch::Sender<Option<Arc<Feed>>>>,
    pub pipelines: Pipelines,
    /// A name, or `auto`.
    pub choice: String,
    pub vitals: Arc<Vitals>,
}

pub struct Encoder {
    pub config: Arc<StreamConfig>,
    stop: StopFlag,
    bitrate: Arc<AtomicU32>,
    /// Whether the bit rate can change while it runs.
    is_adjustable: bool,
    thread: JoinHandle<()>,
}

impl Encoder {
    pub fn start(config: Arc<StreamConfig>, env: Env) -> io::Result<Self> {
        let stop = StopFlag::default();
        let bitrate = Arc::new(AtomicU32::new(config.bitrate));
        let is_adjustable = encoders::choose(&env.choice).is_ok_and(|encoder| encoder.bitrate.is_some());
        let session = Session { config: config.clone(), env, stop: stop.clone(), bitrate: bitrate.clone() };
        let thread = spawn_thread("encoder", move || session.run())?;
        Ok(Self { config, stop, bitrate, is_adjustable, thread })
    }

    /// Whether the running encoder can become this without a break.
    pub fn can_become(&self, config: &StreamConfig) -> bool {
        let bitrate = if self.is_adjustable { config.bitrate } else { self.config.bitrate };
        let changed = StreamConfig { bitrate, preview: config.preview, ..StreamConfig::clone(&self.config) };
        changed == *config
    }

    /// It has failed: encoders end only when they are told to.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    pub fn become_config(&mut self, config: Arc<StreamConfig>) {
        self.bitrate.store(config.bitrate, Ordering::Relaxed);
        self.config = config;
    }

    /// Lets what is inside come out, then ends.
    pub fn stop(self) -> JoinHandle<()> {
        self.stop.stop();
        self.thread
    }
}

struct Session {
    config: Arc<StreamConfig>,
    env: Env,
    stop: StopFlag,
    bitrate: Arc<AtomicU32>,
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
}

impl Session {
    fn run(self) {
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
                    tracing::error!(%error, again_in = ?pause, "the encoder failed");
                    self.env.vitals.status.report("encoder", Condition::down(error.to_string()));
                    let watch = Stopwatch::start();
                    while watch.elapsed() < pause && !self.stop.is_set() {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        // Whatever was wrong with it, off air nothing is.
        self.env.vitals.status.report("encoder", Condition::ok());
    }

    /// One pipeline, from its first frame to its last.
    fn encode(&self) -> Result<(), GstError> {
        let mut running = self.build()?;
        self.env.frames.empty();
        self.env.sound.empty();
        self.env.frames.set_wanted(true);
        self.env.sound.set_wanted(true);
        self.env.vitals.encoder_starts.inc();
        self.env.vitals.status.report("encoder", Condition::ok());
        let ended = self.carry(&mut running);
        self.env.frames.set_wanted(false);
        self.env.sound.set_wanted(false);
        if ended.is_ok() {
            running.drain();
        }
        running.assembly.end();
        ended
    }

    fn build(&self) -> Result<Running, GstError> {
        let encoder = encoders::choose(&self.env.choice)?;
        let config = &self.config;
        let bitrate = self.bitrate.load(Ordering::Relaxed);
        let pipeline = Pipeline::from_text(&filled(self.env.pipelines.text(encoder.pipeline), &values(config, bitrate)))?;
        let (video, sound) = (pipeline.source("video")?, pipeline.source("sound")?);
        let headers = Headers {
            canvas: config.canvas(),
            fps: config.fps,
            video_kbps: bitrate,
            audio_kbps: config.audio_bitrate,
            avc_config: Default::default(),
            aac_config: Default::default(),
        };
        let Env { clock, vitals, program, .. } = &self.env;
        let assembly = Arc::new(Assembly::new(clock.clone(), vitals.clone(), program.clone(), headers));
        let drained = Arc::new(AtomicU32::new(0));
        for (name, track) in [("coded_video", Track::Video), ("coded_sound", Track::Audio)] {
            let (assembly, drained) = (assembly.clone(), drained.clone());
            let on_end = move || {
                drained.fetch_add(1, Ordering::Relaxed);
            };
            pipeline.sink(name)?.on_data(move |taken| assembly.take(track, taken), on_end);
        }
        pipeline.play()?;
        Ok(Running { pipeline, video, sound, assembly, drained, encoder, bitrate, first: None })
    }

    fn carry(&self, running: &mut Running) -> Result<(), GstError> {
        let mut dropped = self.env.frames.dropped();
        let mut checked = Stopwatch::start();
        while !self.stop.is_set() {
            if running.video.waiting() < MOST_QUEUED {
                if let Some(frame) = self.env.frames.take(PATIENCE) {
                    self.push_frame(running, frame);
                }
            } else {
                std::thread::sleep(PATIENCE);
            }
            while let Some(chunk) = self.env.sound.try_take() {
                self.push_sound(running, chunk);
            }
            self.env.vitals.encoder_waiting.set(self.env.frames.len() as i64);
            if let Some(Notice::Failed(message)) = running.pipeline.notice() {
                return Err(GstError::Failed(message));
            }
            running.follow_bitrate(self.bitrate.load(Ordering::Relaxed));
            if checked.elapsed() > Duration::from_secs(1) {
                checked = Stopwatch::start();
                dropped = self.judge(dropped);
            }
        }
        Ok(())
    }

    /// Once a second: says whether frames were lost since the last time.
    fn judge(&self, dropped_before: u64) -> u64 {
        let dropped = self.env.frames.dropped();
        let lost = dropped - dropped_before;
        self.env.vitals.encoder_frames_dropped.inc_by(lost);
        let condition = match lost {
            0 => Condition::ok(),
            _ => Condition::degraded(format!(
                "too slow: {lost} frames dropped in the last second; try a faster preset or a smaller picture"
            )),
        };
        self.env.vitals.status.report("encoder", condition);
        dropped
    }

    fn push_frame(&self, running: &mut Running, frame: Frame) {
        let fps = self.config.fps;
        // While the canvas or the rate changes, a frame of the old kind may still be on its way.
        if frame.layout().canvas != self.config.canvas() || fps.time_of(frame.number) != frame.at {
            return;
        }
        let first = *running.first.get_or_insert_with(|| {
            running.assembly.starts_at(frame.at);
            frame.number
        });
        let Some(index) = frame.number.0.checked_sub(first.0) else { return };
        let time = |index: u64| {
            let nanos = u128::from(index) * u128::from(fps.denominator()) * 1_000_000_000 / u128::from(fps.numerator());
            u64::try_from(nanos).unwrap_or(u64::MAX)
        };
        let timing = Timing { pts: time(index), duration: time(index + 1) - time(index), key: true };
        if running.video.push(frame, timing) {
            self.env.vitals.encoder_frames_in.inc();
        }
    }

    /// Sound from before the first frame belongs to nothing.
    fn push_sound(&self, running: &Running, chunk: SoundChunk) {
        let Some(first) = running.first else { return };
        let start: ShowTime = self.config.fps.time_of(first);
        let since_start = chunk.number.time().micros() - start.micros();
        let Ok(since_start) = u64::try_from(since_start) else { return };
        let duration = 1_000_000_000 * SAMPLES_PER_CHUNK as u64 / u64::from(SAMPLE_RATE);
        running.sound.push(bytes_of(&chunk.samples), Timing { pts: since_start * 1_000, duration, key: true });
    }
}

impl Running {
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

/// Samples as the bytes that GStreamer wants.
fn bytes_of(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

fn values(config: &StreamConfig, bitrate: u32) -> [(&'static str, String); 10] {
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8));
    let key_frames = (config.fps.as_f64() * f64::from(config.key_frame_interval)).round();
    [
        ("width", config.width.to_string()),
        ("height", config.height.to_string()),
        ("fps", format!("{}/{}", config.fps.numerator(), config.fps.denominator())),
        ("preset", format!("{:?}", config.preset).to_lowercase()),
        ("video_kbps", bitrate.to_string()),
        ("video_bps", (bitrate * 1000).to_string()),
        ("audio_kbps", config.audio_bitrate.to_string()),
        ("audio_bps", (config.audio_bitrate * 1000).to_string()),
        ("key_frames", key_frames.to_string()),
        ("threads", threads.to_string()),
    ]
}
