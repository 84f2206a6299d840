//! Zones and fixtures as a whole: what reaches the wire, and when.

mod engine;
mod feeds;
mod jams;
mod looks;
mod supply;

use std::sync::Arc;

use serde_json::{Value, json};

use super::ears::Ears;
use super::eye::Eye;
use super::films::Films;
use super::tick::{Boards, Engine};
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::frame::jams::JamBoard;
use crate::frame::leds::{FeedBoard, LedBoard, LedFrame, ZoneFrames};
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::picture::Frame;
use crate::frame::sight::Sights;
use crate::show::Show;
use crate::show::ids::FixtureId;
use crate::show::time::ShowTime;
use crate::state::apply::apply;
use crate::state::command::Command;

/// Some time that frames of 50 a second are due at.
const START: i64 = 1_700_000_000_000_000;

fn at(millis: i64) -> ShowTime {
    ShowTime(START + millis * 1_000)
}

/// A show that was decided, and an engine that lights it.
struct Desk {
    show: Show,
    engine: Engine,
    board: Arc<LedBoard>,
    inlets: Arc<FeedBoard>,
    jams: Arc<JamBoard>,
    sights: Arc<Sights>,
    shown: ZoneFrames,
    vitals: Arc<Vitals>,
    frames: Arc<Mailbox<Frame>>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        // Their threads end at once: here nothing is read.
        let stop = StopFlag::default();
        stop.stop();
        Self::until(stop)
    }

    fn until(stop: StopFlag) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let (board, shown, vitals) = (Arc::new(LedBoard::default()), ZoneFrames::default(), Arc::new(Vitals::new()));
        let (inlets, jams) = (Arc::new(FeedBoard::default()), Arc::<JamBoard>::default());
        let sights = Sights::new();
        let frames = Mailbox::new(1, WhenFull::DropOldest);
        let (eye, _) = Eye::start(frames.clone(), vitals.clone(), stop.clone()).unwrap();
        let (films, _) = Films::start(folder.path().to_owned(), stop).unwrap();
        let engine = Engine::new(
            eye,
            Ears::new(sights.clone()),
            films,
            Boards { leds: board.clone(), inlets: inlets.clone(), jams: jams.clone(), ..Boards::default() },
            shown.clone(),
            vitals.clone(),
        );
        let mut desk =
            Desk { show: Show::default(), engine, board, inlets, jams, sights, shown, vitals, frames, _folder: folder };
        desk.act(-1_000, json!({"command": "change_light_settings", "patch": {"fps": 50}}));
        desk
    }

    /// With a strip `s` of so many LEDs on a fixture `f` that shows values as they are.
    fn strip(pixels: u32) -> Desk {
        let mut desk = Desk::new();
        desk.act(-900, json!({"command": "put_zone", "zone": {"id": "s", "pixel_count": pixels}}));
        desk.fixture("f", json!({"segments": [{"zone": "s"}]}));
        desk
    }

    fn fixture(&mut self, id: &str, more: Value) {
        let mut fixture = json!({"id": id, "kind": "ddp", "host": "127.0.0.1", "correction": {"gamma": 1.0}});
        fixture.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.act(-800, json!({"command": "put_fixture", "fixture": fixture}));
    }

    #[track_caller]
    fn act(&mut self, millis: i64, command: Value) {
        let command: Command = serde_json::from_value(command).unwrap();
        apply(&mut self.show, command, at(millis)).unwrap();
    }

    fn tick(&mut self, millis: i64) {
        self.engine.tick(&self.show, at(millis));
    }

    fn take(&self, fixture: &str) -> Option<Box<LedFrame>> {
        self.board.slot(&FixtureId::new(fixture).unwrap()).take()
    }

    /// What fixture `f` is told for that time.
    #[track_caller]
    fn bytes(&mut self, millis: i64) -> Vec<u8> {
        self.bytes_of("f", millis)
    }

    #[track_caller]
    fn bytes_of(&mut self, fixture: &str, millis: i64) -> Vec<u8> {
        self.tick(millis);
        let frame = self.take(fixture).expect("a frame");
        let bytes = frame.bytes.clone();
        self.board.slot(&FixtureId::new(fixture).unwrap()).give_back(frame);
        bytes
    }
}
