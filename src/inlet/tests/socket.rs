//! Over real sockets of this machine.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver as Inbox, channel};
use std::time::Duration;

use ::sacn::source::SacnSource;
use serde_json::{Value, json};

use super::super::listen::{Heard, ListenError, Listener, by_port};
use super::super::{Identity, Receiver, Timeout};
use super::{feed, packets, plain, receiver};
use crate::wire::artnet::{ArtNet, Decoded, decode, poll_packet};
use crate::wire::ddp::Ddp;
use crate::wire::sacn::{Sacn, multicast};

/// A listener, and what it told.
struct Hall {
    listener: Listener,
    heard: Inbox<(String, Timeout)>,
    now: Arc<AtomicI64>,
}

fn identity() -> Identity {
    Identity { ip: Ipv4Addr::LOCALHOST, mac: [0; 6], short_name: "hall".to_owned(), long_name: "hall".to_owned() }
}

fn open(receivers: Vec<Receiver>) -> Hall {
    let (sender, heard) = channel();
    let now = Arc::new(AtomicI64::new(0));
    let clock = now.clone();
    let listener = Listener::open(
        (Ipv4Addr::LOCALHOST, 0).into(),
        identity(),
        receivers,
        move || clock.load(Ordering::Relaxed),
        move |id, heard| {
            let mut timeout = Timeout::new();
            if let Heard::Frame { pixels, at, until } = heard {
                timeout.show(pixels, at, until);
            }
            sender.send((id.as_str().to_owned(), timeout)).ok();
        },
    )
    .unwrap();
    Hall { listener, heard, now }
}

fn hall(wires: &[Value]) -> Hall {
    open(wires.iter().map(receiver).collect())
}

impl Hall {
    fn to(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.listener.address().port()).into()
    }

    #[track_caller]
    fn next(&self) -> (String, Vec<[u8; 3]>) {
        let (id, timeout) = self.heard.recv_timeout(Duration::from_secs(180)).expect("something is heard");
        let pixels = timeout.pixels(self.now.load(Ordering::Relaxed)).expect("it counts").to_vec();
        (id, pixels)
    }
}

fn sender() -> UdpSocket {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

#[test]
fn frames_that_are_sent_are_heard() {
    let hall = hall(&[json!({ "kind": "ddp", "pixels": 1_000 })]);
    let (mut ddp, from) = (Ddp::new(false), sender());
    // somebody has pushed: from now on only that makes a frame
    from.send_to(&ddp.sync_packet(), hall.to()).unwrap();
    hall.next();
    for value in 1..20 {
        for packet in packets(|packets| ddp.encode(&plain(value, 1_000), packets)) {
            from.send_to(&packet, hall.to()).unwrap();
        }
        assert_eq!(hall.next(), ("wall".to_owned(), vec![[value; 3]; 1_000]));
    }
}

#[test]
fn feeds_share_a_port() {
    let hall = hall(&[
        json!({ "id": "left", "kind": "artnet", "universe": 1 }),
        json!({ "id": "right", "kind": "artnet", "universe": 2 }),
    ]);
    let from = sender();
    for (universe, value) in [(2, 7), (1, 8), (3, 9), (2, 10)] {
        let mut artnet = ArtNet::new(universe);
        from.send_to(&packets(|packets| artnet.encode(&plain(value, 4), packets))[0], hall.to()).unwrap();
    }
    let told = [hall.next(), hall.next(), hall.next()].map(|(id, pixels)| (id, pixels[0][0]));
    assert_eq!(told, [("right".to_owned(), 7), ("left".to_owned(), 8), ("right".to_owned(), 10)]);
}

#[test]
fn what_waits_for_the_rest_of_its_frame_is_told_without_it_when_it_has_waited_enough() {
    let hall = hall(&[json!({ "kind": "artnet", "universe": 0, "universes": 2, "pixels": 300 })]);
    let mut artnet = ArtNet::new(0);
    sender().send_to(&packets(|packets| artnet.encode(&plain(9, 300), packets))[0], hall.to()).unwrap();
    assert!(hall.heard.recv_timeout(Duration::from_millis(300)).is_err(), "no time has passed for the clock");
    // the packet may come late, and its time is counted from there
    let heard = (0..100).find_map(|_| {
        hall.now.fetch_add(20_000, Ordering::Relaxed);
        hall.heard.recv_timeout(Duration::from_millis(100)).ok()
    });
    let (_, timeout) = heard.unwrap();
    let pixels = timeout.pixels(timeout.came().unwrap()).unwrap();
    assert_eq!((pixels[0], pixels[200]), ([9; 3], [0; 3]));
}

#[test]
fn nobody_is_heard_from_an_address_that_was_not_named() {
    let receiver = receiver(&json!({ "kind": "wled", "allow": ["127.0.0.5"] }));
    let tally = receiver.tally().clone();
    let hall = open(vec![receiver]);
    sender().send_to(&[2, 255, 1, 1, 1], hall.to()).unwrap();
    let named = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 5), 0)).unwrap();
    named.send_to(&[2, 255, 2, 2, 2], hall.to()).unwrap();
    assert_eq!(hall.next().1[0], [2; 3]);
    assert_eq!((tally.counts().refused, tally.counts().frames), (1, 1));
}

