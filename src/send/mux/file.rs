//! A whole MP4 file of packets that are in memory: its index first, so that it plays while it is still being fetched.

use bytes::{BufMut, Bytes, BytesMut};

use super::boxes::{full_box, mdia, mp4_box, mvhd, scale_of, tkhd};
use super::timed;
use crate::frame::encoded::{Headers, Packet, Track};
use crate::show::time::ShowTime;

/// A packet, its start and its duration in ticks.
type Sample<'a> = (&'a Packet, u64, u32);

/// The file's beginning. The packets' data follow it, in their order.
pub fn head(headers: &Headers, packets: &[impl AsRef<Packet>]) -> Bytes {
    let base = packets.first().map_or(ShowTime(0), |packet| packet.as_ref().at);
    let tracks = [Track::Video, Track::Audio].map(|track| {
        let of_track: Vec<&Packet> = packets.iter().map(AsRef::as_ref).filter(|packet| packet.track == track).collect();
        (track, timed(&of_track, base, None))
    });
    let size: u64 = packets.iter().map(|packet| packet.as_ref().data.len() as u64).sum();
    // The offsets in the index depend on its length, and that does not depend on them: made twice.
    let sketch = index(headers, packets, &tracks, 0).len();
    let mut out = BytesMut::with_capacity(sketch + 64);
    mp4_box(&mut out, b"ftyp", |out| out.put_slice(b"isom\0\0\x02\0isomiso2avc1mp41"));
    let start = out.len() + sketch + 16;
    out.put_slice(&index(headers, packets, &tracks, start as u64));
    // With its long length: half an hour at the highest rates is more than 4 GiB.
    out.put_u32(1);
    out.put_slice(b"mdat");
    out.put_u64(size + 16);
    out.freeze()
}

fn index(headers: &Headers, packets: &[impl AsRef<Packet>], tracks: &[(Track, Vec<Sample<'_>>); 2], start: u64) -> BytesMut {
    let mut out = BytesMut::new();
    let length = |samples: &[Sample<'_>]| samples.iter().map(|(_, _, duration)| u64::from(*duration)).sum::<u64>();
    let millis = |track, samples: &[Sample<'_>]| length(samples) * 1_000 / u64::from(scale_of(track));
    mp4_box(&mut out, b"moov", |out| {
        mvhd(out, tracks.iter().map(|(track, samples)| millis(*track, samples)).max().unwrap_or(0));
        for (track, samples) in tracks {
            mp4_box(out, b"trak", |out| {
                tkhd(out, *track, headers, millis(*track, samples));
                edits(out, *track, samples, millis(*track, samples));
                mdia(out, *track, headers, length(samples), |out| tables(out, *track, samples, packets, start));
            });
        }
    });
    out
}

/// A track that begins later than the other has nothing before.
fn edits(out: &mut BytesMut, track: Track, samples: &[Sample<'_>], duration: u64) {
    let late = samples.first().map_or(0, |(_, at, _)| *at * 1_000 / u64::from(scale_of(track)));
    if late == 0 {
        return;
    }
    mp4_box(out, b"edts", |out| {
        full_box(out, b"elst", 1, 0, |out| {
            out.put_u32(2);
            for (length, from) in [(late, -1), (duration, 0)] {
                out.put_u64(length);
                out.put_i64(from);
                out.put_u32(0x1_0000);
            }
        });
    });
}

fn tables(out: &mut BytesMut, track: Track, samples: &[Sample<'_>], packets: &[impl AsRef<Packet>], start: u64) {
    full_box(out, b"stts", 0, 0, |out| {
        let runs = samples.chunk_by(|(_, _, one), (_, _, next)| one == next);
        let runs: Vec<_> = runs.map(|run| (run.len() as u32, run[0].2)).collect();
        out.put_u32(runs.len() as u32);
        runs.into_iter().flat_map(|(count, duration)| [count, duration]).for_each(|number| out.put_u32(number));
    });
    if track == Track::Video {
        full_box(out, b"stss", 0, 0, |out| {
            let keys: Vec<_> =
                (1_u32..).zip(samples).filter(|(_, (packet, _, _))| packet.key).map(|(index, _)| index).collect();
            out.put_u32(keys.len() as u32);
            keys.into_iter().for_each(|key| out.put_u32(key));
        });
    }
    // A chunk for each packet.
    full_box(out, b"stsc", 0, 0, |out| [1, 1, 1, 1].into_iter().for_each(|number| out.put_u32(number)));
    full_box(out, b"stsz", 0, 0, |out| {
        out.put_u32(0);
        out.put_u32(samples.len() as u32);
        samples.iter().for_each(|(packet, _, _)| out.put_u32(packet.data.len() as u32));
    });
    full_box(out, b"co64", 0, 0, |out| {
        out.put_u32(samples.len() as u32);
        let mut at = start;
        for packet in packets.iter().map(AsRef::as_ref) {
            if packet.track == track {
                out.put_u64(at);
            }
            at += packet.data.len() as u64;
        }
    });
}
