//! Which tags are present, made of what is seen: a machine without a clock, a thread or a lock.
//!
//! A card that is held by hand wobbles at the edge of the field: it is lost and found again several times a second. So one that is
//! not seen is still taken to be there for a grace, and one that comes back within it never was away. There is one grace and no second
//! time for debouncing: were a removal told before the time in which the same tag counts as the same presence, it could not be taken
//! back. Another tag on the same reader ends the grace at once, because then the first is surely away.
//!
//! A daemon that is restarted (an update of its package does that) loses sight of all cards for a moment, and nobody wants the music
//! to begin anew for that. While it is away nothing is known, so what was there is taken to be there for a longer grace.

use std::collections::BTreeMap;
use std::time::Duration;

use super::event::{NfcEvent, ReaderEvent, ReaderName, TagEvent};
use super::reader::{MOST_READERS, Sighting};
use crate::show::tag::TagId;
use crate::show::time::ShowTime;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Graces {
    /// How long a tag may be out of sight and was never away. What players of this kind have; a shorter one splits the tap of a child.
    pub wobble: Duration,
    /// The same while nothing can be seen at all. pcscd is back after one or two seconds if it is started again, and then needs to
    /// find its readers.
    pub outage: Duration,
}

impl Default for Graces {
    fn default() -> Self {
        Self { wobble: Duration::from_secs(1), outage: Duration::from_secs(5) }
    }
}

pub struct Presence {
    graces: Graces,
    readers: BTreeMap<ReaderName, Place>,
    /// Times that are told do not run backwards, whatever is given.
    latest: ShowTime,
}

/// A reader, as it was told.
#[derive(Default)]
struct Place {
    tag: Option<TagId>,
    /// From when on the tag is away, unless it is seen before.
    tag_until: Option<ShowTime>,
    /// From when on the reader is gone, unless it is seen before.
    reader_until: Option<ShowTime>,
}

impl Presence {
    pub fn new(graces: Graces) -> Self {
        Self { graces, readers: BTreeMap::new(), latest: ShowTime(i64::MIN) }
    }

    /// What follows from something that was seen at `at`.
    pub fn see(&mut self, sighting: &Sighting, at: ShowTime, events: &mut Vec<NfcEvent>) {
        self.tend(at, events);
        match sighting {
            Sighting::Appeared(reader) => {
                self.place(reader, events);
            }
            Sighting::Gone(reader) => self.remove(reader, events),
            Sighting::Tag(reader, tag) => self.put(reader, *tag, events),
            // a card that is only half in the field can not be read, either
            Sighting::Nothing(reader) | Sighting::Unreadable(reader, _) => self.lift(reader, events),
        }
    }

    /// From now on nothing is seen at all.
    pub fn lose_sight(&mut self, at: ShowTime, events: &mut Vec<NfcEvent>) {
        self.tend(at, events);
        let until = self.latest.plus(self.graces.outage);
        for place in self.readers.values_mut() {
            place.reader_until.get_or_insert(until);
            if place.tag.is_some() {
                place.tag_until.get_or_insert(until);
            }
        }
    }

    /// What follows from the time alone.
    pub fn tend(&mut self, now: ShowTime, events: &mut Vec<NfcEvent>) {
        self.latest = self.latest.max(now);
        let at = self.latest;
        let is_over = |until: Option<ShowTime>| until.is_some_and(|until| until <= at);
        for (reader, place) in &mut self.readers {
            if is_over(place.tag_until) || is_over(place.reader_until) {
                clear(reader, place, at, events);
            }
        }
        let gone = |_: &ReaderName, place: &mut Place| is_over(place.reader_until);
        for (reader, _) in self.readers.extract_if(.., gone) {
            events.push(NfcEvent::Reader(ReaderEvent::Gone { reader, at }));
        }
    }

    /// When `tend` has something to do, if nothing is seen before.
    pub fn due(&self) -> Option<ShowTime> {
        self.readers.values().flat_map(|place| [place.tag_until, place.reader_until]).flatten().min()
    }

    /// All readers that are there, and what lies on them.
    pub fn readers(&self) -> impl Iterator<Item = (&ReaderName, Option<TagId>)> {
        self.readers.iter().map(|(reader, place)| (reader, place.tag))
    }

    /// None if there are too many already.
    fn place(&mut self, reader: &ReaderName, events: &mut Vec<NfcEvent>) -> Option<&mut Place> {
        if !self.readers.contains_key(reader) {
            if self.readers.len() >= MOST_READERS {
                return None;
            }
            events.push(NfcEvent::Reader(ReaderEvent::Appeared { reader: reader.clone(), at: self.latest }));
        }
        let place = self.readers.entry(reader.clone()).or_default();
        place.reader_until = None;
        Some(place)
    }

    fn put(&mut self, reader: &ReaderName, tag: TagId, events: &mut Vec<NfcEvent>) {
        let at = self.latest;
        let Some(place) = self.place(reader, events) else { return };
        place.tag_until = None;
        if place.tag == Some(tag) {
            return;
        }
        clear(reader, place, at, events);
        place.tag = Some(tag);
        events.push(NfcEvent::Tag(TagEvent::Present { reader: reader.clone(), tag, at }));
    }

    /// A grace that has begun goes on: seeing nothing twice makes it no longer, and after an outage it takes a reader time to find
    /// its card.
    fn lift(&mut self, reader: &ReaderName, events: &mut Vec<NfcEvent>) {
        let until = self.latest.plus(self.graces.wobble);
        let Some(place) = self.place(reader, events) else { return };
        if place.tag.is_some() {
            place.tag_until.get_or_insert(until);
        }
    }

    fn remove(&mut self, reader: &ReaderName, events: &mut Vec<NfcEvent>) {
        let at = self.latest;
        let Some(mut place) = self.readers.remove(reader) else { return };
        clear(reader, &mut place, at, events);
        events.push(NfcEvent::Reader(ReaderEvent::Gone { reader: reader.clone(), at }));
    }
}

fn clear(reader: &ReaderName, place: &mut Place, at: ShowTime, events: &mut Vec<NfcEvent>) {
    place.tag_until = None;
    if let Some(tag) = place.tag.take() {
        events.push(NfcEvent::Tag(TagEvent::Removed { reader: reader.clone(), tag, at }));
    }
}
