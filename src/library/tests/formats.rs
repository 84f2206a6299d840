//! One file of each kind, as programs make them.

use std::process::Command;

use super::*;
use crate::media::animation::tests::gif;
use crate::show::asset::AssetKind;

pub const DEJAVU: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");

/// What ffmpeg makes of these arguments.
pub fn made(arguments: &str, name: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]).args(arguments.split_whitespace()).arg(&file);
    let output = ffmpeg.output().expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(file).expect("it is there")
}

const VIDEO: &str = "-f lavfi -i testsrc=s=64x48:r=25:d=1";
const SOUND: &str = "-f lavfi -i sine=d=1:r=48000";

pub fn video() -> Vec<u8> {
    made(&format!("{VIDEO} -c:v libx264 -pix_fmt yuv420p"), "a.mp4")
}

fn open() -> (tempfile::TempDir, Library) {
    crate::gst::start().expect("GStreamer");
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open(directory.path(), 64).expect("a library");
    (directory, library)
}

#[tokio::test]
async fn videos_and_sound_are_opened_and_measured() {
    let (_directory, library) = open();
    let both = format!("{VIDEO} {SOUND} -map 0 -map 1 -pix_fmt yuv420p");
    for (bytes, kind, format) in [
        (made(&format!("{both} -c:v libx264 -c:a aac"), "a.mp4"), AssetKind::Video, Format::Mp4),
        (made(&format!("{VIDEO} -c:v libx264 -pix_fmt yuv420p"), "a.mov"), AssetKind::Video, Format::Mov),
        (made(&format!("{both} -c:v libvpx-vp9 -c:a libopus"), "a.webm"), AssetKind::Video, Format::Webm),
        (made(&format!("{both} -c:v libx264 -c:a aac"), "a.mkv"), AssetKind::Video, Format::Mkv),
        (made(&format!("{both} -c:v libx264 -c:a aac"), "a.ts"), AssetKind::Video, Format::Mpegts),
        (made(&format!("{SOUND} -c:a aac"), "a.m4a"), AssetKind::Sound, Format::Mp4),
        (made(SOUND, "a.mp3"), AssetKind::Sound, Format::Mp3),
        (made(SOUND, "a.wav"), AssetKind::Sound, Format::Wav),
        (made(&format!("{SOUND} -c:a libopus"), "a.ogg"), AssetKind::Sound, Format::Ogg),
        (made(SOUND, "a.flac"), AssetKind::Sound, Format::Flac),
        (made(&format!("{SOUND} -f adts"), "a.aac"), AssetKind::Sound, Format::Aac),
    ] {
        let asset = store(&library, &bytes, "a.png").await.unwrap_or_else(|error| panic!("{format:?}: {error}"));
        assert_eq!((asset.kind, asset.format), (kind, format));
        let size = if kind == AssetKind::Video { (64, 48) } else { (0, 0) };
        assert_eq!((asset.width, asset.height), size, "{format:?}");
        // A transport stream says nowhere how long it is; a longer one is measured by its clock.
        let duration = asset.duration_ms.unwrap_or(if format == Format::Mpegts { 1_000 } else { 0 });
        assert!((900..1_200).contains(&duration), "{format:?} lasts {duration} ms");
    }
}

#[tokio::test]
async fn drawings_fonts_tables_and_animations_are_known() {
    let (_directory, library) = open();
    let drawing = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 20'/>";
    let asset = store(&library, drawing, "a").await.expect("stored");
    assert_eq!((asset.kind, asset.format, asset.width, asset.height), (AssetKind::Image, Format::Svg, 30, 20));
    let asset = store(&library, DEJAVU, "a").await.expect("stored");
    assert_eq!((asset.kind, asset.format, asset.families), (AssetKind::Font, Format::Ttf, vec!["DejaVu Sans".to_owned()]));
    let table = format!("LUT_3D_SIZE 2\n{}", "0 0 1\n".repeat(8));
    let asset = store(&library, table.as_bytes(), "a").await.expect("stored");
    assert_eq!((asset.kind, asset.format), (AssetKind::Lut, Format::Cube));
    let colors = [[0, 0, 0, 255], [255, 0, 0, 0], [0, 0, 255, 255]].map(|color| (image::Rgba(color), 50));
    let asset = store(&library, &gif((20, 10), colors), "a").await.expect("stored");
    assert_eq!((asset.kind, asset.format, asset.width, asset.height), (AssetKind::Image, Format::Gif, 20, 10));
    assert_eq!((asset.animated, asset.has_alpha, asset.duration_ms), (true, true, Some(150)));
    for (format, name) in [(Format::Png, "a.apng"), (Format::Webp, "a.webp")] {
        let bytes = made("-f lavfi -i testsrc=s=32x16:r=10:d=1 -plays 0 -loop 0", name);
        let asset = store(&library, &bytes, "a").await.expect("stored");
        assert_eq!((asset.format, asset.animated, asset.duration_ms), (format, true, Some(1_000)));
    }
    let still = store(&library, &picture(Codec::Png), "a").await.expect("stored");
    assert_eq!((still.animated, still.has_alpha, still.duration_ms), (false, false, None));
}
