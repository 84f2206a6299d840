//! Videos and sound are opened and played until the first picture and the first sound are there: what can not be played is better
//! refused now than on air.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::check::Found;
use super::error::LibraryError;
use super::work::Work;
use crate::base::clock::Stopwatch;
use crate::base::quote::quoted;
use crate::gst::decode::{Decoder, Origin, Said};
use crate::show::asset::{AssetKind, Format};

/// Opening a file on disk takes some tenths of a second; one that makes GStreamer search for more is not healthy.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the decoder is looked at, if it does not call before.
const NAP: Duration = Duration::from_millis(20);
/// Formats without a table of what is in them: a transport stream's parts, and everybody's length, show while they are read.
const SHOWN_WHILE_READ: [Format; 3] = [Format::Mpegts, Format::Aac, Format::Mp3];
const SHOWING: Duration = Duration::from_millis(1_500);
/// Parts of an MP4 at its top level. Fragmented recordings have two for each second.
const MOST_PARTS: usize = 100_000;
/// Files that are being opened, or that GStreamer does not let go of.
const MOST_AT_WORK: usize = 16;

static AT_WORK: AtomicUsize = AtomicUsize::new(0);

pub fn probe(path: &Path, format: Format) -> Result<Found, LibraryError> {
    if matches!(format, Format::Mp4 | Format::Mov) {
        check_whole(&mut File::open(path)?)?;
    }
    let busy = || LibraryError::SlowMedia("files before it are still being opened");
    let work = Work::begin(&AT_WORK, MOST_AT_WORK).ok_or_else(busy)?;
    let (tell, told) = sync_channel(1);
    let path = path.to_owned();
    // Opening and closing can hang inside GStreamer, and nobody should wait for that.
    std::thread::Builder::new().name("probe".to_owned()).spawn(move || {
        let _work = work;
        let mut probing = None;
        tell.send(look_into(&path, format, &mut probing)).ok();
    })?;
    told.recv_timeout(PATIENCE * 2).unwrap_or(Err(LibraryError::SlowMedia("it can not be opened")))
}

/// The decoder is left where the caller can close it after the answer is out.
fn look_into(path: &Path, format: Format, kept: &mut Option<Probing>) -> Result<Found, LibraryError> {
    let thread = std::thread::current();
    let decoder = Decoder::open(&Origin::File(path.to_owned()), None, Arc::new(move || thread.unpark()))
        .map_err(|error| of_gstreamer(&error.to_string()))?;
    let found = Found::of(AssetKind::Sound, format);
    let probing = kept.insert(Probing {
        decoder,
        format,
        found,
        is_ready: false,
        may_show_more: format == Format::Mpegts,
        was_heard: false,
    });
    let watch = Stopwatch::start();
    while watch.elapsed() < PATIENCE {
        if let Some(found) = probing.step()? {
            return Ok(found);
        }
        probing.may_show_more = SHOWN_WHILE_READ.contains(&format) && watch.elapsed() < SHOWING;
        std::thread::park_timeout(NAP);
    }
    let why = if probing.is_ready { "nothing came out of it within 5 s" } else { "it could not be opened within 5 s" };
    Err(LibraryError::SlowMedia(why))
}

struct Probing {
    decoder: Decoder,
    format: Format,
    found: Found,
    is_ready: bool,
    may_show_more: bool,
    was_heard: bool,
}

impl Probing {
    /// What was found, as soon as all of it is.
    fn step(&mut self) -> Result<Option<Found>, LibraryError> {
        while let Some(said) = self.decoder.said() {
            match said {
                Said::Failed(why) => return Err(of_gstreamer(&why)),
                Said::Ready if !self.is_ready => self.begin()?,
                Said::Ready | Said::ReadAll => {}
                // What had come by then was in the sinks already.
                Said::Ended => return self.look(true),
            }
        }
        if self.is_ready { self.look(false) } else { Ok(None) }
    }

