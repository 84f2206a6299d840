//! What became of the packets of a feed, for whoever looks after it: counted by the thread that listens, read by any other.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
pub struct Tally {
    packets: AtomicU64,
    frames: AtomicU64,
    refused: AtomicU64,
    dropped: AtomicU64,
    malformed: AtomicU64,
    out_of_order: AtomicU64,
    lost: AtomicU64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// That somebody sent who may, and that were for this feed.
    pub packets: u64,
    pub frames: u64,
    /// From somebody who may not send.
    pub refused: u64,
    /// Not looked at, because too many came.
    pub dropped: u64,
    pub malformed: u64,
    pub out_of_order: u64,
    /// That never came, as the numbers of those that did tell.
    pub lost: u64,
}

impl Tally {
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            packets: read(&self.packets),
            frames: read(&self.frames),
            refused: read(&self.refused),
            dropped: read(&self.dropped),
            malformed: read(&self.malformed),
            out_of_order: read(&self.out_of_order),
            lost: read(&self.lost),
        }
    }

    pub(super) fn packet(&self) {
        add(&self.packets, 1);
    }

    pub(super) fn frame(&self) {
        add(&self.frames, 1);
    }

    pub(super) fn refused(&self) {
        add(&self.refused, 1);
    }

    pub(super) fn dropped(&self) {
        add(&self.dropped, 1);
    }

    pub(super) fn malformed(&self) {
        add(&self.malformed, 1);
    }

    pub(super) fn out_of_order(&self) {
        add(&self.out_of_order, 1);
    }

    pub(super) fn lost(&self, packets: u8) {
        add(&self.lost, packets.into());
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}
