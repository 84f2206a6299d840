//! Encoders: one thread for each rendition that somebody wants, which carries frames and sound into one pipeline for as long as the
//! stream is on air. If a pipeline breaks, another is built; its destinations see a short gap and a new feed, others nothing.

mod health;
mod scale;
mod session;
mod spec;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use super::pipelines::Pipelines;
use super::program::Programs;
use crate::base::clock::Clock;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::base::vitals::Vitals;
use crate::frame::mailbox::{Branch, Mailbox, WhenFull};
use crate::frame::picture::Frame;
use crate::frame::sound::SoundChunk;
use crate::gst::encoders;
use health::Troubles;
use session::Session;
pub use spec::Spec;

/// Few, because each holds a buffer of the engine's: a rendition that is slow must cost the others nothing.
const FRAMES_FOR_A_RENDITION: usize = 3;
/// Half a second.
const SOUND_FOR_A_RENDITION: usize = 50;

#[derive(Clone)]
pub struct Env {
    pub clock: Clock,
    pub frames: Arc<Mailbox<Frame>>,
    pub sound: Arc<Mailbox<SoundChunk>>,
    pub programs: Programs,
    pub pipelines: Pipelines,
    /// A name, or `auto`.
    pub choice: String,
    pub vitals: Arc<Vitals>,
    pub troubles: Troubles,
}

/// Where an encoder's frames and sound come from: the main one's are the engine's own, others have branches of them.
enum Intake {
    Main(Arc<Mailbox<Frame>>, Arc<Mailbox<SoundChunk>>),
    Other(Branch<Frame>, Branch<SoundChunk>),
}

impl Intake {
    fn of(env: &Env, spec: &Spec) -> Self {
        if spec.rendition.is_main() {
            return Self::Main(env.frames.clone(), env.sound.clone());
        }
        let frames = env.frames.branch(FRAMES_FOR_A_RENDITION, WhenFull::DropNewest);
        Self::Other(frames, env.sound.branch(SOUND_FOR_A_RENDITION, WhenFull::DropOldest))
    }

    fn frames(&self) -> &Mailbox<Frame> {
        match self {
            Self::Main(frames, _) => frames,
            Self::Other(frames, _) => frames.mailbox(),
        }
    }

    fn sound(&self) -> &Mailbox<SoundChunk> {
        match self {
            Self::Main(_, sound) => sound,
            Self::Other(_, sound) => sound.mailbox(),
        }
    }

    fn set_wanted(&self, wanted: bool) {
        self.frames().set_wanted(wanted);
        self.sound().set_wanted(wanted);
    }
}

pub struct Encoder {
    spec: Spec,
    stop: StopFlag,
    bitrate: Arc<AtomicU32>,
    /// Whether the bit rate can change while it runs.
    is_adjustable: bool,
    thread: JoinHandle<()>,
}

impl Encoder {
    pub fn start(spec: Spec, env: Env) -> io::Result<Self> {
        let stop = StopFlag::default();
        let bitrate = Arc::new(AtomicU32::new(spec.bitrate));
        let is_adjustable = encoders::choose(&env.choice).is_ok_and(|encoder| encoder.bitrate.is_some());
        let session = Session::new(spec.clone(), env, stop.clone(), bitrate.clone());
        let name = if spec.rendition.is_main() { "encoder".to_owned() } else { format!("enc-{}", spec.rendition) };
        let thread = spawn_thread(&name, move || session.run())?;
        Ok(Self { spec, stop, bitrate, is_adjustable, thread })
    }

    /// Whether the running encoder can become this without a break.
    pub fn can_become(&self, spec: &Spec) -> bool {
        let bitrate = if self.is_adjustable { spec.bitrate } else { self.spec.bitrate };
        Spec { bitrate, ..self.spec.clone() } == *spec
    }

    /// It has failed: encoders end only when they are told to.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    pub fn become_spec(&mut self, spec: Spec) {
        self.bitrate.store(spec.bitrate, Ordering::Relaxed);
        self.spec = spec;
    }

    /// Lets what is inside come out, then ends.
    pub fn stop(self) -> JoinHandle<()> {
        self.stop.stop();
        self.thread
    }
}
