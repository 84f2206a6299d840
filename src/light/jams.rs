//! Jams as zones show them: what is known of each when a frame is made.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::frame::jams::JamBoard;
use crate::show::jam::Jam;
use crate::show::jam::code::JamCode;
use crate::show::time::ShowTime;

pub struct Jams {
    board: Arc<JamBoard>,
    seen: BTreeMap<JamCode, Seen>,
}

/// One frame sees one jam, however many zones and times there are.
struct Seen {
    jam: Arc<Jam>,
    ahead_us: i64,
}

impl Jams {
    pub fn new(board: Arc<JamBoard>) -> Self {
        Self { board, seen: BTreeMap::new() }
    }

    /// Takes what is newest. Allocates, where a jam has come or gone.
    pub fn look(&mut self, wanted: impl Iterator<Item = JamCode>) {
        let board = &self.board;
        let mut any = false;
        for code in wanted {
            any = true;
            let Some(live) = board.get(code) else {
                self.seen.remove(&code);
                continue;
            };
            let (jam, at) = live.look(ShowTime(0));
            match self.seen.get_mut(&code) {
                Some(seen) => (seen.jam, seen.ahead_us) = (jam, at.micros()),
                None => drop(self.seen.insert(code, Seen { jam, ahead_us: at.micros() })),
            }
        }
        if !any {
            self.seen.clear();
        }
    }

    /// The jam, and what time it has there.
    pub fn get(&self, code: JamCode, at: ShowTime) -> Option<(&Jam, ShowTime)> {
        let seen = self.seen.get(&code)?;
        Some((&seen.jam, ShowTime(at.0.saturating_add(seen.ahead_us))))
    }
}
