//! Anything may come from a network: decoders answer, whatever they are given, and give no more than there was.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::adalight::{self, Variant};
use super::super::artnet::{self, ArtNet, PollReply};
use super::super::ddp::{self, Ddp};
use super::super::sacn::{self, Sacn};
use super::super::wled::{self, Mode, Wled};
use super::super::ws2812::Encoding;
use super::super::{apa102, ws2812};
use super::{packets, ramp};

fn every_decoder(bytes: &[u8]) {
    let most = bytes.len();
    if let Some(decoded) = wled::decode(bytes) {
        assert!(decoded.data.len() + 4 * decoded.scattered.len() <= most && decoded.data.len() % decoded.channels == 0);
    }
    if let Some(decoded) = ddp::decode(bytes) {
        assert!(decoded.data.len() <= most && decoded.sequence < 16);
    }
    if let Some(sacn::Decoded::Data(data)) = sacn::decode(bytes) {
        assert!(data.data.len() <= 512 && data.priority <= 200 && sacn::UNIVERSES.contains(&data.universe));
        assert!(data.name().chars().count() <= 64);
    }
    match artnet::decode(bytes) {
        Some(artnet::Decoded::Dmx(dmx)) => assert!(dmx.data.len() <= 512 && dmx.address <= artnet::LAST_PORT_ADDRESS),
        Some(artnet::Decoded::PollReply(reply)) => {
            let mut ports = reply.outputs.iter().chain(&reply.inputs).flatten();
            assert!(ports.all(|port| *port <= artnet::LAST_PORT_ADDRESS));
        }
        _ => (),
    }
    for encoding in [Encoding::Three, Encoding::Four] {
        assert!(ws2812::decode(encoding, bytes).is_none_or(|data| data.len() <= most));
    }
    assert!(apa102::decode(bytes).is_none_or(|pixels| pixels.iter().flatten().all(|light| (0.0..=1.0).contains(light))));
    for variant in [Variant::Ada, Variant::LightBerry, Variant::Awa] {
        assert!(adalight::decode(variant, bytes).is_none_or(|decoded| decoded.data.len() + decoded.rest.len() <= most));
    }
}

/// One of everything that decoders know.
fn good() -> Vec<Vec<u8>> {
    let data = ramp(600);
    let mut sacn = Sacn { sync_universe: 9, ..Sacn::new([7; 16], "good".to_owned(), 1) };
    let mut all = packets(|packets| {
        for mode in [Mode::Warls, Mode::Drgb, Mode::Dnrgbw] {
            Wled { mode, timeout_s: 2 }.encode(&data, packets);
        }
        Ddp::new(true).encode(&data, packets);
        ArtNet::new(3).encode(&data, packets);
        sacn.encode(&data, packets);
        sacn.sync_packet(packets);
        sacn.discovery(&[1, 2], packets);
    });
    let node = PollReply { outputs: [Some(3), Some(4), None, None], ..PollReply::default() };
    all.push(artnet::poll_reply(&node).to_vec());
    let mut bits = Vec::new();
    ws2812::encode(Encoding::Three, &data, &mut bits);
    all.push(bits.clone());
    apa102::encode(apa102::Depth::Extended, &[[500; 3]; 40], &mut bits);
    all.push(bits.clone());
    for variant in [Variant::Ada, Variant::LightBerry, Variant::Awa] {
        adalight::encode(variant, &data, &mut bits);
        all.push(bits.clone());
    }
    all
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_fail(bytes in vec(any::<u8>(), 0..900)) {
        every_decoder(&bytes);
    }

    #[test]
    fn nor_does_a_packet_that_is_nearly_good(
        which: proptest::sample::Index,
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
        length: proptest::sample::Index,
        cut: bool,
    ) {
        let all = good();
        let mut bytes = which.get(&all).clone();
        for (at, byte) in changes {
            // most of what counts stands in the first bytes
            let most = if byte % 2 == 0 { bytes.len() } else { bytes.len().min(130) };
            bytes[at.index(most)] = byte;
        }
        if cut {
            bytes.truncate(length.index(bytes.len()));
        }
        every_decoder(&bytes);
    }

    #[test]
    fn no_settings_make_an_encoder_fail(data in vec(any::<u8>(), 0..2_000), universe: u16, channels: u16, payload: usize, id: u8) {
        let sent = packets(|packets| {
            Ddp { id, payload, ..Ddp::new(channels % 2 == 0) }.encode(&data, packets);
            ArtNet { channels_per_universe: channels, ..ArtNet::new(universe) }.encode(&data, packets);
            let name = "name".repeat(usize::from(id));
            let mut sacn = Sacn { channels_per_universe: channels, sync_universe: channels, ..Sacn::new([id; 16], name, universe) };
            sacn.encode(&data, packets);
            sacn.sync_packet(packets);
            sacn.terminate(packets);
            sacn.discovery(&[universe, channels], packets);
        });
        prop_assert!(sent.iter().all(|packet| packet.len() <= 1472));
    }
}

#[test]
fn more_universes_than_there_are_numbers_end_nothing() {
    let mut sacn = Sacn { channels_per_universe: 1, ..Sacn::new([7; 16], String::new(), 1) };
    let data = vec![1; 70_000];
    assert_eq!(packets(|packets| sacn.encode(&data, packets)).len(), 63_999);
    let mut artnet = ArtNet { channels_per_universe: 1, ..ArtNet::new(0) };
    assert_eq!(packets(|packets| artnet.encode(&data, packets)).len(), 32_768);
    let all: Vec<u16> = vec![1; 512 * 300];
    assert_eq!(packets(|packets| sacn.discovery(&all, packets)).len(), 256, "a page has a number of 8 bits");
}
