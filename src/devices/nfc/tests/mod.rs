//! What the room tells, given what is seen.

mod presence;
mod run;

use super::event::{NfcEvent, ReaderEvent, ReaderName, TagEvent};
use crate::show::tag::TagId;

/// The tag that is called by a letter: `A` is 0A.
fn tag(letter: &str) -> TagId {
    format!("0{letter}").parse().unwrap()
}

fn reader(name: &str) -> ReaderName {
    ReaderName::new(name)
}

/// "1200 door present 0A"
fn plain(event: &NfcEvent) -> String {
    let (reader, millis) = (event.reader(), event.at().millis());
    match event {
        NfcEvent::Tag(TagEvent::Present { tag, .. }) => format!("{millis} {reader} present {tag}"),
        NfcEvent::Tag(TagEvent::Removed { tag, .. }) => format!("{millis} {reader} removed {tag}"),
        NfcEvent::Reader(ReaderEvent::Appeared { .. }) => format!("{millis} {reader} appeared"),
        NfcEvent::Reader(ReaderEvent::Gone { .. }) => format!("{millis} {reader} gone"),
    }
}