    fn begin(&mut self) -> Result<(), LibraryError> {
        self.is_ready = true;
        if !self.decoder.has_video() && !self.decoder.has_sound() {
            return Err(LibraryError::UnplayableMedia("there is neither picture nor sound in it".to_owned()));
        }
        self.decoder.play().map_err(|error| of_gstreamer(&error.to_string()))
    }

    fn look(&mut self, has_ended: bool) -> Result<Option<Found>, LibraryError> {
        // The picture on a record's cover is not what the record is about.
        let wants_video = self.decoder.has_video() && self.format.can_be(AssetKind::Video);
        let mut samples = Vec::new();
        let has_come = if wants_video {
            while let Some(picture) = self.decoder.picture() {
                (self.found.width, self.found.height) = picture.frame.shown_size();
                self.found.has_alpha = picture.frame.alpha().is_some();
                self.found.kind = AssetKind::Video;
            }
            self.found.kind == AssetKind::Video
        } else {
            while self.decoder.sound(&mut samples).is_some() {
                samples.clear();
                self.was_heard = true;
            }
            while self.decoder.picture().is_some() {}
            self.was_heard
        };
        if wants_video {
            // Nobody plays its sound here, and the demuxer must not wait for that.
            while self.decoder.sound(&mut samples).is_some() {
                samples.clear();
            }
        }
        self.found.duration_ms = self.decoder.length().map(|micros| micros.unsigned_abs().div_ceil(1_000));
        let is_known = self.found.duration_ms.is_some() && (wants_video || self.format != Format::Mpegts);
        let is_all = is_known || !self.may_show_more;
        match (has_come, has_ended) {
            (true, ended) if ended || is_all => Ok(Some(self.found.clone())),
            (false, true) => Err(LibraryError::BrokenMedia("there is neither picture nor sound in it".to_owned())),
            _ => Ok(None),
        }
    }
}

/// GStreamer's own words tell a damaged file from one that it has no decoder for.
fn of_gstreamer(why: &str) -> LibraryError {
    let why = quoted(why);
    let is_missing =
        ["missing a plug-in", "No decoder", "no suitable plugins", "lacks"].iter().any(|said| why.contains(said));
    if is_missing { LibraryError::UnplayableMedia(why) } else { LibraryError::BrokenMedia(why) }
}

/// The parts of an MP4 say how long they are, so one that was cut off is known without playing it to its end.
fn check_whole(file: &mut (impl Read + Seek)) -> Result<(), LibraryError> {
    let cut = || LibraryError::BrokenMedia("the file ends too early".to_owned());
    let length = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    for _ in 0..MOST_PARTS {
        if at == length {
            return Ok(());
        }
        let mut head = [0; 16];
        file.seek(SeekFrom::Start(at))?;
        let wanted = usize::try_from((length - at).min(16)).unwrap_or(16);
        if wanted < 8 {
            return Err(cut());
        }
        file.read_exact(&mut head[..wanted])?;
        let short = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        let size = match short {
            // The last part may leave it open.
            0 => return Ok(()),
            1 => u64::from_be_bytes([head[8], head[9], head[10], head[11], head[12], head[13], head[14], head[15]]),
            short => short,
        };
        if size < 8 || size > length - at {
            return Err(cut());
        }
        at += size;
    }
    Err(LibraryError::BrokenMedia("it is in too many parts".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_cut_mp4_is_known_by_its_parts() {
        let part = |size: u32, length: usize| [&size.to_be_bytes()[..], b"free", &vec![0; length - 8]].concat();
        let whole = [part(16, 16), part(0x20, 0x20)].concat();
        assert_eq!(check_whole(&mut Cursor::new(&whole)), Ok(()));
        for kept in [1, 7, 15, 17, 30, 47] {
            assert!(check_whole(&mut Cursor::new(&whole[..kept])).is_err(), "{kept} bytes");
        }
        for lie in [part(3, 16), part(17, 16), part(1, 16)] {
            assert!(check_whole(&mut Cursor::new(&lie)).is_err());
        }
        assert_eq!(check_whole(&mut Cursor::new(part(0, 16))), Ok(()));
    }
}
