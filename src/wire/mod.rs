//! What LED controllers understand, byte for byte: datagrams for those on the network, bit streams for those on a wire.
//!
//! Encoders take a fixture's finished bytes, already in the order of the device's channels. Decoders are for the controllers
//! that we play ourselves and for tests: they take what is sent in the field, not only what we send.

pub mod adalight;
pub mod apa102;
pub mod artnet;
pub mod ddp;
mod name;
pub mod packets;
pub mod sacn;
pub mod wled;
pub mod ws2812;

#[cfg(test)]
mod tests;

/// Most slots of a DMX universe, whatever carries it.
const SLOTS: u16 = 512;

/// So many slots that no pixel is split between two universes: 510 for three channels, 512 for four.
pub fn whole_pixels(channels: u16) -> u16 {
    let channels = channels.clamp(1, SLOTS);
    SLOTS / channels * channels
}

fn slots(channels_per_universe: u16) -> usize {
    usize::from(channels_per_universe.clamp(1, SLOTS))
}

/// A big-endian number in a packet.
fn number(packet: &[u8], at: usize) -> Option<u16> {
    packet.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}
