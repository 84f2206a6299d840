//! The whole of `send` with frames made here: real encoder, real files, and nothing left behind.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::*;
use crate::base::tasks::spawn_thread;
use crate::frame::mailbox::WhenFull;
use crate::frame::picture::Layout;
use crate::frame::pool::FramePool;
use crate::frame::sound::{CHANNELS, ChunkNumber, SAMPLES_PER_CHUNK};
use crate::show::destination::{Destination as Spec, RecordFormat};
use crate::show::geometry::Canvas;
use crate::show::stream::{Preset, Stream};
use crate::show::time::{Fps, FrameNumber, ShowTime};

const SIZE: Canvas = Canvas { width: 320, height: 180 };

/// A show, a maker of frames and silence, and `send`.
struct Studio {
    show: Arc<ArcSwap<Show>>,
    vitals: Arc<Vitals>,
    sending: Option<Sending>,
    program: watch::Receiver<Option<Arc<Feed>>>,
    stop: StopFlag,
    maker: Option<JoinHandle<()>>,
    dir: tempfile::TempDir,
}

impl Studio {
    fn open() -> Self {
        crate::gst::start().unwrap();
        let mut show = Show::default();
        let config = Arc::make_mut(&mut show.config);
        (config.width, config.height, config.preset) = (SIZE.width, SIZE.height, Preset::Ultrafast);
        let show = Arc::new(ArcSwap::from_pointee(show));
        let (vitals, clock, stop) = (Arc::new(Vitals::new()), Clock::system(), StopFlag::default());
        let (frames, sound) = (Mailbox::new(8, WhenFull::DropNewest), Mailbox::new(50, WhenFull::DropOldest));
        let (sender, program) = watch::channel(None);
        let dir = tempfile::tempdir().unwrap();
        let env = Env {
            show: show.clone(),
            clock: clock.clone(),
            frames: frames.clone(),
            sound: sound.clone(),
            program: sender,
            recordings_dir: dir.path().to_owned(),
            pipelines: Pipelines::load(None).unwrap(),
            encoder: "auto".to_owned(),
            vitals: vitals.clone(),
        };
        let sending = start(env).unwrap();
        let told = stop.clone();
        let maker = spawn_thread("maker", move || make(&clock, &frames, &sound, &told)).unwrap();
        Self { show, vitals, sending: Some(sending), program, stop, maker: Some(maker), dir }
    }

    fn change(&self, change: impl FnOnce(&mut Show)) {
        let mut show = Show::clone(&self.show.load());
        change(&mut show);
        self.show.store(Arc::new(show));
        self.sending.as_ref().unwrap().waker().wake();
    }

    fn record(&self, name: &str, format: RecordFormat) {
        let id = DestinationId::new(name).unwrap();
        let spec = Spec { id: id.clone(), name: String::new(), enabled: true, target: Target::Record { format } };
        self.change(|show| {
            Arc::make_mut(&mut show.destinations).insert(id, Arc::new(spec));
        });
    }

    fn on_air(&self, on_air: bool) {
        self.change(|show| show.stream = if on_air { Stream::Live { since: ShowTime(0) } } else { Stream::Stopped });
    }

    fn wait_for_state(&self, name: &str, label: &str) {
        eventually(&format!("{name} is {label}"), || {
            self.vitals.status.destination(name).is_some_and(|state| state.label() == label)
        });
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        self.stop.stop();
        self.maker.take().map(JoinHandle::join);
        let late = self.sending.take().map(|sending| sending.stop(Duration::from_secs(20)));
        assert!(std::thread::panicking() || late == Some(Vec::new()), "{late:?}");
    }
}

fn make(clock: &Clock, frames: &Mailbox<Frame>, sound: &Mailbox<SoundChunk>, stop: &StopFlag) {
    let fps = Fps::new(30, 1).unwrap();
    let pool = FramePool::new(Layout::new(SIZE), 16);
    let silence: Arc<[f32]> = vec![0.0; SAMPLES_PER_CHUNK * CHANNELS].into();
    let mut frame = FrameNumber(fps.frame_at(clock.now()).0 + 1);
    let mut chunk = ChunkNumber::at(clock.now());
    while !stop.is_set() {
        clock.sleep_until(fps.time_of(frame), Duration::from_millis(200));
        if let Some(mut picture) = pool.try_take().filter(|_| frames.is_wanted()) {
            picture.planes_mut()[0].fill(frame.0 as u8);
            frames.post(picture.freeze(frame, fps.time_of(frame)));
        }
        while chunk.time() <= clock.now() {
            if sound.is_wanted() {
                sound.post(SoundChunk { number: chunk, samples: silence.clone() });
            }
            chunk = ChunkNumber(chunk.0 + 1);
        }
        frame = FrameNumber(frame.0 + 1);
    }
}

