//! Archives as programs make them, and as nobody should.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::*;

/// One file of an archive, and what is said of it.
#[derive(Clone)]
struct File {
    name: Vec<u8>,
    content: Vec<u8>,
    method: u16,
    flags: u16,
    made_by: u8,
    attributes: u32,
    size: Option<u32>,
    extra: Vec<u8>,
    local_name: Option<Vec<u8>>,
    /// Where its header is said to be.
    header: Option<u32>,
}

fn file(name: &str, content: &[u8]) -> File {
    let (name, content, extra) = (name.as_bytes().to_vec(), content.to_vec(), Vec::new());
    let (flags, made_by, attributes, size, local_name, header) = (0, 3, 0o100_644 << 16, None, None, None);
    File { name, content, method: 8, flags, made_by, attributes, size, extra, local_name, header }
}

fn zip(files: &[File]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&file.content).unwrap();
        let packed = if file.method == 8 { packed.finish().unwrap() } else { file.content.clone() };
        let mut crc = Crc::new();
        crc.update(&file.content);
        let size = file.size.unwrap_or(file.content.len() as u32);
        let header = file.header.unwrap_or(out.len() as u32);
        let told = [crc.sum(), packed.len() as u32, size].map(u32::to_le_bytes).concat();
        let how = [20, file.flags, file.method, 0, 0].map(u16::to_le_bytes).concat();
        let name = file.local_name.as_ref().unwrap_or(&file.name);
        out.extend([b"PK\x03\x04", &how[..], &told, &(name.len() as u16).to_le_bytes(), &[0, 0], name, &packed].concat());
        directory.extend([b"PK\x01\x02", &[20, file.made_by][..], &how, &told].concat());
        let lengths = [file.name.len(), file.extra.len(), 0, 0, 0].map(|length| (length as u16).to_le_bytes()).concat();
        directory.extend([lengths, [file.attributes, header].map(u32::to_le_bytes).concat()].concat());
        directory.extend([&file.name[..], &file.extra].concat());
    }
    let start = out.len() as u32;
    let count = files.len() as u16;
    out.extend(&directory);
    out.extend([b"PK\x05\x06", &[0, 0, count, count].map(u16::to_le_bytes).concat()[..]].concat());
    out.extend([directory.len() as u32, start].map(u32::to_le_bytes).concat());
    out.extend([0, 0]);
    out
}

