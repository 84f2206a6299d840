//! What others read of what we write, where they are right.

use ::artnet_protocol::ArtCommand;
use ::ddp_rs::packet::PacketRef;
use ::ddp_rs::protocol::{FrameBuilder, ID, PixelConfig};
use ::sacn::packet::{AcnRootLayerProtocol, E131RootLayerData};
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::artnet::{self, ArtNet, PollReply, Style, poll_packet, poll_reply};
use super::super::ddp::{self, Ddp};
use super::super::sacn::{self, Sacn, Sequence};
use super::packets;

/// What another writes of what it read: the same, or one of us is wrong.
#[track_caller]
fn written_again(packet: &[u8]) {
    assert_eq!(AcnRootLayerProtocol::parse(packet).unwrap().pack_alloc().unwrap(), packet);
}

proptest! {
    #[test]
    fn sacn_reads_our_universes(data in vec(any::<u8>(), 1..2_000), channels in 1u16..=512, universe in 1u16..60_000, cid: [u8; 16]) {
        let mut ours = Sacn { channels_per_universe: channels, sync_universe: 9, ..Sacn::new(cid, "Bühne".to_owned(), universe) };
        let sent = packets(|packets| (0..2).for_each(|_| ours.encode(&data, packets)));
        let blocks = ours.universes_for(data.len());
        for (index, packet) in sent.iter().enumerate() {
            written_again(packet);
            let read = AcnRootLayerProtocol::parse(packet).unwrap().pdu;
            prop_assert_eq!(read.cid.as_bytes(), &cid);
            let E131RootLayerData::DataPacket(frame) = read.data else { panic!("no data") };
            let part = data.chunks(usize::from(channels)).nth(index % blocks).unwrap();
            prop_assert_eq!((frame.source_name.as_ref(), frame.priority), ("Bühne", 100));
            prop_assert_eq!((frame.universe, frame.synchronization_address), (universe + (index % blocks) as u16, 9));
            prop_assert_eq!(usize::from(frame.sequence_number), index / blocks);
            prop_assert_eq!(&frame.data.property_values[1..], part);
            prop_assert_eq!(frame.data.property_values[0], 0);
        }
    }

    #[test]
    fn sacn_reads_what_else_we_send(universes in vec(1u16..=63_999, 0..1_200), sync_universe in 1u16..=63_999) {
        let mut ours = Sacn { sync_universe, ..Sacn::new([5; 16], "list".to_owned(), 1) };
        let sorted: Vec<u16> = { let mut all = universes; all.sort_unstable(); all.dedup(); all };
        let mut told = Vec::new();
        for packet in packets(|packets| ours.discovery(&sorted, packets)) {
            written_again(&packet);
            let E131RootLayerData::UniverseDiscoveryPacket(frame) = AcnRootLayerProtocol::parse(&packet).unwrap().pdu.data else {
                panic!("no discovery")
            };
            told.extend_from_slice(&frame.data.universes);
        }
        prop_assert_eq!(told, sorted);
        let sync = packets(|packets| ours.sync_packet(packets)).remove(0);
        written_again(&sync);
        let E131RootLayerData::SynchronizationPacket(frame) = AcnRootLayerProtocol::parse(&sync).unwrap().pdu.data else {
            panic!("no sync")
        };
        prop_assert_eq!((frame.sequence_number, frame.synchronization_address), (0, sync_universe));
    }

    /// But for lengths of layers: where one is too short, theirs ends the program.
    #[test]
    fn what_sacn_takes_we_take_too(changes in vec((0usize..129, any::<u8>()), 0..4)) {
        let mut ours = Sacn::new([5; 16], "list".to_owned(), 1);
        let mut bytes = packets(|packets| ours.encode(&[1, 2, 3], packets)).remove(0);
        for (at, byte) in changes.into_iter().filter(|(at, _)| ![16, 17, 38, 39, 115, 116].contains(at)) {
            bytes[at] = byte;
        }
        let theirs = AcnRootLayerProtocol::parse(&bytes).map(|read| read.pdu.data);
        if let Ok(E131RootLayerData::DataPacket(theirs)) = theirs {
            let Some(sacn::Decoded::Data(ours)) = sacn::decode(&bytes) else { panic!("{bytes:?}") };
            prop_assert_eq!((ours.universe, ours.priority), (theirs.universe, theirs.priority));
            prop_assert_eq!((ours.preview, ours.terminated), (theirs.preview_data, theirs.stream_terminated));
            prop_assert_eq!(ours.data, theirs.data.property_values.get(1..).unwrap_or_default());
        }
    }

    /// They number each packet, up to 16, and call the pixels something that some receivers do not know.
    #[test]
    fn ddp_rs_splits_as_we_do(data in vec(any::<u8>(), 1..6_000)) {
        let mut theirs = Vec::new();
        let mut builder = FrameBuilder::new(PixelConfig::default(), ID::Default);
        builder.for_each_frame(&data, 0, &mut [0; 1500], |frame| { theirs.push(frame.to_vec()); Ok::<(), ()>(()) }).unwrap();
        let ours = packets(|packets| Ddp::new(false).encode(&data, packets));
        prop_assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            prop_assert_eq!(ours[0], theirs[0]);
            prop_assert_eq!(&ours[3..], &theirs[3..]);
            let (read, known) = (PacketRef::from_bytes(ours).unwrap(), ddp::decode(theirs).unwrap());
            prop_assert_eq!((read.header.packet_type.push, read.header.offset as usize), (known.push, known.offset));
            prop_assert_eq!(read.data, known.data);
            prop_assert!(!known.rgbw);
        }
    }

    #[test]
    fn artnet_protocol_reads_our_universes(data in vec(any::<u8>(), 1..2_000), channels in 1u16..=512, universe in 0u16..0x7000) {
        let mut ours = ArtNet { channels_per_universe: channels, ..ArtNet::new(universe) };
        let sent = packets(|packets| ours.encode(&data, packets));
        for ((packet, part), address) in sent.iter().zip(data.chunks(usize::from(channels))).zip(universe..) {
            let ArtCommand::Output(read) = ArtCommand::from_buffer(packet).unwrap() else { panic!("no slots") };
            prop_assert_eq!((u16::from(read.port_address), read.sequence), (address, 1));
            prop_assert!(read.data.as_ref().starts_with(part));
            prop_assert_eq!(&ArtCommand::Output(read).write_to_buffer().unwrap(), packet);
        }
    }
}

