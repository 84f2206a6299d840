//! What a file is, and whether it can be shown, played or used: by its content, and by using it once. Its name and what the
//! uploader calls its type do not matter.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::error::LibraryError;
use super::{drawing_check, image_check, probe};
use crate::media::cube::{self, Cube};
use crate::media::font;
use crate::media::kind::{HEAD, sniff};
use crate::show::asset::{AssetKind, Format};

/// What is known of a file that was found good.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub kind: AssetKind,
    pub format: Format,
    pub width: u32,
    pub height: u32,
    pub duration_ms: Option<u64>,
    pub has_alpha: bool,
    pub animated: bool,
    pub families: Vec<String>,
}

impl Found {
    pub fn of(kind: AssetKind, format: Format) -> Found {
        let (duration_ms, families) = (None, Vec::new());
        Found { kind, format, width: 0, height: 0, duration_ms, has_alpha: false, animated: false, families }
    }
}

/// What is large because it is long; everything else is small.
pub fn is_long(format: Option<Format>) -> bool {
    format.is_some_and(|format| format.can_be(AssetKind::Video) || format.can_be(AssetKind::Sound))
}

pub fn check(path: &Path) -> Result<Found, LibraryError> {
    let mut start = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut start)?;
    let format = sniff(&start).ok_or(LibraryError::UnknownFormat(if start.is_empty() {
        "the file is empty"
    } else {
        "the file is no picture, drawing, video, sound, font or colour table that is known here"
    }))?;
    match format {
        Format::Png | Format::Jpeg | Format::Webp | Format::Gif => {
            image_check::check_file(BufReader::new(File::open(path)?), format)
        }
        Format::Svg => drawing_check::check(&std::fs::read(path)?),
        Format::Ttf | Format::Otf | Format::Ttc => {
            let families = font::families(&read(path, font::LARGEST_FILE)?)?;
            Ok(Found { families, ..Found::of(AssetKind::Font, format) })
        }
        Format::Cube => {
            let bytes = read(path, cube::LARGEST_FILE)?;
            let text = str::from_utf8(&bytes).map_err(|_| LibraryError::UnknownFormat("the file is not UTF-8"))?;
            Cube::parse(text)?;
            Ok(Found::of(AssetKind::Lut, format))
        }
        _ => probe::probe(path, format),
    }
}

/// An upload is bounded as it comes; what comes from elsewhere is here.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, LibraryError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most { Err(LibraryError::TooLarge { limit: most as u64 }) } else { Ok(bytes) }
}
