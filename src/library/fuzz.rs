//! Fuzz targets: uploaded files, and what the uploader calls them.

use std::io::Cursor;

use super::check::{check, is_long};
use super::error::LibraryError;
use super::frames::Frames;
use super::image_check::check_file;
use crate::base::fuzz::{check_code, check_told};
use crate::gst;
use crate::media::animation;
use crate::media::cube::Cube;
use crate::media::kind::sniff;
use crate::show::asset::Format;

/// Of an animation: the first shows what a file can do, and the rest takes long.
const FRAMES: usize = 8;

/// libFuzzer holds it to its memory limit meanwhile.
pub fn image_upload(bytes: &[u8]) {
    let Some(format @ (Format::Png | Format::Jpeg | Format::Webp | Format::Gif)) = sniff(bytes) else { return };
    match check_file(Cursor::new(bytes), format) {
        Ok(found) => {
            let shown = image::load_from_memory(bytes).expect("what was accepted can be shown");
            assert_eq!((shown.width(), shown.height()), (found.width, found.height));
            assert!(found.width > 0 && found.height > 0);
            if found.animated {
                let frames = animation::frames(format, Cursor::new(bytes)).expect("what was accepted can be played");
                frames.take(FRAMES).map_while(Result::ok).for_each(|frame| {
                    assert_eq!(frame.buffer().dimensions(), (found.width, found.height));
                });
            }
        }
        Err(error) => check_refusal(&error),
    }
}

/// Drawings, fonts and colour tables.
pub fn drawing_upload(bytes: &[u8]) {
    let Some(format) = sniff(bytes).filter(|format| !is_long(Some(*format))) else { return };
    if format == Format::Cube
        && let Ok(cube) = str::from_utf8(bytes).map_err(drop).and_then(|text| Cube::parse(text).map_err(drop))
    {
        let corners = [[0.0; 3], [1.0; 3], [0.5, -1.0, f32::MAX]];
        assert!(corners.iter().flat_map(|rgb| cube.at(*rgb)).all(f32::is_finite), "colours are numbers");
    }
    check_upload(bytes);
}

/// Whatever GStreamer opens: it is not built for the fuzzer, so this one is blind in there.
pub fn video_upload(bytes: &[u8]) {
    if is_long(sniff(bytes)) {
        gst::start().expect("GStreamer is installed");
        check_upload(bytes);
    }
}

/// Frames that a client has made: what is taken is there, all of it, and none of it is large.
pub fn zip_upload(bytes: &[u8]) {
    match Frames::read(bytes) {
        Ok(frames) => {
            assert!(!frames.is_empty() && frames.metadata.frame_count.is_none_or(|count| count == frames.len()));
            for index in 0..frames.len() {
                let picture = frames.picture(bytes, index).expect("it was looked at");
                assert!(picture.width() > 0 && picture.height() > 0);
                assert!((1_000..=3_600_000_000).contains(&frames.metadata.delay_us(index)));
            }
        }
        Err(error) => {
            check_code(error.code());
            check_told(&error.to_string());
        }
    }
}

/// Says whether it is taken.
pub fn check_upload(bytes: &[u8]) -> bool {
    let path = std::env::temp_dir().join(format!("marquee-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()));
    std::fs::write(&path, bytes).expect("there is room for it");
    let checked = check(&path);
    std::fs::remove_file(&path).expect("it is ours");
    checked.inspect_err(check_refusal).is_ok()
}

fn check_refusal(error: &LibraryError) {
    check_code(error.code());
    check_told(&error.to_string());
}
