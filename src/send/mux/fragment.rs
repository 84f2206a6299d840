//! A fragment of an MP4: a piece of both tracks that plays after `init` and any fragment before.

use bytes::{BufMut, Bytes, BytesMut};

use super::boxes::{full_box, id_of, mp4_box};
use super::timed;
use crate::frame::encoded::{Packet, Track};
use crate::show::time::ShowTime;

const KEY: u32 = 0x0200_0000;
/// Depends on others, and no player can begin there.
const NO_KEY: u32 = 0x0101_0000;

/// `packets` in the order of their coming; `end` is when the video of the next fragment begins.
pub fn fragment(number: u32, packets: &[impl AsRef<Packet>], base: ShowTime, end: ShowTime) -> Bytes {
    let size = packets.iter().map(|packet| packet.as_ref().data.len() + 32).sum::<usize>();
    let mut out = BytesMut::with_capacity(size + 512);
    let tracks = [(Track::Video, Some(end)), (Track::Audio, None)].map(|(track, end)| {
        let of_track: Vec<&Packet> = packets.iter().map(AsRef::as_ref).filter(|packet| packet.track == track).collect();
        (track, timed(&of_track, base, end))
    });
    // Where the offset of each track's data has to be written once it is known.
    let mut offsets = Vec::new();
    mp4_box(&mut out, b"moof", |out| {
        full_box(out, b"mfhd", 0, 0, |out| out.put_u32(number));
        for (track, samples) in tracks.iter().filter(|(_, samples)| !samples.is_empty()) {
            mp4_box(out, b"traf", |out| offsets.push(traf(out, *track, samples)));
        }
    });
    let mut offset = out.len() + 8;
    let filled = tracks.iter().filter(|(_, samples)| !samples.is_empty());
    for (at, (_, samples)) in offsets.into_iter().zip(filled) {
        out[at..at + 4].copy_from_slice(&u32::try_from(offset).unwrap_or(0).to_be_bytes());
        offset += samples.iter().map(|(packet, _, _)| packet.data.len()).sum::<usize>();
    }
    mp4_box(&mut out, b"mdat", |out| {
        tracks.iter().flat_map(|(_, samples)| samples).for_each(|(packet, _, _)| out.put_slice(&packet.data));
    });
    out.freeze()
}

/// Gives back where its data offset stands.
fn traf(out: &mut BytesMut, track: Track, samples: &[(&Packet, u64, u32)]) -> usize {
    // Offsets count from the moof.
    full_box(out, b"tfhd", 0, 0x02_0000, |out| out.put_u32(id_of(track)));
    full_box(out, b"tfdt", 1, 0, |out| out.put_u64(samples.first().map_or(0, |(_, at, _)| *at)));
    let mut offset = 0;
    // Offset, and for each sample its duration, size and flags.
    full_box(out, b"trun", 0, 0x701, |out| {
        out.put_u32(samples.len() as u32);
        offset = out.len();
        out.put_u32(0);
        for (packet, _, duration) in samples {
            out.put_u32(*duration);
            out.put_u32(packet.data.len() as u32);
            out.put_u32(if packet.key { KEY } else { NO_KEY });
        }
    });
    offset
}
