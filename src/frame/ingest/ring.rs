//! The newest pieces of a stream: from the newest key picture on, and a little before it for readers that are behind. However a
//! publisher behaves, it can not make the ring hold more than its bounds.

use std::collections::VecDeque;

use super::Piece;

/// Two seconds at 50 Mbit/s, thirteen at 10.
pub const MOST_BYTES: usize = 16 << 20;
/// Ten seconds of 60 pictures and 47 pieces of sound a second are 1,070.
pub const MOST_PIECES: usize = 2_048;
/// What lies before the newest key picture is kept for so long, in microseconds of the stream's own time.
const KEPT_US: i64 = 2_000_000;

#[derive(Default)]
pub(super) struct Ring {
    pieces: VecDeque<Piece>,
    /// The number of the first piece that is kept.
    first: u64,
    bytes: usize,
    newest_key: Option<u64>,
}

impl Ring {
    pub fn first(&self) -> u64 {
        self.first
    }

    fn end(&self) -> u64 {
        self.first + self.pieces.len() as u64
    }

    /// Where a new reader begins: at the newest key picture. If it is no longer here, at what comes next. A stream without pictures
    /// is joined where it stands.
    pub fn beginning(&self) -> u64 {
        self.newest_key.filter(|key| *key >= self.first).unwrap_or(self.end())
    }

    pub fn get(&self, number: u64) -> Option<&Piece> {
        self.pieces.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    pub fn push(&mut self, piece: Piece) {
        if piece.is_picture() && piece.key {
            self.newest_key = Some(self.end());
        }
        let now = piece.decoded_at;
        self.bytes += piece.data.len();
        self.pieces.push_back(piece);
        while self.bytes > MOST_BYTES || self.pieces.len() > MOST_PIECES || self.is_first_past(now) {
            let past = self.pieces.pop_front();
            self.bytes -= past.map_or(0, |piece| piece.data.len());
            self.first += 1;
        }
    }

    fn is_first_past(&self, now: i64) -> bool {
        let is_needed = self.newest_key.is_some_and(|key| key <= self.first);
        !is_needed && self.pieces.front().is_some_and(|first| now.saturating_sub(first.decoded_at) > KEPT_US)
    }

    #[cfg(test)]
    pub fn held(&self) -> (usize, usize) {
        (self.pieces.len(), self.bytes)
    }
}
