//! A packet, and what became of it.

use std::net::IpAddr;

use super::contest::{Verdict, Who};
use super::tally::Tally;

#[derive(Clone, Copy)]
pub struct Packet<'a> {
    pub from: IpAddr,
    pub now: i64,
    pub bytes: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There is a new frame.
    Frame,
    /// It is part of a frame to come, or somebody's who is outranked.
    Kept,
    /// The sender is done: nothing is to be shown any more.
    Ended,
    /// Somebody who may send wants to know something.
    Asked(Question),
    /// It is for others, or about something else.
    Elsewhere,
    /// Its sender may not send.
    Refused,
    /// Too many came.
    Dropped,
    Malformed,
    OutOfOrder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Art-Net: who is there?
    Poll,
    /// DDP: what are you, and how do you do?
    Status,
}

impl Packet<'_> {
    /// The sender, where a protocol does not name it.
    pub fn who(&self) -> Who {
        match self.from.to_canonical() {
            IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            IpAddr::V6(address) => address.octets(),
        }
    }
}

/// Nothing to be said if a packet counts.
pub fn unless_heard(verdict: Verdict, tally: &Tally) -> Option<Taken> {
    match verdict {
        Verdict::Heard { missing } => {
            tally.lost(missing);
            None
        }
        Verdict::Outranked { missing } => {
            tally.lost(missing);
            Some(Taken::Kept)
        }
        Verdict::Late => Some(Taken::OutOfOrder),
        Verdict::Crowded => Some(Taken::Dropped),
    }
}
