//! sACN: of several senders of a universe the one with the highest priority counts, and frames wait for synchronisation if
//! their sender says so.

use super::SECOND;
use super::canvas::Canvas;
use super::contest::Who;
use super::order::{self, Order, Step};
use super::taken::{Packet, Taken, unless_heard};
use super::tally::Tally;
use super::universes::Universes;
use crate::show::light::feed::LightFeed;
use crate::wire::sacn::{self, Data, Decoded};

/// A sender, or its synchronisation, is lost after so long.
const PATIENCE: i64 = 5 * SECOND / 2;

pub struct Sacn {
    universes: Universes,
    /// One for each universe.
    waiting: Vec<Waiting>,
    /// What waits, each universe at its place; there is room as soon as something does.
    held: Vec<u8>,
    /// Where synchronisation was last said to come.
    pub sync_universe: Option<u16>,
}

/// How a universe is synchronised.
#[derive(Clone, Copy, Default)]
struct Waiting {
    /// Who says when to show it, and on which universe.
    by: Option<(Who, u16)>,
    /// When that was, or when it began to wait.
    since: i64,
    order: Order,
    /// Slots that wait.
    held: usize,
}

impl Sacn {
    pub fn new(feed: &LightFeed, first: u16, count: u16) -> Self {
        Self {
            universes: Universes::new(feed, first, count, &order::SACN, PATIENCE),
            waiting: vec![Waiting::default(); count.into()],
            held: Vec::new(),
            sync_universe: None,
        }
    }

    pub fn take(&mut self, packet: Packet<'_>, canvas: &mut Canvas, tally: &Tally) -> Taken {
        match sacn::decode(packet.bytes) {
            Some(Decoded::Data(data)) => self.data(&data, packet.now, canvas, tally),
            Some(Decoded::Sync { cid, sequence, universe }) => self.sync((cid, universe), sequence, packet.now, canvas),
            None if is_extended(packet.bytes) => Taken::Elsewhere,
            None => Taken::Malformed,
        }
    }

    fn data(&mut self, data: &Data<'_>, now: i64, canvas: &mut Canvas, tally: &Tally) -> Taken {
        let Some((index, contest)) = self.universes.find(data.universe) else { return Taken::Elsewhere };
        if data.preview || data.start_code != 0 {
            return Taken::Elsewhere;
        }
        let verdict = contest.rank(data.cid, data.priority, data.sequence, now);
        let taken = unless_heard(verdict, tally);
        if data.terminated && taken != Some(Taken::OutOfOrder) {
            return self.leave(index, data, now);
        }
        if let Some(taken) = taken {
            return taken;
        }
        if self.is_to_wait(index, data, now) {
            self.hold(index, data);
            return Taken::Kept;
        }
        if self.universes.add(index, data.data, now, canvas) { Taken::Frame } else { Taken::Kept }
    }

    fn leave(&mut self, index: usize, data: &Data<'_>, now: i64) -> Taken {
        if let Some((_, contest)) = self.universes.find(data.universe) {
            contest.leave(data.cid);
        }
        if let Some(waiting) = self.waiting.get_mut(index).filter(|waiting| waiting.by.is_some_and(|by| by.0 == data.cid)) {
            *waiting = Waiting::default();
        }
        let nobody = self.universes.contests().all(|contest| contest.senders(now) == 0);
        if nobody { Taken::Ended } else { Taken::Kept }
    }

    /// Whoever is not synchronised any more, or may go on without it, is shown at once; what waited is old then.
    fn is_to_wait(&mut self, index: usize, data: &Data<'_>, now: i64) -> bool {
        let Some(waiting) = self.waiting.get_mut(index) else { return false };
        if data.sync_universe == 0 {
            *waiting = Waiting::default();
            return false;
        }
        let by = Some((data.cid, data.sync_universe));
        if waiting.by != by {
            *waiting = Waiting { by, since: now, ..Waiting::default() };
        }
        let on_its_own = data.force_sync && now.saturating_sub(waiting.since) > PATIENCE;
        if on_its_own {
            waiting.held = 0;
        }
        !on_its_own
    }

    fn hold(&mut self, index: usize, data: &Data<'_>) {
        let slots = self.universes.slots;
        self.held.resize(self.waiting.len() * slots, 0);
        self.sync_universe = Some(data.sync_universe);
        let Some(place) = self.held.chunks_mut(slots.max(1)).nth(index) else { return };
        let Some(waiting) = self.waiting.get_mut(index) else { return };
        waiting.held = data.data.len().min(place.len());
        for (slot, byte) in place.iter_mut().zip(data.data) {
            *slot = *byte;
        }
    }

    fn sync(&mut self, by: (Who, u16), sequence: u8, now: i64, canvas: &mut Canvas) -> Taken {
        let (mut shown, mut meant, mut late) = (false, false, false);
        let places = self.held.chunks(self.universes.slots.max(1));
        for (index, (waiting, place)) in self.waiting.iter_mut().zip(places).enumerate() {
            if waiting.by != Some(by) {
                continue;
            }
            if waiting.order.take(sequence, &order::SACN) == Step::Late {
                late = true;
                continue;
            }
            meant = true;
            waiting.since = now;
            let held = std::mem::take(&mut waiting.held);
            self.universes.write(index, place.get(..held).unwrap_or_default(), canvas);
            shown |= held > 0;
        }
        if shown {
            self.universes.show(canvas);
            return Taken::Frame;
        }
        match (meant, late) {
            (true, _) => Taken::Kept,
            (false, true) => Taken::OutOfOrder,
            (false, false) => Taken::Elsewhere,
        }
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub fn room(&self) -> usize {
        self.universes.room() + self.held.capacity()
    }

    pub fn waits(&self) -> bool {
        self.universes.waits()
    }

    pub fn tend(&mut self, now: i64, canvas: &mut Canvas) -> bool {
        self.universes.tend(now, canvas)
    }
}

/// Which universes somebody sends: that is known to be there, and not read.
fn is_extended(packet: &[u8]) -> bool {
    packet.starts_with(b"\0\x10\0\0ASC-E1.17\0\0\0") && packet.get(18..22) == Some(&[0, 0, 0, 8])
}
