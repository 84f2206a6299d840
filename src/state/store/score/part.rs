//! A stretch of a score as one file: with it, and the files of its assets, the stretch can be painted anywhere.

use std::io::{self, Write};

use super::line::Head;
use super::replay::Replay;
use super::segment::{beginning, change_line};
use super::{ScoreError, Shelf, VERSION};
use crate::show::time::ShowTime;

/// What is to be cut out.
pub struct Part {
    replay: Replay,
    head: Head,
    to: ShowTime,
}

impl Part {
    /// Without `from` it begins with the newest stretch. It ends where what is known ends, at the latest.
    pub fn of(shelf: &Shelf, from: Option<ShowTime>, to: Option<ShowTime>) -> Result<Part, ScoreError> {
        let newest = shelf.stretches()?.last().copied().ok_or(ScoreError::Nothing)?;
        let (from, to) = (from.unwrap_or(newest.from), to.map_or(newest.to, |to| to.min(newest.to)));
        if from > to {
            return Err(ScoreError::NotCovered("the stretch would end before it begins".to_owned()));
        }
        let mut replay = Replay::of_shelf(shelf, from)?;
        replay.advance(from)?;
        let Head { epoch, .. } = *replay.head();
        let (seq, at) = (replay.seq(), replay.changed_at());
        let head = Head { marquee_score: VERSION, epoch, seq, at, from: Some(from), to: Some(to) };
        Ok(Part { replay, head, to })
    }
}

/// Line by line, as it is read. It ends at a gap, if there is one.
pub fn write_part(mut part: Part, out: &mut impl Write) -> io::Result<()> {
    out.write_all(&beginning(&part.head, part.replay.show())?)?;
    while let Some(change) = part.replay.step(part.to).map_err(io::Error::other)? {
        if !part.replay.gaps().is_empty() {
            break;
        }
        out.write_all(&change_line(&change)?)?;
    }
    out.flush()
}