#[test]
fn artnet_protocol_reads_our_poll_and_our_reply() {
    assert!(matches!(ArtCommand::from_buffer(&poll_packet()), Ok(ArtCommand::Poll(_))));
    let node = PollReply {
        ip: [10, 0, 0, 7].into(),
        mac: [1, 2, 3, 4, 5, 6],
        short_name: "short".to_owned(),
        long_name: "long".to_owned(),
        report: "#0001 [1] ready".to_owned(),
        style: Style::Controller,
        bind_index: 3,
        outputs: [Some(0x0125), None, None, None],
        inputs: [None, Some(0x0126), None, None],
    };
    let packet = poll_reply(&node);
    let Ok(ArtCommand::PollReply(read)) = ArtCommand::from_buffer(&packet) else { panic!("no reply") };
    assert_eq!((read.address, read.port, read.port_address), (node.ip, 6454, [1, 2]));
    assert!(read.short_name.starts_with(b"short\0") && read.long_name.starts_with(b"long\0"));
    assert!(read.node_report.starts_with(b"#0001 [1] ready\0"));
    assert_eq!((read.num_ports, read.port_types), ([0, 2], [0x80, 0x40, 0, 0]));
    assert_eq!((read.swout, read.swin), ([5, 0, 0, 0], [0, 6, 0, 0]));
    assert_eq!((read.good_output, read.good_input), ([0x80, 0, 0, 0], [0, 0x80, 0, 0]));
    assert_eq!((read.style, read.mac, read.bind_index, read.status_2), (1, node.mac, 3, 8));
    assert_eq!(read.bind_ip, [10, 0, 0, 7]);
    let again = ArtCommand::PollReply(read).write_to_buffer().unwrap();
    assert_eq!(again, packet);
    assert_eq!(artnet::decode(&again), Some(artnet::Decoded::PollReply(Box::new(node))));
}

#[test]
fn a_stream_of_sacn_is_in_order_for_our_sequence() {
    let mut ours = Sacn::new([5; 16], "list".to_owned(), 1);
    let mut sequence = Sequence::default();
    for _ in 0..300 {
        let packet = packets(|packets| ours.encode(&[1], packets)).remove(0);
        let E131RootLayerData::DataPacket(read) = AcnRootLayerProtocol::parse(&packet).unwrap().pdu.data else {
            panic!("no data")
        };
        assert!(sequence.accepts(read.sequence_number));
        assert!(!sequence.accepts(read.sequence_number), "twice");
    }
}