fn picture(format: ImageFormat, color: [u8; 3]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(16, 16, image::Rgb(color)).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn metadata(json: &str) -> File {
    file("metadata.json", json.as_bytes())
}

const SMALL: &str = r#"{"slug":"my-loop","original_filename":"my loop.gif","fps":20,"width":2,"height":1,"frame_count":3}"#;

/// An archive that is as it should be, of three frames of one size.
pub fn example() -> Vec<u8> {
    let frame = |number: usize, color| file(&format!("{number}.png"), &picture(ImageFormat::Png, color));
    let colors = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
    let frames = colors.into_iter().enumerate().map(|(number, color)| frame(number, color));
    zip(&std::iter::once(metadata(r#"{"fps":20,"frame_count":3}"#)).chain(frames).collect::<Vec<_>>())
}

fn good() -> Vec<File> {
    let raw = [0xf800_u16, 0x001f].map(u16::to_le_bytes).concat();
    let blue = picture(ImageFormat::Png, [0, 0, 255]);
    vec![
        metadata(SMALL),
        file("frame_10.rgb565", &raw),
        file("frame_2.png", &blue),
        File { method: 0, ..file("frame_1.jpg", &picture(ImageFormat::Jpeg, [0, 255, 0])) },
    ]
}

#[test]
fn frames_are_read_in_their_order() {
    let archive = zip(&good());
    let frames = Frames::read(&archive).unwrap();
    assert_eq!(frames.metadata.slug.as_ref().map(|slug| slug.as_str()), Some("my-loop"));
    assert_eq!((frames.metadata.filename.as_deref(), frames.metadata.delay_us(2)), (Some("my loop.gif"), 50_000));
    let coded: Vec<_> = (0..frames.len()).filter_map(|index| frames.coding(index)).collect();
    assert_eq!(coded, [Coding::Jpeg, Coding::Png, Coding::Rgb565]);
    let raw = frames.picture(&archive, 2).unwrap();
    assert_eq!((raw.get_pixel(0, 0).0, raw.get_pixel(1, 0).0), ([255, 0, 0, 255], [0, 0, 255, 255]));
    assert_eq!(frames.picture(&archive, 1).unwrap().get_pixel(3, 3).0, [0, 0, 255, 255]);
    assert!(frames.picture(&archive, 3).is_err());
}

#[test]
fn what_other_programs_pack_is_read() {
    for archive in [
        &include_bytes!("../../../fuzz/seeds/zip_upload/python")[..],
        include_bytes!("../../../fuzz/seeds/zip_upload/streamed"),
    ] {
        let frames = Frames::read(archive).unwrap();
        assert_eq!((frames.len(), frames.metadata.width), (2, 2));
    }
}

#[test]
fn a_name_that_leads_elsewhere_gets_nothing_read() {
    for name in [
        "../a.png",
        "/a.png",
        "a/../../b.png",
        "a\\b.png",
        "C:a.png",
        "a//b.png",
        "./a.png",
        "a\u{0}.png",
        "a\n.png",
        "",
        &"a".repeat(300),
    ] {
        let mut files = good();
        files[2].name = name.as_bytes().to_vec();
        assert_eq!(Frames::read(&zip(&files)).map_err(|error| error.code()), Err("broken_frames"), "{name:?}");
    }
    let mut files = good();
    files[2].name = b"\xff\xfe.png".to_vec();
    assert!(Frames::read(&zip(&files)).is_err(), "no text");
}

#[test]
fn what_is_more_than_a_plain_file_is_refused() {
    type Change = fn(&mut File);
    let odd: [(&str, Change); 12] = [
        ("a link", |file| file.attributes = 0o120_777 << 16),
        ("a device", |file| file.attributes = 0o020_666 << 16),
        ("encrypted", |file| file.flags = 1),
        ("packed otherwise", |file| file.method = 12),
        ("two names", |file| file.local_name = Some(b"other.png".to_vec())),
        ("a name that is there", |file| file.name = b"FRAME_1.jpg".to_vec()),
        ("larger than it says", |file| file.size = Some(4)),
        ("smaller than it says", |file| file.size = Some(100_000)),
        ("numbers of 64 bits", |file| file.extra = [1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0].to_vec()),
        ("the place of another", |file| file.header = Some(0)),
        ("no place at all", |file| file.header = Some(u32::MAX)),
        ("no picture", |file| file.content = b"#!/bin/sh".to_vec()),
    ];
    for (what, change) in odd {
        let mut files = good();
        change(&mut files[2]);
        assert!(Frames::read(&zip(&files)).is_err(), "{what}");
    }
    let twice = good();
    let mut archive = zip(&[twice[0].clone(), twice[3].clone(), File { header: Some(0), ..twice[0].clone() }]);
    assert!(Frames::read(&archive).is_err(), "one file under two entries");
    archive = zip(&good());
    for at in [archive.len() - 2, archive.len() - 6, archive.len() - 12] {
        let mut bent = archive.clone();
        bent[at] ^= 1;
        assert!(Frames::read(&bent).is_err(), "byte {at}");
    }
    for kept in 0..archive.len() {
        assert!(Frames::read(&archive[..kept]).is_err(), "{kept} bytes");
    }
    assert!(Frames::read(&[&archive[..], b"more"].concat()).is_err(), "something behind it");
}

#[test]
fn bombs_are_refused_by_their_headers() {
    let zeros = vec![0; 8 << 20];
    let mut files = good();
    files.push(file("frame_11.rgb", &zeros));
    assert_eq!(Frames::read(&zip(&files)), Err(FramesError::TooLarge), "it shrank a thousand times");
    files[4].content = b"small".to_vec();
    files[4].size = Some(u32::MAX);
    assert_eq!(Frames::read(&zip(&files)), Err(FramesError::TooLarge));
    let many: Vec<File> = (0..4_097).map(|number| file(&format!("{number}.rgb"), b"")).collect();
    assert_eq!(Frames::read(&zip(&many)), Err(FramesError::TooMany));
    let one = File { size: Some(30 << 20), method: 8, ..file("a", &[7; 200_000]) };
    let heavy: Vec<File> = (0..30).map(|n| File { name: format!("{n}.rgb").into_bytes(), ..one.clone() }).collect();
    assert_eq!(Frames::read(&zip(&heavy)), Err(FramesError::TooLarge));
}

#[test]
fn metadata_must_fit_the_frames() {
    let with = |json: &str| {
        let mut files = good();
        files[0] = metadata(json);
        Frames::read(&zip(&files)).map(|frames| frames.len()).map_err(|error| error.code())
    };
    assert_eq!(with(r#"{"width":2,"height":1}"#), Ok(3));
    assert_eq!(with(r#"{"width":2,"height":1,"frame_count":4}"#), Err("broken_frames"));
    assert_eq!(with("{}"), Err("broken_frames"), "raw pixels of another size");
    assert_eq!(with("{"), Err("broken_frames"));
    assert!(Frames::read(&zip(&good()[1..])).is_err(), "there is none");
    let mut files = good();
    files.push(File { name: b"more/metadata.json".to_vec(), ..metadata(SMALL) });
    assert!(Frames::read(&zip(&files)).is_err(), "there are two");
    let mut files = good();
    files.extend([
        file("__MACOSX/._a", b"x"),
        file(".DS_Store", b"x"),
        File { attributes: 0o040_755 << 16, ..file("more/", b"") },
    ]);
    assert_eq!(Frames::read(&zip(&files)).map(|frames| frames.len()), Ok(3), "what systems leave is passed over");
}

#[test]
fn numbers_in_names_count_as_numbers() {
    let mut names = vec!["f10", "f2", "f1", "f01b", "f1a", "e99999999999999999999999999", "e3"];
    names.sort_by(|one, other| in_order(one, other));
    assert_eq!(names, ["e3", "e99999999999999999999999999", "f1", "f1a", "f01b", "f2", "f10"]);
}

#[test]
fn frames_become_an_animation_that_has_them_all() {
    let uneven = zip(&good());
    assert_eq!(Frames::read(&uneven).expect("good").animation(&uneven).map_err(|error| error.code()), Err("broken_frames"));
    let archive = example();
    let frames = Frames::read(&archive).expect("good");
    let animation = frames.animation(&archive).expect("made");
    let decoder = image::codecs::png::PngDecoder::new(std::io::Cursor::new(&animation)).expect("a PNG");
    assert!(decoder.is_apng().expect("read"));
    let made = decoder.apng().expect("an APNG");
    let shown: Vec<_> = image::AnimationDecoder::into_frames(made).map(|frame| frame.expect("a frame")).collect();
    assert_eq!(shown.len(), frames.len());
    for (index, frame) in shown.iter().enumerate() {
        assert_eq!(*frame.buffer(), frames.picture(&archive, index).expect("a picture"), "frame {index}");
        let (above, below) = frame.delay().numer_denom_ms();
        assert_eq!(u64::from(above / below), frames.metadata.delay_us(index).div_ceil(1_000));
    }
}