#[test]
fn who_asks_is_answered_at_the_port_of_the_protocol_if_it_may_ask() {
    let hall = hall(&[
        json!({ "id": "left", "kind": "artnet", "universe": 0, "universes": 5, "allow": ["127.0.0.2", "127.0.0.3"] }),
        json!({ "id": "right", "kind": "artnet", "universe": 9, "allow": ["127.0.0.2"] }),
    ]);
    let at = |last| {
        let socket = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, last), hall.to().port())).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(180))).unwrap();
        socket
    };
    let (two, three, four) = (at(2), at(3), at(4));
    let answers = |socket: &UdpSocket, count: usize| -> Vec<u16> {
        let mut buffer = [0; 1_000];
        let mut universes = Vec::new();
        for _ in 0..count {
            let length = socket.recv(&mut buffer).unwrap();
            let Some(Decoded::PollReply(reply)) = decode(&buffer[..length]) else { panic!("no reply") };
            universes.extend(reply.outputs.into_iter().flatten());
        }
        universes
    };
    four.send_to(&poll_packet(), hall.to()).unwrap();
    two.send_to(&poll_packet(), hall.to()).unwrap();
    assert_eq!(answers(&two, 3), [0, 1, 2, 3, 4, 9]);
    three.send_to(&poll_packet(), hall.to()).unwrap();
    assert_eq!(answers(&three, 2), [0, 1, 2, 3, 4], "what it may not send to, it is not told of");
    // pixels come after all questions, so by then all have been answered that are
    two.send_to(&packets(|packets| ArtNet::new(9).encode(&plain(1, 4), packets))[0], hall.to()).unwrap();
    hall.next();
    for socket in [three, four] {
        socket.set_nonblocking(true).unwrap();
        assert!(socket.recv(&mut [0; 1_000]).is_err());
    }
}

#[test]
fn so_many_questions_are_answered_in_a_second_and_no_more() {
    let hall = hall(&[json!({ "kind": "ddp", "allow": ["127.0.0.6"] })]);
    let asks = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 6), hall.to().port())).unwrap();
    asks.set_read_timeout(Some(Duration::from_secs(180))).unwrap();
    for _ in 0..50 {
        asks.send_to(&[0x42, 0, 0, 251, 0, 0, 0, 0, 0, 0], hall.to()).unwrap();
    }
    // pixels come after all questions, so by then all have been answered that are
    asks.send_to(&packets(|packets| Ddp::new(false).encode(&plain(1, 4), packets))[0], hall.to()).unwrap();
    hall.next();
    let mut buffer = [0; 1_000];
    for _ in 0..8 {
        let length = asks.recv(&mut buffer).unwrap();
        assert!(serde_json::from_slice::<Value>(&buffer[10..length]).is_ok());
    }
    asks.set_nonblocking(true).unwrap();
    assert!(asks.recv(&mut buffer).is_err());
}

