//! Whether a picture can be shown: by its size, as its header says, and by decoding it once.

use std::io::{BufRead, Cursor, Seek};

use image::{ImageDecoder, ImageError, ImageFormat as Codec, ImageReader, Limits};

use super::check::Found;
use super::error::LibraryError;
use crate::base::quote::quoted;
use crate::media::animation;
use crate::show::asset::{AssetKind, Format};

const MAX_SIDE: u32 = 8_192;
const MAX_PIXELS: u64 = 64_000_000;
/// 64 million pixels of 8 bits and four channels, and what a decoder needs besides. Pictures of 16 bits get half the pixels.
const MAX_MEMORY: u64 = 320 * 1024 * 1024;

/// Of the pictures of an animation, so many are decoded to see whether they can be; the rest is looked through only.
const TRIED_PIXELS: u64 = 64_000_000;

pub(super) fn check_file(mut file: impl BufRead + Seek, format: Format) -> Result<Found, LibraryError> {
    let codec = match format {
        Format::Jpeg => Codec::Jpeg,
        Format::Webp => Codec::WebP,
        Format::Gif => Codec::Gif,
        _ => Codec::Png,
    };
    let Decoded { width, height, has_alpha } = decode(&mut file, codec)?;
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    if format == Format::Jpeg {
        check_jpeg_end(&bytes)?;
    }
    let animation = animation::survey(format, &bytes)?;
    if let Some(animation) = &animation {
        animation.check_size(width, height)?;
        try_frames(format, &bytes, u64::from(width) * u64::from(height))?;
    }
    let (animated, duration_ms) = (animation.is_some(), animation.map(|animation| animation.duration_ms()));
    Ok(Found { width, height, has_alpha, animated, duration_ms, ..Found::of(AssetKind::Image, format) })
}

fn try_frames(format: Format, bytes: &[u8], pixels: u64) -> Result<(), LibraryError> {
    let most = (TRIED_PIXELS / pixels.max(1)).clamp(2, animation::MOST_FRAMES as u64) as usize;
    let frames = animation::frames(format, Cursor::new(bytes)).map_err(|error| broken(&error))?;
    frames.take(most).try_for_each(|frame| frame.map(drop).map_err(|error| broken(&error)))
}

struct Decoded {
    width: u32,
    height: u32,
    has_alpha: bool,
}

/// The header is believed only as far as refusing goes; what it promises is then decoded.
fn decode(file: impl BufRead + Seek, codec: Codec) -> Result<Decoded, LibraryError> {
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
    let has_alpha = decoder.color_type().has_alpha();
    match image::DynamicImage::from_decoder(decoder) {
        Ok(_) if pixels == 0 => Err(LibraryError::Broken("it has no pixels".to_owned())),
        Ok(_) => Ok(Decoded { width, height, has_alpha }),
        Err(ImageError::Limits(_)) => Err(too_many),
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &ImageError) -> LibraryError {
    match error {
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            // Decoders also report bad data as an I/O error; a disk that fails while reading looks the same, and is rarer.
            LibraryError::Broken(quoted(&error.to_string()))
        }
        ImageError::Unsupported(_) => LibraryError::Unsupported("this kind of picture is not supported"),
        other => LibraryError::Broken(quoted(&other.to_string())),
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
