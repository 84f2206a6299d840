//! What a push does when its way is too narrow: first the encoder makes less, where it makes it for this push alone; when that does
//! not help, pictures that no other picture needs any more are left out up to the next key frame. Never sound, never key frames.
//! The numbers are OBS's, whose users have worn them in.

use std::collections::VecDeque;
use std::time::Duration;

use crate::frame::encoded::{Packet, Track};
use crate::show::time::ShowTime;

/// From here on the encoder is asked for less.
const LOWER_BEHIND: Duration = Duration::from_millis(200);
/// From here on it is called congested, and pictures are left out.
pub(super) const DROP_BEHIND: Duration = Duration::from_millis(700);
/// A rate that is meant to be measured takes this long.
const MEASURED_OVER: Duration = Duration::from_millis(1_500);
/// What was lowered shows its effect only then.
const PAUSE_AFTER_LOWERING: Duration = Duration::from_millis(1_500);
const RAISE_AFTER: Duration = Duration::from_secs(4);
const LEAST_KBPS: u32 = 100;
/// A connection begins at a key frame of the past; it must have come to the present once before it can be called slow.
const GRACE: Duration = Duration::from_secs(5);
/// Ten looks a second over the time that is measured, and some.
const MOST_SAMPLES: usize = 32;
const SAMPLE_EVERY: Duration = Duration::from_millis(100);

/// What the encoder was told to make, kbit/s.
#[derive(Clone, Copy)]
pub(super) struct Rates {
    pub video: u32,
    pub audio: u32,
}

#[derive(Default)]
pub(super) struct Congestion {
    live_since: Option<ShowTime>,
    has_caught_up: bool,
    /// Bytes that had gone out by then.
    samples: VecDeque<(ShowTime, u64)>,
    /// What the encoder's bit rate is kept below.
    limit: Option<u32>,
    lowered_at: Option<ShowTime>,
    quiet_since: Option<ShowTime>,
    is_dropping: bool,
}

impl Congestion {
    /// Called often while it is live. How far behind that counts as congestion.
    pub fn look(&mut self, now: ShowTime, behind: Duration, bytes_out: u64) -> Duration {
        let live_since = *self.live_since.get_or_insert(now);
        self.has_caught_up |= behind < LOWER_BEHIND || now.since(live_since) > GRACE;
        if self.samples.back().is_none_or(|(last, _)| now.since(*last) >= SAMPLE_EVERY) {
            self.samples.push_back((now, bytes_out));
        }
        let is_old =
            |samples: &VecDeque<(ShowTime, u64)>| samples.get(1).is_some_and(|(at, _)| now.since(*at) >= MEASURED_OVER);
        while is_old(&self.samples) || self.samples.len() > MOST_SAMPLES {
            self.samples.pop_front();
        }
        if self.has_caught_up { behind } else { Duration::ZERO }
    }

    /// Whether the packet is to be sent.
    pub fn lets_through(&mut self, packet: &Packet, behind: Duration) -> bool {
        if packet.track == Track::Audio {
            return true;
        }
        // What follows on a picture that was left out can not be decoded without it.
        self.is_dropping = !packet.key && (self.is_dropping || behind > DROP_BEHIND);
        !self.is_dropping
    }

    /// What the encoder should be kept below from now on, if that changes; `u32::MAX` for nothing.
    pub fn steer(&mut self, now: ShowTime, behind: Duration, rates: Rates) -> Option<u32> {
        if behind > LOWER_BEHIND {
            self.quiet_since = None;
            return self.lower(now, rates);
        }
        let quiet_since = *self.quiet_since.get_or_insert(now);
        let limit = self.limit.filter(|_| now.since(quiet_since) >= RAISE_AFTER)?;
        self.quiet_since = Some(now);
        let raised = limit + rates.video / 10;
        self.limit = Some(raised).filter(|raised| *raised < rates.video);
        Some(self.limit.unwrap_or(u32::MAX))
    }

    fn lower(&mut self, now: ShowTime, rates: Rates) -> Option<u32> {
        if self.lowered_at.is_some_and(|at| now.since(at) < PAUSE_AFTER_LOWERING) {
            return None;
        }
        let sent = self.kbps()?;
        // A tenth less than goes through, so that what has piled up can go as well.
        let fits = (sent.saturating_sub(rates.audio) * 9 / 10).max(LEAST_KBPS);
        if fits >= self.limit.unwrap_or(rates.video) {
            return None;
        }
        self.lowered_at = Some(now);
        self.limit = Some(fits);
        Some(fits)
    }

    fn kbps(&self) -> Option<u32> {
        let ((first, before), (last, after)) = (self.samples.front()?, self.samples.back()?);
        let took = last.since(*first);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        (took >= MEASURED_OVER / 2).then(|| u32::try_from((after - before) * 8 / millis.max(1)).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates { video: 2_000, audio: 128 };

    fn at(millis: i64) -> ShowTime {
        ShowTime(millis * 1_000)
    }

    fn behind(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_rate_falls_to_what_goes_through_and_comes_back_in_steps() {
        let mut congestion = Congestion::default();
        congestion.look(at(0), behind(0), 0);
        let mut told = Vec::new();
        // 600 kbit/s go through: 75 bytes in a millisecond.
        for millis in (100..3_000).step_by(50) {
            let counted = congestion.look(at(millis), behind(400), millis as u64 * 75);
            told.extend(congestion.steer(at(millis), counted, RATES));
        }
        assert_eq!(told, [424], "once, to nine tenths of what is left beside the sound");
        for millis in (3_000..80_000).step_by(50) {
            let counted = congestion.look(at(millis), behind(20), millis as u64 * 75);
            told.extend(congestion.steer(at(millis), counted, RATES));
        }
        assert_eq!(told, [424, 624, 824, 1_024, 1_224, 1_424, 1_624, 1_824, u32::MAX]);
    }

    #[test]
    fn pictures_are_left_out_up_to_the_next_key_frame_and_sound_never() {
        let packet = |track, key| Packet { track, at: at(0), duration_us: 1, key, data: Default::default() };
        let (key, other, sound) = (packet(Track::Video, true), packet(Track::Video, false), packet(Track::Audio, true));
        let mut congestion = Congestion::default();
        let mut passes = |packet, late| congestion.lets_through(packet, behind(late));
        assert!(passes(&other, 600) && !passes(&other, 800) && passes(&sound, 800));
        assert!(!passes(&other, 0), "its reference is gone");
        assert!(passes(&key, 900) && !passes(&other, 900) && passes(&key, 0) && passes(&other, 0));
    }

    #[test]
    fn a_connection_that_begins_in_the_past_is_not_slow_yet() {
        let mut congestion = Congestion::default();
        assert_eq!(congestion.look(at(0), behind(1_900), 0), Duration::ZERO);
        assert_eq!(congestion.look(at(500), behind(100), 0), behind(100));
        assert_eq!(congestion.look(at(600), behind(900), 0), behind(900));
        let mut slow = Congestion::default();
        slow.look(at(0), behind(900), 0);
        assert_eq!(slow.look(at(5_100), behind(900), 0), behind(900), "it had its time");
    }
}