#[test]
fn universes_that_the_sacn_crate_sends_are_heard() {
    let hall =
        hall(&[json!({ "kind": "sacn", "universe": 3, "universes": 2, "pixels": 300, "channels_per_universe": 512 })]);
    let mut source = SacnSource::with_ip("desk", (Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    source.set_is_sending_discovery(false);
    source.register_universes(&[3, 4, 7]).unwrap();
    let data: Vec<u8> = (0..900).map(|index| (index % 251) as u8).collect();
    let slots = |part: &[u8]| [&[0], part].concat();
    let mut send = |sync: Option<u16>| {
        for (part, universe) in data.chunks(512).zip([3, 4]) {
            source.send(&[universe], &slots(part), Some(100), Some(hall.to()), sync).unwrap();
        }
        if let Some(sync) = sync {
            source.send_sync_packet(sync, Some(hall.to())).unwrap();
        }
        assert_eq!(hall.next().1.as_flattened(), data);
    };
    send(None);
    send(Some(7));
    send(None);
}

/// On the loopback interface, which carries groups although it says that it does not.
#[test]
fn groups_are_joined_and_so_is_the_one_that_synchronises() {
    let hall = hall(&[json!({ "kind": "sacn", "universe": 200, "universes": 50, "pixels": 8_500 })]);
    let from = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    from.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    from.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    let port = hall.to().port();
    let send = |universe: u16, packet: &[u8]| {
        let to = SocketAddr::from((multicast(universe), port));
        from.send_to(packet, &to.into()).unwrap();
    };
    let mut desk = Sacn::new([1; 16], String::new(), 200);
    for (packet, universe) in packets(|packets| desk.encode(&plain(5, 8_500), packets)).iter().zip(200..) {
        send(universe, packet);
    }
    assert_eq!(hall.next().1, vec![[5; 3]; 8_500], "more groups than one socket may join");
    desk.sync_universe = 900;
    for (packet, universe) in packets(|packets| desk.encode(&plain(6, 8_500), packets)).iter().zip(200..) {
        send(universe, packet);
    }
    // the group is joined some time after the first packet that names it
    let heard = (0..100).find_map(|_| {
        send(900, &packets(|packets| desk.sync_packet(packets))[0]);
        hall.heard.recv_timeout(Duration::from_millis(100)).ok()
    });
    assert_eq!(heard.unwrap().1.pixels(0), Some(&vec![[6; 3]; 8_500][..]));
}

#[test]
fn a_port_that_somebody_else_has_is_told() {
    let taken = sender();
    let address = taken.local_addr().unwrap();
    let error = Listener::open(address, identity(), Vec::new(), || 0, |_, _| ()).err().unwrap();
    assert!(matches!(error, ListenError::Port { .. }));
    let told = error.to_string();
    assert!(told.starts_with(&format!("UDP port {} of 127.0.0.1 can not be listened to: ", address.port())), "{told}");
}

#[test]
fn a_port_is_free_again_when_its_listener_is_dropped() {
    let hall = hall(&[json!({ "kind": "ddp" })]);
    let address = hall.listener.address();
    drop(hall);
    assert!(UdpSocket::bind(address).is_ok());
}

#[test]
fn feeds_are_put_together_by_port_and_only_those_that_are_enabled() {
    let feeds = [
        feed(&json!({ "id": "a", "kind": "ddp" })),
        feed(&json!({ "id": "b", "kind": "ddp", "enabled": false })),
        feed(&json!({ "id": "c", "kind": "artnet", "universe": 1 })),
        feed(&json!({ "id": "d", "kind": "artnet", "universe": 2 })),
    ];
    let ports = by_port(&feeds).unwrap();
    let found: Vec<(u16, usize)> = ports.iter().map(|(port, receivers)| (*port, receivers.len())).collect();
    assert_eq!(found, [(4_048, 1), (6_454, 2)]);
}
