//! One ring of encoded packets, read by any number of readers at their own pace.
//!
//! There is no queue per reader: a reader is a place in the ring. One that falls out of the ring goes on at the next key
//! frame and learns how many packets it missed, so a slow reader costs the others nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::encoded::{Headers, Packet, Track};

/// Longest stall that a reader survives without a gap. At 6 Mbit/s this is 7.5 MB.
pub const KEPT_MICROS: i64 = 10_000_000;

pub struct Feed {
    pub headers: Headers,
    ring: Mutex<Ring>,
    /// Wakes threads; tasks wait on `head`.
    posted: Condvar,
    head: watch::Sender<u64>,
}

#[derive(Default)]
struct Ring {
    packets: VecDeque<Arc<Packet>>,
    /// Sequence number of the packet at the front.
    first: u64,
    /// Sequence number of the newest key frame, while it is in the ring.
    newest_key: Option<u64>,
    ended: bool,
}

/// What a reader finds next.
#[derive(Debug)]
pub enum Next {
    Packet(Arc<Packet>),
    /// Nothing yet.
    Pending,
    /// It was too slow: this many packets are gone. The next packet is a key frame.
    Missed(u64),
    /// The encoder has stopped, and everything has been read.
    Ended,
}

impl Feed {
    pub fn new(headers: Headers) -> Arc<Self> {
        Arc::new(Self { headers, ring: Mutex::default(), posted: Condvar::new(), head: watch::Sender::new(0) })
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        // Nothing panics while holding it; if it ever did, the ring is still a ring.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Called by the encoder only.
    pub fn post(&self, packet: Packet) {
        let head = {
            let mut ring = self.ring();
            let newest = packet.at.micros();
            let sequence = ring.first + ring.packets.len() as u64;
            if packet.key && packet.track == Track::Video {
                ring.newest_key = Some(sequence);
            }
            ring.packets.push_back(Arc::new(packet));
            while ring.packets.front().is_some_and(|oldest| newest - oldest.at.micros() > KEPT_MICROS) {
                ring.packets.pop_front();
                ring.first += 1;
            }
            ring.newest_key = ring.newest_key.filter(|key| *key >= ring.first);
            sequence + 1
        };
        self.posted.notify_all();
        self.head.send_replace(head);
    }

    pub fn end(&self) {
        self.ring().ended = true;
        self.posted.notify_all();
        self.head.send_modify(|_| ());
    }

    pub fn has_ended(&self) -> bool {
        self.ring().ended
    }

    /// A reader that begins at the newest key frame at once, and so at most one group of pictures in the past.
    pub fn read_from_newest_key(self: &Arc<Self>) -> Reader {
        let ring = self.ring();
        let place = match ring.newest_key {
            Some(key) => Place::At(key),
            None => Place::NextKeyFrom(ring.first + ring.packets.len() as u64),
        };
        drop(ring);
        Reader { feed: self.clone(), place, head: self.head.subscribe() }
    }

    /// A reader that begins with the oldest key frame that is kept: for a recording, which wants everything.
    pub fn read_from_oldest_key(self: &Arc<Self>) -> Reader {
        let place = Place::NextKeyFrom(self.ring().first);
        Reader { feed: self.clone(), place, head: self.head.subscribe() }
    }
}

#[derive(Clone, Copy)]
enum Place {
    At(u64),
    /// Looking for the first key frame with this sequence number or later.
    NextKeyFrom(u64),
}

pub struct Reader {
    feed: Arc<Feed>,
    place: Place,
    head: watch::Receiver<u64>,
}

impl Reader {
    pub fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    pub fn try_next(&mut self) -> Next {
        let feed = self.feed.clone();
        let ring = feed.ring();
        self.look(&ring)
    }

    /// Waits at most `patience` (threads).
    pub fn next_blocking(&mut self, patience: Duration) -> Next {
        let feed = self.feed.clone();
        let ring = feed.ring();
        match self.look(&ring) {
            Next::Pending => {}
            found => return found,
        }
        let (ring, _) = feed.posted.wait_timeout(ring, patience).unwrap_or_else(PoisonError::into_inner);
        self.look(&ring)
    }

    /// Waits until there is something (tasks). Safe to cancel.
    pub async fn next(&mut self) -> Next {
        loop {
            self.head.mark_unchanged();
            match self.try_next() {
                Next::Pending => {}
                found => return found,
            }
            if self.head.changed().await.is_err() {
                return Next::Ended;
            }
        }
    }

