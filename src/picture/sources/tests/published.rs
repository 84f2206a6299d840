//! Streams that are pushed, from the ring on: what a decoder makes of them, and what becomes of an input whose publisher goes.

use std::process::Command;

use bytes::Bytes;

use super::*;
use crate::base::status::InputState;
use crate::frame::ingest::{Codec, Piece, Publication, Setup};

const FPS: i64 = 30;

/// Coded pictures of one size, each of one grey.
struct Coded {
    setup: Arc<Setup>,
    pictures: Vec<Bytes>,
}

/// What ffmpeg makes, taken out of its FLV.
fn coded(width: u32, height: u32, grey: u32) -> Coded {
    let source = format!("color=s={width}x{height}:r={FPS},format=yuv420p,geq=lum={grey}:cb=128:cr=128");
    let codec = "-frames:v 30 -c:v libx264 -preset ultrafast -tune zerolatency -g 10 -bf 0 -f flv -";
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", &source]).args(codec.split(' '));
    let made = ffmpeg.output().expect("ffmpeg is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (mut config, mut pictures) = (Bytes::new(), Vec::new());
    let mut rest = &made.stdout[13..];
    while rest.len() > 15 {
        let length = u32::from_be_bytes([0, rest[1], rest[2], rest[3]]) as usize;
        match (rest[0], &rest[11..11 + length]) {
            (9, [_, 0, _, _, _, bytes @ ..]) => config = Bytes::copy_from_slice(bytes),
            (9, [_, 1, _, _, _, bytes @ ..]) => pictures.push(Bytes::copy_from_slice(bytes)),
            _ => {}
        }
        rest = &rest[11 + length + 4..];
    }
    Coded { setup: Arc::new(Setup { codec: Codec::H264, config }), pictures }
}

impl Coded {
    fn piece(&self, number: i64) -> Piece {
        let index = number as usize % self.pictures.len();
        let at = number * 1_000_000 / FPS;
        let (setup, data) = (self.setup.clone(), self.pictures[index].clone());
        Piece { setup, decoded_at: at, shown_at: at, key: index.is_multiple_of(10), data }
    }
}

/// Sends pictures as time goes by until something holds.
fn send_until<T>(
    publication: &Publication,
    next: &mut i64,
    coded: &Coded,
    what: &str,
    mut look: impl FnMut() -> Option<T>,
) -> T {
    let watch = Stopwatch::start();
    let from = *next;
    eventually(what, || {
        while from + (watch.elapsed().as_micros() as i64) * FPS / 1_000_000 >= *next {
            publication.push(coded.piece(*next));
            *next += 1;
        }
        look()
    })
}

fn stand(rest: &str) -> Stand {
    let stand = Stand::new(Clock::system(), &format!(r#""kind": "published", "key": "k3y" {rest}"#), None);
    stand.order(true);
    stand
}

fn grey_of(stand: &Stand) -> Option<(u32, u32)> {
    let frame = stand.frame(stand.clock.now())?;
    Some((frame.width, 16 + 2 * number_of(&frame)))
}

/// Decoded grey is a step off at most.
fn shows(stand: &Stand, width: u32, grey: u32) -> Option<()> {
    let (shown, shade) = grey_of(stand)?;
    (shown == width && shade.abs_diff(grey) <= 2).then_some(())
}

#[test]
fn a_publisher_that_goes_is_held_then_missed_and_the_next_may_be_of_another_size() {
    let (small, large) = (coded(64, 64, 60), coded(320, 180, 120));
    let stand = stand(r#", "hold_ms": 600"#);
    stand.state_is("waiting");
    assert!(stand.frame(stand.clock.now()).is_none());
    let mut next = 0;
    let publication = stand.ingest.publish("k3y");
    send_until(&publication, &mut next, &small, "the first", || shows(&stand, 64, 60));
    stand.state_is("playing");
    drop(publication);
    stand.state_is("lost");
    let Some(InputState::Lost { reason, .. }) = stand.state() else { panic!("it is lost") };
    assert_eq!(reason, "the publisher has left");
    assert!(shows(&stand, 64, 60).is_some(), "the last picture is held");
    eventually("nothing, so that the fallback shows", || stand.frame(stand.clock.now()).is_none().then_some(()));
    stand.state_is("lost");
    let (publication, mut next) = (stand.ingest.publish("k3y"), 0);
    send_until(&publication, &mut next, &large, "the second", || shows(&stand, 320, 120));
    stand.state_is("playing");
    assert_eq!(stand.vitals.input_reconnects.with_label_values(&["clip"]).get(), 1);
    // A third takes its place while it is on.
    let (third, mut next) = (stand.ingest.publish("k3y"), 0);
    send_until(&third, &mut next, &small, "the third", || shows(&stand, 64, 60));
}

#[test]
fn a_stream_may_change_its_size_in_the_midst_of_it() {
    let (small, large) = (coded(64, 64, 60), coded(320, 180, 120));
    let stand = stand("");
    let (publication, mut next) = (stand.ingest.publish("k3y"), 0);
    send_until(&publication, &mut next, &small, "the small one", || shows(&stand, 64, 60));
    // From a key picture on.
    while next % 10 != 0 {
        publication.push(small.piece(next));
        next += 1;
    }
    send_until(&publication, &mut next, &large, "the large one", || shows(&stand, 320, 120));
    assert_eq!(stand.vitals.input_reconnects.with_label_values(&["clip"]).get(), 0);
}

#[test]
fn shown_late_it_begins_at_the_newest_key_picture_and_hidden_it_decodes_nothing() {
    let small = coded(64, 64, 60);
    let stand = stand("");
    stand.order(false);
    let (publication, mut next) = (stand.ingest.publish("k3y"), 0);
    // Hidden from the start it lingers, because it was just seen.
    send_until(&publication, &mut next, &small, "it is idle", || stand.state().filter(|state| state.label() == "idle"));
    let decoded = stand.frames();
    // Nine of ten pictures are of no use to a decoder that begins with them.
    while next % 10 != 9 {
        publication.push(small.piece(next));
        next += 1;
    }
    assert_eq!(stand.frames(), decoded);
    stand.order(true);
    // Nothing more is sent: what was sent before is enough.
    let frame = eventually("a picture", || shows(&stand, 64, 60).and(stand.frame(stand.clock.now())));
    assert!(frame.alpha().is_none());
}

#[test]
fn noise_breaks_the_decoder_and_not_the_input() {
    let small = coded(64, 64, 60);
    let stand = stand("");
    let noise = |seed: u32| (0..2_000_u32).map(|i| ((i ^ seed).wrapping_mul(2_654_435_761) >> 11) as u8).collect::<Vec<_>>();
    for config in [noise(1), vec![1, 0x64, 0, 0x1f, 0xff, 0xe1, 0xff, 0xff], small.setup.config.to_vec()] {
        let publication = stand.ingest.publish("k3y");
        let setup = Arc::new(Setup { codec: Codec::H264, config: config.into() });
        for number in 0..60 {
            let (setup, data) = (setup.clone(), noise(number).into());
            let at = i64::from(number) * 33_333;
            publication.push(Piece { setup, decoded_at: at, shown_at: -at, key: true, data });
        }
        let setup = Arc::new(Setup { codec: Codec::Aac, config: noise(7)[..2].to_vec().into() });
        for number in 0..60 {
            let (setup, data) = (setup.clone(), noise(number).into());
            publication.push(Piece { setup, decoded_at: i64::MAX / 2, shown_at: i64::MAX / 2, key: true, data });
        }
        drop(publication);
    }
    let (publication, mut next) = (stand.ingest.publish("k3y"), 0);
    send_until(&publication, &mut next, &small, "a good one", || shows(&stand, 64, 60));
    stand.state_is("playing");
}

#[test]
fn giants_are_refused_before_they_take_memory() {
    // 16384 pixels across: more than is decoded here.
    let giant = coded(16_384, 16, 60);
    let stand = stand("");
    let (publication, mut next) = (stand.ingest.publish("k3y"), 0);
    send_until(&publication, &mut next, &giant, "a loss", || stand.state().filter(|state| state.label() == "lost"));
    assert_eq!(stand.frames(), 0);
}
