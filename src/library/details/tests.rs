//! Real files go in, and the show is told what is in them; also when the server ends in the middle of it.

use std::path::{Path, PathBuf};
use std::process::Command as Program;

use bytes::Bytes;
use futures_util::stream;
use tempfile::TempDir;

use super::*;
use crate::base::clock::{Clock, Stopwatch};
use crate::base::tasks::join_within;
use crate::base::vitals::Vitals;
use crate::show::asset::{Asset, AssetKind};
use crate::show::media::Details;
use crate::state::command::Command;
use crate::state::store::journal::Journal;
use crate::state::{Origin, writer};

const NEVER: std::time::Duration = std::time::Duration::from_secs(180);

struct House {
    directory: Arc<TempDir>,
    state: StateHandle,
    library: Library,
    writer: Option<JoinHandle<()>>,
    running: Option<(DetailsHandle, JoinHandle<()>, StopFlag)>,
}

impl House {
    fn new() -> House {
        crate::gst::start().unwrap();
        Self::open(Arc::new(tempfile::tempdir().unwrap()))
    }

    fn open(directory: Arc<TempDir>) -> House {
        let (journal, loaded) = Journal::open(&directory.path().join("journal.redb")).unwrap();
        let env = writer::Env { clock: Clock::system(), vitals: Arc::new(Vitals::new()) };
        let (state, writer) = writer::start(Box::new(journal), loaded, env).unwrap();
        let library = Library::open(directory.path().join("assets"), 64).unwrap();
        House { directory, state, library, writer: Some(writer), running: None }
    }

    fn start(&mut self) {
        let (state, library, stop) = (self.state.clone(), self.library.clone(), StopFlag::default());
        let (handle, thread) = start(Env { state, library, derived: self.derived(), stop: stop.clone() }).unwrap();
        self.running = Some((handle, thread, stop));
    }

    fn derived(&self) -> PathBuf {
        self.directory.path().join("derived")
    }

    fn handle(&self) -> &DetailsHandle {
        &self.running.as_ref().unwrap().0
    }

    /// As the server does when it goes down; the show stays.
    fn stop(&mut self) {
        let (_, thread, stop) = self.running.take().unwrap();
        stop.stop();
        assert!(join_within(thread, NEVER));
    }

    fn again(mut self) -> House {
        self.state.close();
        self.writer.take().unwrap().join().unwrap();
        Self::open(self.directory.clone())
    }

    async fn add(&self, name: &str, bytes: Vec<u8>) -> Asset {
        let upload = self.library.receive(stream::iter([Ok(Bytes::from(bytes))]), 0).await.unwrap();
        let turn = self.library.turn().await;
        let asset = self.library.store(upload, name, &turn).await.unwrap();
        self.submit(Command::AddAsset { asset: asset.clone() }).await;
        asset
    }

    async fn submit(&self, command: Command) {
        self.state.submit(command, Origin::door("test")).await.unwrap();
    }

    fn details(&self, asset: &AssetId) -> Option<Arc<Details>> {
        self.state.snapshot().show.assets.get(asset)?.details.clone()
    }

