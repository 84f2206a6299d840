//! Rooms together, as `House` puts them together, but without doors and outputs: what is decided is seen and heard.

mod player;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::base::clock::{Clock, Stopwatch};
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::frame::ingest::Ingest;
use crate::frame::jams::JamBoard;
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::mosaic::Mosaics;
use crate::frame::picture::Frame;
use crate::frame::sight::Sights;
use crate::frame::sound::SoundChunk;
use crate::frame::taps::Taps;
use crate::gst;
use crate::light::films::Films;
use crate::picture;
use crate::picture::sources::{Outside, Sources};
use crate::picture::watch::Outlook;
use crate::sound;
use crate::sound::levels::LevelsHandle;
use crate::state::command::Command;
use crate::state::store::journal::Journal;
use crate::state::{Origin, StateHandle, writer};

/// Everything that is made while it runs is kept: some seconds of it.
const PLACES: usize = 4_096;
const PATIENCE: Duration = Duration::from_secs(180);

pub struct Stage {
    pub state: StateHandle,
    pub frames: Arc<Mailbox<Frame>>,
    pub sounds: Arc<Mailbox<SoundChunk>>,
    pub assets: PathBuf,
    pub vitals: Arc<Vitals>,
    stop: StopFlag,
    threads: Vec<JoinHandle<()>>,
    _directory: tempfile::TempDir,
}

impl Stage {
    pub fn new() -> Stage {
        gst::start().expect("GStreamer is installed");
        let directory = tempfile::tempdir().expect("a directory");
        let assets = directory.path().join("assets");
        std::fs::create_dir(&assets).expect("a directory");
        let (clock, vitals, stop) = (Clock::system(), Arc::new(Vitals::new()), StopFlag::default());
        let (journal, loaded) = Journal::open(&directory.path().join("journal")).expect("a journal");
        let env = writer::Env { clock: clock.clone(), vitals: vitals.clone() };
        let (state, _) = writer::start(Box::new(journal), loaded, env).expect("a writer");
        let (taps, sights, mosaics) = (Taps::new(), Sights::new(), Arc::new(Mosaics::default()));
        let frames = Mailbox::new(PLACES, WhenFull::DropNewest);
        let sounds = Mailbox::new(PLACES, WhenFull::DropNewest);
        let jams = Arc::<JamBoard>::default();
        let outside = Outside { ingest: Ingest::new(), jams: jams.clone() };
        let sources = Sources::new(clock.clone(), taps.clone(), outside, vitals.clone());
        let (films, films_thread) = Films::start(assets.clone(), stop.clone()).expect("a thread");
        let (effects, effects_thread) = picture::effects::start(picture::effects::Env {
            films,
            shows: state.timeline(),
            clock: clock.clone(),
            sights: sights.clone(),
            jams: jams.clone(),
            outlook: Outlook::default(),
            vitals: vitals.clone(),
            stop: stop.clone(),
        })
        .expect("a thread");
        let mut threads = picture::run::start(picture::run::Env {
            sources,
            sights: sights.clone(),
            effects,
            mosaics,
            shows: state.timeline(),
            clock: clock.clone(),
            assets_dir: assets.clone(),
            outlets: vec![frames.clone()],
            vitals: vitals.clone(),
            stop: stop.clone(),
            outlook: Outlook::default(),
        })
        .expect("threads");
        threads.push(
            sound::run::start(sound::run::Env {
                shows: state.timeline(),
                clock: clock.clone(),
                outlet: sounds.clone(),
                taps,
                jams,
                levels: LevelsHandle::new(),
                sights,
                vitals: vitals.clone(),
                stop: stop.clone(),
            })
            .expect("a thread"),
        );
        threads.extend([films_thread, effects_thread]);
        Stage { state, frames, sounds, assets, vitals, stop, threads, _directory: directory }
    }

    /// What would be a request of its own.
    pub fn tell(&self, command: Value) {
        let command: Command = serde_json::from_value(command).expect("a command");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.state.submit(command, Origin::door("test"))).expect("it is accepted");
    }

    /// A file that lies in the assets directory under `id`, of a kind and length that are said here.
    pub fn add(&self, id: &str, kind: &str, format: &str, length_us: Option<u64>) {
        let details = length_us.map(|length_us| json!({"length_us": length_us}));
        let asset = json!({"id": id, "name": id, "kind": kind, "format": format, "width": 64, "height": 64, "bytes": 1,
            "duration_ms": length_us.map(|length| length / 1_000), "details": details});
        self.tell(json!({"command": "add_asset", "asset": asset}));
    }

    pub fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let watch = Stopwatch::start();
        while !is_so() {
            assert!(watch.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.state.close();
        self.stop.stop();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
