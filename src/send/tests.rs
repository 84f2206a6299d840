//! The whole of `send` with frames made here: real encoder, real files, and nothing left behind.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::*;
use crate::base::tasks::spawn_thread;
use crate::frame::encoded::Track;
use crate::frame::feed::Next;
use crate::frame::mailbox::WhenFull;
use crate::frame::picture::Layout;
use crate::frame::pool::FramePool;
use crate::frame::sound::{CHANNELS, ChunkNumber, SAMPLES_PER_CHUNK};
use crate::show::destination::{Destination as Spec, RecordFormat};
use crate::show::geometry::Canvas;
use crate::show::ids::DestinationId;
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
    /// How many of the next frames are not made.
    left_out: Arc<AtomicU64>,
    maker: Option<JoinHandle<()>>,
    dir: tempfile::TempDir,
    shelf: Shelf,
    replay: Replay,
}

impl Studio {
    fn open() -> Self {
        Self::with("auto")
    }

    fn with(encoder: &str) -> Self {
        crate::gst::start().unwrap();
        let mut show = Show::default();
        let config = Arc::make_mut(&mut show.config);
        (config.width, config.height, config.preset) = (SIZE.width, SIZE.height, Preset::Ultrafast);
        let show = Arc::new(ArcSwap::from_pointee(show));
        let (vitals, clock, stop) = (Arc::new(Vitals::new()), Clock::system(), StopFlag::default());
        let (frames, sound) = (Mailbox::new(8, WhenFull::DropNewest), Mailbox::new(50, WhenFull::DropOldest));
        let (sender, program) = watch::channel(None);
        let (dir, shelf) = (tempfile::tempdir().unwrap(), Shelf::default());
        let recordings = Recordings::new(dir.path().to_owned());
        let replay = Replay::new(recordings.clone(), clock.clone());
        let env = Env {
            show: show.clone(),
            clock: clock.clone(),
            frames: frames.clone(),
            sound: sound.clone(),
            program: sender,
            recordings: recordings.clone(),
            replay: replay.clone(),
            shelf: shelf.clone(),
            speakers: None,
            pipelines: Pipelines::load(None).unwrap(),
            encoder: encoder.to_owned(),
            vitals: vitals.clone(),
        };
        let sending = start(env).unwrap();
        let (told, counts, left_out) = (stop.clone(), vitals.clone(), Arc::new(AtomicU64::new(0)));
        let leaving_out = left_out.clone();
        let maker = spawn_thread("maker", move || make(&clock, &frames, &sound, &counts, &leaving_out, &told)).unwrap();
        Self { show, vitals, sending: Some(sending), program, stop, left_out, maker: Some(maker), dir, shelf, replay }
    }

    fn change(&self, change: impl FnOnce(&mut Show)) {
        let mut show = Show::clone(&self.show.load());
        change(&mut show);
        self.show.store(Arc::new(show));
        self.sending.as_ref().unwrap().waker().wake();
    }

    fn record(&self, name: &str, format: RecordFormat) {
        let id = DestinationId::new(name).unwrap();
        let spec: Spec =
            serde_json::from_value(serde_json::json!({"id": name, "kind": "record", "format": format})).unwrap();
        self.change(|show| {
            Arc::make_mut(&mut show.destinations).insert(id, Arc::new(spec));
        });
    }

    fn on_air(&self, on_air: bool) {
        self.change(|show| show.stream = if on_air { Stream::Live { since: ShowTime(0) } } else { Stream::Stopped });
    }

