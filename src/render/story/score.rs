//! A show as its score tells it.

use std::path::{Path, PathBuf};

use super::{Span, Story};
use crate::render::error::RenderError;
use crate::render::when::told;
use crate::show::time::ShowTime;
use crate::show::timeline::Timeline;
use crate::state::ahead::{self, Ahead};
use crate::state::store::directory::DataDirectory;
use crate::state::store::score::replay::Replay;
use crate::state::store::score::{ScoreError, Shelf};

pub struct Kept {
    source: Source,
    span: Span,
    assets: PathBuf,
    replay: Option<Replay>,
    timeline: Timeline,
    /// When the show does something by itself next.
    wake_at: Option<ShowTime>,
}

enum Source {
    Shelf(Shelf),
    File(PathBuf),
}

impl Kept {
    /// Beside a server that runs, or one that does not.
    pub fn of_directory(directory: &Path, assets: PathBuf) -> Result<Kept, RenderError> {
        let shelf = DataDirectory::score_in(directory);
        let stretches = shelf.stretches()?;
        let Some((first, last)) = stretches.first().zip(stretches.last()) else {
            return Err(match DataDirectory::holds_journal(directory) {
                true => RenderError::NoScore(directory.to_owned()),
                false => RenderError::UnknownSource(directory.to_owned()),
            });
        };
        let span = Span { from: first.from, to: last.to, latest: last.to, counts_from_its_end: true };
        Ok(Kept::new(Source::Shelf(shelf), span, assets))
    }

    pub fn of_file(path: &Path, assets: PathBuf) -> Result<Kept, RenderError> {
        let replay = Replay::of_file(path)?;
        let head = replay.head();
        let from = head.from.unwrap_or(head.at);
        let to = match head.to {
            Some(to) => to,
            // A file out of a data directory does not say.
            None => last_change(replay)?,
        };
        let span = Span { from, to, latest: to, counts_from_its_end: false };
        Ok(Kept::new(Source::File(path.to_owned()), span, assets))
    }

    fn new(source: Source, span: Span, assets: PathBuf) -> Kept {
        Kept { source, span, assets, replay: None, timeline: Timeline::default(), wake_at: None }
    }
}

fn last_change(mut replay: Replay) -> Result<ShowTime, ScoreError> {
    replay.advance(ShowTime(i64::MAX))?;
    Ok(replay.changed_at())
}

impl Story for Kept {
    fn span(&self) -> Span {
        self.span
    }

    fn begin(&mut self, from: ShowTime) -> Result<(), RenderError> {
        let mut replay = match &self.source {
            Source::Shelf(shelf) => Replay::of_shelf(shelf, from)?,
            Source::File(path) => Replay::of_file(path)?,
        };
        replay.advance(from)?;
        let Ahead { timeline, wake_at } = ahead::look(replay.show(), replay.changed_at(), from);
        (self.timeline, self.wake_at, self.replay) = (timeline, wake_at, Some(replay));
        Ok(())
    }

    fn at(&mut self, at: ShowTime) -> Result<&Timeline, RenderError> {
        let replay = self.replay.as_mut().ok_or(ScoreError::Nothing)?;
        let before = replay.seq();
        while replay.step(at)?.is_some() {}
        if let [(from, to), ..] = replay.gaps() {
            return Err(RenderError::Gap(told(*from), told(*to)));
        }
        if replay.seq() != before || self.wake_at.is_some_and(|wake_at| wake_at <= at) {
            let Ahead { timeline, wake_at } = ahead::look(replay.show(), replay.changed_at(), at);
            (self.timeline, self.wake_at) = (timeline, wake_at);
        }
        Ok(&self.timeline)
    }

    fn assets_dir(&self) -> &Path {
        &self.assets
    }
}
