//! What was decided and not yet taken. Whoever listens may be busy for a while; the thread that watches the reader never waits for it.
//!
//! Events wait here in order, and are offered again until there is room. When too many wait, what is undone by a later one goes: a tap
//! from beginning to end, or a reader that came and went. So what is told stays true, in turn, and ends with how things are; and taps
//! that nobody will hear of are counted.

use std::collections::VecDeque;

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use super::event::NfcEvent;
use super::reader::MOST_READERS;

/// Without pairs that undo each other a reader has at most four: tag removed, reader gone, reader back, tag present.
pub const MOST_WAITING: usize = 4 * MOST_READERS;

pub struct Outbox {
    out: Sender<NfcEvent>,
    waiting: VecDeque<NfcEvent>,
    missed_taps: u64,
}

impl Outbox {
    pub fn new(out: Sender<NfcEvent>) -> Self {
        Self { out, waiting: VecDeque::new(), missed_taps: 0 }
    }

    /// Gives as many as there is room for.
    pub fn send(&mut self, events: &mut Vec<NfcEvent>) {
        for event in events.drain(..) {
            self.waiting.push_back(event);
            self.offer();
            if self.waiting.len() > MOST_WAITING {
                self.make_room();
            }
        }
        self.offer();
    }

    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Taps that were so short, and the listener so busy, that they were not told.
    pub fn missed_taps(&self) -> u64 {
        self.missed_taps
    }

    fn offer(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            match self.out.try_send(event) {
                // with nobody there to listen there is nobody to miss it
                Ok(()) | Err(TrySendError::Closed(_)) => (),
                Err(TrySendError::Full(event)) => return self.waiting.push_front(event),
            }
        }
    }

    fn make_room(&mut self) {
        let Some((first, second)) = self.pair() else { return };
        self.waiting.remove(second);
        let undone = self.waiting.remove(first);
        if let Some(NfcEvent::Tag(_)) = undone {
            self.missed_taps += 1;
            tracing::warn!(
                missed_taps = self.missed_taps,
                "a tap on a card reader is not told: whoever listens is too busy"
            );
        }
    }

    /// The oldest two of one reader that undo each other.
    fn pair(&self) -> Option<(usize, usize)> {
        self.waiting.iter().enumerate().find_map(|(first, event)| {
            let (second, later) =
                self.waiting.iter().enumerate().skip(first + 1).find(|(_, later)| later.reader() == event.reader())?;
            event.is_undone_by(later).then_some((first, second))
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::devices::nfc::event::{ReaderEvent, ReaderName, TagEvent};
    use crate::show::tag::TagId;
    use crate::show::time::ShowTime;

    fn tag(number: i64) -> TagId {
        TagId::from_uid(&number.to_be_bytes()).unwrap()
    }

    /// A tap of the tag `number` on `reader`.
    fn tap(reader: &ReaderName, number: i64) -> [NfcEvent; 2] {
        let (tag, at) = (tag(number), ShowTime(number));
        [
            NfcEvent::Tag(TagEvent::Present { reader: reader.clone(), tag, at }),
            NfcEvent::Tag(TagEvent::Removed { reader: reader.clone(), tag, at }),
        ]
    }

    fn taken(listener: &mut mpsc::Receiver<NfcEvent>) -> Vec<NfcEvent> {
        std::iter::from_fn(|| listener.try_recv().ok()).collect()
    }

    #[test]
    fn what_had_no_room_is_told_later_and_in_order() {
        let (out, mut listener) = mpsc::channel(1);
        let mut outbox = Outbox::new(out);
        let reader = ReaderName::new("door");
        let all: Vec<_> = (0..20).flat_map(|number| tap(&reader, number)).collect();
        outbox.send(&mut all.clone());
        let mut told = Vec::new();
        while told.len() < all.len() {
            let some = taken(&mut listener);
            assert!(!some.is_empty());
            told.extend(some);
            outbox.send(&mut Vec::new());
        }
        assert_eq!(told, all);
        assert!(!outbox.is_waiting());
        assert_eq!(outbox.missed_taps(), 0);
    }

    #[test]
    fn a_listener_that_sleeps_for_long_learns_how_things_are_and_missed_taps_are_counted() {
        let (out, mut listener) = mpsc::channel(1);
        let mut outbox = Outbox::new(out);
        let reader = ReaderName::new("door");
        let mut all: Vec<_> = (0..1_000).flat_map(|number| tap(&reader, number)).collect();
        let last = all.pop().unwrap();
        outbox.send(&mut all);
        assert!(outbox.waiting.len() <= MOST_WAITING);
        let mut told = Vec::new();
        while outbox.is_waiting() || !listener.is_empty() {
            told.extend(taken(&mut listener));
            outbox.send(&mut Vec::new());
        }
        assert!(matches!(told.last(), Some(NfcEvent::Tag(TagEvent::Present { tag: present, .. })) if *present == tag(999)));
        assert_eq!(u64::try_from(told.len()).unwrap(), 1_999 - 2 * outbox.missed_taps());
        let is_in_turn = |pair: &[NfcEvent]| pair[0].is_undone_by(&pair[1]) || pair[1].is_undone_by(&last);
        assert!(told.windows(2).all(is_in_turn), "{told:?}");
    }

    #[test]
    fn readers_that_come_and_go_under_other_names_do_not_fill_the_memory() {
        let (out, listener) = mpsc::channel(1);
        let mut outbox = Outbox::new(out);
        for number in 0..1_000 {
            let reader = ReaderName::new(&format!("reader {number}"));
            let at = ShowTime(number);
            let [present, removed] = tap(&reader, number);
            let appeared = NfcEvent::Reader(ReaderEvent::Appeared { reader: reader.clone(), at });
            outbox.send(&mut vec![appeared, present, removed, NfcEvent::Reader(ReaderEvent::Gone { reader, at })]);
            assert!(outbox.waiting.len() <= MOST_WAITING);
        }
        assert_eq!(listener.len(), 1);
    }

    #[test]
    fn without_a_listener_nothing_waits() {
        let (out, listener) = mpsc::channel(1);
        drop(listener);
        let mut outbox = Outbox::new(out);
        outbox.send(&mut tap(&ReaderName::new("door"), 1).to_vec());
        assert!(!outbox.is_waiting());
    }
}
