//! What is known of one reader of pcscd and of the card on it, and when that card is read.

use std::ffi::CStr;
use std::time::Duration;

use pcsc::State;

use super::super::event::ReaderName;
use super::super::reader::{Sighting, Unreadable};
use super::reading::Reading;
use crate::base::clock::Stopwatch;
use crate::show::tag::TagId;

/// Cards answer within a tenth of that. Others wait no longer for one that does not.
const LONGEST_READ: Duration = Duration::from_secs(2);
/// A card that comes into the field slowly is not read at once.
const READ_AGAIN: Duration = Duration::from_millis(250);
const MOST_READS: u32 = 8;
/// Another program may use a card for long.
const ASK_FOR_IT_AGAIN: Duration = Duration::from_secs(1);

pub struct Slot {
    pub reader: ReaderName,
    card: Card,
    /// Of an earlier card, perhaps: then its answer is of no use.
    reading: Option<Reading>,
}

/// What is known of the card of a reader.
enum Card {
    /// It was not looked yet.
    Unknown,
    None,
    /// It lies there since the reader counted so many changes.
    There {
        changes: u32,
        read: Read,
    },
}

enum Read {
    /// Its answer is awaited.
    Asked { attempt: u32 },
    /// It is asked again after a while.
    Later { since: Stopwatch, pause: Duration, attempt: u32 },
    /// It is known what it is, or that it can not be known.
    Done,
}

impl Slot {
    pub fn new(reader: ReaderName) -> Self {
        Self { reader, card: Card::Unknown, reading: None }
    }

    /// Takes what pcscd says of the reader, with how many changes it has counted.
    pub fn look(&mut self, state: State, changes: u32, seen: &mut Vec<Sighting>) {
        if state.intersects(State::UNKNOWN | State::UNAVAILABLE) {
            // the list of readers will say that it is gone
        } else if !state.contains(State::PRESENT) {
            if !matches!(self.card, Card::None) {
                seen.push(Sighting::Nothing(self.reader.clone()));
            }
            self.card = Card::None;
        } else if self.is_new(changes, seen) {
            let read = if state.contains(State::MUTE) {
                seen.push(Sighting::Unreadable(self.reader.clone(), Unreadable::Silent));
                Read::Done
            } else {
                Read::Later { since: Stopwatch::start(), pause: Duration::ZERO, attempt: 1 }
            };
            self.card = Card::There { changes, read };
        }
    }

    /// Whether the card that lies there has come since the last look. Others begin and end to use it, which changes nothing.
    fn is_new(&self, changes: u32, seen: &mut Vec<Sighting>) -> bool {
        match self.card {
            Card::None | Card::Unknown => true,
            Card::There { changes: before, .. } if before == changes => false,
            Card::There { .. } => {
                // it was taken away and put back in between
                seen.push(Sighting::Nothing(self.reader.clone()));
                true
            }
        }
    }

    /// In how long something is to be done.
    pub fn due(&self) -> Option<Duration> {
        match &self.card {
            Card::There { read: Read::Later { since, pause, .. }, .. } => {
                let left = pause.saturating_sub(since.elapsed());
                // not before the question about an earlier card is answered
                Some(if self.reading.is_some() { left.max(READ_AGAIN) } else { left })
            }
            Card::There { read: Read::Asked { .. }, .. } => Some(READ_AGAIN),
            _ => None,
        }
    }

    /// Reads the card, if it is time for that, and takes the answer.
    pub fn go_on(&mut self, name: &CStr, seen: &mut Vec<Sighting>) {
        let answer = self.reading.as_ref().and_then(|reading| reading.outcome(Duration::ZERO));
        if answer.is_some() {
            self.reading = None;
        }
        let Card::There { read, .. } = &mut self.card else { return };
        match (&*read, answer) {
            (Read::Asked { attempt }, Some(answer)) => *read = told(&self.reader, answer, *attempt, seen),
            (Read::Later { since, pause, attempt }, _) if self.reading.is_none() && since.elapsed() >= *pause => {
                let reading = Reading::begin(name);
                *read = match reading.outcome(LONGEST_READ) {
                    Some(answer) => told(&self.reader, answer, *attempt, seen),
                    None => {
                        seen.push(Sighting::Unreadable(self.reader.clone(), Unreadable::Silent));
                        self.reading = Some(reading);
                        Read::Asked { attempt: *attempt }
                    }
                };
            }
            _ => (),
        }
    }
}