#[track_caller]
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let watch = Stopwatch::start();
    while !holds() {
        assert!(watch.elapsed() < Duration::from_secs(30), "{what}: not in time");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Frames and codecs that ffprobe finds.
fn probed(file: &std::path::Path) -> (usize, String) {
    let entries = "stream=codec_name,nb_read_frames";
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-show_entries", entries, "-of", "csv=p=0"])
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let video = text.lines().find(|line| line.starts_with("h264")).unwrap_or_else(|| panic!("no video in {text:?}"));
    (video.split(',').nth(1).unwrap().parse().unwrap(), text)
}

#[test]
fn both_kinds_of_file_play_when_finished_and_when_not() {
    let studio = Studio::open();
    studio.record("a", RecordFormat::Mkv);
    studio.record("b", RecordFormat::Mp4);
    studio.on_air(true);
    studio.wait_for_state("a", "live");
    studio.wait_for_state("b", "live");
    eventually("four seconds are encoded", || studio.vitals.encoder_frames_out.get() > 120);
    // A copy of the unfinished file is what a killed writer leaves behind.
    for entry in std::fs::read_dir(studio.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let copy = studio.dir.path().join(format!("killed-{}", path.file_name().unwrap().to_str().unwrap()));
        std::fs::copy(&path, &copy).unwrap();
        let (frames, text) = probed(&copy);
        assert!(frames >= 45, "{frames} frames in {}", copy.display());
        assert!(text.contains("aac"));
        std::fs::remove_file(copy).unwrap();
    }
    studio.on_air(false);
    studio.wait_for_state("a", "stopped");
    studio.wait_for_state("b", "stopped");
    let made = studio.vitals.encoder_frames_out.get() as usize;
    for entry in std::fs::read_dir(studio.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(probed(&path).0, made, "every frame is in {}", path.display());
    }
}

#[test]
fn a_new_bitrate_needs_no_new_encoder_and_a_new_size_does() {
    let studio = Studio::open();
    studio.on_air(true);
    let starts = || studio.vitals.encoder_starts.get();
    eventually("it runs", || studio.vitals.encoder_frames_out.get() > 10);
    studio.change(|show| Arc::make_mut(&mut show.config).bitrate = 500);
    let before = studio.vitals.encoder_frames_out.get();
    eventually("it goes on", || studio.vitals.encoder_frames_out.get() > before + 20);
    assert_eq!(starts(), 1);
    studio.change(|show| Arc::make_mut(&mut show.config).key_frame_interval = 1);
    eventually("another one", || starts() == 2);
    eventually("it publishes", || studio.program.borrow().as_ref().is_some_and(|feed| !feed.has_ended()));
}

#[test]
fn a_stream_that_was_started_again_at_once_is_another_stream() {
    let studio = Studio::open();
    studio.record("tape", RecordFormat::Mkv);
    studio.on_air(true);
    studio.wait_for_state("tape", "live");
    studio.change(|show| show.stream = Stream::Live { since: ShowTime(1) });
    eventually("another file", || std::fs::read_dir(studio.dir.path()).unwrap().count() == 2);
    assert_eq!(studio.vitals.encoder_starts.get(), 2);
}

#[test]
fn starting_and_stopping_leaves_nothing_behind() {
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
    // Other tests run in this process at the same time, so what is counted is what this one's threads are called.
    let threads = || {
        let names = std::fs::read_dir("/proc/self/task")
            .unwrap()
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.filter(|name| name.starts_with("to-leak") || name.starts_with("closing")).count()
    };
    let studio = Studio::open();
    studio.record("leak", RecordFormat::Mkv);
    for _ in 0..5 {
        studio.on_air(true);
        studio.wait_for_state("leak", "live");
        studio.on_air(false);
        studio.wait_for_state("leak", "stopped");
    }
    eventually("its threads have ended", || threads() == 0);
    assert!(count("fd") < 1_000);
    studio.change(|show| Arc::make_mut(&mut show.destinations).clear());
    eventually("it is forgotten", || studio.vitals.status.destination("leak").is_none());
    assert!(!studio.vitals.text().contains("destination=\"leak\""));
}
