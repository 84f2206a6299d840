//! E1.31, which people call sACN: universes of DMX slots, numbered from 1, each with its own sequence.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use super::packets::Packets;
use super::{name, number, slots, whole_pixels};

pub const PORT: u16 = 5568;
pub const UNIVERSES: RangeInclusive<u16> = 1..=63_999;
/// Where sources tell every ten seconds which universes they send.
pub const DISCOVERY_UNIVERSE: u16 = 64_214;
pub const DEFAULT_PRIORITY: u8 = 100;

const MOST_PRIORITY: u8 = 200;
/// Sizes of the preamble and of what would come after, then the protocol's name.
const PREAMBLE: [u8; 16] = *b"\0\x10\0\0ASC-E1.17\0\0\0";
const ROOT_DATA: u32 = 4;
const ROOT_EXTENDED: u32 = 8;
const FRAME_DATA: u32 = 2;
const FRAME_SYNC: u32 = 1;
const FRAME_DISCOVERY: u32 = 2;
const DISCOVERY_LIST: u32 = 1;
/// Set a property, of so many bits, from the first on, one after the other.
const DMP: [u8; 6] = [0x02, 0xa1, 0, 0, 0, 1];
const PREVIEW: u8 = 0x80;
const TERMINATED: u8 = 0x40;
const FORCE_SYNC: u8 = 0x20;
/// Of a page of universe discovery.
const PAGE: usize = 512;

/// One source of consecutive universes.
#[derive(Clone, Debug)]
pub struct Sacn {
    /// Who sends: the same for all of a server's sources, for as long as it lives.
    pub cid: [u8; 16],
    /// For people; at most 63 bytes of it are sent.
    pub name: String,
    /// 0 to 200.
    pub priority: u8,
    /// The first; blocks that would get a number beyond `UNIVERSES` are not sent.
    pub universe: u16,
    /// At most 512. Most controllers expect `whole_pixels`, others 512 and every 171st pixel of three channels split.
    pub channels_per_universe: u16,
    /// Receivers wait for `sync_packet` on this universe; 0 if they show at once.
    pub sync_universe: u16,
    pub(crate) sequences: Vec<u8>,
    pub(crate) sync_sequence: u8,
}

impl Sacn {
    pub fn new(cid: [u8; 16], name: String, universe: u16) -> Self {
        Self {
            cid,
            name,
            priority: DEFAULT_PRIORITY,
            universe,
            channels_per_universe: whole_pixels(3),
            sync_universe: 0,
            sequences: Vec::new(),
            sync_sequence: 0,
        }
    }

    /// How many universes so many bytes take.
    pub fn universes_for(&self, len: usize) -> usize {
        len.div_ceil(slots(self.channels_per_universe)).min(usize::from(u16::MAX))
    }

    /// Those that something was sent to.
    pub fn universes(&self) -> impl Iterator<Item = u16> {
        (self.universe..=*UNIVERSES.end()).take(self.sequences.len())
    }

    pub fn encode(&mut self, data: &[u8], packets: &mut Packets) {
        let universes = self.universes_for(data.len()).max(self.sequences.len());
        self.sequences.resize(universes, 0);
        for (block, part) in data.chunks(slots(self.channels_per_universe)).enumerate() {
            self.add(block, 0, part, packets);
        }
    }

    /// Tells receivers that nothing more will come, three times, for each universe that something was sent to.
    pub fn terminate(&mut self, packets: &mut Packets) {
        for _ in 0..3 {
            for block in 0..self.sequences.len() {
                self.add(block, TERMINATED, &[], packets);
            }
        }
    }

    fn add(&mut self, block: usize, options: u8, part: &[u8], packets: &mut Packets) {
        let universe = u16::try_from(block).ok().and_then(|block| self.universe.checked_add(block));
        let Some(universe) = universe.filter(|universe| UNIVERSES.contains(universe)) else { return };
        let Some(next) = self.sequences.get_mut(block) else { return };
        let sequence = *next;
        *next = next.wrapping_add(1);
        packets.add(|out| self.data_packet(universe, sequence, options, part, out));
    }

    fn data_packet(&self, universe: u16, sequence: u8, options: u8, part: &[u8], out: &mut Vec<u8>) {
        self.root(ROOT_DATA, 88 + part.len(), out);
        layer(88 + part.len(), FRAME_DATA, out);
        out.extend_from_slice(&name::field::<64>(&self.name));
        out.push(self.priority.min(MOST_PRIORITY));
        out.extend_from_slice(&self.sync().unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&[sequence, options]);
        out.extend_from_slice(&universe.to_be_bytes());
        out.extend_from_slice(&flagged(11 + part.len()));
        out.extend_from_slice(&DMP);
        // the start code is a slot too
        let count = u16::try_from(part.len() + 1).unwrap_or(0);
        out.extend_from_slice(&count.to_be_bytes());
        out.push(0);
        out.extend_from_slice(part);
    }

    /// Shows what has been sent since the last; none without a `sync_universe`.
    pub fn sync_packet(&mut self, packets: &mut Packets) {
        let Some(universe) = self.sync() else { return };
        packets.add(|out| {
            self.root(ROOT_EXTENDED, 11, out);
            layer(11, FRAME_SYNC, out);
            out.push(self.sync_sequence);
            out.extend_from_slice(&universe.to_be_bytes());
            out.extend_from_slice(&[0, 0]);
        });
        self.sync_sequence = self.sync_sequence.wrapping_add(1);
    }

    /// Whoever is told to wait for a universe that cannot be would wait for ever.
    fn sync(&self) -> Option<u16> {
        Some(self.sync_universe).filter(|universe| UNIVERSES.contains(universe))
    }

