use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::super::Identity;
use super::{feed, packets};
use crate::wire::artnet::{Decoded, PollReply, decode};

fn identity() -> Identity {
    let (short_name, long_name) = ("Marquee".to_owned(), "Marquee on the left".to_owned());
    Identity { ip: Ipv4Addr::new(10, 0, 0, 1), mac: [2, 0, 0, 0, 0, 7], short_name, long_name }
}

fn replies(feeds: &[Value]) -> Vec<PollReply> {
    let feeds: Vec<_> = feeds.iter().map(feed).collect();
    let told = packets(|packets| identity().poll_replies(&feeds, packets));
    let read = |packet: &Vec<u8>| match decode(packet) {
        Some(Decoded::PollReply(reply)) => *reply,
        other => panic!("{other:?}"),
    };
    told.iter().map(read).collect()
}

#[test]
fn each_universe_is_told_once_four_a_reply_at_most() {
    let told = replies(&[
        json!({ "kind": "artnet", "universe": 13, "universes": 9 }),
        json!({ "kind": "artnet", "universe": 32_767, "universes": 1 }),
        json!({ "kind": "ddp" }),
    ]);
    let ports: Vec<Vec<u16>> = told.iter().map(|reply| reply.outputs.iter().flatten().copied().collect()).collect();
    assert_eq!(ports, [vec![13, 14, 15], vec![16, 17, 18, 19], vec![20, 21], vec![32_767]]);
    assert_eq!(told.iter().map(|reply| reply.bind_index).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(
        told.iter().all(|reply| reply.ip == identity().ip && reply.short_name == "Marquee" && reply.mac == identity().mac)
    );
    assert!(told.iter().all(|reply| reply.inputs == [None; 4]));
}

#[test]
fn as_many_universes_as_there_can_be_are_told() {
    let told = replies(&[json!({ "kind": "artnet", "universe": 1, "universes": 512 })]);
    assert_eq!(told.iter().flat_map(|reply| reply.outputs).flatten().collect::<Vec<_>>(), (1..=512).collect::<Vec<u16>>());
    assert!(told.len() < 255);
}

#[test]
fn a_status_is_a_reply_that_says_its_length() {
    let told = packets(|packets| identity().ddp_status(packets)).remove(0);
    assert_eq!(told[..4], [0x45, 0, 0, 251]);
    assert_eq!(usize::from(u16::from_be_bytes([told[8], told[9]])), told.len() - 10);
    let status: Value = serde_json::from_slice(&told[10..]).unwrap();
    assert_eq!((&status["status"]["mod"], &status["status"]["mac"]), (&json!("Marquee"), &json!("02:00:00:00:00:07")));
    assert_eq!(status["status"]["push"], true);
}
