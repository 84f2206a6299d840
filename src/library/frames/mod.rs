//! Frames that a client has made of a picture or a video for a small panel: a ZIP archive with `metadata.json` and a picture for each. It is
//! read in memory, and everything in it is looked at before any of it is believed.

mod animation;
mod metadata;
#[cfg(test)]
pub(super) mod tests;
mod zip;

use std::cmp::Ordering;
use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits, Rgba, RgbaImage};

use crate::media::kind::sniff;
use crate::show::asset::Format;
use zip::Entry;

pub use metadata::Metadata;
#[cfg(test)]
pub use tests::example;

/// Of the archive.
pub const LARGEST_ARCHIVE: usize = 64 << 20;
const MOST_MEMORY: u64 = 128 << 20;
const LARGEST_SIDE: u32 = 4_096;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FramesError {
    #[error("the archive of frames can not be used: {0}")]
    Broken(&'static str),
    #[error("the archive of frames has no metadata.json that can be used: {0}")]
    Metadata(&'static str),
    #[error("frame {number} can not be used: {why}")]
    Frame { number: usize, why: &'static str },
    #[error(
        "there is something in the archive of frames that is no frame: only metadata.json and PNG, JPEG or RGB565 pictures may be"
    )]
    Unexpected,
    #[error("the archive of frames has more than {} files in it", zip::MOST_ENTRIES)]
    TooMany,
    #[error("the archive of frames is too large, packed or unpacked")]
    TooLarge,
}

impl FramesError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            FramesError::Broken(_) | FramesError::Metadata(_) | FramesError::Frame { .. } => "broken_frames",
            FramesError::Unexpected => "unexpected_file",
            FramesError::TooMany => "too_many_frames",
            FramesError::TooLarge => "upload_too_large",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Png,
    Jpeg,
    /// Two bytes for each pixel, the lower one first: five bits of red, six of green, five of blue.
    Rgb565,
}

/// Frames in the order in which they are seen, all of them looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Frames {
    pub metadata: Metadata,
    frames: Vec<(Entry, Coding)>,
}

impl Frames {
    /// Each frame is unpacked and decoded once, and dropped again.
    pub fn read(archive: &[u8]) -> Result<Frames, FramesError> {
        if archive.len() > LARGEST_ARCHIVE {
            return Err(FramesError::TooLarge);
        }
        let mut entries = zip::entries(archive)?;
        entries.retain(|entry| !is_left_by_a_system(&entry.name));
        let (told, mut frames): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| last_part(&entry.name) == "metadata.json");
        let [told] = &*told else {
            return Err(FramesError::Metadata(if told.is_empty() { "it is missing" } else { "there are several" }));
        };
        let metadata = Metadata::parse(&told.unpacked(archive)?)?;
        frames.sort_by(|one, other| in_order(&one.name, &other.name));
        if frames.is_empty() || metadata.frame_count.is_some_and(|count| count != frames.len()) {
            return Err(FramesError::Broken("it has not as many frames as it says"));
        }
        let coded = |entry: Entry| Ok((coding(&entry, &entry.unpacked(archive)?)?, entry));
        let frames: Result<Vec<_>, FramesError> =
            frames.into_iter().map(|entry| coded(entry).map(|(c, e)| (e, c))).collect();
        let frames = Frames { metadata, frames: frames? };
        (0..frames.len()).try_for_each(|index| frames.picture(archive, index).map(drop))?;
        Ok(frames)
    }

    pub fn len(&self) -> usize {
        self.frames.len()
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub fn coding(&self, index: usize) -> Option<Coding> {
        self.frames.get(index).map(|(_, coding)| *coding)
    }

    /// Out of the same archive.
    pub fn picture(&self, archive: &[u8], index: usize) -> Result<RgbaImage, FramesError> {
        let number = index + 1;
        let failed = |why| FramesError::Frame { number, why };
        let (entry, coding) = self.frames.get(index).ok_or(failed("there is none"))?;
        let bytes = entry.unpacked(archive)?;
        match coding {
            Coding::Png => decoded(&bytes, ImageFormat::Png).ok_or(failed("it is damaged, or larger than 4096 × 4096")),
            Coding::Jpeg => decoded(&bytes, ImageFormat::Jpeg).ok_or(failed("it is damaged, or larger than 4096 × 4096")),
            Coding::Rgb565 => {
                let (width, height) = (self.metadata.width, self.metadata.height);
                let wrong = "it has not two bytes for each pixel of the width and height that metadata.json says";
                of_rgb565(&bytes, width, height).ok_or(failed(wrong))
            }
        }
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Programs add files of their own to archives.
fn is_left_by_a_system(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX" || part == "Thumbs.db")
}

/// By its content; raw pixels have none that tells, so these go by their name.
fn coding(entry: &Entry, bytes: &[u8]) -> Result<Coding, FramesError> {
    let name = entry.name.to_ascii_lowercase();
    if [".rgb", ".rgb565"].iter().any(|ending| name.ends_with(ending)) {
        return Ok(Coding::Rgb565);
    }
    match sniff(bytes) {
        Some(Format::Png) => Ok(Coding::Png),
        Some(Format::Jpeg) => Ok(Coding::Jpeg),
        _ => Err(FramesError::Unexpected),
    }
}

/// As people count: frame 2 comes before frame 10.
fn in_order(one: &str, other: &str) -> Ordering {
    let (mut one_left, mut other_left) = (one, other);
    while !one_left.is_empty() && !other_left.is_empty() {
        let ((part, rest), (other_part, other_rest)) = (first_piece(one_left), first_piece(other_left));
        let both_numbers = [part, other_part].iter().all(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        let order = if both_numbers { as_numbers(part, other_part) } else { part.cmp(other_part) };
        if order != Ordering::Equal {
            return order;
        }
        (one_left, other_left) = (rest, other_rest);
    }
    // 01 and 1 are the same number, and two names.
    one_left.len().cmp(&other_left.len()).then_with(|| one.cmp(other))
}

/// Digits, or all up to the next digit.
fn first_piece(text: &str) -> (&str, &str) {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(text.len());
    text.split_at(end)
}

fn as_numbers(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

fn decoded(bytes: &[u8], format: ImageFormat) -> Option<RgbaImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    (limits.max_image_width, limits.max_image_height) = (Some(LARGEST_SIDE), Some(LARGEST_SIDE));
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_rgba8();
    (picture.width() > 0 && picture.height() > 0).then_some(picture)
}

fn of_rgb565(bytes: &[u8], width: u32, height: u32) -> Option<RgbaImage> {
    let (pixels, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() || pixels.len() as u64 != u64::from(width) * u64::from(height) {
        return None;
    }
    let whole = |value: u16, most: u16| ((u32::from(value) * 255 + u32::from(most) / 2) / u32::from(most)) as u8;
    Some(RgbaImage::from_fn(width, height, |x, y| {
        let pixel = u16::from_le_bytes(pixels[(y * width + x) as usize]);
        Rgba([whole(pixel >> 11, 31), whole(pixel >> 5 & 63, 63), whole(pixel & 31, 31), 255])
    }))
}
