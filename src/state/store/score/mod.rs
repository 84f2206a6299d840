//! The score: what happened in the show, kept for as long as the settings say, so that any stretch of it can be painted again.
//!
//! It is a reader of the row of changes, beside the journal and never in its way: a thread (`keep`) appends what was published to
//! the newest segment. What is acknowledged is in the journal; after a crash the row begins with the journal's last minutes, and
//! the score goes on where it left off. `line` is the format, `segment` a file of it, `shelf` all of them, `replay` walks through
//! the show as it was. Secrets do not go into it, nor what is neither seen nor heard (`open`).

mod check;
pub mod keep;
mod line;
mod open;
mod part;
pub mod replay;
mod segment;
mod shelf;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

pub use check::{Checked, verify};
pub use part::{Part, write_part};
pub use shelf::{Shelf, Stretch};

use crate::base::quote::quoted;

/// Raise it when a line's meaning changes; keep reading the older ones.
pub const VERSION: u32 = 1;

#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    #[error("{path}: {error}")]
    Storage { path: PathBuf, error: io::Error },
    #[error("{path}, line {line}: {why}")]
    Damaged { path: PathBuf, line: usize, why: String },
    #[error("{path} was written by a newer marquee (format {found}, this one knows {VERSION})")]
    Newer { path: PathBuf, found: u32 },
    #[error("nothing of the show is kept: there is no score")]
    Nothing,
    #[error("the score does not reach so far: {0}")]
    NotCovered(String),
}

fn storage(path: &Path) -> impl Fn(io::Error) -> ScoreError + use<> {
    let path = path.to_owned();
    move |error| ScoreError::Storage { path: path.clone(), error }
}

/// Not in serde's words, which may quote what they met.
fn damaged(path: &Path, line: usize, error: &serde_json::Error) -> ScoreError {
    let why = match error.classify() {
        serde_json::error::Category::Data => format!("it does not say what it should, at column {}", error.column()),
        _ => format!("it is no JSON, at column {}", error.column()),
    };
    ScoreError::Damaged { path: path.to_owned(), line, why: quoted(&why) }
}
