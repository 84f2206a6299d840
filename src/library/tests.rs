//! Uploads: what is kept, under which name, and that nothing stays of what is refused.

mod formats;
mod hostile;

use std::io::Cursor;

use futures_util::stream;
use image::{DynamicImage, ImageFormat as Codec, RgbImage};

use super::*;
use crate::show::asset::Format;

const BOUNDS: Bounds = Bounds { long: 20_000, others: 10_000, spare: 0 };

fn picture(codec: Codec) -> Vec<u8> {
    let pixels = RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 3) as u8, (y * 5) as u8, (x * y) as u8]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, codec).expect("encoded");
    bytes.into_inner()
}

async fn store(library: &Library, bytes: &[u8], name: &str) -> Result<Asset, LibraryError> {
    let chunks: Vec<_> = bytes.chunks(1000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    let upload = library.receive(stream::iter(chunks), 0).await?;
    let turn = library.turn().await;
    library.store(upload, name, &turn).await
}

fn files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn what_is_to_stay_free_on_the_disk_stays_free() {
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open_leaving(directory.path(), 64, u64::MAX >> 20).expect("a library");
    let error = store(&library, &picture(Codec::Png), "a.png").await.expect_err("there is no room");
    assert_eq!((error.code(), error.may_pass()), ("storage_full", true));
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

#[tokio::test]
async fn pictures_are_known_by_their_content() {
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open(directory.path(), 64).expect("a library");
    for (codec, format) in [(Codec::Png, Format::Png), (Codec::Jpeg, Format::Jpeg), (Codec::WebP, Format::Webp)] {
        let bytes = picture(codec);
        let asset = store(&library, &bytes, "C:\\pictures\\../a\n logo.gif").await.expect("stored");
        assert_eq!((asset.format, asset.width, asset.height), (format, 64, 48));
        assert_eq!(asset.name, "a logo.gif");
        assert_eq!(asset.bytes, bytes.len() as u64);
        assert_eq!(asset.id.as_str().len(), 24);
        assert_eq!(std::fs::read(library.path_of(&asset)).expect("the file"), bytes);
        let again = store(&library, &bytes, "again").await.expect("stored");
        assert_eq!(again.id, asset.id, "the same file is the same asset");
    }
    assert_eq!(files(directory.path()).len(), 3);
}

#[tokio::test]
async fn what_is_no_whole_picture_is_refused_and_leaves_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open(directory.path(), 64).expect("a library");
    for bytes in [&b""[..], b"hello", b"<html/>", b"\0\0\0\x20ftypavif...."] {
        let error = store(&library, bytes, "logo.png").await.expect_err("refused");
        assert_eq!(error.code(), "unsupported_media", "{bytes:?}");
    }
    for codec in [Codec::Png, Codec::Jpeg, Codec::WebP] {
        let bytes = picture(codec);
        for kept in [20, 40, bytes.len() / 2, bytes.len() - 40] {
            let error = store(&library, &bytes[..kept], "half").await.expect_err("refused");
            assert_eq!(error.code(), "broken_image", "{codec:?} {kept}: {error}");
        }
    }
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_bomb_is_refused_by_its_header() {
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open(directory.path(), 64).expect("a library");
    let mut bomb = picture(Codec::Png);
    // IHDR: width at 16, height at 20, its CRC at 29.
    bomb[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    let error = store(&library, &bomb, "bomb.png").await.expect_err("refused");
    assert_eq!(error, LibraryError::TooManyPixels { width: 50_000, height: 50_000 });
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[tokio::test]
async fn reading_stops_at_the_limit_and_on_the_first_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let read = std::cell::Cell::new(0);
    let endless = stream::iter(std::iter::repeat_with(|| {
        read.set(read.get() + 1);
        Ok(Bytes::from_static(&[0; 1000]))
    }));
    let error = upload::receive(directory.path(), endless, BOUNDS, 0).await.err().expect("refused");
    assert_eq!(error.code(), "upload_too_large");
    assert_eq!(read.get(), 11, "not a piece more than needed is read");
    let video = [b"\0\0\0\x20ftypisom".as_slice(), &[0; 15_000]].concat();
    let chunks =
        |bytes: &[u8]| stream::iter(bytes.chunks(999).map(|part| Ok(Bytes::copy_from_slice(part))).collect::<Vec<_>>());
    assert!(upload::receive(directory.path(), chunks(&video), BOUNDS, 0).await.is_ok(), "videos may be longer");
    let longer = [video, vec![0; 10_000]].concat();
    let error = upload::receive(directory.path(), chunks(&longer), BOUNDS, 0).await.err().expect("refused");
    assert_eq!(error, LibraryError::TooLarge { limit: 20_000 });
    let broken = stream::iter([Ok(Bytes::from_static(b"abc")), Err(ChunkError::Interrupted("gone".to_owned()))]);
    let error = upload::receive(directory.path(), broken, BOUNDS, 0).await.err().expect("refused");
    assert_eq!(error.code(), "upload_interrupted");
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

#[tokio::test]
async fn left_over_uploads_are_cleared_and_assets_stay() {
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open(directory.path(), 64).expect("a library");
    let asset = store(&library, &picture(Codec::Png), "a").await.expect("stored");
    std::fs::write(directory.path().join(".upload-0123"), "half a file").expect("written");
    let library = Library::open(directory.path(), 64).expect("a library");
    assert_eq!(files(directory.path()), [asset.file_name()]);
    let turn = library.turn().await;
    library.remove(&asset, &turn).await.expect("removed");
    library.remove(&asset, &turn).await.expect("removed twice is removed");
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_said_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let library = Library::open(directory.path().join("assets"), 64).expect("a library");
    std::fs::remove_dir(directory.path().join("assets")).expect("removed");
    let error = store(&library, &picture(Codec::Png), "a").await.expect_err("refused");
    assert_eq!(error.code(), "storage_unavailable");
}

#[test]
fn names_are_for_people_only() {
    for (given, shown) in [("logo.png", "logo.png"), ("/etc/passwd", "passwd"), ("a\\b\\c.png", "c.png"), ("..", "upload")] {
        assert_eq!(presentable(given), shown);
    }
    assert_eq!(presentable(&"ä".repeat(500)).chars().count(), 128);
}
