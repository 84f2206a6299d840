//! What others write, we show.

use ::artnet_protocol::{ArtCommand, Output, Poll};
use ::ddp_rs::protocol::{FrameBuilder, ID, PixelConfig};
use serde_json::json;

use super::super::Taken::*;
use super::super::{Question, Taken};
use super::{DESK, receiver};

fn ramp(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index % 251) as u8).collect()
}

#[test]
fn frames_of_ddp_rs_are_seen_as_they_were_meant() {
    let mut wall = receiver(&json!({ "kind": "ddp", "pixels": 1_000 }));
    let mut builder = FrameBuilder::new(PixelConfig::default(), ID::Default);
    for turn in 0..40 {
        let mut data = ramp(3_000);
        data.rotate_left(turn);
        let mut taken = Vec::new();
        let mut send = |packet: &[u8]| {
            taken.push(wall.take(DESK, 0, packet));
            Ok::<(), ()>(())
        };
        builder.for_each_frame(&data, 0, &mut [0; 1500], &mut send).unwrap();
        assert_eq!(taken.last(), Some(&Frame));
        assert_eq!(wall.pixels().as_flattened(), data, "frame {turn}");
    }
    assert_eq!(wall.tally().counts().malformed, 0);
}

#[test]
fn slots_of_artnet_protocol_are_seen_as_they_were_meant() {
    let mut wall = receiver(&json!({ "kind": "artnet", "universe": 7, "universes": 2, "pixels": 300 }));
    let data = ramp(900);
    let taken: Vec<Taken> = data
        .chunks(510)
        .zip(7u16..)
        .map(|(part, universe)| {
            let output =
                Output { port_address: universe.try_into().unwrap(), data: part.to_vec().into(), ..Output::default() };
            wall.take(DESK, 0, &ArtCommand::Output(output).write_to_buffer().unwrap())
        })
        .collect();
    assert_eq!(taken, [Kept, Frame]);
    assert_eq!(wall.pixels().as_flattened(), data);
    let poll = ArtCommand::Poll(Poll::default()).write_to_buffer().unwrap();
    assert_eq!(wall.take(DESK, 0, &poll), Asked(Question::Poll));
}
