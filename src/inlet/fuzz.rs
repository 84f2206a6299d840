//! Fuzz target: packets of pixels, from a desk that is heard and from strangers, at whatever times.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};

use super::{Receiver, Taken};

const DESK: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7));
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const PIXELS: usize = 300;

fn wires() -> [Value; 7] {
    [
        json!({ "kind": "ddp" }),
        json!({ "kind": "sacn", "universe": 1, "universes": 3 }),
        json!({ "kind": "artnet", "universe": 0, "universes": 3 }),
        json!({ "kind": "wled" }),
        json!({ "kind": "ddp", "rgbw": true }),
        json!({ "kind": "sacn", "universe": 63_999, "pixels": 3, "rgbw": true, "channels_per_universe": 13 }),
        json!({ "kind": "artnet", "universe": 32_767, "pixels": 1 }),
    ]
}

fn receiver(which: u8) -> Receiver {
    let mut wires = wires();
    let which = usize::from(which) % wires.len();
    let mut feed = json!({ "id": "wall", "enabled": true, "pixels": PIXELS, "allow": ["10.0.0.0/8"] });
    feed.as_object_mut().expect("an object").append(wires[which].as_object_mut().expect("an object"));
    Receiver::new(serde_json::from_value(feed).expect("a feed")).expect("a good one")
}

/// The first byte chooses the feed. Packets follow, each behind its length, its sender, and by how many of 10 ms it comes later.
pub fn pixel_packets(bytes: &[u8]) {
    let Some((which, mut rest)) = bytes.split_first() else { return };
    let mut receiver = receiver(*which);
    let (mut now, mut packets, mut elsewhere) = (0, 0, 0);
    let room = receiver.room();
    while let Some(([high, low, from, later], after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(after.len());
        let (packet, after) = after.split_at(length);
        rest = after;
        now += i64::from(*later) * 10_000;
        packets += 1;
        elsewhere += u64::from(take(&mut receiver, *from, now, packet) == Taken::Elsewhere);
        let counts = receiver.tally().counts();
        assert_eq!(
            counts.packets + counts.refused + counts.dropped + counts.malformed + elsewhere,
            packets,
            "all are counted"
        );
    }
    assert!(receiver.room() <= room + MOST_ROOM, "{} bytes for {room}", receiver.room());
}

/// Sixteen senders for each of three universes, and what they sent.
const MOST_ROOM: usize = 16 * 1_024;

fn take(receiver: &mut Receiver, from: u8, now: i64, packet: &[u8]) -> Taken {
    let stranger = from == u8::MAX;
    let before = receiver.pixels().to_vec();
    let late = receiver.tend(now);
    let shown = receiver.pixels().to_vec();
    assert!(late || shown == before, "nothing changes without a new frame");
    let taken = receiver.take(if stranger { STRANGER } else { DESK }, now, packet);
    assert_eq!(taken == Taken::Refused, stranger);
    assert!(taken == Taken::Frame || receiver.pixels() == shown, "{taken:?} changed what is shown");
    assert_eq!(receiver.pixels().len(), before.len());
    let longest = now + i64::from(receiver.feed().timeout_ms) * 1_000;
    assert!(receiver.until().is_none_or(|until| until <= longest), "nobody is shown for longer than the feed allows");
    assert!(receiver.sync_universe().is_none_or(|universe| (1..=63_999).contains(&universe)));
    taken
}

/// What seeds are made of: a good frame in each way that there is, one that is synchronised, and what else is sent.
#[cfg(test)]
pub fn good(which: u8) -> Vec<u8> {
    use crate::wire::artnet::{ArtNet, poll_packet, sync_packet};
    use crate::wire::ddp::Ddp;
    use crate::wire::packets::Packets;
    use crate::wire::sacn::Sacn;
    use crate::wire::wled::{Mode, Wled};

    let data: Vec<u8> = (0..=u8::MAX).cycle().take(3 * PIXELS).collect();
    let mut packets = Packets::new();
    match which {
        0 | 4 => Ddp::new(which == 4).encode(&data, &mut packets),
        1 | 5 => {
            let mut sacn =
                Sacn { sync_universe: 9, ..Sacn::new([7; 16], "good".to_owned(), if which == 1 { 1 } else { 63_999 }) };
            sacn.encode(&data, &mut packets);
            sacn.sync_packet(&mut packets);
            sacn.terminate(&mut packets);
        }
        2 | 6 => {
            ArtNet::new(if which == 2 { 0 } else { 32_767 }).encode(&data, &mut packets);
            packets.add(|out| out.extend_from_slice(&sync_packet()));
            packets.add(|out| out.extend_from_slice(&poll_packet()));
        }
        _ => {
            for mode in [Mode::Warls, Mode::Drgb, Mode::Drgbw, Mode::Dnrgb, Mode::Dnrgbw] {
                Wled { mode, timeout_s: 2 }.encode(&data, &mut packets);
            }
        }
    }
    let mut input = vec![which];
    for packet in packets.iter() {
        input.extend(u16::try_from(packet.len()).expect("a datagram").to_be_bytes());
        input.extend([0, 1]);
        input.extend(packet);
    }
    input
}
