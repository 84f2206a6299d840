//! The samples of the last seconds by their place in time: one writes, any number read, and no reader ever waits.
//!
//! Each place holds one stereo frame in a 64-bit atomic, so neither can see half of one, and a reader needs no lock: the thread
//! that mixes must not stand still because a decoder's thread was put to sleep while it held one. What a reader copies while the
//! writer comes round is recognised by `begin` having moved on, and counts as missing.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering, fence};

/// Four seconds (1.5 MB): two that a decoder may be ahead, and two that a strip may lag behind.
pub const FRAMES: usize = 4 * 48_000;

/// Two quiet NaNs: what was written holds only numbers, so nothing else looks like it.
const ABSENT: u64 = u64::MAX;

pub struct Ring {
    places: Box<[AtomicU64]>,
    /// Frames from `begin` up to `end` are there.
    begin: AtomicI64,
    end: AtomicI64,
}

fn packed([left, right]: [f32; 2]) -> u64 {
    u64::from(left.to_bits()) << 32 | u64::from(right.to_bits())
}

fn unpacked(place: u64) -> [f32; 2] {
    [f32::from_bits((place >> 32) as u32), f32::from_bits(place as u32)]
}

impl Ring {
    pub fn new() -> Self {
        let places = (0..FRAMES).map(|_| AtomicU64::new(ABSENT)).collect();
        Self { places, begin: AtomicI64::new(0), end: AtomicI64::new(0) }
    }

    fn place(&self, at: i64) -> &AtomicU64 {
        &self.places[at.rem_euclid(FRAMES as i64) as usize]
    }

    pub fn end(&self) -> i64 {
        self.end.load(Ordering::Acquire)
    }

    pub fn is_empty(&self) -> bool {
        self.begin.load(Ordering::Acquire) >= self.end()
    }

    /// Nothing is there any more; what is pushed next goes to `at`. For the writer alone.
    pub fn restart(&self, at: i64) {
        self.end.store(at, Ordering::Release);
        self.begin.store(at, Ordering::Release);
    }

    /// The next frame pushed goes to `at`: what lay there and behind it is given up, what lies between is missing.
    /// For the writer alone.
    pub fn go_to(&self, at: i64) {
        let (begin, end) = (self.begin.load(Ordering::Relaxed), self.end.load(Ordering::Relaxed));
        if begin >= end || at < begin || at - end >= FRAMES as i64 {
            self.restart(at);
        } else if at <= end {
            self.end.store(at, Ordering::Release);
        } else {
            self.make_room(at);
            for missing in end..at {
                self.place(missing).store(ABSENT, Ordering::Relaxed);
            }
            self.end.store(at, Ordering::Release);
        }
    }

    /// Behind the newest. For the writer alone.
    pub fn push(&self, frames: &[[f32; 2]]) {
        let end = self.end.load(Ordering::Relaxed);
        self.make_room(end + frames.len() as i64);
        for (at, frame) in (end..).zip(frames) {
            self.place(at).store(packed(*frame), Ordering::Relaxed);
        }
        self.end.store(end + frames.len() as i64, Ordering::Release);
    }

    /// Tells readers what is about to be overwritten, before it is.
    fn make_room(&self, end: i64) {
        let begin = end - FRAMES as i64;
        if begin > self.begin.load(Ordering::Relaxed) {
            self.begin.store(begin, Ordering::Relaxed);
            fence(Ordering::Release);
        }
    }

    /// A frame that is there, or was until `go_to` gave it up. For the writer alone.
    pub fn get(&self, at: i64) -> Option<[f32; 2]> {
        let is_kept = at >= self.begin.load(Ordering::Relaxed) && at >= self.end() - FRAMES as i64;
        let place = self.place(at).load(Ordering::Relaxed);
        (is_kept && place != ABSENT).then(|| unpacked(place))
    }

    /// Interleaved, from `first` on; what is missing is NaN. How many frames were there.
    pub fn read(&self, first: i64, out: &mut [f32]) -> usize {
        let end = self.end.load(Ordering::Acquire);
        let begin = self.begin.load(Ordering::Acquire);
        let mut there = 0;
        for (at, frame) in (first..).zip(out.chunks_exact_mut(2)) {
            let place = if at >= begin && at < end { self.place(at).load(Ordering::Relaxed) } else { ABSENT };
            there += usize::from(place != ABSENT);
            frame.copy_from_slice(&unpacked(place));
        }
        fence(Ordering::Acquire);
        let begin_now = self.begin.load(Ordering::Relaxed);
        if begin_now > begin.max(first) {
            // The writer came round meanwhile.
            for (_, frame) in (first..begin_now).zip(out.chunks_exact_mut(2)) {
                there -= usize::from(!frame[0].is_nan());
                frame.fill(f32::NAN);
            }
        }
        there
    }
}
