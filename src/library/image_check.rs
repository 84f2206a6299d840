//! Whether a file is a picture that can be shown: by its first bytes, its size as its header says, and by decoding it once.
//! Its name and what the uploader calls its type do not matter.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use image::{ImageDecoder, ImageError, ImageFormat as Codec, ImageReader, Limits};

use super::error::LibraryError;
use crate::show::asset::ImageFormat;

const MAX_SIDE: u32 = 8_192;
const MAX_PIXELS: u64 = 64_000_000;
/// 64 million pixels of 8 bits and four channels, and what a decoder needs besides. Pictures of 16 bits get half the pixels.
const MAX_MEMORY: u64 = 320 * 1024 * 1024;

#[derive(Debug, PartialEq)]
pub struct Found {
    pub format: ImageFormat,
    pub width: u32,
    pub height: u32,
}

pub fn check(path: &Path) -> Result<Found, LibraryError> {
    check_file(BufReader::new(File::open(path)?))
}

pub(super) fn check_file(mut file: impl BufRead + Seek) -> Result<Found, LibraryError> {
    let mut start = Vec::with_capacity(16);
    file.by_ref().take(16).read_to_end(&mut start)?;
    let (format, codec) = sniff(&start)?;
    file.rewind()?;
    let (width, height) = decode(&mut file, codec)?;
    if format == ImageFormat::Jpeg {
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        check_jpeg_end(&bytes)?;
    }
    Ok(Found { format, width, height })
}

fn sniff(start: &[u8]) -> Result<(ImageFormat, Codec), LibraryError> {
    match start {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok((ImageFormat::Png, Codec::Png)),
        [0xff, 0xd8, 0xff, ..] => Ok((ImageFormat::Jpeg, Codec::Jpeg)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok((ImageFormat::Webp, Codec::WebP)),
        [] => Err(LibraryError::Unsupported("the file is empty")),
        _ => Err(LibraryError::Unsupported("the file's content is something else")),
    }
}

/// The header is believed only as far as refusing goes; what it promises is then decoded.
fn decode(file: impl BufRead + Seek, codec: Codec) -> Result<(u32, u32), LibraryError> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(file, codec);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| broken(&error))?;
    let (width, height) = decoder.dimensions();
    let too_many = LibraryError::TooManyPixels { width, height };
    let pixels = u64::from(width) * u64::from(height);
    if width > MAX_SIDE || height > MAX_SIDE || pixels > MAX_PIXELS || decoder.total_bytes() > MAX_MEMORY {
        return Err(too_many);
    }
    match image::DynamicImage::from_decoder(decoder) {
        Ok(_) if pixels == 0 => Err(LibraryError::Broken("it has no pixels".to_owned())),
        Ok(_) => Ok((width, height)),
        Err(ImageError::Limits(_)) => Err(too_many),
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &ImageError) -> LibraryError {
    match error {
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            // Decoders also report bad data as an I/O error; a disk that fails while reading looks the same, and is rarer.
            LibraryError::Broken(error.to_string())
        }
        ImageError::Unsupported(_) => LibraryError::Unsupported("this kind of picture is not supported"),
        other => LibraryError::Broken(other.to_string()),
    }
}

/// The decoder fills what is missing of a JPEG with grey. A whole one has its end mark after its last scan begins.
fn check_jpeg_end(bytes: &[u8]) -> Result<(), LibraryError> {
    let last = |mark: u8| bytes.windows(2).rposition(|pair| pair == [0xff, mark]);
    match (last(0xda), last(0xd9)) {
        (Some(scan), Some(end)) if end > scan => Ok(()),
        _ => Err(LibraryError::Broken("the file ends too early".to_owned())),
    }
}