    async fn described(&self, asset: &AssetId) -> Arc<Details> {
        until("it is described", || self.details(asset).is_some()).await;
        self.details(asset).unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.state.close();
    }
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let watch = Stopwatch::start();
    while !is_so() {
        assert!(watch.elapsed() < NEVER, "never: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn ffmpeg(arguments: &[&str], name: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let cover = image::RgbImage::from_pixel(64, 48, image::Rgb([220, 30, 30]));
    cover.save(directory.path().join("cover.png")).unwrap();
    let mut ffmpeg = Program::new("ffmpeg");
    ffmpeg.current_dir(directory.path()).args(["-nostdin", "-v", "error", "-y"]).args(arguments).arg(name);
    let output = ffmpeg.output().expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(directory.path().join(name)).unwrap()
}

fn song(title: &str) -> Vec<u8> {
    let title = format!("title={title}");
    let mut arguments = vec!["-f", "lavfi", "-i", "sine=d=2:r=44100", "-i", "cover.png", "-map", "0", "-map", "1"];
    arguments.extend(["-c:v", "copy", "-disposition:v", "attached_pic", "-metadata", &title, "-metadata", "album=Both"]);
    ffmpeg(&arguments, "a.flac")
}

fn film() -> Vec<u8> {
    let arguments = ["-f", "lavfi", "-i", "color=0x20a040:s=640x360:r=25:d=2", "-c:v", "libx264", "-pix_fmt", "yuv420p"];
    ffmpeg(&arguments, "a.mp4")
}

fn png(color: [u8; 4]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_pixel(800, 200, image::Rgba(color));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Its size, and the colour in its middle.
fn looks(path: &Path) -> ((u32, u32), [u8; 3]) {
    let bytes = std::fs::read(path).unwrap();
    let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap().into_rgb8();
    let size = picture.dimensions();
    (size, picture.get_pixel(size.0 / 2, size.1 / 2).0)
}

#[track_caller]
fn assert_looks(path: &Path, size: (u32, u32), color: [u8; 3]) {
    let (is, middle) = looks(path);
    assert_eq!(is, size);
    assert!(middle.iter().zip(color).all(|(is, wanted)| is.abs_diff(wanted) < 14), "{middle:?}, not {color:?}");
}

#[tokio::test]
async fn songs_that_share_a_cover_share_an_asset() {
    let mut house = House::new();
    let one = house.add("one.flac", song("One")).await;
    house.start();
    let two = house.add("two.flac", song("Two")).await;
    let (first, second) = (house.described(&one.id).await, house.described(&two.id).await);
    assert_eq!((first.title.as_deref(), second.title.as_deref()), (Some("One"), Some("Two")));
    assert_eq!((first.length_us, &*first.codecs), (Some(2_000_000), &["FLAC".to_owned()][..]));
    assert!(first.has_thumbnail && first.has_waveform && first.trouble.is_none());
    let cover = first.cover.clone().expect("there is one");
    assert_eq!(second.cover.as_ref(), Some(&cover));
    let covers = house.state.snapshot().show.assets.values().filter(|asset| asset.kind == AssetKind::Image).count();
    assert_eq!(covers, 1);
    assert!(house.described(&cover).await.has_thumbnail, "it is looked into as every picture");
    assert_looks(&house.handle().thumbnail(&one.id), (64, 48), [220, 30, 30]);
    let wave: serde_json::Value = serde_json::from_slice(&std::fs::read(house.handle().waveform(&one.id)).unwrap()).unwrap();
    assert_eq!((wave["length_ms"].as_u64(), wave["peaks"].as_array().map(Vec::len)), (Some(2_000), Some(1_000)));
    until("nothing is left to do", || house.handle().board().now.is_none()).await;
    let storage = house.handle().storage();
    assert_eq!((storage.sounds, storage.images.count), (Share { count: 2, bytes: one.bytes + two.bytes }, 1));
    assert!(storage.derived.count == 3 && storage.derived.bytes > 0 && storage.total_bytes() > one.bytes + two.bytes);
    house.stop();
}

#[tokio::test]
async fn pictures_drawings_animations_and_videos_have_thumbnails() {
    let mut house = House::new();
    house.start();
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="100" height="50" fill="#00ff00"/></svg>"##;
    let gif =
        crate::media::animation::tests::gif((40, 20), [[255, 0, 0, 255], [0, 0, 255, 255]].map(|c| (image::Rgba(c), 50)));
    for (name, bytes, size, color) in [
        ("a.png", png([10, 120, 240, 255]), (320, 80), [10, 120, 240]),
        ("b.png", png([255, 255, 255, 0]), (320, 80), [0x30; 3]),
        ("a.svg", svg.as_bytes().to_vec(), (100, 50), [0, 255, 0]),
        ("a.gif", gif, (40, 20), [255, 0, 0]),
        ("a.mp4", film(), (320, 180), [0x20, 0xa0, 0x40]),
    ] {
        let asset = house.add(name, bytes).await;
        let details = house.described(&asset.id).await;
        assert!(details.has_thumbnail && details.trouble.is_none() && !details.has_waveform, "{name}: {details:?}");
        let length = (name == "a.mp4").then_some(2_000_000);
        assert_eq!((details.length_us, details.cover.is_none()), (length, true), "{name}");
        let path = house.handle().thumbnail(&asset.id);
        if name == "b.png" {
            assert_eq!(looks(&path).0, size);
            assert!(looks(&path).1.iter().all(|grey| (0x28..0x50).contains(grey)), "the board is seen");
        } else {
            assert_looks(&path, size, color);
        }
    }
    house.stop();
}

#[tokio::test]
async fn what_was_made_of_an_asset_goes_with_it() {
    let mut house = House::new();
    house.start();
    let asset = house.add("a.png", png([1, 2, 3, 255])).await;
    house.described(&asset.id).await;
    let folder = house.derived().join(asset.id.as_str());
    assert!(folder.is_dir());
    house.submit(Command::RemoveAsset { asset: asset.id.clone(), force: false }).await;
    until("its folder is gone", || !folder.exists()).await;
    let other = house.add("b.png", png([3, 2, 1, 255])).await;
    house.described(&other.id).await;
    house.stop();
    let folder = house.derived().join(other.id.as_str());
    house.submit(Command::RemoveAsset { asset: other.id.clone(), force: false }).await;
    assert!(folder.is_dir(), "nobody is there");
    house.start();
    until("it is tidied up at the start", || !folder.exists()).await;
    house.stop();
}

#[tokio::test]
async fn what_was_made_and_is_lost_is_made_again() {
    let mut house = House::new();
    house.start();
    let asset = house.add("a.flac", song("One")).await;
    let before = house.described(&asset.id).await;
    house.stop();
    std::fs::remove_dir_all(house.derived()).unwrap();
    house = house.again();
    house.start();
    let path = house.handle().thumbnail(&asset.id);
    until("the thumbnail is there again", || path.is_file()).await;
    until("nothing is left to do", || house.handle().board().now.is_none() && house.handle().storage().derived.count == 2)
        .await;
    assert_eq!(house.details(&asset.id), Some(before));
    house.stop();
}

/// A long one, so that it is not done before it is stopped.
fn long_sound() -> Vec<u8> {
    ffmpeg(&["-f", "lavfi", "-i", "sine=r=48000", "-t", "1200", "-c:a", "flac", "-compression_level", "0"], "a.flac")
}

#[tokio::test]
async fn a_server_that_goes_down_in_the_middle_does_it_again_when_it_is_back() {
    let mut house = House::new();
    let asset = house.add("long.flac", long_sound()).await;
    house.start();
    let is_read = |house: &House| {
        house.handle().board().now.as_ref().is_some_and(|now| now.stage == Stage::Reading && now.percent > 0)
    };
    until("it is read", || is_read(&house)).await;
    assert_eq!(house.handle().board().progress_of(&asset.id).map(|progress| progress.asset), Some(asset.id.clone()));
    house.stop();
    assert!(house.details(&asset.id).is_none(), "nothing is told of what is not known");
    let tries = house.derived().join(asset.id.as_str()).join("tries");
    assert!(!tries.exists(), "being told to stop is not the file's fault");
    house = house.again();
    house.start();
    assert_eq!(house.described(&asset.id).await.length_us, Some(1_200_000_000));
    house.stop();
}

#[tokio::test]
async fn a_file_that_ends_the_server_again_and_again_is_left_alone() {
    let mut house = House::new();
    let asset = house.add("a.png", png([1, 2, 3, 255])).await;
    let folder = house.derived().join(asset.id.as_str());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("tries"), "2\n").unwrap();
    house.start();
    assert_eq!(house.described(&asset.id).await.trouble, None, "twice may be somebody's who pulls plugs");
    house.stop();
    let other = house.add("b.png", png([3, 2, 1, 255])).await;
    let folder = house.derived().join(other.id.as_str());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("tries"), "3\n").unwrap();
    std::fs::write(folder.join("new"), "half a file").unwrap();
    house.start();
    let details = house.described(&other.id).await;
    assert!(details.trouble.is_some() && !details.has_thumbnail, "{details:?}");
    house.stop();
}

#[tokio::test]
async fn what_can_not_be_looked_into_is_told_once_and_what_is_not_there_is_not() {
    let mut house = House::new();
    let (broken, lost) = (house.add("a.png", png([1, 2, 3, 255])).await, house.add("b.png", png([4, 5, 6, 255])).await);
    std::fs::write(house.library.path_of(&broken), "rotten").unwrap();
    std::fs::remove_file(house.library.path_of(&lost)).unwrap();
    house.start();
    assert!(house.described(&broken.id).await.trouble.is_some());
    until("nothing is left to do", || house.handle().board().now.is_none()).await;
    assert_eq!(house.details(&lost.id), None);
    let seq = house.state.snapshot().seq;
    house.submit(Command::DescribeAsset { asset: broken.id.clone(), details: Box::default() }).await;
    let back = house.add("b.png", png([4, 5, 6, 255])).await;
    assert!(house.described(&back.id).await.has_thumbnail, "it is there again");
    assert!(house.state.snapshot().seq.0 <= seq.0 + 4, "nothing is told twice");
    house.stop();
}
