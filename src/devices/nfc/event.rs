//! What is told of readers and tags: facts. What a tap means is decided elsewhere.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::quote::quoted;
use crate::show::tag::TagId;
use crate::show::time::ShowTime;

/// What people call a reader, as its driver made it: plain, in one line, and short.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ReaderName(Arc<str>);

/// What pcscd allows itself.
const LONGEST_NAME: usize = 128;

impl ReaderName {
    pub fn new(text: &str) -> Self {
        let text = quoted(text);
        Self(text[..text.floor_char_boundary(LONGEST_NAME)].into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a reader is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReaderKind {
    /// Served by pcscd.
    Pcsc,
    /// A chip on a serial port.
    Pn532,
    /// There is none: somebody says what lies on it.
    Simulated,
}

impl ReaderKind {
    pub fn label(self) -> &'static str {
        match self {
            ReaderKind::Pcsc => "pcsc",
            ReaderKind::Pn532 => "pn532",
            ReaderKind::Simulated => "simulated",
        }
    }
}

/// For each reader: it appears, then tags are present and removed in turn, then it is gone. Times never run backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NfcEvent {
    Tag(TagEvent),
    Reader(ReaderEvent),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagEvent {
    Present {
        reader: ReaderName,
        tag: TagId,
        at: ShowTime,
    },
    /// `at` is when it was sure that the tag is away, and not when it was last seen.
    Removed {
        reader: ReaderName,
        tag: TagId,
        at: ShowTime,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReaderEvent {
    Appeared { reader: ReaderName, at: ShowTime },
    Gone { reader: ReaderName, at: ShowTime },
}

impl NfcEvent {
    pub fn reader(&self) -> &ReaderName {
        match self {
            NfcEvent::Tag(TagEvent::Present { reader, .. } | TagEvent::Removed { reader, .. })
            | NfcEvent::Reader(ReaderEvent::Appeared { reader, .. } | ReaderEvent::Gone { reader, .. }) => reader,
        }
    }

    pub fn at(&self) -> ShowTime {
        match self {
            NfcEvent::Tag(TagEvent::Present { at, .. } | TagEvent::Removed { at, .. })
            | NfcEvent::Reader(ReaderEvent::Appeared { at, .. } | ReaderEvent::Gone { at, .. }) => *at,
        }
    }

    /// Whether `later`, being the next of the same reader, undoes this one. The tag is the same then: another one can only be
    /// present after this one was removed.
    pub fn is_undone_by(&self, later: &NfcEvent) -> bool {
        matches!(
            (self, later),
            (NfcEvent::Tag(TagEvent::Present { .. }), NfcEvent::Tag(TagEvent::Removed { .. }))
                | (NfcEvent::Reader(ReaderEvent::Appeared { .. }), NfcEvent::Reader(ReaderEvent::Gone { .. }))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_do_not_steer_a_terminal() {
        assert_eq!(ReaderName::new("ACS ACR122U 00 00").as_str(), "ACS ACR122U 00 00");
        assert_eq!(ReaderName::new("a\u{1b}[2J\nb").as_str(), "a\u{fffd}[2J\u{fffd}b");
        assert!(ReaderName::new(&"ä".repeat(1_000)).as_str().len() <= LONGEST_NAME);
    }
}
