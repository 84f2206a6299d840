//! MPEG transport streams (ISO/IEC 13818-1): one program of H.264 and AAC, in pieces that follow each other without a break.

use bytes::{BufMut, Bytes, BytesMut};

use super::{SOUND_TICKS, VIDEO_TICKS, ticks};
use crate::frame::encoded::{Headers, Packet, Track};
use crate::show::time::ShowTime;

const PACKET: usize = 188;
const TABLES: u16 = 0;
const MAP: u16 = 0x1000;
const VIDEO: u16 = 0x100;
const SOUND: u16 = 0x101;
/// The clock runs this much behind the presentation times: a fifth of a second to fill a decoder.
const LEAD: u64 = 18_000;
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// Counts the packets of each kind on, from one piece to the next.
#[derive(Default)]
pub struct TsWriter {
    counters: [u8; 4],
}

/// What goes with the first packet of a piece of media.
#[derive(Clone, Copy, Default)]
struct Mark {
    clock: Option<u64>,
    is_key: bool,
}

impl TsWriter {
    /// `packets` in the order of their coming; the first of the video is a key frame.
    pub fn piece(&mut self, headers: &Headers, packets: &[impl AsRef<Packet>], base: ShowTime) -> Bytes {
        let size = packets.iter().map(|packet| packet.as_ref().data.len() + 2 * PACKET).sum::<usize>();
        let mut out = BytesMut::with_capacity(size + size / 20);
        self.section(&mut out, TABLES, &association());
        self.section(&mut out, MAP, &map());
        for packet in packets.iter().map(AsRef::as_ref) {
            match packet.track {
                Track::Video => {
                    let time = ticks(Track::Video, packet.at, base);
                    let content = pes(0xe0, time, &annex_b(headers, packet));
                    let mark = Mark { clock: Some(time.saturating_sub(LEAD)), is_key: packet.key };
                    self.media(&mut out, VIDEO, &content, mark);
                }
                Track::Audio => {
                    let samples = ticks(Track::Audio, packet.at, base);
                    let time = samples * u64::from(VIDEO_TICKS) / u64::from(SOUND_TICKS);
                    self.media(&mut out, SOUND, &pes(0xc0, time, &adts(headers, packet)), Mark::default());
                }
            }
        }
        out.freeze()
    }

    fn count(&mut self, pid: u16) -> u8 {
        let counter = match pid {
            TABLES => &mut self.counters[0],
            MAP => &mut self.counters[1],
            VIDEO => &mut self.counters[2],
            _ => &mut self.counters[3],
        };
        let count = *counter;
        *counter = (count + 1) & 0x0f;
        count
    }

    /// A table: it fits into one packet.
    fn section(&mut self, out: &mut BytesMut, pid: u16, section: &[u8]) {
        let end = out.len() + PACKET;
        out.put_u8(0x47);
        out.put_u16(0x4000 | pid);
        out.put_u8(0x10 | self.count(pid));
        out.put_u8(0);
        out.put_slice(section);
        out.put_u32(checksum(section));
        out.resize(end, 0xff);
    }

    fn media(&mut self, out: &mut BytesMut, pid: u16, content: &[u8], mark: Mark) {
        let mut rest = content;
        let mut is_first = true;
        while !rest.is_empty() {
            let fields = if is_first { fields_of(mark) } else { Vec::new() };
            let room = PACKET - 4 - if fields.is_empty() { 0 } else { 1 + fields.len() };
            let taken = rest.len().min(room);
            out.put_u8(0x47);
            out.put_u16(if is_first { 0x4000 } else { 0 } | pid);
            let has_fields = !fields.is_empty() || taken < room;
            out.put_u8(if has_fields { 0x30 } else { 0x10 } | self.count(pid));
            if has_fields {
                fill(out, &fields, PACKET - 4 - taken);
            }
            out.put_slice(&rest[..taken]);
            rest = &rest[taken..];
            is_first = false;
        }
    }
}

/// An adaptation field of `length` bytes in all, with nothing after `fields`.
fn fill(out: &mut BytesMut, fields: &[u8], length: usize) {
    // At most 183.
    out.put_u8((length - 1) as u8);
    if length > 1 {
        let fields = if fields.is_empty() { &[0][..] } else { fields };
        out.put_slice(fields);
        out.put_bytes(0xff, length - 1 - fields.len());
    }
}

