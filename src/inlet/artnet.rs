//! Art-Net: universes make a frame together, or wait for a packet that shows all of them. Of several senders the latest counts.

use super::SECOND;
use super::canvas::Canvas;
use super::contest::Who;
use super::order;
use super::taken::{Packet, Question, Taken, unless_heard};
use super::tally::Tally;
use super::universes::Universes;
use crate::show::light::feed::LightFeed;
use crate::wire::artnet::{self, Decoded, Dmx};

/// Senders may send only what has changed, and everything every four seconds.
const PATIENCE: i64 = 10 * SECOND;
/// Without another synchronisation for so long, packets are shown as they come.
const SYNCHRONOUS: i64 = 4 * SECOND;
const ID: &[u8] = b"Art-Net\0";
/// Poll, pixels and synchronisation.
const READ: [[u8; 2]; 3] = [[0x00, 0x20], [0x00, 0x50], [0x00, 0x52]];

pub struct Artnet {
    universes: Universes,
    /// Who sent pixels last: nobody else may synchronise them.
    sender: Option<Who>,
    synchronized: Option<i64>,
}

impl Artnet {
    pub fn new(feed: &LightFeed, first: u16, count: u16) -> Self {
        let universes = Universes::new(feed, first, count, &order::ARTNET, PATIENCE);
        Self { universes, sender: None, synchronized: None }
    }

    pub fn take(&mut self, packet: Packet<'_>, canvas: &mut Canvas, tally: &Tally) -> Taken {
        if is_about_something_else(packet.bytes) {
            return Taken::Elsewhere;
        }
        match artnet::decode(packet.bytes) {
            Some(Decoded::Dmx(dmx)) => self.dmx(&dmx, packet, canvas, tally),
            Some(Decoded::Sync) => self.sync(packet, canvas),
            Some(Decoded::Poll) => Taken::Asked(Question::Poll),
            Some(Decoded::PollReply(_)) => Taken::Elsewhere,
            None => Taken::Malformed,
        }
    }

    fn dmx(&mut self, dmx: &Dmx<'_>, packet: Packet<'_>, canvas: &mut Canvas, tally: &Tally) -> Taken {
        let synchronous = self.is_synchronous(packet.now);
        let Some((index, contest)) = self.universes.find(dmx.address) else { return Taken::Elsewhere };
        let verdict = contest.hear(packet.who(), dmx.sequence, packet.now);
        if let Some(taken) = unless_heard(verdict, tally) {
            return taken;
        }
        self.sender = Some(packet.who());
        if synchronous {
            self.universes.hold(index, dmx.data, packet.now, canvas);
            return Taken::Kept;
        }
        if self.universes.add(index, dmx.data, packet.now, canvas) { Taken::Frame } else { Taken::Kept }
    }

    /// Two senders at once can not be synchronised.
    fn sync(&mut self, packet: Packet<'_>, canvas: &mut Canvas) -> Taken {
        let shared = self.universes.contests().any(|contest| contest.senders(packet.now) > 1);
        if self.sender != Some(packet.who()) || shared {
            return Taken::Elsewhere;
        }
        self.synchronized = Some(packet.now);
        if !self.universes.waits() {
            return Taken::Kept;
        }
        self.universes.show(canvas);
        Taken::Frame
    }

    fn is_synchronous(&self, now: i64) -> bool {
        self.synchronized.is_some_and(|at| now.saturating_sub(at) < SYNCHRONOUS)
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub fn room(&self) -> usize {
        self.universes.room()
    }

    pub fn waits(&self) -> bool {
        self.universes.waits()
    }

    pub fn tend(&mut self, now: i64, canvas: &mut Canvas) -> bool {
        !self.is_synchronous(now) && self.universes.tend(now, canvas)
    }
}

/// Time, triggers, names, what others answered: that is known to be there, and not read.
fn is_about_something_else(packet: &[u8]) -> bool {
    let code = packet.strip_prefix(ID).and_then(<[u8]>::first_chunk::<2>);
    code.is_some_and(|code| !READ.contains(code))
}
