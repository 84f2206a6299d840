//! Jams on zones: the same light from the same state and time, on whichever node.

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde_json::json;

use super::{Desk, at};
use crate::frame::jams::LiveJam;
use crate::frame::pixels::allocations;
use crate::frame::sight::Sight;
use crate::frame::sound::ChunkNumber;
use crate::show::ids::{FixtureId, InputId};
use crate::show::jam::code::JamCode;
use crate::show::jam::pattern::{Cell, PatternId};
use crate::show::jam::{Jam, Transport};
use crate::show::time::ShowTime;

fn code() -> JamCode {
    "AB12CD".parse().unwrap()
}

/// The first track strikes on every beat: every half a second, from time zero on, by a clock that is `ahead` of ours.
fn jam(ahead_us: i64) -> Jam {
    let mut jam = Jam::new(code(), "test".to_owned(), (at(0).0 + ahead_us) / 1_000);
    jam.transport = Transport { from: Some(jam.course.beat_at(ShowTime(at(0).0 + ahead_us))), until: None };
    let pattern = Arc::make_mut(jam.patterns.get_mut(&PatternId::drums(0)).unwrap());
    for step in [0, 4, 8, 12] {
        *pattern.cell_mut(0, step).unwrap() = Cell::struck(100);
    }
    jam
}

fn desk() -> Desk {
    let mut desk = Desk::strip(8);
    desk.act(-700, json!({"command": "change_zone", "zone": "s", "patch": {"color": "#000040"}}));
    let layer = json!({"id": "jam", "kind": "jam", "jam": "ab12cd"});
    desk.act(-700, json!({"command": "put_zone_layer", "zone": "s", "layer": layer}));
    desk
}

fn put(desk: &Desk, ahead_us: i64) {
    let live = LiveJam::new(Arc::new(ArcSwap::from_pointee(jam(ahead_us))));
    live.set_ahead(ahead_us);
    desk.jams.put(code(), &live);
}

fn brightest(bytes: &[u8]) -> u8 {
    bytes[..3].iter().copied().max().unwrap()
}

#[test]
fn a_zone_shows_a_jam_on_its_beat_and_what_is_below_while_nothing_is_known_of_it() {
    let mut desk = desk();
    assert_eq!(desk.bytes(0)[..3], [0, 0, 0x40]);
    put(&desk, 0);
    let lit: Vec<u8> = (0..10).map(|frame| brightest(&desk.bytes(500 + frame * 100))).collect();
    assert_eq!(lit[0], lit[5], "each beat alike");
    assert!(lit[0] > 200 && lit[4] < lit[0] / 4, "{lit:?}");
    desk.jams.remove(code(), &desk.jams.get(code()).unwrap());
    assert_eq!(desk.bytes(1_600)[..3], [0, 0, 0x40]);
}

/// Two nodes whose clocks differ by an hour, and know it, light the same.
#[test]
fn nodes_light_the_same_bytes_whatever_their_clocks_say() {
    let (mut one, mut other) = (desk(), desk());
    put(&one, 0);
    put(&other, 3_600_000_000);
    for frame in 1..200 {
        assert_eq!(one.bytes(frame * 20), other.bytes(frame * 20), "frame {frame}");
    }
}

/// What shows later is told earlier.
#[test]
fn a_fixture_with_a_latency_is_lit_as_much_sooner_or_later() {
    let mut desk = desk();
    put(&desk, 0);
    let sooner = json!({"segments": [{"zone": "s"}], "latency_ms": 100});
    desk.fixture("g", sooner);
    desk.tick(500);
    let [now, then] = ["f", "g"].map(|fixture| brightest(&desk.take(fixture).unwrap().bytes));
    assert!(now > 200 && then < now, "{now} {then}");
    desk.tick(600);
    assert_eq!(brightest(&desk.take("g").unwrap().bytes), now);
}

/// Loud at one pitch, from `from` on for 100 ms.
fn sound(desk: &Desk, of: Option<&InputId>, millis: i64) {
    let reel = desk.sights.open(of);
    let first = ChunkNumber::at(at(millis)).0;
    for number in first..first + 10 {
        let mut sight = Sight { number: ChunkNumber(number), rms_db: [-6.0; 2], ..Sight::default() };
        sight.powers.fill(1.0);
        drop(reel.put(Arc::new(sight)));
    }
}

fn listening_desk(input: &str) -> Desk {
    let mut desk = Desk::strip(8);
    for id in ["mic", "other"] {
        desk.act(-900, json!({"command": "put_input", "input": {"id": id, "kind": "tone"}, "only_new": true}));
    }
    let layer = json!({"id": "jam", "kind": "jam", "jam": "ab12cd", "module": "dj-visualizer", "input": input});
    desk.act(-700, json!({"command": "put_zone_layer", "zone": "s", "layer": layer}));
    let mut silent = jam(0);
    silent.transport = Transport::default();
    desk.jams.put(code(), &LiveJam::new(Arc::new(ArcSwap::from_pointee(silent))));
    desk
}

#[test]
fn a_zone_hears_the_input_that_it_is_to_listen_to_and_no_other() {
    let mut desk = listening_desk("mic");
    let inputs = ["mic", "other"].map(|id| InputId::new(id).unwrap());
    assert_eq!(brightest(&desk.bytes(0)), 0, "nobody measures anything");
    sound(&desk, None, 100);
    sound(&desk, Some(&inputs[1]), 100);
    assert_eq!(brightest(&desk.bytes(120)), 0);
    sound(&desk, Some(&inputs[0]), 200);
    assert!(brightest(&desk.bytes(220)) > 100);
    assert_eq!(brightest(&desk.bytes(1_000)), 0, "it is over");
    desk.act(
        1_010,
        json!({"command": "put_zone_layer", "zone": "s", "layer":
        {"id": "jam", "kind": "jam", "jam": "ab12cd", "module": "dj-visualizer"}}),
    );
    sound(&desk, None, 1_100);
    assert!(brightest(&desk.bytes(1_120)) > 100, "now the program");
}

#[test]
fn zones_that_listen_allocate_nothing() {
    let mut desk = listening_desk("mic");
    sound(&desk, Some(&InputId::new("mic").unwrap()), 0);
    let slot = desk.board.slot(&FixtureId::new("f").unwrap());
    let mut run = |from: i64, frames: i64| {
        for frame in from..from + frames {
            desk.tick(frame * 20);
            slot.give_back(slot.take().unwrap());
        }
    };
    run(0, 4);
    assert_eq!(allocations::during(|| run(4, 20)), 0);
}
