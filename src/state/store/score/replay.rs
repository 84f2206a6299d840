//! Walks through a score: the show as it was, forward in time.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::line::{ChangeLine, Head};
use super::segment::Lines;
use super::{ScoreError, Shelf};
use crate::show::Show;
use crate::show::time::ShowTime;
use crate::state::Seq;
use crate::state::event::evolve;

pub struct Replay {
    lines: Lines,
    head: Head,
    show: Arc<Show>,
    seq: Seq,
    changed_at: ShowTime,
    next: Option<ChangeLine>,
    /// Files that come after this one.
    rest: VecDeque<PathBuf>,
    gaps: Vec<(ShowTime, ShowTime)>,
}

impl Replay {
    /// From the file that covers `from` on.
    pub fn of_shelf(shelf: &Shelf, from: ShowTime) -> Result<Replay, ScoreError> {
        let segments = shelf.segments()?;
        let first = segments.first().ok_or(ScoreError::Nothing)?;
        let index = segments.iter().rposition(|segment| segment.head.at <= from).ok_or_else(|| {
            ScoreError::NotCovered(format!("it begins {:.1} s later", first.head.at.since(from).as_secs_f64()))
        })?;
        let mut paths: VecDeque<PathBuf> = segments.into_iter().skip(index).map(|segment| segment.path).collect();
        let first = paths.pop_front().ok_or(ScoreError::Nothing)?;
        Self::begin(&first, paths)
    }

    /// A file of its own, such as one that was downloaded.
    pub fn of_file(path: &Path) -> Result<Replay, ScoreError> {
        Self::begin(path, VecDeque::new())
    }

    fn begin(path: &Path, rest: VecDeque<PathBuf>) -> Result<Replay, ScoreError> {
        let mut lines = Lines::open(path)?;
        let head = lines.head()?;
        let show = lines.key_frame()?;
        let next = lines.change()?;
        let (seq, changed_at) = (head.seq, head.at);
        Ok(Replay { lines, head, show, seq, changed_at, next, rest, gaps: Vec::new() })
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    pub fn show(&self) -> &Arc<Show> {
        &self.show
    }

    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// When the newest change was that has happened by now. It never runs backwards, whatever a clock did.
    pub fn changed_at(&self) -> ShowTime {
        self.changed_at
    }

    /// Stretches in which nobody knows what happened, so far.
    pub fn gaps(&self) -> &[(ShowTime, ShowTime)] {
        &self.gaps
    }

    /// Lets the next change happen if it has by `until`; says which it was.
    pub fn step(&mut self, until: ShowTime) -> Result<Option<ChangeLine>, ScoreError> {
        if self.next.is_none() && !self.turn_page(until)? {
            return Ok(None);
        }
        let Some(change) = self.next.take_if(|change| change.at <= until) else { return Ok(None) };
        if change.seq.0 != self.seq.0 + 1 {
            return Err(self.lines.wrong(&format!("change {} is missing", self.seq.0 + 1)));
        }
        let mut show = Show::clone(&self.show);
        change.events.iter().for_each(|event| evolve(&mut show, event));
        (self.show, self.seq, self.changed_at) = (Arc::new(show), change.seq, self.changed_at.max(change.at));
        self.next = self.lines.change()?;
        Ok(Some(change))
    }

    /// All that has happened by then.
    pub fn advance(&mut self, until: ShowTime) -> Result<(), ScoreError> {
        while self.step(until)?.is_some() {}
        self.lines.check(&self.show)
    }

    /// To the next file, unless it begins later. Says whether there is a change to look at.
    fn turn_page(&mut self, until: ShowTime) -> Result<bool, ScoreError> {
        while self.next.is_none() {
            // More may have been written since.
            self.next = self.lines.change()?;
            if self.next.is_some() {
                break;
            }
            let Some(path) = self.rest.front() else { return Ok(false) };
            let mut lines = Lines::open(path)?;
            let head = lines.head()?;
            if head.epoch == self.head.epoch && head.seq == self.seq {
                lines.key_frame()?;
            } else if head.at > until {
                return Ok(false);
            } else {
                self.gaps.push((self.changed_at, head.at));
                (self.show, self.seq, self.changed_at) = (lines.key_frame()?, head.seq, self.changed_at.max(head.at));
            }
            (self.head, self.lines) = (head, lines);
            self.rest.pop_front();
        }
        Ok(true)
    }
}
