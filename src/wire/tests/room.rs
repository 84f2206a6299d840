//! What is sent with every frame takes no memory after the first.

use super::super::adalight::{self, Variant};
use super::super::apa102::{self, Depth};
use super::super::artnet::ArtNet;
use super::super::ddp::Ddp;
use super::super::packets::Packets;
use super::super::sacn::Sacn;
use super::super::wled::{Mode, Wled};
use super::super::ws2812::{self, Encoding};
use super::ramp;

#[track_caller]
fn check(mut encode: impl FnMut(&mut Packets)) {
    let mut packets = Packets::new();
    let mut frame = || {
        packets.clear();
        encode(&mut packets);
        assert!(!packets.is_empty());
        packets.room()
    };
    let first = frame();
    for _ in 0..100 {
        assert_eq!(frame(), first);
    }
}

#[test]
fn datagrams_take_the_room_of_the_first_frame() {
    let data = ramp(3 * 2_000);
    let (mut ddp, mut artnet, mut sacn) = (Ddp::new(false), ArtNet::new(0), Sacn::new([1; 16], "room".to_owned(), 1));
    check(|packets| Wled { mode: Mode::Dnrgb, timeout_s: 2 }.encode(&data, packets));
    check(|packets| ddp.encode(&data, packets));
    check(|packets| artnet.encode(&data, packets));
    check(|packets| sacn.encode(&data, packets));
}

#[track_caller]
fn check_bits(encode: impl Fn(&mut Vec<u8>)) {
    let mut out = Vec::new();
    encode(&mut out);
    let (first, length) = (out.capacity(), out.len());
    for _ in 0..100 {
        encode(&mut out);
        assert_eq!((out.capacity(), out.len()), (first, length));
    }
}

#[test]
fn bit_streams_take_the_room_of_the_first_frame() {
    let data = ramp(3 * 2_000);
    check_bits(|out| ws2812::encode(Encoding::Three, &data, out));
    check_bits(|out| apa102::encode(Depth::Extended, &[[9; 3]; 2_000], out));
    check_bits(|out| adalight::encode(Variant::Awa, &data, out));
    check_bits(|out| adalight::encode(Variant::LightBerry, &data, out));
}
