//! Art-Net 4: universes of DMX slots at port addresses, which are numbered from 0, and how devices find one another.

use std::net::Ipv4Addr;

use super::packets::Packets;
use super::{SLOTS, name, number, slots, whole_pixels};

pub const PORT: u16 = 6454;
pub const LAST_PORT_ADDRESS: u16 = 0x7fff;

const ID: [u8; 8] = *b"Art-Net\0";
const VERSION: u16 = 14;
const POLL: u16 = 0x2000;
const POLL_REPLY: u16 = 0x2100;
const DMX: u16 = 0x5000;
const SYNC: u16 = 0x5200;

/// A sender of consecutive port addresses.
#[derive(Clone, Debug)]
pub struct ArtNet {
    /// The first port address, 0 to 32767; blocks that would get a number beyond are not sent.
    pub universe: u16,
    /// At most 512. Most controllers expect `whole_pixels`, others 512 and every 171st pixel of three channels split.
    pub channels_per_universe: u16,
    pub(crate) sequence: u8,
}

impl ArtNet {
    pub fn new(universe: u16) -> Self {
        Self { universe, channels_per_universe: whole_pixels(3), sequence: 0 }
    }

    /// All universes of a frame have its number, from 1 to 255: receivers that skip what is late count each apart.
    pub fn encode(&mut self, data: &[u8], packets: &mut Packets) {
        self.sequence = self.sequence % u8::MAX + 1;
        let addresses = self.universe..=LAST_PORT_ADDRESS;
        for (address, part) in addresses.zip(data.chunks(slots(self.channels_per_universe))) {
            packets.add(|out| dmx_packet(address, self.sequence, part, out));
        }
    }
}

fn dmx_packet(address: u16, sequence: u8, part: &[u8], out: &mut Vec<u8>) {
    let odd = part.len() % 2;
    let length = u16::try_from(part.len() + odd).unwrap_or(SLOTS);
    out.extend_from_slice(&head(DMX));
    out.extend_from_slice(&[sequence, 0]);
    out.extend_from_slice(&address.to_le_bytes());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(part);
    if odd == 1 {
        out.push(0);
    }
}

/// Broadcast after all universes of a frame: shows them at once.
pub fn sync_packet() -> [u8; 14] {
    with_two_zeros(SYNC)
}

/// Asks everyone who they are, with neither later news nor diagnostics.
pub fn poll_packet() -> [u8; 14] {
    with_two_zeros(POLL)
}

fn with_two_zeros(code: u16) -> [u8; 14] {
    let mut packet = [0; 14];
    put(&mut packet, 0, head(code));
    packet
}

/// What every packet but a reply begins with.
fn head(code: u16) -> [u8; 12] {
    let mut head = [0; 12];
    put(&mut head, 0, ID);
    put(&mut head, 8, code.to_le_bytes());
    put(&mut head, 10, VERSION.to_be_bytes());
    head
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Turns Art-Net into light.
    #[default]
    Node,
    Controller,
    /// Anything else, by its number.
    Other(u8),
}

/// What a device tells of itself; one with more than four ports tells it several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollReply {
    pub ip: Ipv4Addr,
    pub mac: [u8; 6],
    /// At most 17 bytes of it are sent.
    pub short_name: String,
    /// At most 63 bytes of it are sent.
    pub long_name: String,
    /// How it does, for people: `#0001 [12] all is well`.
    pub report: String,
    pub style: Style,
    /// Which of several replies this is: 1 for the first.
    pub bind_index: u8,
    /// Port addresses that it turns into light. All ports have their upper eleven bits in common with the first.
    pub outputs: [Option<u16>; 4],
    /// Port addresses that it sends.
    pub inputs: [Option<u16>; 4],
}

impl Default for PollReply {
    fn default() -> Self {
        Self {
            ip: Ipv4Addr::UNSPECIFIED,
            mac: [0; 6],
            short_name: String::new(),
            long_name: String::new(),
            report: String::new(),
            style: Style::Node,
            bind_index: 1,
            outputs: [None; 4],
            inputs: [None; 4],
        }
    }
}

// Where things stand in a reply.
const SHORT_NAME: usize = 26;
const LONG_NAME: usize = 44;
const REPORT: usize = 108;
const PORT_COUNT: usize = 173;
const KINDS: usize = 174;
const INPUTS: usize = 186;
const OUTPUTS: usize = 190;
const STYLE: usize = 200;
const MAC: usize = 201;
const BIND_INDEX: usize = 211;

const OUTPUT: u8 = 0x80;
const INPUT: u8 = 0x40;
/// The manufacturer has no number.
const OEM_UNKNOWN: [u8; 2] = [0x00, 0xff];
/// Port addresses have 15 bits, not 8 as in Art-Net II.
const LONG_ADDRESSES: u8 = 0x08;

