//! Why nothing could be painted, or not all of it.

use std::io;
use std::path::{Path, PathBuf};

use crate::exchange::archive::ArchiveError;
use crate::gst::GstError;
use crate::jam::store::StoreError;
use crate::picture::darkroom::Stuck;
use crate::state::rejection::Rejection;
use crate::state::store::score::ScoreError;

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("{0} is there already; --overwrite replaces it")]
    InTheWay(PathBuf),
    #[error("{path}: {error}")]
    File { path: PathBuf, error: io::Error },
    #[error("{0} is neither a data directory, nor a .score file, nor an exported show, nor a recording of a jam (.jsonl)")]
    UnknownSource(PathBuf),
    #[error("{0} has a show, but no score: nothing of what happened in it was kept (the setting score_hours)")]
    NoScore(PathBuf),
    #[error("say which stretch: --seconds N for the last N seconds, or --from and --to; there is {0}")]
    NoStretch(String),
    #[error("that stretch is not all there; there is {0}")]
    NotCovered(String),
    #[error("the stretch has no frame in it")]
    Empty,
    #[error("what happened between {0} and {1} is not known: render what lies before, or after")]
    Gap(String, String),
    #[error("{0} is needed and not there; --assets says where assets lie")]
    MissingAsset(PathBuf),
    #[error(transparent)]
    Score(#[from] ScoreError),
    #[error(transparent)]
    Jam(#[from] StoreError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("the exported show can not be put on: {0}")]
    Rejected(#[from] Rejection),
    #[error(transparent)]
    Gst(#[from] GstError),
    #[error(transparent)]
    Stuck(#[from] Stuck),
}

impl RenderError {
    pub fn file(path: &Path) -> impl Fn(io::Error) -> RenderError + use<> {
        let path = path.to_owned();
        move |error| RenderError::File { path: path.clone(), error }
    }
}