    /// Frames that no encoder got.
    fn lost(&self) -> u64 {
        let dropped = self.vitals.encoder_frames_dropped.get();
        self.vitals.frames_skipped.get() + dropped + self.vitals.rendition_dropped.with_label_values(&["low"]).get()
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

fn make(
    clock: &Clock,
    frames: &Mailbox<Frame>,
    sound: &Mailbox<SoundChunk>,
    vitals: &Vitals,
    left_out: &AtomicU64,
    stop: &StopFlag,
) {
    let fps = Fps::new(30, 1).unwrap();
    let pool = FramePool::new(Layout::new(SIZE), 16);
    let silence: Arc<[f32]> = vec![0.0; SAMPLES_PER_CHUNK * CHANNELS].into();
    let mut frame = FrameNumber(fps.frame_at(clock.now()).0 + 1);
    let mut chunk = ChunkNumber::at(clock.now());
    while !stop.is_set() {
        clock.sleep_until(fps.time_of(frame), Duration::from_millis(200));
        let is_left_out = left_out.try_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1)).is_ok();
        if frames.is_wanted() && !is_left_out {
            let posted = pool.try_take().is_some_and(|mut picture| {
                picture.planes_mut()[0].fill(frame.0 as u8);
                frames.post(picture.freeze(frame, fps.time_of(frame))).is_none()
            });
            // Like the engine: a frame for which there is no memory or no place is left out, and counted.
            vitals.frames_skipped.inc_by(u64::from(!posted));
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
pub(super) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let watch = Stopwatch::start();
    while !holds() {
        assert!(watch.elapsed() < Duration::from_secs(180), "{what}: not in time");
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

/// A destination of any kind.
fn put(studio: &Studio, text: serde_json::Value) {
    let spec: Spec = serde_json::from_value(text).unwrap();
    studio.change(|show| {
        Arc::make_mut(&mut show.destinations).insert(spec.id.clone(), Arc::new(spec));
    });
}

fn low_rendition(studio: &Studio) {
    let low = serde_json::json!([{"id": "low", "height": 90, "bitrate": 200, "fpsDivisor": 2}]);
    studio.change(|show| Arc::make_mut(&mut show.config).renditions = serde_json::from_value(low).unwrap());
}

/// What ffprobe finds of the video: width, height and frames.
fn pictures(file: &std::path::Path) -> (u32, u32, usize) {
    let entries = "stream=width,height,nb_read_frames";
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", entries, "-of", "csv=p=0"]);
    let output = ffprobe.arg(file).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<usize> = text.trim().split(',').filter_map(|number| number.parse().ok()).collect();
    assert_eq!((numbers.len(), output.stderr.len()), (3, 0), "{text:?} {}", String::from_utf8_lossy(&output.stderr));
    (numbers[0] as u32, numbers[1] as u32, numbers[2])
}

#[test]
fn a_rendition_is_encoded_beside_the_main_one_while_somebody_wants_it() {
    let studio = Studio::open();
    low_rendition(&studio);
    put(&studio, serde_json::json!({"id": "big", "kind": "record", "format": "mp4"}));
    studio.on_air(true);
    studio.wait_for_state("big", "live");
    let low = |name: &str| studio.vitals.text().lines().any(|line| line.starts_with(name) && line.contains("\"low\""));
    assert!(!low("marquee_rendition_starts_total"), "nobody wants it");
    put(&studio, serde_json::json!({"id": "small", "kind": "record", "format": "mp4", "rendition": "low"}));
    studio.wait_for_state("small", "live");
    let before = studio.vitals.rendition_frames.with_label_values(&["low"]).get();
    eventually("four seconds", || studio.vitals.rendition_frames.with_label_values(&["low"]).get() > before + 60);
    assert_eq!(studio.vitals.encoder_starts.get(), 1, "the main encoder is not touched");
    studio.on_air(false);
    studio.wait_for_state("small", "stopped");
    studio.wait_for_state("big", "stopped");
    for entry in std::fs::read_dir(studio.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let (width, height, frames) = pictures(&path);
        match path.file_name().unwrap().to_str().unwrap().starts_with("small") {
            true => assert_eq!((width, height, frames >= 58), (160, 90, true), "{frames}"),
            false => assert_eq!((width, height, frames >= 120), (320, 180, true), "{frames}"),
        }
    }
}

#[test]
fn a_broken_rendition_fails_alone_and_comes_back() {
    let studio = Studio::open();
    low_rendition(&studio);
    put(&studio, serde_json::json!({"id": "big", "kind": "record", "format": "mkv"}));
    put(&studio, serde_json::json!({"id": "small", "kind": "record", "format": "mkv", "rendition": "low"}));
    studio.on_air(true);
    studio.wait_for_state("big", "live");
    studio.wait_for_state("small", "live");
    let starts = || studio.vitals.rendition_starts.with_label_values(&["low"]).get();
    let before = studio.vitals.encoder_frames_out.get();
    studio.change(|show| Arc::make_mut(&mut show.config).renditions[0].height = 120);
    eventually("another encoder of it", || starts() == 2);
    eventually("the main one goes on", || studio.vitals.encoder_frames_out.get() > before + 30);
    assert_eq!(studio.vitals.encoder_starts.get(), 1);
    studio.wait_for_state("small", "live");
    let files = || std::fs::read_dir(studio.dir.path()).unwrap().map(|entry| entry.unwrap().path());
    eventually("a new file of the new size", || {
        files().filter(|file| file.to_str().unwrap().contains("small")).count() == 2
    });
    assert_eq!(files().filter(|file| file.to_str().unwrap().contains("big")).count(), 1);
}

#[test]
fn segments_of_both_kinds_follow_each_other_without_a_gap() {
    for format in ["fmp4", "ts"] {
        let studio = Studio::open();
        low_rendition(&studio);
        studio.change(|show| Arc::make_mut(&mut show.config).key_frame_interval = 1);
        let renditions = serde_json::json!(["main", "low"]);
        put(
            &studio,
            serde_json::json!({"id": "web", "kind": "hls", "segment_ms": 1000, "window": 30, "format": format, "renditions": renditions}),
        );
        studio.on_air(true);
        studio.wait_for_state("web", "live");
        let channel = studio.shelf.find("web").unwrap();
        let count = |rendition: &str| channel.playlist(rendition, "").map_or(0, |text| text.matches("#EXTINF").count());
        eventually("five segments of each", || count("main") >= 5 && count("low") >= 5);
        let firsts = ["main", "low"].map(|rendition| {
            let text = channel.playlist(rendition, "").unwrap();
            let names: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
            let init = text.split("URI=\"").nth(1).and_then(|rest| rest.split('"').next());
            let parts = init.map(str::to_owned).into_iter().chain(names.iter().cloned());
            let bytes: Vec<u8> = parts.flat_map(|name| channel.piece(rendition, &name).unwrap()).collect();
            let file = studio.dir.path().join(format!("{rendition}.{format}"));
            std::fs::write(&file, bytes).unwrap();
            // What a busy machine had no time for is missing in any container; it is counted within a second.
            let gap = no_gaps(&file);
            if gap >= 0.05 {
                eventually(&format!("{format} {rendition}: a gap of {gap} s was counted"), || studio.lost() > 0);
            }
            let dates: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:")).collect();
            dates[1].to_owned()
        });
        assert_eq!(firsts[0].len(), firsts[1].len());
        studio.change(|show| show.stream = Stream::Stopped);
        studio.wait_for_state("web", "stopped");
        assert!(channel.playlist("main", "").unwrap().ends_with("#EXT-X-ENDLIST\n"));
    }
}

#[test]
fn key_frames_are_at_their_times_whatever_is_left_out() {
    for encoder in ["x264enc", "openh264enc"] {
        has_its_key_frames_in_time(&Studio::with(encoder));
    }
}

#[track_caller]
fn has_its_key_frames_in_time(studio: &Studio) {
    studio.change(|show| Arc::make_mut(&mut show.config).key_frame_interval = 1);
    studio.on_air(true);
    let feed = || studio.program.borrow().clone();
    eventually("it publishes", || feed().is_some());
    let mut reader = feed().unwrap().read_from_oldest_key();
    let second = |at: ShowTime| at.micros().div_euclid(1_000_000);
    let (mut before, mut keys): (Option<ShowTime>, u32) = (None, 0);
    while keys < 6 {
        match reader.next_blocking(Duration::from_secs(10)) {
            Next::Packet(packet) if packet.track == Track::Video => {
                let is_first = before.is_none_or(|before| second(before) != second(packet.at));
                assert_eq!(packet.key, is_first, "{:?} after {before:?}", packet.at);
                keys += u32::from(is_first);
                if is_first && keys == 2 {
                    studio.left_out.store(7, Ordering::Relaxed);
                }
                before = Some(packet.at);
            }
            Next::Packet(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The longest step between pictures, less what one is shown; and that ffmpeg decodes all of it without a word.
fn no_gaps(file: &std::path::Path) -> f64 {
    let decoded =
        Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-i"]).arg(file).args(["-f", "null", "-"]).output().unwrap();
    assert!(decoded.stderr.is_empty(), "{}", String::from_utf8_lossy(&decoded.stderr));
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0"]);
    let text = String::from_utf8(ffprobe.arg(file).output().unwrap().stdout).unwrap();
    let times: Vec<f64> = text.split([',', '\n']).filter_map(|time| time.trim().parse().ok()).collect();
    assert!(times.len() > 30, "{text}");
    times.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max) - 1.0 / 15.0
}

#[test]
fn a_replay_is_the_last_seconds_as_they_went_out() {
    let studio = Studio::open();
    studio.change(|show| Arc::make_mut(&mut show.config).replay_seconds = 3);
    assert!(matches!(studio.replay.save(), Err(crate::send::replay::ReplayError::Nothing)));
    studio.on_air(true);
    eventually("eight seconds", || studio.vitals.encoder_frames_out.get() > 240);
    let saved = studio.replay.save().unwrap();
    let file = studio.dir.path().join(&saved.name);
    assert_eq!(saved.bytes, std::fs::metadata(&file).unwrap().len());
    let seconds = saved.duration.as_secs_f64();
    assert!((3.0..5.2).contains(&seconds), "{seconds}: three seconds, and up to a group of pictures");
    let (width, _, frames) = pictures(&file);
    let (due, lost) = (seconds * 30.0, studio.lost());
    assert!(width == 320 && frames as f64 <= due + 1.0, "{frames} frames in {seconds} s");
    assert!((frames as u64 + lost) as f64 >= due - 1.0, "{frames} frames in {seconds} s, {lost} were lost");
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]);
    let length: f64 = String::from_utf8(ffprobe.arg(&file).output().unwrap().stdout).unwrap().trim().parse().unwrap();
    assert!((length - seconds).abs() < 0.1, "{length} and {seconds}");
    assert!(no_gaps(&file) < 0.0 || lost > 0);
    studio.change(|show| Arc::make_mut(&mut show.config).replay_seconds = 0);
    eventually("nothing is kept", || studio.replay.save().is_err());
}
