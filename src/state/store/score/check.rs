//! `marquee check`: whether every stretch of a score can be read, and leads to where the next file says that it does.

use super::replay::Replay;
use super::{ScoreError, Shelf};
use crate::show::time::ShowTime;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub files: usize,
    pub changes: u64,
    pub stretches: usize,
}

pub fn verify(shelf: &Shelf) -> Result<Checked, ScoreError> {
    let segments = shelf.segments()?;
    let mut checked = Checked { files: segments.len(), changes: 0, stretches: shelf.stretches()?.len() };
    let mut before: Option<Replay> = None;
    for segment in &segments {
        let mut replay = Replay::of_file(&segment.path)?;
        if let Some(before) = before.filter(|before| before.head().epoch == segment.head.epoch)
            && before.seq() == segment.head.seq
            && before.show() != replay.show()
        {
            let why = "the show at its beginning is not what the file before it leads to".to_owned();
            return Err(ScoreError::Damaged { path: segment.path.clone(), line: 2, why });
        }
        replay.advance(ShowTime(i64::MAX))?;
        checked.changes += replay.seq().0 - segment.head.seq.0;
        before = Some(replay);
    }
    Ok(checked)
}
