//! From bytes to datagrams: 16 fixtures of 1,024 RGB pixels, ours into one buffer that all datagrams of a frame are sent from with
//! one call.

use std::borrow::Cow;
use std::hint::black_box;

use artnet_protocol::{ArtCommand, Output, PortAddress};
use ddp_rs::protocol::{FrameBuilder, ID, PixelConfig};
use marquee::wire::artnet::ArtNet;
use marquee::wire::ddp::Ddp;
use marquee::wire::packets::Packets;
use marquee::wire::sacn::{DEFAULT_PRIORITY, Sacn};
use sacn::packet::{AcnRootLayerProtocol, DataPacketDmpLayer, DataPacketFramingLayer, E131RootLayer, E131RootLayerData};
use x39::packet::{Packet, Payload};

use crate::material::{ZONES, bytes, pixels};
use crate::measure::{beside, work};

const CID: [u8; 16] = [7; 16];
const NAME: &str = "Marquee";
/// 170 pixels in each universe.
const SLOTS: usize = 510;
/// From one fixture's first universe to the next one's.
const UNIVERSES: u16 = 7;
const MOST: usize = 1_500;

/// Of each fixture.
fn frames() -> Vec<Vec<u8>> {
    pixels(1).iter().map(|pixels| bytes(std::slice::from_ref(pixels))).collect()
}

/// The first universe of each fixture.
fn universes() -> impl Iterator<Item = u16> {
    (0..ZONES as u16).map(|fixture| 1 + fixture * UNIVERSES)
}

pub fn table() {
    let ddp = (0..ZONES).map(|_| Ddp::new(false)).collect();
    beside(
        work("encode: DDP, 48 packets", ours(ddp, Ddp::encode)),
        [work("  ddp-rs FrameBuilder: each packet in the same scratch", by_ddp_rs())],
    );
    let sacn = universes().map(|universe| Sacn::new(CID, NAME.to_owned(), universe)).collect();
    beside(
        work("encode: sACN, 112 packets", ours(sacn, Sacn::encode)),
        [
            work("  sacn pack: each packet in the same scratch", by_sacn()),
            work("  x39-sacn serialize: each packet in the same scratch", by_x39_sacn()),
        ],
    );
    let artnet = universes().map(ArtNet::new).collect();
    beside(
        work("encode: Art-Net, 112 packets", ours(artnet, ArtNet::encode)),
        [work("  artnet_protocol write_to_buffer: new buffers for each packet", by_artnet_protocol())],
    );
}

fn ours<E>(mut encoders: Vec<E>, encode: fn(&mut E, &[u8], &mut Packets)) -> impl FnMut() {
    let frames = frames();
    let mut packets: Vec<Packets> = (0..ZONES).map(|_| Packets::new()).collect();
    move || {
        for ((encoder, frame), packets) in encoders.iter_mut().zip(&frames).zip(&mut packets) {
            packets.clear();
            encode(encoder, frame, packets);
        }
        black_box(&packets);
    }
}

fn by_ddp_rs() -> impl FnMut() {
    let frames = frames();
    let mut builders: Vec<FrameBuilder> =
        (0..ZONES).map(|_| FrameBuilder::new(PixelConfig::default(), ID::Default)).collect();
    let mut scratch = [0; MOST];
    move || {
        for (builder, frame) in builders.iter_mut().zip(&frames) {
            let sent = |packet: &[u8]| {
                black_box(packet);
                Ok::<(), ()>(())
            };
            builder.for_each_frame(frame, 0, &mut scratch, sent).expect("nothing fails");
        }
    }
}

/// Calls `packet` for each packet of all fixtures, with its universe and its slots.
fn each(frames: &[Vec<u8>], mut packet: impl FnMut(u16, &[u8])) {
    for (frame, first) in frames.iter().zip(universes()) {
        frame.chunks(SLOTS).zip(first..).for_each(|(slots, universe)| packet(universe, slots));
    }
}

/// Of sACN.
fn one_packet() -> Vec<u8> {
    let mut packets = Packets::new();
    Sacn::new(CID, NAME.to_owned(), 1).encode(&[0; SLOTS], &mut packets);
    packets.get(0).expect("a packet").to_vec()
}

fn by_sacn() -> impl FnMut() {
    let frames = frames();
    let cid = AcnRootLayerProtocol::parse(&one_packet()).expect("a packet").pdu.cid;
    let (mut values, mut out, mut sequence) = (Vec::new(), [0; MOST], 0_u8);
    move || {
        sequence = sequence.wrapping_add(1);
        each(&frames, |universe, slots| {
            // It wants the start code and the slots in one piece.
            values.clear();
            values.push(0);
            values.extend_from_slice(slots);
            let data = DataPacketFramingLayer {
                source_name: Cow::Borrowed(NAME),
                priority: DEFAULT_PRIORITY,
                synchronization_address: 0,
                sequence_number: sequence,
                preview_data: false,
                stream_terminated: false,
                force_synchronization: false,
                universe,
                data: DataPacketDmpLayer { property_values: Cow::Borrowed(&values) },
            };
            let pdu = E131RootLayer { cid, data: E131RootLayerData::DataPacket(data) };
            AcnRootLayerProtocol { pdu }.pack(&mut out).expect("room");
            black_box(&out);
        });
    }
}

fn by_x39_sacn() -> impl FnMut() {
    let frames = frames();
    // Its packets can be changed, but not made by others: this is one of ours.
    let first = one_packet();
    let mut out = [0; MOST];
    move || {
        let packet = Packet::parse(&first).expect("a packet");
        each(&frames, |universe, slots| {
            let mut packet = packet;
            if let Payload::Data(data) = &mut packet.payload {
                data.universe = universe;
                data.values = slots;
            }
            black_box(packet.serialize(&mut out).expect("room"));
            black_box(&out);
        });
    }
}

fn by_artnet_protocol() -> impl FnMut() {
    let frames = frames();
    let mut sequence = 0_u8;
    move || {
        sequence = sequence % u8::MAX + 1;
        each(&frames, |universe, slots| {
            let port_address = PortAddress::try_from(universe).expect("a port address");
            let output = Output { sequence, port_address, data: slots.to_vec().into(), ..Output::default() };
            black_box(ArtCommand::Output(output).write_to_buffer().expect("a packet"));
        });
    }
}
