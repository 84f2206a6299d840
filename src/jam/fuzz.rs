//! Fuzz target: what comes from those who play, as bytes and as texts, and what lies in logs.

use std::sync::Arc;

use super::decide::{Given, admit, decide};
use super::evolve::evolve;
use super::store::{entries_of, frame};
use super::wire::frame::{Down, Place, Up};
use super::wire::text;
use crate::show::jam::code::JamCode;
use crate::show::jam::event::{Entry, JamEvent};
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::pattern::PATTERNS;
use crate::show::jam::played::each_strike;
use crate::show::jam::{Jam, MOST_NOTES, MOST_PARTICIPANTS};
use crate::show::time::ShowTime;

const NOW: i64 = 1_700_000_000_000;
const AUTHOR: ParticipantId = ParticipantId(1);

/// A jam with one in it, and what happened in it.
struct Played {
    jam: Jam,
    entries: Vec<Entry>,
}

impl Played {
    fn new() -> Self {
        let jam = Jam::new(JamCode::of(1), "fuzzed".to_owned(), NOW);
        let joined = admit(&jam, "Ada", None, NOW).expect("there is room");
        let mut played = Self { jam, entries: Vec::new() };
        played.happen(joined);
        played
    }

    fn happen(&mut self, event: JamEvent) {
        let seq = self.entries.len() as u64 + 1;
        let entry = Entry { seq, at: NOW + seq as i64 * 7, by: AUTHOR, op: seq as u32, event };
        evolve(&mut self.jam, &entry);
        self.entries.push(entry);
    }

    fn ask(&mut self, up: Up) {
        let Up::Asks { asks, .. } = up else { return };
        for ask in asks {
            let now = NOW + self.entries.len() as i64 * 7;
            if let Ok(Some(event)) = decide(&self.jam, &ask, Given { by: AUTHOR, now, lead_ms: 100 }) {
                self.happen(event);
            }
        }
    }

    /// However it was asked for, it is a jam, and what was written of it leads to the same one.
    fn check(&self) {
        check_bounds(&self.jam);
        let read = entries_of(&frame(NOW, &self.entries), NOW).expect("what was written can be read");
        assert_eq!(read, self.entries);
        let text = serde_json::to_string(&self.jam).expect("JSON");
        assert_eq!(serde_json::from_str::<Jam>(&text).expect("a jam"), self.jam);
    }
}

fn check_bounds(jam: &Jam) {
    assert!(jam.notes.len() <= MOST_NOTES && jam.participants.len() <= MOST_PARTICIPANTS);
    assert!(jam.patterns.len() <= 2 * usize::from(PATTERNS));
    for from in [i64::MIN, 0, NOW * 1_000, i64::MAX - 1_000_000] {
        let mut strikes = 0;
        each_strike(jam, ShowTime(from), ShowTime(from.saturating_add(100_000)), &mut |_| strikes += 1);
        assert!(strikes < 200_000, "{strikes}");
    }
}

/// The first byte says what the others are.
pub fn jam_frames(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 4 {
        0 => {
            let mut played = Played::new();
            // Several frames, as they come: each with its length before it.
            let mut rest = bytes;
            while let Some((length, more)) = rest.split_first() {
                let (one, after) = more.split_at(usize::from(*length).min(more.len()));
                if let Ok(up) = Up::read(one) {
                    assert_eq!(Up::read(&up.bytes()), if up == Up::Unknown { Up::read(&[]) } else { Ok(up.clone()) });
                    played.ask(up);
                }
                rest = after;
            }
            played.check();
        }
        1 => {
            let mut played = Played::new();
            text::read(bytes).unwrap_or_default().into_iter().for_each(|up| played.ask(up));
            played.check();
        }
        2 => {
            let mut place = Place::after_whole(3, NOW);
            let _ = Down::read(bytes, &mut place);
        }
        _ => {
            // Whatever a log brings, nothing grows without bound.
            let mut jam = Arc::new(Jam::new(JamCode::of(2), "log".to_owned(), NOW));
            entries_of(bytes, NOW).unwrap_or_default().iter().for_each(|entry| evolve(Arc::make_mut(&mut jam), entry));
            check_bounds(&jam);
        }
    }
}
