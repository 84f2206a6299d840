//! Fuzz targets: what cards and chips answer, and sightings in any order at any time.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc;

use super::apdu::uid_of;
use super::event::{NfcEvent, ReaderEvent, ReaderName, TagEvent};
use super::outbox::Outbox;
use super::pn532::chip::card_in;
use super::pn532::frame::{Frame, decode, encode};
use super::presence::{Graces, Presence};
use super::reader::{MOST_READERS, Sighting, Unreadable};
use crate::show::tag::TagId;
use crate::show::time::ShowTime;

/// An answer of a card, which is also tried as a tag's id that somebody has written.
pub fn apdu_answer(bytes: &[u8]) {
    match uid_of(bytes) {
        Ok(tag) => {
            assert_eq!([tag.uid(), &[0x90, 0x00]].concat(), bytes);
            check_tag(tag);
        }
        Err(error) => assert!(!error.code().is_empty() && error.to_string().len() < 200),
    }
    if let Ok(Ok(tag)) = std::str::from_utf8(bytes).map(str::parse::<TagId>) {
        check_tag(tag);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(!ReaderName::new(text).as_str().contains(char::is_control));
    }
}

fn check_tag(tag: TagId) {
    let text = tag.to_string();
    assert_eq!(text.parse(), Ok(tag));
    assert_eq!(text.len(), 2 * tag.uid().len());
    assert!((2..=32).contains(&text.len()) && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F')));
}

/// Bytes of a serial line.
pub fn pn532_bytes(bytes: &[u8]) {
    let mut rest = bytes;
    loop {
        let (done, frame) = decode(rest);
        assert!(done <= rest.len());
        match frame {
            Some(frame) => {
                assert!(done > 0, "it goes on");
                if let Frame::Answer([_, answer @ ..]) = frame
                    && let Some(Some(tag)) = card_in(answer)
                {
                    check_tag(tag);
                }
            }
            None => {
                assert!(rest.len() - done < 300, "what is no frame is not kept");
                break;
            }
        }
        rest = rest.get(done..).unwrap_or_default();
    }
    if let Some(frame) = encode(bytes) {
        assert_eq!(frame.len(), bytes.len() + 8);
        assert_eq!(frame.iter().skip(5).fold(0_u8, |sum, byte| sum.wrapping_add(*byte)), 0, "its sum is right");
    }
}

/// Three bytes for each sighting: what it is, of which reader and tag, and by how many of 20 ms it comes later. A clock that goes
/// back is among them. Whoever listens takes some now and then.
pub fn tag_sightings(bytes: &[u8]) {
    let graces = Graces { wobble: Duration::from_millis(1_000), outage: Duration::from_millis(2_500) };
    let (mut presence, mut now) = (Presence::new(graces), ShowTime(0));
    let (out, mut listener) = mpsc::channel(4);
    let mut outbox = Outbox::new(out);
    let (mut decided, mut heard) = (Told::default(), Told::default());
    let (chunks, _) = bytes.as_chunks::<3>();
    for [what, whose, later] in chunks {
        let mut events = Vec::new();
        now = ShowTime(now.0 + (i64::from(*later) - 8) * 20_000);
        act(&mut presence, *what, *whose, now, &mut events);
        events.iter().for_each(|event| decided.take(event));
        decided.check(&presence);
        outbox.send(&mut events);
        if what & 0x30 == 0 {
            heard.take_all(&mut listener);
        }
    }
    while outbox.is_waiting() || !listener.is_empty() {
        heard.take_all(&mut listener);
        outbox.send(&mut Vec::new());
    }
    assert_eq!(heard.readers, decided.readers, "whoever listens knows in the end how things are");
    assert_eq!(heard.taps + outbox.missed_taps(), decided.taps, "what was not told is counted");
}

fn act(presence: &mut Presence, what: u8, whose: u8, now: ShowTime, events: &mut Vec<NfcEvent>) {
    // more than there may be
    let reader = ReaderName::new(&format!("reader {}", whose >> 3));
    let sighting = match what & 0x0f {
        0 => Sighting::Appeared(reader),
        1 => Sighting::Gone(reader),
        2..=4 => Sighting::Nothing(reader),
        5 => Sighting::Unreadable(reader, Unreadable::Moved),
        6 => return presence.lose_sight(now, events),
        7 => return presence.tend(now, events),
        _ => match TagId::from_uid(&[whose & 0x03]) {
            Ok(tag) => Sighting::Tag(reader, tag),
            Err(_) => return,
        },
    };
    presence.see(&sighting, now, events);
}

/// What somebody knows who has heard all that was told.
#[derive(Default)]
struct Told {
    readers: BTreeMap<ReaderName, Option<TagId>>,
    latest: Option<ShowTime>,
    taps: u64,
}

impl Told {
    fn take_all(&mut self, listener: &mut mpsc::Receiver<NfcEvent>) {
        while let Ok(event) = listener.try_recv() {
            self.take(&event);
        }
    }

    fn take(&mut self, event: &NfcEvent) {
        assert!(self.latest <= Some(event.at()), "times run backwards");
        self.latest = Some(event.at());
        let known = self.readers.get(event.reader()).copied();
        match event {
            NfcEvent::Reader(ReaderEvent::Appeared { reader, .. }) => {
                assert_eq!(known, None, "it is there already");
                self.readers.insert(reader.clone(), None);
            }
            NfcEvent::Reader(ReaderEvent::Gone { reader, .. }) => {
                assert_eq!(known, Some(None), "its tag is removed before");
                self.readers.remove(reader);
            }
            NfcEvent::Tag(TagEvent::Present { reader, tag, .. }) => {
                assert_eq!(known, Some(None), "one tag at a time");
                self.readers.insert(reader.clone(), Some(*tag));
                self.taps += 1;
            }
            NfcEvent::Tag(TagEvent::Removed { reader, tag, .. }) => {
                assert_eq!(known, Some(Some(*tag)), "only what is present is removed");
                self.readers.insert(reader.clone(), None);
            }
        }
    }

    fn check(&self, presence: &Presence) {
        let shown: BTreeMap<_, _> = presence.readers().map(|(reader, tag)| (reader.clone(), tag)).collect();
        assert_eq!(shown, self.readers, "what is told is what is shown");
        assert!(self.readers.len() <= MOST_READERS);
        assert!(presence.due().is_none_or(|due| Some(due) > self.latest), "nothing that is due waits");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some_bytes(random: &mut fastrand::Rng, most: usize) -> Vec<u8> {
        let length = random.usize(..=most);
        std::iter::repeat_with(|| random.u8(..)).take(length).collect()
    }

    #[test]
    fn no_answer_of_a_card_makes_it_fail() {
        let mut random = fastrand::Rng::with_seed(1);
        let seeds: [&[u8]; 5] =
            [&[4, 161, 178, 195, 0x90, 0], &[4, 1, 2, 3, 4, 5, 6, 0x90, 0], &[0x6a, 0x81], b"04:a1:b2:c3", &[]];
        for _ in 0..5_000 {
            let mut bytes = seeds[random.usize(..seeds.len())].to_vec();
            for _ in 0..random.usize(..4) {
                let at = random.usize(..=bytes.len());
                bytes.splice(at..bytes.len().min(at + random.usize(..3)), some_bytes(&mut random, 20));
            }
            apdu_answer(&bytes);
        }
    }

    #[test]
    fn no_bytes_of_a_serial_line_make_it_fail() {
        let mut random = fastrand::Rng::with_seed(3);
        let found = [0, 0, 0xff, 0x0c, 0xf4, 0xd5, 0x4b, 1, 1, 0, 4, 8, 4, 4, 1, 2, 3, 0xc4, 0];
        assert!(matches!(decode(&found), (18, Some(Frame::Answer(_)))));
        for _ in 0..5_000 {
            let mut bytes =
                [some_bytes(&mut random, 5), found.to_vec(), vec![0, 0, 0xff, 0, 0xff, 0], found.to_vec()].concat();
            for _ in 0..random.usize(..5) {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(..);
            }
            pn532_bytes(&bytes);
            pn532_bytes(&some_bytes(&mut random, 600));
        }
    }

    #[test]
    fn no_sightings_make_presence_tell_what_can_not_be() {
        let mut random = fastrand::Rng::with_seed(2);
        for _ in 0..2_000 {
            tag_sightings(&some_bytes(&mut random, 600));
        }
    }
}
