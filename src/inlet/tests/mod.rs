//! Feeds, given packets: ours, those of others, and anything at all.

mod answer;
mod artnet;
mod ddp;
mod hostile;
mod other_crates;
mod receiver;
mod sacn;
mod socket;
mod wled;

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Receiver, Taken};
use crate::show::light::feed::LightFeed;
use crate::wire::packets::Packets;

const DESK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));
const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 8));
const MS: i64 = 1_000;

/// One that hears the desk and the other.
fn feed(wire: &Value) -> LightFeed {
    let mut whole = json!({ "id": "wall", "enabled": true, "pixels": 4, "allow": ["10.0.0.0/8", "127.0.0.0/8"] });
    whole.as_object_mut().unwrap().extend(wire.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn receiver(wire: &Value) -> Receiver {
    Receiver::new(feed(wire)).unwrap()
}

fn packets(encode: impl FnOnce(&mut Packets)) -> Vec<Vec<u8>> {
    let mut packets = Packets::new();
    encode(&mut packets);
    packets.iter().map(<[u8]>::to_vec).collect()
}

/// From the desk, all at the same time.
fn take(receiver: &mut Receiver, now: i64, packets: &[Vec<u8>]) -> Vec<Taken> {
    packets.iter().map(|packet| receiver.take(DESK, now, packet)).collect()
}

/// All bytes of all pixels are this.
fn plain(value: u8, pixels: usize) -> Vec<u8> {
    vec![value; pixels * 3]
}

#[track_caller]
fn shows(receiver: &Receiver, value: u8) {
    assert!(
        receiver.pixels().iter().all(|pixel| *pixel == [value; 3]),
        "{:?}",
        receiver.pixels().iter().take(8).collect::<Vec<_>>()
    );
}