/// Ports that do not have the upper bits of the first are left out: they belong into a reply of their own.
pub fn poll_reply(node: &PollReply) -> [u8; 239] {
    let first = node.outputs.iter().chain(&node.inputs).flatten().next().copied().unwrap_or(0) & LAST_PORT_ADDRESS;
    let [net, low] = first.to_be_bytes();
    let mut packet = [0; 239];
    put(&mut packet, 0, ID);
    put(&mut packet, 8, POLL_REPLY.to_le_bytes());
    put(&mut packet, 10, node.ip.octets());
    put(&mut packet, 14, PORT.to_le_bytes());
    put(&mut packet, 18, [net, low >> 4]);
    put(&mut packet, 20, OEM_UNKNOWN);
    put(&mut packet, SHORT_NAME, name::field::<18>(&node.short_name));
    put(&mut packet, LONG_NAME, name::field::<64>(&node.long_name));
    put(&mut packet, REPORT, name::field::<64>(&node.report));
    put_ports(&mut packet, first, node.inputs, INPUT, (178, INPUTS));
    put_ports(&mut packet, first, node.outputs, OUTPUT, (182, OUTPUTS));
    put(&mut packet, STYLE, [node.style.byte()]);
    put(&mut packet, MAC, node.mac);
    put(&mut packet, 207, node.ip.octets());
    put(&mut packet, BIND_INDEX, [node.bind_index, LONG_ADDRESSES]);
    packet
}

/// `good` is where it stands that data flow, `switches` where the lowest bits of the addresses do.
fn put_ports(packet: &mut [u8; 239], first: u16, ports: [Option<u16>; 4], kind: u8, (good, switches): (usize, usize)) {
    for (index, port) in ports.into_iter().enumerate() {
        let Some(port) = port.filter(|port| port >> 4 == first >> 4) else { continue };
        let [count] = take(packet, PORT_COUNT);
        let [kinds] = take(packet, KINDS + index);
        put(packet, PORT_COUNT, [count.max(index as u8 + 1)]);
        put(packet, KINDS + index, [kinds | kind]);
        put(packet, good + index, [0x80]);
        put(packet, switches + index, [port as u8 & 0x0f]);
    }
}

fn put<const N: usize>(packet: &mut [u8], at: usize, bytes: [u8; N]) {
    for (place, byte) in packet.iter_mut().skip(at).zip(bytes) {
        *place = byte;
    }
}

impl Style {
    fn byte(self) -> u8 {
        match self {
            Style::Node => 0,
            Style::Controller => 1,
            Style::Other(number) => number,
        }
    }

    fn from_byte(byte: u8) -> Style {
        match byte {
            0 => Style::Node,
            1 => Style::Controller,
            other => Style::Other(other),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    Dmx(Dmx<'a>),
    /// Someone asks who we are.
    Poll,
    PollReply(Box<PollReply>),
    /// Show what has come.
    Sync,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dmx<'a> {
    pub address: u16,
    /// 1 to 255; 0 if the sender does not count.
    pub sequence: u8,
    pub data: &'a [u8],
}

/// `None` for any other packet, and for what is shorter than it says.
pub fn decode(packet: &[u8]) -> Option<Decoded<'_>> {
    let rest = packet.strip_prefix(&ID)?;
    let (code, rest) = rest.split_first_chunk()?;
    let code = u16::from_le_bytes(*code);
    if code == POLL_REPLY {
        // the first releases ended here
        return (packet.len() >= 207).then(|| Decoded::PollReply(Box::new(reply(packet))));
    }
    let (version, rest) = rest.split_first_chunk()?;
    if u16::from_be_bytes(*version) < VERSION {
        return None;
    }
    match code {
        DMX => dmx(rest).map(Decoded::Dmx),
        POLL if rest.len() >= 2 => Some(Decoded::Poll),
        SYNC => Some(Decoded::Sync),
        _ => None,
    }
}

fn dmx(rest: &[u8]) -> Option<Dmx<'_>> {
    let ([sequence, _, low, net], rest) = rest.split_first_chunk()?;
    let length = number(rest, 0).filter(|length| *length <= SLOTS)?;
    let address = u16::from_le_bytes([*low, *net]) & LAST_PORT_ADDRESS;
    Some(Dmx { address, sequence: *sequence, data: rest.get(2..)?.get(..usize::from(length))? })
}

fn reply(packet: &[u8]) -> PollReply {
    let [net, sub] = take(packet, 18);
    let above = u16::from(net & 0x7f) << 8 | u16::from(sub & 0x0f) << 4;
    let port = |kind: u8, switches: usize, index: usize| {
        let ([kinds], [switch]) = (take(packet, KINDS + index), take(packet, switches + index));
        (kinds & kind != 0).then_some(above | u16::from(switch & 0x0f))
    };
    let [style] = take(packet, STYLE);
    let [bind_index] = take(packet, BIND_INDEX);
    PollReply {
        ip: take::<4>(packet, 10).into(),
        mac: take(packet, MAC),
        short_name: name::read(&take::<18>(packet, SHORT_NAME)),
        long_name: name::read(&take::<64>(packet, LONG_NAME)),
        report: name::read(&take::<64>(packet, REPORT)),
        style: Style::from_byte(style),
        bind_index,
        outputs: std::array::from_fn(|index| port(OUTPUT, OUTPUTS, index)),
        inputs: std::array::from_fn(|index| port(INPUT, INPUTS, index)),
    }
}

/// Zeros for what an old device does not send.
fn take<const N: usize>(packet: &[u8], at: usize) -> [u8; N] {
    packet.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}
