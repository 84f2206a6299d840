//! Our own containers, for what GStreamer 1.22 can not cut without a gap: fragmented MP4, whole MP4 files, and MPEG transport
//! streams. Pure: packets in, bytes out.

pub mod boxes;
pub mod file;
pub mod fragment;
pub mod ts;

#[cfg(test)]
mod tests;

use crate::frame::encoded::{Packet, Track};
use crate::show::time::ShowTime;

/// Ticks per second of video, as everyone counts it.
pub const VIDEO_TICKS: u32 = 90_000;
/// Sound is counted in samples.
pub const SOUND_TICKS: u32 = 48_000;

/// Ticks of a track from `base` to `at`; 0 for what lies before.
pub fn ticks(track: Track, at: ShowTime, base: ShowTime) -> u64 {
    let scale = i128::from(match track {
        Track::Video => VIDEO_TICKS,
        Track::Audio => SOUND_TICKS,
    });
    let micros = i128::from(at.micros()) - i128::from(base.micros());
    u64::try_from((micros * scale + 500_000).div_euclid(1_000_000)).unwrap_or(0)
}

/// When each packet of a track is due, and how long it lasts: up to the next one's time, and `end` for the last. So a track has no
/// holes and no overlaps, however its times were rounded.
pub fn timed<'a>(packets: &[&'a Packet], base: ShowTime, end: Option<ShowTime>) -> Vec<(&'a Packet, u64, u32)> {
    let start = |packet: &Packet| ticks(packet.track, packet.at, base);
    let mut timed: Vec<_> = packets.iter().map(|packet| (*packet, start(packet), 0)).collect();
    for index in 0..timed.len() {
        let (packet, at, _) = timed[index];
        let own = ShowTime(packet.at.micros() + i64::from(packet.duration_us));
        let after = timed.get(index + 1).map_or_else(|| ticks(packet.track, end.unwrap_or(own), base), |(_, at, _)| *at);
        timed[index].2 = u32::try_from(after.saturating_sub(at)).unwrap_or(u32::MAX);
    }
    timed
}