/// What is seen with an answer, and whether it is asked again.
fn told(reader: &ReaderName, answer: Result<TagId, Unreadable>, attempt: u32, seen: &mut Vec<Sighting>) -> Read {
    let again = match &answer {
        Err(Unreadable::InUse) => Some(ASK_FOR_IT_AGAIN),
        Err(why) if why.may_pass() && attempt < MOST_READS => Some(READ_AGAIN),
        _ => None,
    };
    seen.push(match answer {
        Ok(tag) => Sighting::Tag(reader.clone(), tag),
        Err(why) => Sighting::Unreadable(reader.clone(), why),
    });
    match again {
        Some(pause) => Read::Later { since: Stopwatch::start(), pause, attempt: attempt.saturating_add(1) },
        None => Read::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::nfc::apdu::ApduError;

    /// What is seen when pcscd tells this, and whether the card is going to be read.
    fn look(slot: &mut Slot, state: State, changes: u32) -> (usize, bool) {
        let mut seen = Vec::new();
        slot.look(state, changes, &mut seen);
        assert!(seen.iter().all(|sighting| matches!(sighting, Sighting::Nothing(_) | Sighting::Unreadable(..))));
        (seen.len(), slot.due() == Some(Duration::ZERO))
    }

    #[test]
    fn a_card_that_was_taken_away_and_put_back_between_two_looks_is_read_again() {
        let mut slot = Slot::new(ReaderName::new("door"));
        assert_eq!(look(&mut slot, State::EMPTY, 0), (1, false));
        assert_eq!(look(&mut slot, State::PRESENT, 1), (0, true));
        slot.card = Card::There { changes: 1, read: Read::Done };
        // somebody uses it, which is nothing new
        assert_eq!(look(&mut slot, State::PRESENT | State::INUSE, 1), (0, false));
        assert_eq!(look(&mut slot, State::PRESENT, 3), (1, true));
        assert_eq!(look(&mut slot, State::EMPTY, 4), (1, false));
        assert_eq!(look(&mut slot, State::EMPTY, 6), (0, false));
    }

    #[test]
    fn a_card_that_pcscd_can_not_wake_is_not_asked() {
        let mut slot = Slot::new(ReaderName::new("door"));
        assert_eq!(look(&mut slot, State::PRESENT | State::MUTE, 1), (1, false));
        assert_eq!(look(&mut slot, State::PRESENT | State::MUTE, 1), (0, false));
        assert_eq!(look(&mut slot, State::PRESENT, 3), (1, true));
    }

    #[track_caller]
    fn check_again(answer: Result<TagId, Unreadable>, attempt: u32, is_asked_again: bool) {
        let mut seen = Vec::new();
        let read = told(&ReaderName::new("door"), answer, attempt, &mut seen);
        assert_eq!((seen.len(), matches!(read, Read::Later { .. })), (1, is_asked_again));
    }

    #[test]
    fn a_card_is_asked_again_if_that_may_help_and_not_for_ever() {
        check_again(Ok(TagId::from_uid(&[4, 5, 6, 7]).unwrap()), 1, false);
        check_again(Err(Unreadable::Moved), 1, true);
        check_again(Err(Unreadable::Answer(ApduError::Truncated)), 1, true);
        check_again(Err(Unreadable::Moved), MOST_READS, false);
        check_again(Err(Unreadable::Answer(ApduError::Refused(0x6a81))), 1, false);
        check_again(Err(Unreadable::InUse), u32::MAX, true);
    }
}
