//! A feed that is listened to: takes packets, and has the last frame that they made.

use std::net::IpAddr;
use std::sync::Arc;

use super::artnet::Artnet;
use super::canvas::Canvas;
use super::ddp::Ddp;
use super::rate::Rate;
use super::sacn::Sacn;
use super::taken::{Packet, Taken};
use super::tally::Tally;
use super::wled::Wled;
use crate::show::light::feed::{FeedWire, InvalidFeed, LightFeed};

/// Packets a second that are looked at: far more than any number of pixels takes.
const MOST_PACKETS: u32 = 20_000;

pub struct Receiver {
    feed: LightFeed,
    wire: Wire,
    canvas: Canvas,
    rate: Rate,
    tally: Arc<Tally>,
    /// How long the last frame counts.
    until: Option<i64>,
}

enum Wire {
    Ddp(Ddp),
    Sacn(Sacn),
    Artnet(Artnet),
    Wled(Wled),
}

impl Receiver {
    pub fn new(feed: LightFeed) -> Result<Self, InvalidFeed> {
        feed.check()?;
        let channels = usize::from(feed.channels());
        let wire = match feed.wire {
            FeedWire::Ddp { destination_id, .. } => Wire::Ddp(Ddp::new(destination_id, channels)),
            FeedWire::Sacn { universe, universes, .. } => Wire::Sacn(Sacn::new(&feed, universe, universes)),
            FeedWire::Artnet { universe, universes, .. } => Wire::Artnet(Artnet::new(&feed, universe, universes)),
            FeedWire::Wled { .. } => Wire::Wled(Wled::default()),
        };
        let canvas = Canvas::new(usize::try_from(feed.pixels).unwrap_or(0), channels);
        Ok(Self { feed, wire, canvas, rate: Rate::new(MOST_PACKETS), tally: Arc::default(), until: None })
    }

    pub fn feed(&self) -> &LightFeed {
        &self.feed
    }

    /// For other threads to read.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// Of the last frame. Whether it still counts, `until` tells.
    pub fn pixels(&self) -> &[[u8; 3]] {
        self.canvas.pixels()
    }

    /// How long the last frame counts; None if there is none, or its sender was done.
    pub fn until(&self) -> Option<i64> {
        self.until
    }

    pub fn take(&mut self, from: IpAddr, now: i64, packet: &[u8]) -> Taken {
        let taken = self.admit(from, now).unwrap_or_else(|| self.read(Packet { from, now, bytes: packet }));
        match taken {
            Taken::Frame => self.framed(now),
            Taken::Ended => self.darken(),
            Taken::Refused => self.tally.refused(),
            Taken::Dropped => self.tally.dropped(),
            Taken::Malformed => self.tally.malformed(),
            Taken::OutOfOrder => self.tally.out_of_order(),
            Taken::Kept | Taken::Asked(_) | Taken::Elsewhere => (),
        }
        if !matches!(taken, Taken::Refused | Taken::Dropped | Taken::Malformed | Taken::Elsewhere) {
            self.tally.packet();
        }
        taken
    }

    /// Strangers come first: a flood of theirs must not use up what those may send who are known.
    fn admit(&mut self, from: IpAddr, now: i64) -> Option<Taken> {
        if !self.feed.allows(from) {
            return Some(Taken::Refused);
        }
        (!self.rate.allows(now)).then_some(Taken::Dropped)
    }

    fn read(&mut self, packet: Packet<'_>) -> Taken {
        let silent = self.until.is_some_and(|until| packet.now >= until);
        // part of a frame that came before the silence is no remnant
        if silent && !self.canvas.is_ahead() {
            self.darken();
        }
        match &mut self.wire {
            Wire::Ddp(wire) => wire.take(packet, &mut self.canvas, &self.tally),
            Wire::Sacn(wire) => wire.take(packet, &mut self.canvas, &self.tally),
            Wire::Artnet(wire) => wire.take(packet, &mut self.canvas, &self.tally),
            Wire::Wled(wire) => wire.take(packet, &mut self.canvas),
        }
    }

    /// What was seen before a silence is not seen after it.
    fn darken(&mut self) {
        if self.until.take().is_some() {
            self.canvas.clear();
        }
    }

    fn framed(&mut self, now: i64) {
        let timeout = i64::from(self.feed.timeout_ms) * 1_000;
        let said = match &self.wire {
            Wire::Wled(wire) => wire.lasts,
            _ => None,
        };
        self.until = Some(now.saturating_add(said.map_or(timeout, |said| said.min(timeout))));
        self.tally.frame();
    }

    /// Part of a frame is there, and `tend` shows it if the rest does not come.
    pub fn waits(&self) -> bool {
        match &self.wire {
            Wire::Sacn(wire) => wire.waits(),
            Wire::Artnet(wire) => wire.waits(),
            Wire::Ddp(_) | Wire::Wled(_) => false,
        }
    }

    /// True if there is a new frame, because the rest of it did not come in time.
    pub fn tend(&mut self, now: i64) -> bool {
        let shown = match &mut self.wire {
            Wire::Sacn(wire) => wire.tend(now, &mut self.canvas),
            Wire::Artnet(wire) => wire.tend(now, &mut self.canvas),
            Wire::Ddp(_) | Wire::Wled(_) => false,
        };
        if shown {
            self.framed(now);
        }
        shown
    }

    /// All that could grow.
    #[cfg(any(test, feature = "fuzzing"))]
    pub fn room(&self) -> usize {
        let wire = match &self.wire {
            Wire::Ddp(wire) => wire.room(),
            Wire::Sacn(wire) => wire.room(),
            Wire::Artnet(wire) => wire.room(),
            Wire::Wled(_) => 0,
        };
        self.canvas.room() + wire
    }

    /// The universe that senders say they are synchronised by: whoever listens must hear that one, too.
    pub fn sync_universe(&self) -> Option<u16> {
        match &self.wire {
            Wire::Sacn(wire) => wire.sync_universe,
            _ => None,
        }
    }
}
