//! What the show is at an instant, from whatever it was kept in.

mod archive;
mod jam;
mod score;

use std::path::Path;
use std::sync::Arc;

use super::error::RenderError;
use super::request::Request;
use super::when::told;
use crate::frame::jams::JamBoard;
use crate::show::time::ShowTime;
use crate::show::timeline::Timeline;
use crate::state::store::directory::DataDirectory;

/// Asked forward in time only.
pub trait Story {
    fn span(&self) -> Span;

    /// Makes it ready for what comes from there on; asked before anything else, and again where it is to be read anew.
    fn begin(&mut self, from: ShowTime) -> Result<(), RenderError>;

    /// The show at `at`, and as it is about to be.
    fn at(&mut self, at: ShowTime) -> Result<&Timeline, RenderError>;

    fn assets_dir(&self) -> &Path;

    /// The jams that are seen and heard, as of the time that was asked for last.
    fn jams(&self) -> Arc<JamBoard> {
        Arc::default()
    }
}

/// The time that a story tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: ShowTime,
    pub to: ShowTime,
    /// What is told after its end is what would have been, had nothing happened.
    pub latest: ShowTime,
    /// It goes on while it is read: so many seconds are its last.
    pub counts_from_its_end: bool,
}

impl Span {
    pub fn words(&self) -> String {
        match self.to > self.from {
            true => format!("{} to {}", told(self.from), told(self.to)),
            false => format!("what stands from {} on", told(self.from)),
        }
    }
}

/// The only place that knows which source is read how.
pub fn open(request: &Request) -> Result<Box<dyn Story>, RenderError> {
    let source = &request.source;
    if source.is_dir() {
        let assets = request.assets.clone().unwrap_or_else(|| DataDirectory::assets_in(source));
        return Ok(Box::new(score::Kept::of_directory(source, assets)?));
    }
    match source.extension().and_then(|extension| extension.to_str()) {
        Some("score") => {
            let beside = source.parent().unwrap_or(Path::new("")).join("assets");
            Ok(Box::new(score::Kept::of_file(source, request.assets.clone().unwrap_or(beside))?))
        }
        Some("jsonl") => Ok(Box::new(jam::Played::open(source, request.size, request.fps)?)),
        Some("tar") => Ok(Box::new(archive::Exported::open(source)?)),
        _ if source.exists() => Err(RenderError::UnknownSource(source.clone())),
        _ => Err(RenderError::file(source)(std::io::ErrorKind::NotFound.into())),
    }
}
