//! Anything may come, from anybody: nothing fails, nothing grows, and nobody is believed who may not send.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::super::Receiver;
use super::{DESK, OTHER, packets, plain, receiver};
use crate::wire::artnet::{ArtNet, poll_packet, sync_packet};
use crate::wire::ddp::Ddp;
use crate::wire::sacn::Sacn;
use crate::wire::wled::{Mode, Wled};

fn all() -> Vec<Receiver> {
    let feeds = [
        json!({ "kind": "ddp", "pixels": 50 }),
        json!({ "kind": "ddp", "pixels": 1, "rgbw": true }),
        json!({ "kind": "sacn", "universe": 1, "universes": 3, "pixels": 300 }),
        json!({ "kind": "sacn", "universe": 63_999, "pixels": 3, "rgbw": true, "channels_per_universe": 13 }),
        json!({ "kind": "artnet", "universe": 0, "universes": 3, "pixels": 300 }),
        json!({ "kind": "artnet", "universe": 32_767, "pixels": 1 }),
        json!({ "kind": "wled", "pixels": 700, "rgbw": true }),
    ];
    feeds.iter().map(receiver).collect()
}

fn good() -> Vec<Vec<u8>> {
    let data = plain(7, 300);
    let mut sacn = Sacn { sync_universe: 9, ..Sacn::new([7; 16], "good".to_owned(), 1) };
    let mut all = packets(|packets| {
        for mode in [Mode::Warls, Mode::Drgb, Mode::Drgbw, Mode::Dnrgb, Mode::Dnrgbw] {
            Wled { mode, timeout_s: 2 }.encode(&data, packets);
        }
        Ddp::new(true).encode(&data, packets);
        Ddp::new(false).encode(&data, packets);
        ArtNet::new(0).encode(&data, packets);
        sacn.encode(&data, packets);
        sacn.sync_packet(packets);
        sacn.terminate(packets);
        sacn.discovery(&[1, 2], packets);
    });
    all.extend([poll_packet().to_vec(), sync_packet().to_vec()]);
    all
}

proptest! {
    #[test]
    fn no_bytes_make_a_feed_fail(come in vec((vec(any::<u8>(), 0..700), any::<i64>(), any::<bool>()), 1..20)) {
        for mut receiver in all() {
            for (packet, now, desk) in &come {
                receiver.take(if *desk { DESK } else { OTHER }, *now, packet);
                receiver.tend(*now);
            }
        }
    }

    #[test]
    fn nor_do_packets_that_are_nearly_good(
        come in vec((any::<prop::sample::Index>(), vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), any::<i16>()), 1..40)
    ) {
        let good = good();
        let mut receivers = all();
        for (which, changes, now) in come {
            let mut packet = which.get(&good).clone();
            for (at, byte) in changes {
                let most = if byte % 2 == 0 { packet.len() } else { packet.len().min(130) };
                packet[at.index(most)] = byte;
            }
            for receiver in &mut receivers {
                let pixels = receiver.pixels().len();
                receiver.take(DESK, i64::from(now) * 1_000, &packet);
                receiver.tend(i64::from(now) * 1_000);
                prop_assert_eq!(receiver.pixels().len(), pixels);
            }
        }
    }

    #[test]
    fn no_packet_of_somebody_who_may_not_send_changes_anything(come in vec(any::<prop::sample::Index>(), 1..40)) {
        let good = good();
        for mut receiver in all() {
            for which in &come {
                receiver.take([192, 0, 2, 1].into(), 0, which.get::<Vec<u8>>(&good));
            }
            prop_assert!(receiver.pixels().iter().all(|pixel| *pixel == [0; 3]));
            prop_assert_eq!(receiver.tally().counts().refused, come.len() as u64);
            prop_assert_eq!((receiver.tally().counts().packets, receiver.until()), (0, None));
        }
    }
}

#[test]
fn after_the_first_packets_nothing_is_allocated_however_many_come_and_from_whomever() {
    let good = good();
    for mut receiver in all() {
        let mut flood = |rounds: std::ops::Range<u32>| {
            for round in rounds {
                let from = std::net::Ipv4Addr::from_bits(0x0a00_0000 + round);
                for packet in &good {
                    let mut packet = packet.clone();
                    // other components, where the packet has room to say so
                    packet.iter_mut().skip(22).take(4).zip(round.to_be_bytes()).for_each(|(place, byte)| *place = byte);
                    receiver.take(from.into(), i64::from(round) * 50_000, &packet);
                }
            }
            receiver.room()
        };
        let first = flood(0..50);
        assert_eq!(flood(50..1_000), first);
    }
}

#[test]
fn thousands_of_invented_senders_do_not_drive_out_the_one_that_is_there() {
    let mut wall = receiver(&json!({ "kind": "sacn", "universe": 1, "pixels": 4 }));
    let mut desk = Sacn::new([255; 16], String::new(), 1);
    let send = |sacn: &mut Sacn, value| packets(|packets| sacn.encode(&plain(value, 4), packets)).remove(0);
    wall.take(DESK, 0, &send(&mut desk, 1));
    for invented in 0..5_000u16 {
        let mut cid = [0; 16];
        cid[..2].copy_from_slice(&invented.to_be_bytes());
        wall.take(DESK, 0, &send(&mut Sacn::new(cid, String::new(), 1), 9));
    }
    wall.take(DESK, 0, &send(&mut desk, 2));
    super::shows(&wall, 2);
    assert_eq!(wall.tally().counts().dropped, 5_000 - 15, "no more than sixteen are known");
}
