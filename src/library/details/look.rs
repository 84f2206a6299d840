//! One file, looked into: on a thread that nobody waits for longer than it makes progress, because decoders can hang.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use serde_json::json;
use tokio::sync::oneshot;

use super::board::Stage;
use crate::base::quote::quoted;
use crate::gst::survey::{About, Pulse, SurveyError, Surveyed, Wave, still, survey};
use crate::library::thumbnail::{SIDE, jpeg};
use crate::library::work::Work;
use crate::media::kind::sniff;
use crate::media::small::{Small, small, small_of};
use crate::show::asset::{Asset, AssetKind, Format};
use crate::show::media::{Details, MAX_TAG};

/// Files that nobody got out of any more.
const MOST_STUCK: usize = 4;
/// Drawings are read and painted by calling themselves.
const STACK: usize = 32 << 20;

static AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// What is found, before any of it is kept.
#[derive(Default)]
pub(super) struct Looked {
    pub details: Details,
    /// A JPEG.
    pub thumbnail: Option<Vec<u8>>,
    /// JSON.
    pub waveform: Option<Vec<u8>>,
    /// The file of a picture that was in it.
    pub cover: Option<Vec<u8>>,
}

impl Looked {
    pub(super) fn trouble(why: &str) -> Looked {
        Looked { details: Details { trouble: Some(brief(why)), ..Details::default() }, ..Looked::default() }
    }
}

/// How far it is.
#[derive(Clone, Default)]
pub(super) struct Look {
    pub pulse: Pulse,
    stage: Arc<AtomicU8>,
}

/// None, if it was told to stop.
pub(super) type Answer = oneshot::Receiver<Option<Looked>>;

impl Look {
    pub(super) fn stage(&self) -> Stage {
        Stage::of(self.stage.load(Ordering::Relaxed))
    }

    fn enter(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
    }

    /// None where too many hang already.
    pub(super) fn begin(&self, path: PathBuf, asset: Arc<Asset>) -> Option<Answer> {
        let work = Work::begin(&AT_WORK, MOST_STUCK)?;
        let (answer, answered) = oneshot::channel();
        let look = self.clone();
        let thread = std::thread::Builder::new().name("look".to_owned()).stack_size(STACK);
        let begun = thread.spawn(move || {
            let _work = work;
            let looked = look.at(&path, &asset);
            // Nobody listens any more if it took too long.
            let _ = answer.send(looked);
        });
        begun.ok().map(|_| answered)
    }

    fn at(&self, path: &Path, asset: &Asset) -> Option<Looked> {
        match asset.kind {
            AssetKind::Image => Some(self.image(path, asset.format)),
            AssetKind::Video => self.played(path, About::Video),
            AssetKind::Sound => self.played(path, About::Sound),
            // Nothing is looked for in these.
            AssetKind::Font | AssetKind::Lut => Some(Looked::default()),
        }
    }

    fn image(&self, path: &Path, format: Format) -> Looked {
        self.enter(Stage::Thumbnail);
        match small(path, format, SIDE, 1).and_then(thumbnail_of) {
            Ok(thumbnail) => Looked { thumbnail: Some(thumbnail), ..Looked::default() },
            Err(why) => Looked::trouble(&why),
        }
    }

    fn played(&self, path: &Path, about: About) -> Option<Looked> {
        self.enter(Stage::Reading);
        let surveyed = match survey(path, about, &self.pulse) {
            Ok(surveyed) => surveyed,
            Err(SurveyError::Stopped) => return None,
            Err(error) => return Some(Looked::trouble(&error.to_string())),
        };
        self.enter(Stage::Thumbnail);
        let thumbnail = match about {
            About::Video => self.still(path, surveyed.length_us),
            About::Sound => surveyed.tags.cover.as_deref().and_then(of_cover),
        };
        self.enter(Stage::Storing);
        Some(told(surveyed, thumbnail))
    }

    fn still(&self, path: &Path, length_us: u64) -> Option<Vec<u8>> {
        let still = still(path, length_us, SIDE, &self.pulse);
        let still = still.inspect_err(|error| tracing::debug!(%error, "a video has no thumbnail: {error}")).ok()?;
        jpeg(still.width, still.height, &still.rgba).ok()
    }
}

fn told(surveyed: Surveyed, thumbnail: Option<Vec<u8>>) -> Looked {
    let Surveyed { length_us, codecs, tags, wave, trouble } = surveyed;
    let waveform = wave.map(|wave| waveform(&wave, length_us));
    let details = Details {
        length_us: Some(length_us),
        codecs,
        title: tags.title,
        artist: tags.artist,
        album: tags.album,
        track: tags.track,
        genre: tags.genre,
        year: tags.year,
        trouble: trouble.as_deref().map(brief),
        ..Details::default()
    };
    Looked { details, thumbnail, waveform, cover: tags.cover.filter(|cover| picture_format(cover).is_some()) }
}

fn waveform(wave: &Wave, length_us: u64) -> Vec<u8> {
    let told = json!({ "length_ms": length_us.div_ceil(1_000), "peaks": wave.peaks, "rms": wave.rms });
    told.to_string().into_bytes()
}

/// Of a file within a file: only kinds that are read without running through drawings or videos.
pub(super) fn picture_format(bytes: &[u8]) -> Option<Format> {
    sniff(bytes).filter(|format| matches!(format, Format::Png | Format::Jpeg | Format::Webp | Format::Gif))
}

fn of_cover(bytes: &[u8]) -> Option<Vec<u8>> {
    let small = picture_format(bytes).map(|_| small_of(bytes, SIDE))?;
    small.and_then(thumbnail_of).ok()
}

fn thumbnail_of(small: Small) -> Result<Vec<u8>, String> {
    let (rgba, _) = small.frames.first().ok_or("there is no picture in it")?;
    jpeg(small.width, small.height, rgba)
}

fn brief(why: &str) -> String {
    quoted(why).chars().take(MAX_TAG).collect()
}