    /// How many microseconds of packets lie between this reader and the newest packet.
    pub fn behind_micros(&self) -> i64 {
        let ring = self.feed.ring();
        let (Place::At(sequence) | Place::NextKeyFrom(sequence)) = self.place;
        let index = usize::try_from(sequence.saturating_sub(ring.first)).unwrap_or(usize::MAX);
        match (ring.packets.get(index), ring.packets.back()) {
            (Some(next), Some(newest)) => newest.at.micros() - next.at.micros(),
            _ => 0,
        }
    }

    /// Gives up what is between here and the next key frame to come; says how many packets that are in the ring are skipped.
    pub fn skip_to_next_key(&mut self) -> u64 {
        let ring = self.feed.ring();
        let head = ring.first + ring.packets.len() as u64;
        let (Place::At(sequence) | Place::NextKeyFrom(sequence)) = self.place;
        self.place = Place::NextKeyFrom(head);
        head - sequence.clamp(ring.first, head)
    }

    fn look(&mut self, ring: &Ring) -> Next {
        let wanted = match self.place {
            Place::At(sequence) if sequence < ring.first => {
                self.place = Place::NextKeyFrom(ring.first);
                return Next::Missed(ring.first - sequence);
            }
            Place::At(sequence) => sequence,
            Place::NextKeyFrom(sequence) => {
                let from = sequence.max(ring.first);
                let skipped = usize::try_from(from - ring.first).unwrap_or(usize::MAX);
                let is_start = |packet: &Arc<Packet>| packet.key && packet.track == Track::Video;
                match ring.packets.iter().skip(skipped).position(is_start) {
                    Some(offset) => from + offset as u64,
                    None => {
                        self.place = Place::NextKeyFrom(ring.first + ring.packets.len() as u64);
                        return if ring.ended { Next::Ended } else { Next::Pending };
                    }
                }
            }
        };
        let index = usize::try_from(wanted - ring.first).unwrap_or(usize::MAX);
        match ring.packets.get(index) {
            Some(packet) => {
                self.place = Place::At(wanted + 1);
                Next::Packet(packet.clone())
            }
            None if ring.ended => Next::Ended,
            None => Next::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::geometry::Canvas;
    use crate::show::time::{Fps, ShowTime};

    fn feed() -> Arc<Feed> {
        Feed::new(Headers {
            canvas: Canvas { width: 64, height: 64 },
            fps: Fps::new(10, 1).expect("a rate"),
            video_kbps: 100,
            audio_kbps: 64,
            avc_config: Default::default(),
            aac_config: Default::default(),
        })
    }

    /// Video at 10 fps with a key frame every 10.
    fn post(feed: &Feed, frames: std::ops::Range<i64>) {
        for number in frames {
            let at = ShowTime(number * 100_000);
            feed.post(Packet {
                track: Track::Video,
                at,
                duration_us: 100_000,
                key: number % 10 == 0,
                data: Default::default(),
            });
        }
    }

    fn time_of(next: Next) -> i64 {
        match next {
            Next::Packet(packet) => packet.at.micros() / 100_000,
            other => panic!("a packet was due, not {other:?}"),
        }
    }

    #[test]
    fn readers_begin_at_key_frames() {
        let feed = feed();
        post(&feed, 0..25);
        let mut newest = feed.read_from_newest_key();
        let mut coming = feed.read_from_newest_key();
        assert_eq!(coming.skip_to_next_key(), 5);
        let mut oldest = feed.read_from_oldest_key();
        assert_eq!(time_of(newest.try_next()), 20);
        assert!(matches!(coming.try_next(), Next::Pending));
        assert_eq!(time_of(oldest.try_next()), 0);
        post(&feed, 25..32);
        assert_eq!(time_of(newest.try_next()), 21);
        assert_eq!(time_of(coming.try_next()), 30);
        assert_eq!(time_of(coming.try_next()), 31);
        assert!(matches!(coming.try_next(), Next::Pending));
        feed.end();
        assert!(matches!(coming.try_next(), Next::Ended));
    }

    #[test]
    fn a_reader_that_fell_out_learns_how_much_it_missed() {
        let feed = feed();
        post(&feed, 0..1);
        let mut slow = feed.read_from_newest_key();
        assert_eq!(time_of(slow.try_next()), 0);
        post(&feed, 1..205);
        // 100 intervals of 0.1 s are kept: frames 104 to 204.
        assert!(matches!(slow.try_next(), Next::Missed(103)));
        assert_eq!(time_of(slow.try_next()), 110);
    }
}
