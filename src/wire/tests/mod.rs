//! The formats against bytes that are known to be right, against what reads them, and against anything at all.

mod adalight;
mod apa102;
mod artnet;
mod ddp;
mod hostile;
mod other_crates;
mod poll_reply;
mod room;
mod sacn;
mod wled;
mod ws2812;

use super::packets::Packets;

/// Digits in pairs; spaces are for people.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Bytes that differ from their neighbours, so that a shift is seen.
fn ramp(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index % 251) as u8).collect()
}

fn packets(encode: impl FnOnce(&mut Packets)) -> Vec<Vec<u8>> {
    let mut packets = Packets::new();
    encode(&mut packets);
    packets.iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn universes_hold_whole_pixels() {
    assert_eq!([1, 3, 4, 5].map(super::whole_pixels), [512, 510, 512, 510]);
    assert_eq!([0, 300, 600].map(super::whole_pixels), [512, 300, 512], "whatever is asked for");
}