    /// For `multicast(DISCOVERY_UNIVERSE)`: all universes that are sent with this `cid`, in ascending order.
    pub fn discovery(&self, universes: &[u16], packets: &mut Packets) {
        let pages = universes.len().div_ceil(PAGE).clamp(1, 256);
        let last = u8::try_from(pages - 1).unwrap_or(u8::MAX);
        for page in 0..=last {
            let list = universes.get(usize::from(page) * PAGE..).unwrap_or_default();
            let list = list.get(..PAGE).unwrap_or(list);
            packets.add(|out| self.discovery_page(page, last, list, out));
        }
    }

    fn discovery_page(&self, page: u8, last: u8, list: &[u16], out: &mut Vec<u8>) {
        let length = 8 + 2 * list.len();
        self.root(ROOT_EXTENDED, 74 + length, out);
        layer(74 + length, FRAME_DISCOVERY, out);
        out.extend_from_slice(&name::field::<64>(&self.name));
        out.extend_from_slice(&[0; 4]);
        layer(length, DISCOVERY_LIST, out);
        out.extend_from_slice(&[page, last]);
        out.extend(list.iter().flat_map(|universe| universe.to_be_bytes()));
    }

    /// What every packet begins with; `rest` bytes come after it.
    fn root(&self, vector: u32, rest: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&PREAMBLE);
        layer(22 + rest, vector, out);
        out.extend_from_slice(&self.cid);
    }
}

/// The group of those who listen to a universe.
pub fn multicast(universe: u16) -> Ipv4Addr {
    let [high, low] = universe.to_be_bytes();
    Ipv4Addr::new(239, 255, high, low)
}

fn layer(length: usize, vector: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&flagged(length));
    out.extend_from_slice(&vector.to_be_bytes());
}

/// A length of 12 bits under the flags that all layers have.
fn flagged(length: usize) -> [u8; 2] {
    let length = u16::try_from(length).unwrap_or(0) & 0x0fff;
    (0x7000 | length).to_be_bytes()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    Data(Data<'a>),
    Sync { cid: [u8; 16], sequence: u8, universe: u16 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data<'a> {
    pub cid: [u8; 16],
    name: &'a [u8],
    pub priority: u8,
    /// 0 to show it at once.
    pub sync_universe: u16,
    pub sequence: u8,
    /// Not for the stage: only whoever shows previews wants it.
    pub preview: bool,
    /// The source ends; the data mean nothing.
    pub terminated: bool,
    /// Show at once if synchronisation is lost, instead of waiting for it.
    pub force_sync: bool,
    pub universe: u16,
    /// Anything but 0 is no light: text, or priorities of single slots.
    pub start_code: u8,
    pub data: &'a [u8],
}

impl Data<'_> {
    pub fn name(&self) -> String {
        name::read(self.name)
    }
}

/// `None` for what is neither slots nor synchronisation, and for what is shorter than it says.
pub fn decode(packet: &[u8]) -> Option<Decoded<'_>> {
    let rest = packet.strip_prefix(&PREAMBLE)?;
    let (root, rest) = vector(rest)?;
    let (cid, rest) = rest.split_first_chunk()?;
    let (frame, rest) = vector(rest)?;
    match (root, frame) {
        (ROOT_DATA, FRAME_DATA) => data(*cid, rest).map(Decoded::Data),
        (ROOT_EXTENDED, FRAME_SYNC) => {
            let universe = number(rest, 1).filter(|universe| UNIVERSES.contains(universe))?;
            Some(Decoded::Sync { cid: *cid, sequence: *rest.first()?, universe })
        }
        _ => None,
    }
}

/// Of a layer. Its length is not asked for: that of the slots says the same.
fn vector(layer: &[u8]) -> Option<(u32, &[u8])> {
    let (vector, rest) = layer.get(2..)?.split_first_chunk()?;
    Some((u32::from_be_bytes(*vector), rest))
}

fn data(cid: [u8; 16], frame: &[u8]) -> Option<Data<'_>> {
    let (name, rest) = frame.split_at_checked(64)?;
    let ([priority, _, _, sequence, options, _, _], dmp) = rest.split_first_chunk()?;
    let properties = dmp.get(2..)?.strip_prefix(&DMP)?;
    let count = number(properties, 0).filter(|count| *count <= super::SLOTS + 1)?;
    let values = properties.get(2..)?.get(..usize::from(count))?;
    let (start_code, data) = values.split_first().unwrap_or((&0, &[]));
    Some(Data {
        cid,
        name,
        priority: (*priority).min(MOST_PRIORITY),
        // one that there can not be would be waited for in vain
        sync_universe: number(rest, 1).map(|universe| if UNIVERSES.contains(&universe) { universe } else { 0 })?,
        sequence: *sequence,
        preview: options & PREVIEW != 0,
        terminated: options & TERMINATED != 0,
        force_sync: options & FORCE_SYNC != 0,
        universe: number(rest, 5).filter(|universe| UNIVERSES.contains(universe))?,
        start_code: *start_code,
        data,
    })
}

/// The numbers of one source's packets on one universe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sequence(Option<u8>);

impl Sequence {
    /// False for a packet that comes twice or late. One that is far behind is the source's new beginning.
    pub fn accepts(&mut self, sequence: u8) -> bool {
        let ahead = self.0.map_or(1, |last| sequence.wrapping_sub(last).cast_signed());
        let late = (-19..=0).contains(&ahead);
        if !late {
            self.0 = Some(sequence);
        }
        !late
    }
}
