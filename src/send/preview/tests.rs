//! The preview as its watchers see it.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::{Env, PreviewHandle, Subject, start};
use crate::base::clock::Stopwatch;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::picture::{Frame, Layout};
use crate::frame::pool::FramePool;
use crate::show::Show;
use crate::show::geometry::Canvas;
use crate::show::stream::{PreviewConfig, StreamConfig};
use crate::show::time::{FrameNumber, ShowTime};

const SOON: Duration = Duration::from_secs(180);

struct Stage {
    handle: PreviewHandle,
    frames: Arc<Mailbox<Frame>>,
    show: Arc<ArcSwap<Show>>,
    vitals: Arc<Vitals>,
    stop: StopFlag,
    pool: FramePool,
    thread: Option<JoinHandle<()>>,
}

impl Stage {
    fn new(canvas: (u32, u32), preview: PreviewConfig) -> Self {
        let config = StreamConfig { preview, ..StreamConfig::default() };
        let show = Arc::new(ArcSwap::from_pointee(Show { config: Arc::new(config), ..Show::default() }));
        let (frames, vitals) = (Mailbox::new(2, WhenFull::DropOldest), Arc::new(Vitals::new()));
        let stop = StopFlag::default();
        let subject = Subject::Program;
        let env = Env { subject, frames: frames.clone(), show: show.clone(), vitals: vitals.clone(), stop: stop.clone() };
        let (handle, thread) = start(env).expect("a thread");
        let pool = FramePool::new(Layout::new(Canvas { width: canvas.0, height: canvas.1 }), 8);
        Self { handle, frames, show, vitals, stop, pool, thread: Some(thread) }
    }

    fn frame(&self, number: u64, ycbcr: [u8; 3]) -> Frame {
        let mut frame = self.pool.try_take().expect("a buffer is free");
        for (plane, value) in frame.planes_mut().into_iter().zip(ycbcr) {
            plane.fill(value);
        }
        frame.freeze(FrameNumber(number), ShowTime(number as i64 * 33_333))
    }

