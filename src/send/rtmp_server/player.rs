//! One player's place in the program, and the messages that its packets become.

use std::sync::Arc;
use std::time::Duration;

use super::message::{send_headers, send_picture, send_sound};
use super::output::Output;
use crate::base::vitals::Vitals;
use crate::frame::encoded::{Packet, Track};
use crate::frame::feed::Feed;
use crate::send::follow::{Due, Follower, OnAir};

pub struct Player {
    program: Follower,
    /// What the next packet belongs to, until its headers are sent.
    introduces: Option<Arc<Feed>>,
    timeline: Timeline,
    vitals: Arc<Vitals>,
    /// The message stream that it plays on.
    pub stream: u32,
}

impl Player {
    /// None when the program is off air.
    pub fn new(program: OnAir, reopen_within: Duration, vitals: Arc<Vitals>, stream: u32) -> Option<Self> {
        let program = Follower::new(program, reopen_within)?;
        Some(Self { program, introduces: None, timeline: Timeline::default(), vitals, stream })
    }

    /// Waits for what is due; None when the program has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<Due> {
        self.program.next().await
    }

    pub fn send(&mut self, due: Due, out: &mut Output) {
        let packet = match due {
            Due::Packet(packet) => packet,
            Due::Missed(count) => return self.vitals.rtmp_dropped.inc_by(count),
            Due::Begins(feed) => {
                self.introduces = Some(feed);
                return self.timeline.interrupt();
            }
        };
        let Some(time_ms) = self.timeline.place(&packet) else { return };
        if let Some(feed) = self.introduces.take() {
            send_headers(out, self.stream, time_ms, &feed.headers);
        }
        match packet.track {
            Track::Video => send_picture(out, self.stream, time_ms, packet.key, packet.data.clone()),
            Track::Audio => send_sound(out, self.stream, time_ms, packet.data.clone()),
        }
    }
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
