//! DDP: pixels at a byte offset, and a flag on the last packet of a frame that shows all of it at once.
//!
//! Senders disagree about the byte that names the kind of pixels, so the decoder asks no more of it than WLED does.

use super::number;
use super::packets::Packets;

pub const PORT: u16 = 4048;
/// The id of whatever shows pixels.
pub const DISPLAY: u8 = 1;
/// What fits into a datagram with room to spare: 480 pixels of three channels, 360 of four.
pub const PAYLOAD: usize = 1440;

const HEADER: usize = 10;
const VERSION: u8 = 0x40;
const TIMECODE: u8 = 0x10;
const STORAGE: u8 = 0x08;
const REPLY: u8 = 0x04;
const QUERY: u8 = 0x02;
const PUSH: u8 = 0x01;
/// Control, configuration and status: no pixels.
const NO_PIXELS: [u8; 3] = [246, 250, 251];
/// The field of the type byte that tells which channels there are.
const CHANNELS: u8 = 0x38;
const RGBW: u8 = 0x18;

#[derive(Clone, Debug)]
pub struct Ddp {
    pub id: u8,
    pub rgbw: bool,
    /// Bytes of pixels in a packet, at most `PAYLOAD`: some controllers have room for less.
    pub payload: usize,
    /// Show a frame with its last packet; without it `sync_packet` shows what all devices got.
    pub push: bool,
    pub(crate) sequence: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    pub id: u8,
    /// 1 to 15; 0 if the sender does not count.
    pub sequence: u8,
    pub rgbw: bool,
    /// In bytes.
    pub offset: usize,
    /// Show what has come.
    pub push: bool,
    pub timecode: Option<u32>,
    pub data: &'a [u8],
}

impl Ddp {
    pub fn new(rgbw: bool) -> Self {
        Self { id: DISPLAY, rgbw, payload: PAYLOAD, push: true, sequence: 0 }
    }

    /// All packets of a frame have the same number: receivers that skip what is late would else skip parts of a long strip.
    pub fn encode(&mut self, data: &[u8], packets: &mut Packets) {
        if data.is_empty() {
            return;
        }
        self.sequence = self.sequence % 15 + 1;
        let payload = self.whole_pixels();
        let last = data.len().div_ceil(payload) - 1;
        for (index, part) in data.chunks(payload).enumerate() {
            let push = if self.push && index == last { PUSH } else { 0 };
            let header = self.header(VERSION | push, self.sequence, index * payload, part.len());
            packets.add(|out| {
                out.extend_from_slice(&header);
                out.extend_from_slice(part);
            });
        }
    }

    /// Shows what was sent without `push`, on every device that it is broadcast to. They count apart, so it has no number.
    pub fn sync_packet(&self) -> [u8; HEADER] {
        self.header(VERSION | PUSH, 0, 0, 0)
    }

    fn whole_pixels(&self) -> usize {
        let pixel = if self.rgbw { 4 } else { 3 };
        (self.payload.min(PAYLOAD) / pixel * pixel).max(pixel)
    }

    fn header(&self, flags: u8, sequence: u8, offset: usize, length: usize) -> [u8; HEADER] {
        let [o0, o1, o2, o3] = u32::try_from(offset).unwrap_or(u32::MAX).to_be_bytes();
        let [l0, l1] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        let kind = if self.rgbw { 0x1b } else { 0x0b };
        [flags, sequence, kind, self.id, o0, o1, o2, o3, l0, l1]
    }
}

/// `None` for what brings no pixels and shows none, and for what is shorter than it says.
pub fn decode(packet: &[u8]) -> Option<Decoded<'_>> {
    let ([flags, sequence, kind, id, offset @ .., _, _], rest) = packet.split_first_chunk::<HEADER>()?;
    let (flags, id, push) = (*flags, *id, flags & PUSH != 0);
    let for_storage = flags & STORAGE != 0 && !push;
    if NO_PIXELS.contains(&id) || flags & (QUERY | REPLY) != 0 || for_storage {
        return None;
    }
    let (timecode, rest) = match flags & TIMECODE {
        0 => (None, rest),
        _ => rest.split_first_chunk().map(|(time, rest)| (Some(u32::from_be_bytes(*time)), rest))?,
    };
    Some(Decoded {
        id,
        sequence: sequence & 0x0f,
        rgbw: kind & CHANNELS == RGBW,
        offset: usize::try_from(u32::from_be_bytes(*offset)).ok()?,
        push,
        timecode,
        data: rest.get(..usize::from(number(packet, 8)?))?,
    })
}