    async fn eventually(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let watch = Stopwatch::start();
        while !holds(self) {
            assert!(watch.elapsed() < SOON, "{what}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.stop();
        let ended = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        assert!(ended || std::thread::panicking(), "the preview's thread failed");
    }
}

fn preview(width: u32, fps: u32) -> PreviewConfig {
    PreviewConfig { width, fps, quality: 85 }
}

const GREY: [u8; 3] = [126, 128, 128];

#[tokio::test]
async fn a_hundred_watchers_cost_one_encode_and_the_slow_only_miss() {
    let stage = Stage::new((128, 72), preview(64, 30));
    let mut watchers: Vec<_> = (0..90).map(|_| stage.handle.watch()).collect();
    let mut asleep: Vec<_> = (0..10).map(|_| stage.handle.watch()).collect();
    assert_eq!(stage.vitals.preview_watchers.get(), 100);
    for number in 0..60 {
        stage.frames.post(stage.frame(number, [number as u8 + 50, 128, 128]));
        for watcher in &mut watchers {
            let (picture, missed) = watcher.next().await.expect("the preview goes on");
            assert_eq!((picture.number.0, missed), (number, 0));
        }
    }
    assert_eq!(stage.vitals.preview_encoded.get(), 60);
    assert_eq!(stage.vitals.preview_sent.get(), 60 * 90);
    assert!(stage.pool.free() >= 6, "no queue holds frames");
    for watcher in &mut asleep {
        let (picture, missed) = watcher.next().await.expect("the preview goes on");
        assert_eq!((picture.number.0, missed), (60 - 16, 60 - 16), "the oldest that is kept, and the rest counted");
        assert_eq!(watcher.next().await.expect("more").1, 0);
    }
    assert_eq!(stage.vitals.preview_dropped.get(), 10 * 44);
    drop((watchers, asleep));
    assert_eq!(stage.vitals.preview_watchers.get(), 0);
}

#[tokio::test]
async fn nobody_watches_and_nothing_is_made() {
    let stage = Stage::new((128, 72), preview(64, 30));
    for number in 0..10 {
        stage.frames.post(stage.frame(number, GREY));
        stage.eventually("frames are let go", |stage| stage.pool.free() == 8).await;
    }
    assert!(!stage.frames.is_wanted());
    let watcher = stage.handle.watch();
    stage.eventually("frames are wanted", |stage| stage.frames.is_wanted()).await;
    assert_eq!(stage.vitals.preview_encoded.get(), 0);
    stage.frames.post(stage.frame(10, GREY));
    stage.eventually("it is encoded", |stage| stage.vitals.preview_encoded.get() == 1).await;
    drop(watcher);
    stage.eventually("frames are wanted no more", |stage| !stage.frames.is_wanted()).await;
    stage.eventually("the last frame is given back", |stage| stage.pool.free() == 8).await;
}

#[tokio::test]
async fn no_more_is_encoded_than_is_due() {
    let stage = Stage::new((64, 64), preview(64, 10));
    let mut watcher = stage.handle.watch();
    for number in 0..300 {
        stage.frames.post(stage.frame(number, [number as u8, 128, 128]));
        stage.eventually("the frame is taken", |stage| stage.frames.is_empty()).await;
    }
    let mut numbers = vec![watcher.next().await.expect("a picture").0.number.0];
    while numbers.last().is_some_and(|number| *number < 297) {
        numbers.push(watcher.next().await.expect("a picture").0.number.0);
    }
    assert!(numbers.windows(2).all(|pair| pair[0] / 3 < pair[1] / 3), "one of each three: {numbers:?}");
    assert!(stage.vitals.preview_encoded.get() <= 100);
}

#[tokio::test]
async fn an_unchanged_frame_is_delivered_but_not_encoded_again() {
    let stage = Stage::new((64, 64), preview(64, 30));
    let mut watcher = stage.handle.watch();
    let frame = stage.frame(1, GREY);
    stage.frames.post(frame.clone());
    let (first, _) = watcher.next().await.expect("a picture");
    stage.frames.post(frame.again(FrameNumber(2), ShowTime(66_666)));
    let (second, _) = watcher.next().await.expect("a picture");
    assert_eq!((first.number.0, second.number.0, second.at), (1, 2, ShowTime(66_666)));
    assert_eq!((stage.vitals.preview_encoded.get(), first.jpeg.as_ptr()), (1, second.jpeg.as_ptr()));
    let config = StreamConfig { preview: preview(32, 30), ..StreamConfig::default() };
    stage.show.store(Arc::new(Show { config: Arc::new(config), ..Show::default() }));
    stage.frames.post(frame.again(FrameNumber(3), ShowTime(100_000)));
    let (third, _) = watcher.next().await.expect("a picture");
    assert_eq!((third.width, stage.vitals.preview_encoded.get()), (32, 2), "another size is another picture");
}

/// BT.709 limited-range values of a colour, by the standard's own formula.
fn ycbcr([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let [red, green, blue] = [red, green, blue].map(|part| f64::from(part) / 255.0);
    let luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (cb, cr) = ((blue - luma) / 1.8556, (red - luma) / 1.5748);
    [16.0 + 219.0 * luma, 128.0 + 224.0 * cb, 128.0 + 224.0 * cr].map(|value| value.round() as u8)
}

#[track_caller]
fn assert_color(what: &str, image: &image::RgbImage, expected: [u8; 3], tolerance: u8) {
    let seen = image.get_pixel(image.width() / 2, image.height() / 2).0;
    let close = seen.iter().zip(expected).all(|(seen, expected)| seen.abs_diff(expected) <= tolerance);
    assert!(close, "{what}: {seen:?} should be {expected:?}");
}

#[tokio::test]
async fn colours_survive() {
    let stage = Stage::new((320, 180), PreviewConfig { width: 160, fps: 30, quality: 95 });
    let mut watcher = stage.handle.watch();
    let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3], [0; 3], [128; 3], [255, 255, 0], [200, 120, 40]];
    for (number, color) in (0..).zip(colors) {
        let frame = stage.frame(number, ycbcr(color));
        stage.frames.post(frame.clone());
        let (picture, _) = watcher.next().await.expect("a picture");
        let jpeg = image::load_from_memory(&picture.jpeg).expect("a JPEG").into_rgb8();
        // Rounding of two conversions and of the DCT.
        assert_color("JPEG", &jpeg, color, 4);
        let png = super::still::png_from_frame(frame).expect("a PNG");
        assert_color("PNG", &image::load_from_memory(&png).expect("a PNG").into_rgb8(), color, 2);
    }
}

#[tokio::test]
async fn a_coloured_half_stays_on_its_side() {
    let stage = Stage::new((854, 480), preview(333, 30));
    let mut watcher = stage.handle.watch();
    let mut frame = stage.pool.try_take().expect("a buffer");
    let layout = frame.layout();
    let (red, blue) = (ycbcr([255, 0, 0]), ycbcr([0, 0, 255]));
    for (index, plane) in frame.planes_mut().into_iter().enumerate() {
        let (stride, width) = if index == 0 { (layout.luma_stride, 854) } else { (layout.chroma_stride, 427) };
        for row in plane.chunks_exact_mut(stride) {
            row[..width / 2].fill(red[index]);
            row[width / 2..width].fill(blue[index]);
            // What lies in the padding must never be seen.
            row[width..].fill(255);
        }
    }
    stage.frames.post(frame.freeze(FrameNumber(0), ShowTime(0)));
    let (picture, _) = watcher.next().await.expect("a picture");
    let image = image::load_from_memory(&picture.jpeg).expect("a JPEG").into_rgb8();
    assert_eq!((image.width(), image.height()), (picture.width, picture.height));
    for (x, expected) in [(0, [255, 0, 0]), (100, [255, 0, 0]), (230, [0, 0, 255]), (image.width() - 1, [0, 0, 255])] {
        let seen = image.get_pixel(x, 20).0;
        assert!(seen.iter().zip(expected).all(|(seen, expected)| seen.abs_diff(expected) < 12), "{x}: {seen:?}");
    }
}

#[tokio::test]
async fn pictures_of_every_size_can_be_decoded() {
    for (canvas, width) in [((64, 64), 1), ((66, 70), 33), ((1920, 1080), 639), ((640, 360), 1280), ((70, 1000), 70)] {
        let stage = Stage::new(canvas, preview(width, 30));
        let mut watcher = stage.handle.watch();
        stage.frames.post(stage.frame(1, GREY));
        let (picture, _) = watcher.next().await.expect("a picture");
        let image = image::load_from_memory(&picture.jpeg).expect("a JPEG").into_rgb8();
        assert_eq!((image.width(), image.height()), (picture.width, picture.height), "{canvas:?} {width}");
        assert!(picture.width <= canvas.0 && picture.height <= canvas.1);
    }
}

#[tokio::test]
async fn stills_wake_an_idle_engine() {
    let stage = Stage::new((322, 180), preview(64, 30));
    let engine = async {
        for number in 0.. {
            stage.eventually("a frame is wanted", |stage| stage.frames.is_wanted() && stage.pool.free() > 0).await;
            stage.frames.post(stage.frame(number, GREY));
            tokio::task::yield_now().await;
        }
    };
    let asked = async {
        let (png, other) = tokio::join!(stage.handle.full_size_png(), stage.handle.full_size_png());
        (png, other, stage.handle.jpeg().await)
    };
    let (png, other, jpeg) = tokio::select! {
        () = engine => unreachable!("it never ends"),
        answers = asked => answers,
    };
    for png in [png, other] {
        let image = image::load_from_memory(&png.expect("a still")).expect("a PNG").into_rgb8();
        assert_eq!((image.width(), image.height()), (322, 180));
    }
    assert_eq!(image::load_from_memory(&jpeg.expect("a picture")).expect("a JPEG").width(), 64);
    stage.eventually("nothing is wanted any more", |stage| !stage.frames.is_wanted()).await;
}

#[tokio::test]
async fn stills_are_not_waited_for_for_ever() {
    let stage = Stage::new((64, 64), preview(64, 30));
    let (png, jpeg) = tokio::join!(stage.handle.full_size_png(), stage.handle.jpeg());
    assert!(png.is_none() && jpeg.is_none());
}

#[tokio::test]
async fn watchers_learn_that_the_preview_has_ended() {
    let stage = Stage::new((64, 64), preview(64, 30));
    let mut watcher = stage.handle.watch();
    stage.stop.stop();
    assert!(watcher.next().await.is_none());
    assert!(stage.handle.watch().next().await.is_none());
    assert!(!stage.frames.is_wanted());
}
