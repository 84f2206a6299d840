use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::super::artnet::{Decoded, PollReply, Style, decode, poll_reply};
use super::hex;

#[track_caller]
fn read(packet: &[u8]) -> PollReply {
    match decode(packet) {
        Some(Decoded::PollReply(reply)) => *reply,
        other => panic!("{other:?}"),
    }
}

fn node() -> PollReply {
    PollReply {
        ip: Ipv4Addr::new(192, 168, 1, 9),
        mac: [2, 3, 4, 5, 6, 7],
        short_name: "Marquee".to_owned(),
        long_name: "Marquee, stage left".to_owned(),
        report: "#0001 [1] ready".to_owned(),
        style: Style::Node,
        bind_index: 2,
        outputs: [Some(0x1230), Some(0x1231), None, None],
        inputs: [None, None, None, Some(0x123f)],
    }
}

#[test]
fn everything_stands_where_it_belongs() {
    #[track_caller]
    fn check(at: usize, golden: &str) {
        let (packet, golden) = (poll_reply(&node()), hex(golden));
        assert_eq!(packet[at..at + golden.len()], golden);
    }
    check(0, "4172742d4e657400 0021 c0a80109 3619 0000 12 03 00ff 00 00 0000 4d617271756565 00");
    check(44, "4d617271756565 2c");
    check(108, "2330303031");
    check(172, "0004 80800040 00000080 80800000 0000000f 00010000 000000 000000 00 020304050607 c0a80109 02 08");
    check(213, &"00".repeat(26));
}

#[test]
fn a_reply_is_read_as_it_was_written() {
    assert_eq!(read(&poll_reply(&node())), node());
    let silent = PollReply { style: Style::Controller, ..PollReply::default() };
    assert_eq!(read(&poll_reply(&silent)), silent);
}

#[test]
fn ports_that_belong_into_another_reply_are_left_out() {
    let outputs = [Some(0x0f), Some(0x10), None, None];
    let reply = read(&poll_reply(&PollReply { outputs, ..PollReply::default() }));
    assert_eq!(reply.outputs, [Some(0x0f), None, None, None]);
}

#[test]
fn the_short_replies_of_old_are_read_too() {
    let packet = poll_reply(&node());
    assert_eq!(read(&packet[..207]), PollReply { bind_index: 0, ..node() });
    assert_eq!(decode(&packet[..206]), None);
}

proptest! {
    #[test]
    fn any_node_is_read_as_it_was_written(
        ip: [u8; 4], mac: [u8; 6], short_name in "[a-zü]{0,8}", long_name in "[ -~]{0,63}", style: u8, bind_index: u8,
        above in 0u16..0x800, outputs: [Option<u8>; 4], inputs: [Option<u8>; 4],
    ) {
        let ports = |ports: [Option<u8>; 4]| ports.map(|port| port.map(|port| above << 4 | u16::from(port & 0x0f)));
        let node = PollReply {
            ip: ip.into(),
            mac,
            short_name,
            long_name,
            report: String::new(),
            style: if style == 1 { Style::Controller } else { Style::Node },
            bind_index,
            outputs: ports(outputs),
            inputs: ports(inputs),
        };
        prop_assert_eq!(read(&poll_reply(&node)), node);
    }
}