fn fields_of(mark: Mark) -> Vec<u8> {
    let Some(clock) = mark.clock else { return Vec::new() };
    let clock = clock & 0x1_ffff_ffff;
    let mut fields = vec![0x10 | if mark.is_key { 0x40 } else { 0 }];
    // 33 bits of 90 kHz, six that are reserved, and nine finer ones that stay 0.
    fields.extend_from_slice(&((clock as u32 >> 1) | ((clock >> 32) as u32) << 31).to_be_bytes());
    fields.extend_from_slice(&[(((clock & 1) as u8) << 7) | 0x7e, 0]);
    fields
}

fn pes(stream: u8, time: u64, content: &[u8]) -> Vec<u8> {
    let time = time & 0x1_ffff_ffff;
    let mut out = Vec::with_capacity(content.len() + 14);
    out.extend_from_slice(&[0, 0, 1, stream]);
    // Pictures may be longer than the field can say.
    let length = if stream == 0xe0 { 0 } else { u16::try_from(content.len() + 8).unwrap_or(0) };
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&[0x80, 0x80, 5]);
    out.push(0x21 | ((time >> 29) as u8 & 0x0e));
    out.extend_from_slice(&(((time >> 14) as u16 & 0xfffe) | 1).to_be_bytes());
    out.extend_from_slice(&(((time << 1) as u16 & 0xfffe) | 1).to_be_bytes());
    out.extend_from_slice(content);
    out
}

/// With start codes in place of lengths, and before a key frame what a decoder must know.
fn annex_b(headers: &Headers, packet: &Packet) -> Vec<u8> {
    let mut out = Vec::with_capacity(packet.data.len() + 128);
    out.extend_from_slice(&[0, 0, 0, 1, 0x09, 0xf0]);
    if packet.key {
        for set in parameter_sets(&headers.avc_config) {
            out.extend_from_slice(&START_CODE);
            out.extend_from_slice(set);
        }
    }
    let mut rest = &packet.data[..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = (u32::from_be_bytes(*length) as usize).min(after.len());
        let (unit, next) = after.split_at(length);
        // The access unit delimiter stands there already.
        if unit.first().is_some_and(|kind| kind & 0x1f != 9) {
            out.extend_from_slice(&START_CODE);
            out.extend_from_slice(unit);
        }
        rest = next;
    }
    out
}

/// Those of an avcC record.
fn parameter_sets(config: &[u8]) -> Vec<&[u8]> {
    let mut sets = Vec::new();
    let mut rest = config.get(5..).unwrap_or(&[]);
    for mask in [0x1f, 0xff] {
        let Some((count, mut after)) = rest.split_first() else { break };
        for _ in 0..count & mask {
            let Some((length, tail)) = after.split_first_chunk::<2>() else { return sets };
            let length = usize::from(u16::from_be_bytes(*length)).min(tail.len());
            sets.push(&tail[..length]);
            after = &tail[length..];
        }
        rest = after;
    }
    sets
}

/// With the header that says what an AudioSpecificConfig would.
fn adts(headers: &Headers, packet: &Packet) -> Vec<u8> {
    let config = [0, 1].map(|index| headers.aac_config.get(index).copied().unwrap_or(0));
    let config = u16::from_be_bytes(config);
    let (profile, rate, channels) = ((config >> 11).saturating_sub(1) & 3, config >> 7 & 0x0f, config >> 3 & 7);
    let length = packet.data.len() as u32 + 7;
    let mut out = Vec::with_capacity(packet.data.len() + 7);
    out.extend_from_slice(&[0xff, 0xf1]);
    out.push((profile << 6 | rate << 2 | channels >> 2) as u8);
    out.push(((channels & 3) << 6) as u8 | (length >> 11) as u8 & 3);
    out.extend_from_slice(&[(length >> 3) as u8, ((length & 7) << 5) as u8 | 0x1f, 0xfc]);
    out.extend_from_slice(&packet.data);
    out
}

fn association() -> [u8; 12] {
    [0x00, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0 | (MAP >> 8) as u8, MAP as u8]
}

fn map() -> [u8; 22] {
    let pid = |pid: u16| [0xe0 | (pid >> 8) as u8, pid as u8];
    let ([v, w], [s, t]) = (pid(VIDEO), pid(SOUND));
    [0x02, 0xb0, 23, 0, 1, 0xc1, 0, 0, v, w, 0xf0, 0, 0x1b, v, w, 0xf0, 0, 0x0f, s, t, 0xf0, 0]
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| if sum >> 31 == 1 { sum << 1 ^ 0x04c1_1db7 } else { sum << 1 })
    })
}
