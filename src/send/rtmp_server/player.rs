//! One player's place in the program, and the messages that its packets become.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::message::{send_headers, send_picture, send_sound};
use super::output::Output;
use crate::base::vitals::Vitals;
use crate::frame::encoded::{Packet, Track};
use crate::frame::feed::{Feed, Next, Reader};

pub type Program = watch::Receiver<Option<Arc<Feed>>>;

pub struct Player {
    program: Program,
    source: Source,
    timeline: Timeline,
    /// Whether the present feed's headers were sent.
    introduced: bool,
    /// How long it waits for another feed when one has ended: an encoder that restarts should not send everyone away.
    reopen_within: Duration,
    vitals: Arc<Vitals>,
    /// The message stream that it plays on.
    pub stream: u32,
}

enum Source {
    Feed(Reader),
    /// The feed that was played has ended.
    Lost {
        last: Arc<Feed>,
        until: Instant,
    },
}

/// What the player gets next.
pub enum Due {
    Packet(Arc<Packet>),
    Missed(u64),
}

impl Player {
    /// None when the program is off air.
    pub fn new(mut program: Program, reopen_within: Duration, vitals: Arc<Vitals>, stream: u32) -> Option<Self> {
        let feed = program.borrow_and_update().clone()?;
        let source = Source::Feed(feed.read_from_newest_key());
        Some(Self { program, source, timeline: Timeline::default(), introduced: false, reopen_within, vitals, stream })
    }

    /// Waits for what is due; None when the program has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<Due> {
        loop {
            match &mut self.source {
                Source::Feed(reader) => {
                    let next = match reader.try_next() {
                        // The encoder may have gone without a word; another feed in its place says as much.
                        Next::Pending if is_on_air(&self.program, reader.feed()) => tokio::select! {
                            next = reader.next() => next,
                            changed = self.program.changed() => {
                                changed.ok()?;
                                continue;
                            }
                        },
                        Next::Pending => Next::Ended,
                        next => next,
                    };
                    match next {
                        Next::Packet(packet) => return Some(Due::Packet(packet)),
                        Next::Missed(count) => return Some(Due::Missed(count)),
                        Next::Pending => {}
                        Next::Ended => {
                            let (last, until) = (reader.feed().clone(), Instant::now() + self.reopen_within);
                            self.source = Source::Lost { last, until };
                        }
                    }
                }
                Source::Lost { last, until } => {
                    let until = *until;
                    let feed = self.program.borrow_and_update().clone();
                    if let Some(feed) = feed.filter(|feed| !Arc::ptr_eq(feed, last)) {
                        self.source = Source::Feed(feed.read_from_newest_key());
                        self.introduced = false;
                        self.timeline.interrupt();
                        continue;
                    }
                    timeout_at(until, self.program.changed()).await.ok()?.ok()?;
                }
            }
        }
    }

    pub fn send(&mut self, due: Due, out: &mut Output) {
        let packet = match due {
            Due::Packet(packet) => packet,
            Due::Missed(count) => return self.vitals.rtmp_dropped.inc_by(count),
        };
        let Some(time_ms) = self.timeline.place(&packet) else { return };
        if let (false, Source::Feed(reader)) = (self.introduced, &self.source) {
            send_headers(out, self.stream, time_ms, &reader.feed().headers);
            self.introduced = true;
        }
        match packet.track {
            Track::Video => send_picture(out, self.stream, time_ms, packet.key, packet.data.clone()),
            Track::Audio => send_sound(out, self.stream, time_ms, packet.data.clone()),
        }
    }
}

fn is_on_air(program: &Program, feed: &Arc<Feed>) -> bool {
    program.borrow().as_ref().is_some_and(|on_air| Arc::ptr_eq(on_air, feed))
}

/// From show time to a player's milliseconds, which begin at its first key frame.
#[derive(Default)]
struct Timeline {
    /// Show time of the player's zero, in microseconds.
    zero: Option<i64>,
    /// Latest time that was given out, in microseconds.
    latest: i64,
    interrupted: bool,
}

impl Timeline {
    /// Another feed follows: whatever its times, the player's may not go back.
    fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// None for what lies before the player's beginning. Wraps at 32 bits, as the protocol does.
    fn place(&mut self, packet: &Packet) -> Option<u32> {
        let at = packet.at.micros();
        let zero = *self.zero.get_or_insert(at);
        if std::mem::take(&mut self.interrupted) && at - zero < self.latest {
            self.zero = Some(at - self.latest);
        }
        let time = at - self.zero.unwrap_or(zero);
        self.latest = self.latest.max(time);
        let millis = u64::try_from(time).ok()? / 1_000;
        Some((millis & u64::from(u32::MAX)) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::time::ShowTime;

    fn packet(track: Track, at: i64) -> Packet {
        Packet { track, at: ShowTime(at), duration_us: 0, key: true, data: Default::default() }
    }

    #[test]
    fn time_begins_at_the_first_key_frame_and_wraps() {
        let start = 1_700_000_000_000_000;
        let mut timeline = Timeline::default();
        let mut place = |track, offset: i64| timeline.place(&packet(track, start + offset));
        assert_eq!(place(Track::Video, 0), Some(0));
        assert_eq!(place(Track::Audio, -20_000), None, "sound from before the first picture is left out");
        assert_eq!(place(Track::Audio, 3_999), Some(3));
        assert_eq!(place(Track::Video, (1 << 32) * 1_000 + 7_000), Some(7));
    }

    #[test]
    fn another_feed_never_turns_time_back() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(&packet(Track::Video, 5_000_000)), Some(0));
        assert_eq!(timeline.place(&packet(Track::Video, 7_000_000)), Some(2_000));
        timeline.interrupt();
        assert_eq!(timeline.place(&packet(Track::Video, 8_500_000)), Some(3_500), "the gap is what it was");
        timeline.interrupt();
        assert_eq!(timeline.place(&packet(Track::Video, 1_000_000)), Some(3_500));
        assert_eq!(timeline.place(&packet(Track::Video, 2_000_000)), Some(4_500));
    }
}
